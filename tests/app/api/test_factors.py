"""Second factors: authenticator apps, recovery codes, and signing in with them."""

from __future__ import annotations

import base64

import pyotp
import pytest
from starlette.testclient import TestClient

from app.main import create_app
from tests.support.answers import problem
from tests.support.builders import PASSWORD, signed_in, stored_user
from tests.support.databases import query

FACTORS = "/api/v1/users/me/factors"


@pytest.fixture
def grace(timed):
    stored_user(timed, username="grace", email="grace@example.com")
    return signed_in(timed, "grace")


def enrol(client, headers, name="Phone"):
    return client.post("/api/v1/users/me/totp", json={"name": name}, headers=headers)


def confirm(client, headers, code):
    return client.post("/api/v1/users/me/totp-confirmations", json={"code": code}, headers=headers)


def details(client, event):
    """Of the audit events of a type, newest first."""
    listed = client.get("/api/v1/audit-events", params={"type": event}, headers=signed_in(client, "admin"))
    return [found["details"] for found in listed.json()["audit_events"]]


def sign_in(client, proof=None):
    return client.post("/api/v1/sessions", json={"identifier": "grace", "password": PASSWORD, **(proof or {})})


@pytest.fixture
def app(timed, grace, clock):
    """Grace's confirmed authenticator app, one step after its last code; and her recovery codes."""
    totp = pyotp.TOTP(enrol(timed, grace, name="Phone").json()["secret"])
    codes = confirm(timed, grace, totp.at(clock())).json()["recovery_codes"]
    clock.advance(seconds=30)
    return totp, codes


class TestEnrolment:
    def test_an_app_counts_once_it_is_confirmed(self, timed, grace, clock):
        enrolled = enrol(timed, grace, name="Phone")
        before, without = timed.get(FACTORS, headers=grace).json(), sign_in(timed)

        confirmed = confirm(timed, grace, pyotp.TOTP(pyotp.parse_uri(enrolled.json()["uri"]).secret).at(clock()))

        assert enrolled.status_code == 201
        assert (before, without.status_code) == ({"factors": [], "recovery_codes_left": 0}, 201)
        assert len(set(confirmed.json()["recovery_codes"])) == 10
        after = timed.get(FACTORS, headers=grace).json()
        assert [(factor["type"], factor["name"]) for factor in after["factors"]] == [("totp", "Phone")]
        assert after["recovery_codes_left"] == 10

    def test_a_wrong_code_confirms_nothing(self, timed, grace, clock):
        totp = pyotp.TOTP(enrol(timed, grace).json()["secret"])

        refused = confirm(timed, grace, totp.at(clock(), counter_offset=5))

        assert problem(refused) == (403, "verification-failed")
        assert sign_in(timed).status_code == 201

    def test_a_secret_that_was_not_confirmed_is_replaced(self, timed, grace, clock):
        first, second = (enrol(timed, grace).json() for _ in range(2))

        assert first["factor_id"] == second["factor_id"]
        assert confirm(timed, grace, pyotp.TOTP(first["secret"]).at(clock())).status_code == 403
        assert confirm(timed, grace, pyotp.TOTP(second["secret"]).at(clock())).status_code == 200

    @pytest.mark.usefixtures("app")
    def test_there_is_one_app(self, timed, grace):
        assert problem(enrol(timed, grace)) == (409, "factor-exists")

    def test_the_secret_is_encrypted_and_the_codes_are_hashed(self, settings, app):
        totp, codes = app

        stored = str(query(settings.database_url, "SELECT secret FROM factors"))
        hashes = str(query(settings.database_url, "SELECT hash FROM recovery_codes"))
        assert totp.secret not in stored
        assert not [code for code in codes if code in hashes]
        # ASVS 5.0, 6.5.2: a standard hash is enough for 112 random bits; a digit of base32 has five.
        assert {5 * len(code.replace("-", "")) for code in codes} == {120}


