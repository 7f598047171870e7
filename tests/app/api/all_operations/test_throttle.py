"""Throttling of sign-ins, sign-ups and mails, over HTTP."""

from __future__ import annotations

import contextlib
import time
from typing import ClassVar

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.services.verification.known_addresses_queries import MAX_ADDRESSES
from tests.support.answers import problem
from tests.support.builders import PASSWORD, at, new_user, stored_user
from tests.support.databases import query

pytestmark = pytest.mark.slow

HOME = "198.51.100.7"


def sign_in(client, identifier, password=PASSWORD, address="192.0.2.1"):
    return at(client, address).post("/api/v1/sessions", json={"identifier": identifier, "password": password})


def guess(client, identifier, address="192.0.2.1"):
    return sign_in(client, identifier, "wrong-guess-1", address)


def waited(client, identifier, address, password="wrong-guess-2"):  # noqa: S107 - of no account
    """Whether an attempt had to wait, and its response."""
    before = time.monotonic()
    answer = sign_in(client, identifier, password, address)
    return time.monotonic() - before >= 0.4, answer


def waited_to_prove(client, token, password):
    """Whether a proof of identity from an unknown address had to wait, and the status of its response."""
    before, headers = time.monotonic(), {"Authorization": f"Bearer {token}"}
    answer = at(client, "203.0.113.9").post("/api/v1/reauthentications", json={"password": password}, headers=headers)
    return time.monotonic() - before >= 0.4, answer.status_code


@pytest.fixture
def started(settings, clock):
    """Start the application with limits."""
    with contextlib.ExitStack() as stack:

        def start(**limits: float):
            app = create_app(settings.model_copy(update=limits), now=clock)
            return stack.enter_context(TestClient(app, raise_server_exceptions=False))

        yield start


@pytest.fixture
def guarded(started):
    """Three failures of an account make unknown addresses wait; others are not delayed."""
    client = started(sign_in_limit=3, sign_in_interval=0.4)
    stored_user(client, username="grace", email="grace@example.com")
    return client


