"""The policies of sign-up and passwords (SIGN_UP, PASSWORD_POLICY), with the mails that are really delivered."""

from __future__ import annotations

import contextlib
import functools
import re
import sqlite3
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.services.housekeeping import delete_expired
from app.services.shared.password_rules import NIST_LENGTH
from tests.app.api.test_accounts import Mailbox, confirm, reset
from tests.support.answers import problem
from tests.support.builders import PASSWORD, new_user, signed_in, stored_user
from tests.support.databases import query

pytestmark = pytest.mark.slow

USERS = "/api/v1/users"


@pytest.fixture
def mailbox(tmp_path):
    return Mailbox(tmp_path / "mail")


@pytest.fixture
def started(settings, clock, tmp_path):
    """Start the application with settings; several share the database and the folder of mails."""
    with contextlib.ExitStack() as stack:

        def start(**changes: Any):
            changed = settings.model_copy(update={"worker": True, "mail_folder": tmp_path / "mail", **changes})
            return stack.enter_context(TestClient(create_app(changed, now=clock), raise_server_exceptions=False))

        yield start


def plain(mail):
    return mail.get_body(("plain",)).get_content()


def comparable(answer):
    """What an attacker sees of a response, beside the address that was sent."""
    varying = {"x-request-id", "date", "content-length"}
    return (
        answer.status_code,
        answer.json().keys(),
        sorted((name, value) for name, value in answer.headers.items() if name not in varying),
    )