class TestSigningIn:
    @pytest.mark.usefixtures("app")
    def test_needs_a_code_and_says_so_only_to_who_knows_the_password(self, timed):
        without = sign_in(timed)
        wrong = timed.post("/api/v1/sessions", json={"identifier": "grace", "password": "wrong-horse-9"})

        assert problem(without) == (401, "second-factor-required")
        assert details(timed, "session.second-factor-required") == [{"method": "password"}]
        assert without.json()["accepted"] == ["totp", "recovery-code"]
        assert problem(wrong) == (401, "invalid-credentials")

    @pytest.mark.parametrize(("step", "status"), [(-2, 401), (-1, 401), (0, 201), (1, 201), (2, 401)])
    def test_the_clock_of_the_app_may_differ_by_one_step(self, timed, app, clock, step, status):
        # The step before this one was used to confirm the app.
        assert sign_in(timed, {"totp_code": app[0].at(clock(), counter_offset=step)}).status_code == status

    def test_a_code_is_valid_once(self, timed, app, clock):
        code = app[0].at(clock())

        assert [sign_in(timed, {"totp_code": code}).status_code for _ in range(2)] == [201, 401]

    def test_a_recovery_code_is_valid_once(self, timed, grace, app):
        _, codes = app

        assert [sign_in(timed, {"recovery_code": codes[3]}).status_code for _ in range(2)] == [201, 401]
        assert timed.get(FACTORS, headers=grace).json()["recovery_codes_left"] == 9
        assert details(timed, "session.created")[1]["method"] == "recovery-code"  # before the administrator's

    @pytest.mark.usefixtures("app")
    def test_a_wrong_code_is_a_failure_like_any_other(self, timed):
        assert problem(sign_in(timed, {"totp_code": "000000"})) == (401, "invalid-credentials")
        assert problem(sign_in(timed, {"recovery_code": "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa"})) == (401, "invalid-credentials")

    def test_after_many_wrong_codes_none_is_accepted_and_the_owner_gets_a_mail(self, settings, grace, app, clock):
        totp, codes = app
        with TestClient(create_app(settings.model_copy(update={"guess_limit": 3}), now=clock)) as client:
            wrong = [
                sign_in(client, {"totp_code": totp.at(clock(), counter_offset=9 + number)}).status_code for number in range(4)
            ]
            right = sign_in(client, {"totp_code": totp.at(clock())})
            others = [
                client.post("/api/v1/reauthentications", json={"totp_code": totp.at(clock())}, headers=grace).status_code,
                sign_in(client, {"recovery_code": codes[0]}).status_code,
                sign_in(client, {"password": "wrong-horse-9", "totp_code": totp.at(clock())}).status_code,
            ]

        assert wrong == [401, 401, 401, 429]
        assert problem(right) == (429, "too-many-requests")
        assert right.headers["RateLimit-Policy"] == '"guesses";q=3;w=3600'
        assert others == [204, 201, 401]
        notices = [text for [text] in query(settings.database_url, "SELECT payload FROM outbox") if "wrong codes" in text]
        assert len(notices) == 1

    def test_wrong_codes_in_a_session_are_counted_apart(self, settings, grace, app, clock):
        totp, _ = app
        with TestClient(create_app(settings.model_copy(update={"guess_limit": 3}), now=clock)) as client:
            answers = [
                client.post(
                    "/api/v1/reauthentications", json={"totp_code": totp.at(clock(), counter_offset=offset)}, headers=grace
                ).status_code
                for offset in (9, 10, 11, 0)
            ]
            signed_in_again = sign_in(client, {"totp_code": totp.at(clock())})

        assert answers == [403, 403, 403, 429]
        assert signed_in_again.status_code == 201

    def test_without_the_key_of_its_secret_a_code_is_not_verified_and_not_wrong(self, settings, grace, app, clock, capsys):
        totp, codes = app
        without = settings.model_copy(update={"secret_key": [base64.b64encode(bytes(32)).decode()]})
        with TestClient(create_app(without, now=clock), raise_server_exceptions=False) as client:
            code = {"totp_code": totp.at(clock())}
            answers = [sign_in(client, code), client.post("/api/v1/reauthentications", json=code, headers=grace)]
            recovered = sign_in(client, {"recovery_code": codes[0]})

        assert [problem(answer) for answer in answers] == [(503, "service-unavailable")] * 2
        assert recovered.status_code == 201
        assert "SECRET_KEY lacks the key" in "".join(capsys.readouterr())

    def test_the_last_use_is_shown(self, timed, grace, app, clock):
        sign_in(timed, {"totp_code": app[0].at(clock())})

        [factor] = timed.get(FACTORS, headers=grace).json()["factors"]
        assert factor["last_used_at"] == clock().isoformat().replace("+00:00", "Z")
        assert details(timed, "session.created")[1]["method"] == "totp"


class TestManaging:
    @pytest.mark.usefixtures("app")
    def test_a_factor_is_renamed_by_its_user_alone(self, timed, grace, admin_of):
        [factor] = timed.get(FACTORS, headers=grace).json()["factors"]
        path = f"{FACTORS}/{factor['id']}"

        foreign = timed.patch(path, json={"name": "Mine"}, headers=admin_of(timed))
        renamed = timed.patch(path, json={"name": "Old phone"}, headers=grace)

        assert problem(foreign) == (404, "not-found")
        assert renamed.json() == {**factor, "name": "Old phone"}

    @pytest.mark.usefixtures("app")
    def test_removing_it_removes_the_recovery_codes(self, timed, grace, admin_of):
        [factor] = timed.get(FACTORS, headers=grace).json()["factors"]
        path = f"{FACTORS}/{factor['id']}"

        assert timed.delete(path, headers=admin_of(timed)).status_code == 404
        assert timed.delete(path, headers=grace).status_code == 204

        assert timed.get(FACTORS, headers=grace).json() == {"factors": [], "recovery_codes_left": 0}
        assert sign_in(timed).status_code == 201

    def test_a_recent_proof_is_a_code_once_there_is_a_second_factor(self, timed, grace, app, clock, admin_of):
        clock.advance(seconds=601)
        asked = timed.delete(f"{FACTORS}/1", headers=grace)
        by_password = timed.post("/api/v1/reauthentications", json={"password": PASSWORD}, headers=grace)
        by_code = timed.post("/api/v1/reauthentications", json={"totp_code": app[0].at(clock())}, headers=grace)

        assert asked.json()["accepted"] == ["totp", "recovery-code"]
        assert problem(by_password) == (403, "verification-failed")
        assert by_code.status_code == 204
        refused = timed.get("/api/v1/audit-events?type=reauthentication.refused", headers=admin_of(timed)).json()
        assert refused["total"] == 1
        assert details(timed, "reauthentication.succeeded")[0]["method"] == "totp"
        assert timed.delete(f"{FACTORS}/1", headers=grace).status_code == 204


@pytest.fixture
def admin_of():
    return lambda client: signed_in(client, "admin")