class TestFailuresOfAnAccount:
    def test_unknown_addresses_wait_after_some_failures_and_can_still_sign_in(self, guarded):
        for number in range(3):
            assert problem(guess(guarded, "grace", f"192.0.2.{number}")) == (401, "invalid-credentials")

        slow, answer = waited(guarded, "grace", "203.0.113.9", PASSWORD)

        assert slow
        assert answer.status_code == 201

    def test_an_address_from_which_the_user_has_signed_in_does_not_wait(self, guarded):
        sign_in(guarded, "grace", address=HOME)
        for number in range(5):
            guess(guarded, "grace", f"192.0.2.{number}")

        slow, answer = waited(guarded, "grace@example.com", HOME, PASSWORD)

        assert not slow
        assert answer.status_code == 201

    def test_the_address_and_the_username_are_one_account(self, guarded):
        for name in ("grace", "GRACE@example.com", "Grace"):
            guess(guarded, name)

        assert waited(guarded, "grace@example.com", "203.0.113.9")[0]

    def test_who_is_signed_in_is_delayed_only_by_failures_in_the_session(self, guarded):
        token = sign_in(guarded, "grace", address=HOME).json()["access_token"]
        for number in range(4):
            guess(guarded, "grace", f"192.0.2.{number}")

        proofs = ["wrong-guess-1"] * 3 + [PASSWORD]
        outcomes = [waited_to_prove(guarded, token, password) for password in (PASSWORD, *proofs)]

        assert outcomes == [(False, 204), (False, 403), (False, 403), (False, 403), (True, 204)]
        assert not waited(guarded, "grace", HOME, PASSWORD)[0]

    def test_right_passwords_do_not_count(self, guarded):
        for number in range(6):
            assert sign_in(guarded, "grace", address=f"192.0.2.{number}").status_code == 201

        assert not waited(guarded, "grace", "203.0.113.9")[0]

    def test_others_do_not_wait(self, guarded):
        for number in range(4):
            guess(guarded, "grace", f"192.0.2.{number}")

        assert not waited(guarded, "admin", "192.0.2.1", PASSWORD)[0]

    def test_an_unknown_name_is_delayed_and_answered_like_a_known_one(self, guarded):
        sign_in(guarded, "grace", address=HOME)
        outcomes = {name: [waited(guarded, name, f"192.0.2.{n}") for n in range(5)] for name in ("grace", "nobody")}

        slow, seen = ({name: [each[n] for each in found] for name, found in outcomes.items()} for n in (0, 1))
        assert slow["grace"] == slow["nobody"] == [False] * 3 + [True] * 2
        for one, other in zip(seen["grace"], seen["nobody"], strict=True):
            assert one.status_code == other.status_code == 401
            assert one.headers.keys() == other.headers.keys()
            assert {**one.json(), "instance": ""} == {**other.json(), "instance": ""}

    def test_an_address_is_known_for_90_days_after_the_last_sign_in(self, guarded, clock):
        sign_in(guarded, "grace", address=HOME)
        for number in range(4):
            guess(guarded, "grace", f"192.0.2.{number}")
        clock.advance(days=90, microseconds=-1)
        before = waited(guarded, "grace", HOME)[0]
        clock.advance(microseconds=1)

        assert not before
        assert waited(guarded, "grace", HOME)[0]

    def test_the_latest_addresses_are_known_and_stored_as_slow_hashes(self, guarded, clock, settings):
        for number in range(MAX_ADDRESSES + 5):
            clock.advance(minutes=1)
            sign_in(guarded, "grace", address=f"203.0.113.{number}")

        rows = query(settings.database_url, "SELECT hash FROM known_addresses WHERE user_id = 2")
        assert len({row[0] for row in rows}) == MAX_ADDRESSES
        for number in range(4):
            guess(guarded, "grace", f"192.0.2.{number}")
        assert [waited(guarded, "grace", f"203.0.113.{number}")[0] for number in (4, 5)] == [True, False]

    def test_addresses_of_one_ipv6_network_share_a_key(self, guarded):
        sign_in(guarded, "grace", address="2001:db8:0:7::1")
        for number in range(4):
            guess(guarded, "grace", f"192.0.2.{number}")

        assert not waited(guarded, "grace", "2001:db8:0:7:ffff::2", PASSWORD)[0]


class TestFailuresOfAnAddress:
    @pytest.fixture
    def spread(self, started):
        client = started(sign_in_failure_limit=5)
        sign_in(client, "admin", address=HOME)
        return client

    def test_of_one_address_are_bounded_across_accounts(self, spread):
        answers = [guess(spread, f"victim_{number}", HOME) for number in range(8)]

        assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 3
        refused = answers[-1]
        assert problem(refused) == (429, "too-many-requests")
        assert refused.headers["RateLimit-Policy"] == '"sign-in-failures";q=5;w=3600'
        assert refused.headers["RateLimit"] == f'"sign-in-failures";r=0;t={refused.headers["Retry-After"]}'
        assert "failed attempts to sign in" in refused.json()["detail"]

    def test_do_not_lock_out_a_known_address(self, spread):
        for number in range(8):
            guess(spread, f"victim_{number}", HOME)

        assert sign_in(spread, "admin", address=HOME).status_code == 201

    def test_do_not_affect_other_addresses(self, spread):
        for number in range(8):
            guess(spread, f"victim_{number}", HOME)

        assert guess(spread, "admin", "203.0.113.9").status_code == 401

    def test_of_720_accounts_one_address_tries_few(self, started, settings):
        usual = settings.__class__.model_fields["sign_in_failure_limit"].default
        client = started(sign_in_failure_limit=usual)

        statuses = [guess(client, f"victim_{number}", HOME).status_code for number in range(720)]

        assert statuses.count(401) <= usual + 1
        assert statuses[-1] == 429