class TestStrict:
    @pytest.fixture
    def strict(self, started):
        client = started(sign_up="strict")
        admin = signed_in(client, "admin")
        created = client.post(USERS, json=new_user(username="grace", email="grace@example.com"), headers=admin)
        assert created.status_code == 201, created.text
        return client

    def test_every_sign_up_gets_the_same_response_and_a_mail_says_what_to_do_next(self, strict, mailbox):
        answers = [
            strict.post(USERS, json=new_user(email="ada@example.com", username="ada_l", full_name="Ada Lovelace")),
            strict.post(USERS, json=new_user(email="Grace@example.com", username="somebody", full_name="Mallory")),
            strict.post(USERS, json=new_user(email="alan@example.com", username="GRACE")),
        ]

        assert comparable(answers[0]) == comparable(answers[1]) == comparable(answers[2])
        assert answers[1].status_code == 202
        assert answers[1].json() == {"email": "Grace@example.com"}
        [new], [known], [taken] = (
            mailbox.all(address) for address in ("ada@example.com", "Grace@example.com", "alan@example.com")
        )
        assert "Ada Lovelace" in plain(new)
        assert "ace_" in plain(new)
        for mail, sentence in ((known, "You already have an account; your username is grace."), (taken, "username GRACE")):
            assert sentence in plain(mail)
            assert "ace_" not in plain(mail)
            assert "Mallory" not in plain(mail)
        assert re.findall(r"https?://\S+", plain(known)) == ["http://127.0.0.1:8000/reset-password"]
        assert re.findall(r"https?://\S+", plain(taken)) == []
        assert known["Subject"] == taken["Subject"] == new["Subject"]

    def test_the_token_creates_the_user_once(self, strict, mailbox):
        strict.post(USERS, json=new_user(email="ada@example.com", username="ada_l"))
        assert strict.post("/api/v1/sessions", json={"identifier": "ada_l", "password": PASSWORD}).status_code == 401
        token = mailbox.token("ada@example.com")

        answers = [confirm(strict, token), confirm(strict, token)]

        assert (answers[0].status_code, problem(answers[1])) == (204, (409, "invalid-token"))
        me = strict.get("/api/v1/users/me", headers=signed_in(strict, "ada_l")).json()
        assert (me["email"], me["role"], me["email_verified"]) == ("ada@example.com", "user", True)

    def test_who_confirms_first_gets_the_address_and_the_username(self, strict, mailbox):
        for email, username in (("ada@example.com", "ada_l"), ("ada@example.com", "other"), ("alan@example.com", "ADA_L")):
            assert strict.post(USERS, json=new_user(email=email, username=username)).status_code == 202
        mailbox.all("alan@example.com")
        texts = sorted(map(plain, mailbox.all("ada@example.com", 2)), key=lambda text: "be ada_l" not in text)
        first, second = (text.partition("#token=")[2].split()[0] for text in texts)
        assert confirm(strict, first).status_code == 204

        refused = [confirm(strict, second), confirm(strict, mailbox.token("alan@example.com"))]

        assert [problem(answer) for answer in refused] == [(409, "already-registered")] * 2
        assert [answer.json()["detail"] for answer in refused] == [
            f"Another user has this {name}." for name in ("email", "username")
        ]

    def test_a_repeated_request_with_a_key_sends_one_mail(self, strict, settings):
        body, headers = new_user(email="ada@example.com"), {"Idempotency-Key": "8e03978e-40d5-43e8"}

        answers = [strict.post(USERS, json=body, headers=headers) for _ in range(2)]
        other = strict.post(USERS, json={**body, "password": "otter-kayak-62"}, headers=headers)

        assert [answer.status_code for answer in answers] == [202, 202]
        assert problem(other) == (422, "idempotency-key-reused")
        assert query(settings.database_url, "SELECT count(*) FROM sign_ups") == [(1,)]

    def test_a_repeated_request_is_answered_alike_whoever_has_the_address(self, started, mailbox, clock):
        """Also once the sign-up of one of the addresses is over."""
        strict = started(sign_up="strict", email_token_seconds=60)
        stored = new_user(email="grace@example.com")
        strict.post(USERS, json=stored)
        confirm(strict, mailbox.token("grace@example.com"))
        headers = {"Idempotency-Key": "8e03978e-40d5-43e8"}
        sent = [new_user(email=email) for email in ("ada@example.com", "grace@example.com")]
        for number, body in enumerate(sent, 1):
            assert strict.post(USERS, json=body, headers=headers).status_code == 202
            mailbox.all(body["email"], number)
        clock.advance(seconds=61)
        strict.portal.call(delete_expired, strict.app.state.resources.database, clock())

        repeated = [{**body, "password": password} for body in sent for password in (PASSWORD, "otter-kayak-62")]

        assert [strict.post(USERS, json=body, headers=headers).status_code for body in repeated] == [202, 422] * 2

    def test_the_token_and_the_sign_up_expire(self, strict, mailbox, clock, settings):
        strict.post(USERS, json=new_user(email="ada@example.com"))
        token = mailbox.token("ada@example.com")
        clock.advance(seconds=settings.email_token_seconds)

        assert problem(confirm(strict, token)) == (409, "invalid-token")
        strict.portal.call(delete_expired, strict.app.state.resources.database, clock())
        assert query(settings.database_url, "SELECT count(*) FROM sign_ups") == [(0,)]

    def test_weak_passwords_are_refused_whoever_has_the_address(self, strict):
        for email in ("ada@example.com", "grace@example.com"):
            assert problem(strict.post(USERS, json=new_user(email=email, password="passw0rd"))) == (409, "weak-password")

    def test_limits_are_the_same_for_every_address(self, started, mailbox):
        client = started(sign_up="strict", mail_limit=2)
        stored = {"email": "grace@example.com", "username": "grace"}
        client.post(USERS, json=new_user(**stored))
        confirm(client, mailbox.token("grace@example.com"))

        for email in ("grace+1@example.com", "ada@example.com"):
            statuses = [client.post(USERS, json=new_user(email=email)).status_code for _ in range(3)]
            assert statuses == ([202, 429, 429] if email.startswith("grace") else [202, 202, 429])

    def test_runs_the_same_statements_for_every_address(self, settings, sqlite_template, tmp_path, monkeypatch):
        found: list[str] = []

        class Traced(sqlite3.Connection):
            def __init__(self, *arguments: Any, **options: Any) -> None:
                super().__init__(*arguments, **options)
                self.set_trace_callback(lambda sql: found.append(sql.partition("VALUES")[0].partition("(")[0]))

        monkeypatch.setattr(sqlite3, "connect", functools.partial(sqlite3.connect, factory=Traced))
        (tmp_path / "traced").mkdir()
        url = sqlite_template.copy(tmp_path / "traced")
        strict = settings.model_copy(update={"database_url": url, "sign_up": "strict"})
        with TestClient(create_app(strict), raise_server_exceptions=False) as client:
            stored_user_with_admin = signed_in(client, "admin")
            known = client.post(USERS, json=new_user(), headers=stored_user_with_admin).json()
            steps = []
            for body in (new_user(), new_user(email=known["email"]), new_user(username=known["username"])):
                found.clear()
                client.post(USERS, json=body)
                steps.append([sql for sql in found if sql])

        assert steps[0] == steps[1] == steps[2]
        assert len([sql for sql in steps[0] if sql.startswith("INSERT")]) == 3  # the sign-up, the mail, the audit event


