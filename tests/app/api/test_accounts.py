"""Passwords and e-mail addresses: how they are changed, reset and confirmed, with the mails that are really delivered."""

from __future__ import annotations

import email
import email.policy
import re
import time
from email.message import EmailMessage
from pathlib import Path

import pyotp
import pytest
from starlette.testclient import TestClient

from app.main import create_app
from tests.support.answers import problem
from tests.support.builders import PASSWORD, signed_in, stored_key, stored_user

NEW = "otter-kayak-62"
PUBLIC_URL = "https://accord.example/base"


class Mailbox:
    """The mails in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self, address: str, number: int = 1) -> list[EmailMessage]:
        """The mails to an address, oldest first, once there are so many of them."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            paths = sorted(self._folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
            found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
            mine = [mail for mail in found if mail["To"] == address]
            if len(mine) >= number:
                return mine
            time.sleep(0.01)
        raise AssertionError(f"fewer than {number} mails to {address}")

    def has_none(self, address: str) -> bool:
        """Whether no mail to an address was delivered. Mails are delivered in their order."""
        return not [path for path in self._folder.glob("*.eml") if f"To: {address}" in path.read_text()]

    def token(self, address: str, number: int = 1) -> str:
        """The token in the newest of so many mails to an address."""
        [text] = {
            part.get_content() for part in self.all(address, number)[-1].walk() if part.get_content_type() == "text/plain"
        }
        [token] = set(re.findall("ac[ep]_[0-9a-f]{72}", text))
        return str(token)