class TestSignUps:
    @staticmethod
    def sign_up(client, address=HOME, key=None, **changes: str):
        headers = {} if key is None else {"Idempotency-Key": key}
        return at(client, address).post("/api/v1/users", json=new_user(**changes), headers=headers)

    def test_of_one_address_are_bounded(self, started):
        client = started(sign_up_limit=3, address_limit=100)

        answers = [self.sign_up(client) for _ in range(5)]

        assert [answer.status_code for answer in answers] == [201] * 3 + [429] * 2
        assert problem(answers[-1]) == (429, "too-many-requests")
        assert answers[0].headers["RateLimit-Policy"] == '"address";q=100;w=60'
        assert answers[-1].headers.get_list("RateLimit-Policy") == ['"sign-up";q=3;w=3600']
        assert "sign-ups" in answers[-1].json()["detail"]
        assert self.sign_up(client, "203.0.113.9").status_code == 201

    def test_of_160_from_one_address_few_succeed(self, started, settings):
        usual = settings.__class__.model_fields["sign_up_limit"].default
        client = started(sign_up_limit=usual)

        assert [self.sign_up(client).status_code for _ in range(160)].count(201) <= usual + 1

    def test_repeated_with_a_key_count_once(self, started):
        client = started(sign_up_limit=2)
        user = new_user()

        statuses = [self.sign_up(client, key="8e03978e-40d5-43e8", **user).status_code for _ in range(5)]

        assert statuses == [201] * 5
        assert [self.sign_up(client).status_code for _ in range(2)] == [201, 429]

    def test_with_validation_errors_do_not_count(self, started):
        client = started(sign_up_limit=1)

        assert [self.sign_up(client, username="-").status_code for _ in range(5)] == [422] * 5
        assert self.sign_up(client).status_code == 201


class TestMails:
    def test_to_one_mailbox_are_bounded_whatever_its_subaddress(self, started, settings):
        client = started(mail_limit=3)
        addresses = [
            "Grace@Example.com",
            "grace+1@example.com",
            "GRACE+2@example.com",
            "grace+3@example.com",
            "grace+@example.com",
        ]

        answers = [
            at(client, f"192.0.2.{number}").post("/api/v1/users", json=new_user(email=email))
            for number, email in enumerate(addresses)
        ]

        assert [answer.status_code for answer in answers] == [201] * 3 + [429] * 2
        assert answers[-1].headers["RateLimit-Policy"] == '"mail";q=3;w=3600'
        assert "mails" in answers[-1].json()["detail"]
        [[users], [mails]] = query(settings.database_url, "SELECT count(*) FROM users UNION ALL SELECT count(*) FROM outbox")
        assert (users, mails) == (1 + 3, 3)
        assert client.post("/api/v1/users", json=new_user(email="ada@example.com")).status_code == 201

    def test_without_a_mail_do_not_count(self, started):
        client = started(mail_limit=1)
        stored_user(client, username="grace")
        taken = [client.post("/api/v1/users", json=new_user(username="grace", email="ada@example.com")) for _ in range(3)]

        assert {answer.status_code for answer in taken} == {409}
        assert client.post("/api/v1/users", json=new_user(email="ada@example.com")).status_code == 201


class TestUnknownTokens:
    PATHS: ClassVar[dict[str, dict[str, str]]] = {
        "/api/v1/session-tokens": {"refresh_token": "acr_" + "0" * 72},
        "/api/v1/password-reset-confirmations": {"token": "acp_" + "0" * 72, "password": PASSWORD},
        "/api/v1/email-verification-confirmations": {"token": "ace_" + "0" * 72},
    }

    def test_of_one_address_are_bounded_together_and_valid_ones_are_accepted_nevertheless(self, started):
        client = started(unknown_token_limit=3)
        refresh = {"refresh_token": sign_in(client, "admin", address=HOME).json()["refresh_token"]}

        answers = [at(client, HOME).post(path, json=body) for path, body in self.PATHS.items() for _ in range(2)]

        assert [answer.status_code for answer in answers] == [401, 401, 409, 429, 429, 429]
        for answer in answers[3:]:
            assert answer.headers["RateLimit-Policy"] == '"unknown-tokens";q=3;w=3600'
        assert at(client, HOME).post("/api/v1/session-tokens", json=refresh).status_code == 201
        assert {client.post(path, json=body).status_code for path, body in self.PATHS.items()} == {401, 409}