class TestInvite:
    def test_only_administrators_create_users_who_choose_a_password(self, started, mailbox, settings):
        client = started(sign_up="invite")
        admin = signed_in(client, "admin")
        body = new_user(username="grace", email="grace@example.com")

        refused = client.post(USERS, json=body)
        created = client.post(USERS, json=body, headers=admin)

        assert problem(refused) == (403, "sign-up-closed")
        assert (created.status_code, created.json()["role"]) == (201, "user")
        [mail] = mailbox.all("grace@example.com")
        assert "An administrator has created it" in plain(mail)
        assert reset(client, mailbox.token("grace@example.com")).status_code == 204
        grace = signed_in(client, "grace", "otter-kayak-62")
        assert client.get("/api/v1/users/me", headers=grace).json()["email_verified"]
        assert problem(client.post(USERS, json=new_user(), headers=grace)) == (403, "sign-up-closed")
        actors = query(
            settings.database_url, "SELECT actor_id FROM audit_events WHERE type = 'user.created' AND subject_id > 1"
        )
        assert actors == [(1,)]

    def test_the_invitation_is_valid_as_long_as_other_mails(self, started, mailbox, clock, settings):
        client = started(sign_up="invite")
        client.post(USERS, json=new_user(email="grace@example.com"), headers=signed_in(client, "admin"))
        token = mailbox.token("grace@example.com")
        clock.advance(seconds=settings.email_token_seconds - 1)

        assert reset(client, token).status_code == 204

    def test_of_administrators_are_not_limited_by_address(self, started):
        client = started(sign_up_limit=1)
        admin = signed_in(client, "admin")

        assert [client.post(USERS, json=new_user(), headers=admin).status_code for _ in range(3)] == [201] * 3


def test_closed_refuses_administrators_and_pending_sign_ups(started, mailbox):
    strict = started(sign_up="strict")
    strict.post(USERS, json=new_user(email="ada@example.com"))
    token = mailbox.token("ada@example.com")

    client = started(sign_up="closed")

    assert problem(client.post(USERS, json=new_user())) == (403, "sign-up-closed")
    assert problem(client.post(USERS, json=new_user(), headers=signed_in(client, "admin"))) == (403, "sign-up-closed")
    assert problem(confirm(client, token)) == (409, "invalid-token")
    assert confirm(strict, token).status_code == 204


PASSPHRASE = "otterkayakgravelmoss"  # no digit
WEAK_ANYWHERE = [
    "passwordpassword1",
    "qwertyuiop1234567890",
    "grace-hopper-grace-1",
    "accord-accord-accord-1",
    "aaaaaaaaaaaaaaa1",
]


class TestPasswords:
    @pytest.mark.parametrize(
        ("policy", "accepted", "refused"),
        [
            ("seed", ["xkzvqjw7"], [PASSPHRASE, *WEAK_ANYWHERE]),
            ("nist", [PASSPHRASE, "xkzvq jw7 mnpt 4"], ["xkzvqjw7", "xkzvqjw7mnpt4r", *WEAK_ANYWHERE]),
        ],
    )
    def test_are_accepted_by_the_policy_wherever_they_are_chosen(self, started, mailbox, policy, accepted, refused):
        client = started(password_policy=policy)
        grace = {"username": "grace_h", "email": "hopper@example.com", "full_name": "Grace Hopper"}
        stored_user(client, **grace)
        headers, current = signed_in(client, "grace_h"), PASSWORD
        client.post("/api/v1/password-resets", json={"email": "hopper@example.com"})
        token = next(
            plain(mail).partition("reset-password#token=")[2].split()[0]
            for mail in mailbox.all("hopper@example.com", 2)
            if mail["Subject"] == "Reset your password"
        )

        for password in refused:
            chosen = {"username": "ghopper", "email": "grace-h@example.com", "full_name": "Grace Hopper", "password": password}
            for answer in (
                client.post(USERS, json=new_user(**chosen)),
                client.put(
                    "/api/v1/users/me/password", json={"current_password": current, "new_password": password}, headers=headers
                ),
                reset(client, token, password),
            ):
                assert problem(answer) == (409, "weak-password"), password
        assert reset(client, token, accepted[0]).status_code == 204
        for password in accepted:
            body = new_user(password=password)
            assert client.post(USERS, json=body).status_code == 201
            signed_in(client, body["username"], password)

    def test_keep_working_when_the_policy_changes_and_are_normalised(self, started):
        seed, nist = started(), started(password_policy="nist")
        written, plain = "ﬁve-ﬂat-ﬁsh-ﬂy-9", "five-flat-fish-fly-9"
        stored_user(seed, username="old", password=written)
        stored_user(nist, username="new", password=written)

        for client in (seed, nist):
            for username in ("old", "new"):
                signed_in(client, username, written)
            signed_in(client, "new", plain) if client is nist else None
        assert problem(nist.post("/api/v1/sessions", json={"identifier": "old", "password": plain})) == (
            401,
            "invalid-credentials",
        )

    def test_nist_counts_characters_after_normalisation(self, started):
        client = started(password_policy="nist")
        decomposed = "e\u0301" * (NIST_LENGTH // 2) + "x7"  # 16 code points, 9 characters

        assert problem(client.post(USERS, json=new_user(password=decomposed))) == (409, "weak-password")