@pytest.fixture
def mailed(settings, clock, tmp_path):
    """A client of an application that delivers mails to a folder."""
    changes = {"worker": True, "mail_folder": tmp_path / "mail", "public_url": PUBLIC_URL}
    with TestClient(create_app(settings.model_copy(update=changes), now=clock), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def mailbox(tmp_path):
    (tmp_path / "mail").mkdir(exist_ok=True)
    return Mailbox(tmp_path / "mail")


def sign_in(client, password=PASSWORD, identifier="grace"):
    return client.post("/api/v1/sessions", json={"identifier": identifier, "password": password})


def me(client, headers):
    return client.get("/api/v1/users/me", headers=headers)


def change_password(client, headers, current=PASSWORD, new=NEW):
    body = {"current_password": current, "new_password": new}
    return client.put("/api/v1/users/me/password", json=body, headers=headers)


def reset(client, token, password=NEW):
    return client.post("/api/v1/password-reset-confirmations", json={"token": token, "password": password})


def confirm(client, token):
    return client.post("/api/v1/email-verification-confirmations", json={"token": token})


def ask_for_reset(client, address="grace@example.com", headers=None):
    response = client.post("/api/v1/password-resets", json={"email": address}, headers=headers)
    assert (response.status_code, response.content) == (202, b"")


@pytest.fixture
def grace(mailed):
    return stored_user(mailed, username="grace", email="grace@example.com")


@pytest.mark.usefixtures("grace")
class TestChangePassword:
    def test_ends_the_other_sessions_and_keeps_its_own(self, mailed, mailbox):
        mine, other = signed_in(mailed, "grace"), signed_in(mailed, "grace")

        assert change_password(mailed, mine).status_code == 204

        assert (me(mailed, mine).status_code, me(mailed, other).status_code) == (200, 401)
        assert (sign_in(mailed).status_code, sign_in(mailed, NEW).status_code) == (401, 201)
        notice = mailbox.all("grace@example.com", 2)[-1]
        for kind in ("plain", "html"):
            content = notice.get_body((kind,)).get_content()
            assert "password was changed" in content
            assert set(re.findall(r"https?://[^\s\"<]+", content)) == {f"{PUBLIC_URL}/reset-password"}
        assert mailed.get("/reset-password").status_code == 200

    @pytest.mark.parametrize(
        ("password", "code"), [("grace-hopper-1", "weak-password"), ("otter-\u200bkayak-9", "disallowed-characters")]
    )
    def test_has_the_rules_of_signing_up(self, mailed, password, code):
        assert problem(change_password(mailed, signed_in(mailed, "grace"), new=password)) == (409, code)
        assert sign_in(mailed).status_code == 201


@pytest.mark.usefixtures("grace")
class TestResetPassword:
    def test_sets_the_password_once_and_ends_every_session(self, mailed, mailbox):
        session = signed_in(mailed, "grace")
        ask_for_reset(mailed, "GRACE@example.com")
        token = mailbox.token("GRACE@example.com")

        assert reset(mailed, token).status_code == 204

        assert me(mailed, session).status_code == 401
        assert sign_in(mailed, NEW).json()
        assert problem(reset(mailed, token, "another-kayak-7")) == (409, "invalid-token")
        assert me(mailed, signed_in(mailed, "grace", NEW)).json()["email_verified"] is True

    def test_a_weak_password_leaves_the_token_valid(self, mailed, mailbox):
        ask_for_reset(mailed)
        token = mailbox.token("grace@example.com", 2)

        assert problem(reset(mailed, token, "grace-hopper-1")) == (409, "weak-password")
        assert reset(mailed, token).status_code == 204

    def test_the_token_has_one_purpose(self, mailed, mailbox):
        token = mailbox.token("grace@example.com")  # of the welcome mail

        assert reset(mailed, f"acp_{token[4:]}").status_code == 409
        assert confirm(mailed, token).status_code == 204

    def test_nobody_gets_a_mail_that_no_active_user_asked_for(self, mailed, mailbox, grace):
        admin = signed_in(mailed, "admin")
        mailed.patch(f"/api/v1/users/{grace['id']}", json={"is_active": False}, headers=admin)

        ask_for_reset(mailed)
        ask_for_reset(mailed, "nobody@example.com")
        ask_for_reset(mailed, "admin@example.com")

        mailbox.all("admin@example.com")
        assert len(mailbox.all("grace@example.com")) == 1  # the welcome mail
        assert mailbox.has_none("nobody@example.com")

    def test_the_link_is_built_from_the_setting_alone(self, mailed, mailbox):
        headers = {"Host": "attacker.example", "X-Forwarded-Host": "attacker.example", "Forwarded": "host=attacker.example"}
        ask_for_reset(mailed, headers=headers)

        mail = mailbox.all("grace@example.com", 2)[-1]
        for kind in ("plain", "html"):
            content = mail.get_body((kind,)).get_content()
            assert f"{PUBLIC_URL}/reset-password#token=acp_" in content
            assert "attacker" not in content


class TestVerifyEmail:
    def test_the_welcome_mail_has_a_token(self, mailed, mailbox, grace):
        headers = signed_in(mailed, "grace")
        before = me(mailed, headers)

        assert confirm(mailed, mailbox.token("grace@example.com")).status_code == 204

        assert before.json()["email_verified"] is False
        assert me(mailed, headers).json() == {**grace, "email_verified": True, "version": 2}

    @pytest.mark.usefixtures("grace")
    def test_of_two_tokens_one_can_be_used(self, mailed, mailbox):
        first = mailbox.token("grace@example.com")
        mailed.post("/api/v1/email-verifications", json={"email": "grace@example.com"})
        second = mailbox.token("grace@example.com", 2)

        assert (confirm(mailed, second).status_code, problem(confirm(mailed, first))) == (204, (409, "invalid-token"))

    @pytest.mark.usefixtures("grace")
    def test_a_verified_address_gets_no_further_mail(self, mailed, mailbox):
        confirm(mailed, mailbox.token("grace@example.com"))
        mailed.post("/api/v1/email-verifications", json={"email": "grace@example.com"})
        ask_for_reset(mailed)

        assert [mail["Subject"] for mail in mailbox.all("grace@example.com", 2)][1:] == ["Reset your password"]

    def test_may_be_required_to_sign_in(self, settings, clock, tmp_path, mailbox):
        changes = {"worker": True, "mail_folder": tmp_path / "mail", "require_verified_email": True}
        app = create_app(settings.model_copy(update=changes), now=clock)
        with TestClient(app, raise_server_exceptions=False) as client:
            stored_user(client, username="grace", email="grace@example.com")
            refused, unknown = sign_in(client), sign_in(client, identifier="nobody")
            confirm(client, mailbox.token("grace@example.com"))

            assert problem(refused) == problem(unknown) == (401, "invalid-credentials")
            assert refused.json()["detail"] == unknown.json()["detail"]
            assert sign_in(client).status_code == 201


def profile(client):
    return client.get("/api/v1/user-profiles").json()["profiles"][1]


def confirm_by_mail(client, mailbox, welcome):  # noqa: ARG001 - as the other way
    assert confirm(client, welcome).status_code == 204
    return PASSWORD, 3  # the password afterwards, and the number of mails


def confirm_by_reset(client, mailbox, welcome):  # noqa: ARG001 - as the other way
    ask_for_reset(client)
    assert reset(client, mailbox.token("grace@example.com", 3)).status_code == 204
    return NEW, 5


@pytest.mark.usefixtures("grace")
class TestFirstConfirmation:
    """Whoever signed up with the address of somebody else keeps nothing once its owner has confirmed it."""

    @pytest.fixture
    def prepared(self, mailed, clock):
        """Adds an authenticator app and an API key; returns the header of the key."""

        def add():
            headers = signed_in(mailed, "grace")
            secret = mailed.post("/api/v1/users/me/totp", json={"name": "Phone"}, headers=headers).json()["secret"]
            code = {"code": pyotp.TOTP(secret).at(clock())}
            assert mailed.post("/api/v1/users/me/totp-confirmations", json=code, headers=headers).status_code == 200
            return stored_key(mailed, headers)

        return add

    @pytest.mark.parametrize("verify", [confirm_by_mail, confirm_by_reset])
    def test_removes_the_keys_and_factors_that_were_added_before(self, mailed, mailbox, prepared, verify):
        welcome, key = mailbox.token("grace@example.com"), prepared()
        assert (me(mailed, key).status_code, profile(mailed)["version"]) == (200, 1)

        password, mails = verify(mailed, mailbox, welcome)

        assert (me(mailed, key).status_code, profile(mailed)["version"]) == (401, 2)
        assert sign_in(mailed, password).status_code == 201
        listed = mailed.get("/api/v1/audit-events?page_size=100", headers=signed_in(mailed, "admin")).json()["audit_events"]
        assert {"email.verified", "factor.removed", "api-key.deleted"} <= {event["type"] for event in listed}
        texts = [mail.get_body(("plain",)).get_content() for mail in mailbox.all("grace@example.com", mails)]
        assert any("were removed" in text for text in texts)

    def test_of_a_confirmed_address_a_reset_removes_nothing(self, mailed, mailbox, prepared):
        confirm_by_mail(mailed, mailbox, mailbox.token("grace@example.com"))
        key = prepared()

        ask_for_reset(mailed)
        assert reset(mailed, mailbox.token("grace@example.com", 3)).status_code == 204

        assert me(mailed, key).status_code == 200
        assert problem(sign_in(mailed, NEW)) == (401, "second-factor-required")


@pytest.mark.usefixtures("grace")
class TestChangeEmail:
    def change(self, client, headers, address="hopper@example.com", password=PASSWORD):
        return client.put("/api/v1/users/me/email", json={"email": address, "password": password}, headers=headers)

    def test_takes_effect_when_the_new_address_is_confirmed(self, mailed, mailbox):
        headers = signed_in(mailed, "grace")

        assert self.change(mailed, headers).status_code == 202
        token, before = mailbox.token("hopper@example.com"), me(mailed, headers).json()
        assert profile(mailed)["version"] == 1
        assert confirm(mailed, token).status_code == 204

        assert (before["email"], before["version"]) == ("grace@example.com", 1)
        after = me(mailed, headers).json()
        assert (after["email"], after["email_verified"], after["version"]) == ("hopper@example.com", True, 2)
        assert profile(mailed)["version"] == 2
        assert "hopper@example.com" in mailbox.all("grace@example.com", 2)[-1].get_body(("plain",)).get_content()
        assert sign_in(mailed, identifier="hopper@example.com").status_code == 201

    def test_does_not_tell_whether_somebody_has_the_address(self, mailed, mailbox):
        headers = signed_in(mailed, "grace")

        taken, free = self.change(mailed, headers, "admin@example.com"), self.change(mailed, headers)

        assert (taken.status_code, taken.content) == (free.status_code, free.content) == (202, b"")
        mailbox.all("hopper@example.com")
        assert mailbox.has_none("admin@example.com")


@pytest.mark.usefixtures("grace")
class TestRecentProof:
    @pytest.fixture
    def stale(self, mailed, clock):
        headers = signed_in(mailed, "grace")
        clock.advance(seconds=601)
        return headers

    def test_is_asked_for_with_what_is_accepted(self, mailed, stale):
        response = change_password(mailed, stale)

        assert problem(response) == (401, "reauthentication-required")
        assert response.json()["accepted"] == ["password"]
        challenge = 'Bearer error="insufficient_user_authentication", max_age=600'
        assert response.headers["WWW-Authenticate"] == challenge

    def test_is_given_by_reauthentication_for_this_session_only(self, mailed, stale, clock):
        proof = {"password": PASSWORD}

        assert mailed.post("/api/v1/reauthentications", json=proof, headers=stale).status_code == 204
        assert change_password(mailed, stale).status_code == 204
        clock.advance(seconds=601)
        assert change_password(mailed, stale, current=NEW).status_code == 401

    def test_is_not_given_by_refreshing(self, mailed, clock):
        tokens = sign_in(mailed).json()
        clock.advance(seconds=601)
        refreshed = mailed.post("/api/v1/session-tokens", json={"refresh_token": tokens["refresh_token"]}).json()

        response = change_password(mailed, {"Authorization": f"Bearer {refreshed['access_token']}"})

        assert problem(response) == (401, "reauthentication-required")

    def test_a_wrong_one_counts_and_is_recorded(self, settings, clock):
        limits = {"sign_in_limit": 1, "sign_in_interval": 0.05}
        with TestClient(create_app(settings.model_copy(update=limits), now=clock)) as client:
            headers = signed_in(client, "grace")
            wrong = [client.post("/api/v1/reauthentications", json={"password": NEW}, headers=headers) for _ in range(2)]
            events = client.get("/api/v1/audit-events?type=reauthentication.refused", headers=signed_in(client, "admin"))

        assert [problem(answer) for answer in wrong] == [(403, "verification-failed")] * 2
        assert events.json()["total"] == 2
