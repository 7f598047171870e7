"""Passkeys: registration, sign-in and proofs, with an authenticator in software; what must be refused."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.testclient import TestClient

from app.main import create_app
from tests.support.answers import problem
from tests.support.authenticator import PRESENT, Authenticator
from tests.support.builders import new_user, signed_in, stored_user
from tests.support.databases import Connection

CHALLENGES, PASSKEYS, FACTORS = "/api/v1/passkey-challenges", "/api/v1/users/me/passkeys", "/api/v1/users/me/factors"
SESSIONS, REAUTHENTICATIONS = "/api/v1/sessions", "/api/v1/reauthentications"
REFUSED = (401, "invalid-credentials")


@pytest.fixture
def client(timed):
    return timed


@pytest.fixture
def grace(client):
    stored_user(client, username="grace")
    return signed_in(client, "grace")


def challenge(client: TestClient, purpose: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    response = client.post(CHALLENGES, json={"purpose": purpose}, headers=headers)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def registration(client: TestClient, headers: dict[str, str], authenticator: Authenticator, **more: str) -> dict[str, Any]:
    """A body of `createPasskey`."""
    asked = challenge(client, "registration", headers)
    return {"challenge_id": asked["challenge_id"], "credential": authenticator.create(asked["options"]), **more}


def registered(client: TestClient, headers: dict[str, str], **changes: Any) -> Authenticator:
    authenticator = Authenticator(**changes)
    response = client.post(PASSKEYS, json=registration(client, headers, authenticator), headers=headers)
    assert response.status_code == 201, response.text
    return authenticator


def proof(client: TestClient, authenticator: Authenticator) -> dict[str, Any]:
    """A body of `createSession` and `createReauthentication`."""
    asked = challenge(client, "authentication")
    answered = {"challenge_id": asked["challenge_id"], "credential": authenticator.get(asked["options"])}
    return {"passkey": answered}


def events(client: TestClient) -> list[tuple[str, dict[str, Any]]]:
    """Types and details."""
    found = client.get("/api/v1/audit-events?page_size=20", headers=signed_in(client, "admin")).json()["audit_events"]
    return [(event["type"], event["details"]) for event in found]


class TestRegistration:
    def test_a_passkey_is_a_factor_and_is_told_about(self, client, grace, settings):
        body = registration(client, grace, Authenticator(), name="Laptop")

        created = client.post(PASSKEYS, json=body, headers=grace)

        factor = created.json()
        assert (created.status_code, created.headers["Location"]) == (201, f"{FACTORS}/{factor['id']}")
        assert (factor["type"], factor["name"], factor["last_used_at"]) == ("passkey", "Laptop", None)
        assert client.get(FACTORS, headers=grace).json()["factors"] == [factor]
        details = {"method": "passkey", "factor_id": factor["id"]}
        found = events(client)
        assert ("factor.confirmed", details) in found
        assert ("factor.added", details) in found
        with Connection(settings.database_url) as database:
            payloads = database.execute("SELECT payload FROM outbox")
        assert any("A passkey was added." in payload for [payload] in payloads)

    def test_the_options_come_from_the_settings_and_exclude_what_the_user_has(self, client, grace):
        authenticator = registered(client, grace)

        options = challenge(client, "registration", {**grace, "Host": "evil.example"})["options"]

        assert (options["rp"], options["user"]["name"]) == ({"id": "localhost", "name": "Accord"}, "grace")
        excluded = {"type": "public-key", "id": authenticator.id, "transports": ["internal", "hybrid"]}
        assert options["excludeCredentials"] == [excluded]
        assert options["authenticatorSelection"]["userVerification"] == "required"

    @pytest.mark.parametrize(
        "changes",
        [{"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"flags": PRESENT}],
        ids=["origin", "relying-party", "user-not-verified"],
    )
    def test_what_the_library_refuses_is_a_failed_verification(self, client, grace, changes):
        body = registration(client, grace, Authenticator(**changes))

        assert problem(client.post(PASSKEYS, json=body, headers=grace)) == (403, "verification-failed")

    def test_a_challenge_is_for_one_user_one_purpose_one_use_and_five_minutes(self, client, grace, clock):
        stored_user(client, username="alan")
        alan, body = signed_in(client, "alan"), registration(client, grace, Authenticator())
        other = challenge(client, "authentication")

        assert problem(client.post(PASSKEYS, json=body, headers=alan)) == (403, "verification-failed")
        wrong = {**body, "challenge_id": other["challenge_id"]}
        assert problem(client.post(PASSKEYS, json=wrong, headers=grace)) == (403, "verification-failed")
        late = registration(client, grace, Authenticator(credential_id=b"late"))
        clock.advance(minutes=4, seconds=59)
        assert client.post(PASSKEYS, json=body, headers=grace).status_code == 201
        assert problem(client.post(PASSKEYS, json=body, headers=grace)) == (403, "verification-failed")
        assert [kind for kind, _ in events(client)].count("reauthentication.refused") == 3
        clock.advance(seconds=2)
        assert problem(client.post(PASSKEYS, json=late, headers=grace)) == (403, "verification-failed")

    def test_nobody_takes_over_the_passkey_of_somebody_else(self, client, grace):
        authenticator = registered(client, grace)
        stored_user(client, username="alan")
        alan = signed_in(client, "alan")

        body = registration(client, alan, Authenticator(credential_id=authenticator.credential_id))

        assert problem(client.post(PASSKEYS, json=body, headers=alan)) == (409, "factor-exists")

    def test_registration_needs_a_user(self, client):
        assert problem(client.post(CHALLENGES, json={"purpose": "registration"})) == (401, "unauthorized")


class TestOrigins:
    def test_a_page_that_may_call_the_service_can_neither_register_nor_sign_in(self, settings):
        page = "https://partner.example"
        with TestClient(create_app(settings.model_copy(update={"allowed_origins": [page]}))) as client:
            preflight = {"Origin": page, "Access-Control-Request-Method": "POST"}
            allowed = client.options(SESSIONS, headers=preflight).headers["Access-Control-Allow-Origin"]
            stored_user(client, username="grace")
            grace = signed_in(client, "grace")
            theirs = Authenticator(origin=page, credential_id=b"theirs")
            registered_there = client.post(
                PASSKEYS, json=registration(client, grace, theirs), headers={**grace, "Origin": page}
            )
            authenticator = registered(client, grace)
            authenticator.origin = page
            signed_in_there = client.post(SESSIONS, json=proof(client, authenticator), headers={"Origin": page})

        assert allowed == page
        assert problem(registered_there) == (403, "verification-failed")
        assert problem(signed_in_there) == REFUSED


class TestFutureMembers:
    def test_members_that_browsers_add_are_accepted_within_bounds(self, client, grace):
        added = {"newMember": {"a": [[1, None], {"b": True}]}, "clientExtensionResults": {"prf": {"results": {"first": "AA"}}}}
        body = registration(client, grace, Authenticator())
        body["credential"] |= added
        body["credential"]["response"] |= {"publicKey": None, "publicKeyAlgorithm": -7, "another": ["x"]}
        authenticator = Authenticator()
        authenticator.user_handle = "Mg"

        assert client.post(PASSKEYS, json=body, headers=grace).status_code == 201
        answer = proof(client, authenticator)
        answer["passkey"]["credential"] |= added
        answer["passkey"]["credential"]["response"]["attestationObject"] = "AA"
        many = proof(client, authenticator)
        many["passkey"]["credential"] |= {f"member{number}": number for number in range(30)}

        assert client.post(SESSIONS, json=answer).status_code == 201
        assert client.post(SESSIONS, json=many).status_code == 422


class TestSigningIn:
    def test_a_passkey_replaces_password_and_code(self, client, grace):
        authenticator = registered(client, grace)

        response = client.post(SESSIONS, json=proof(client, authenticator))

        assert response.status_code == 201
        token = {"Authorization": f"Bearer {response.json()['access_token']}"}
        assert client.get("/api/v1/users/me", headers=token).json()["username"] == "grace"
        assert client.get(FACTORS, headers=token).json()["factors"][0]["last_used_at"] is not None
        events = client.get("/api/v1/audit-events?type=session.created&actor_id=2", headers=signed_in(client, "admin")).json()
        assert events["audit_events"][0]["details"]["method"] == "passkey"

    def test_an_answer_is_valid_once(self, client, grace):
        body = proof(client, registered(client, grace))

        assert client.post(SESSIONS, json=body).status_code == 201
        assert problem(client.post(SESSIONS, json=body)) == REFUSED

    @pytest.mark.parametrize(
        "changes",
        [
            *({"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"flags": PRESENT}),
            *({"credential_id": b"another"}, {"user_handle": "OTk"}),
        ],
        ids=["origin", "relying-party", "user-not-verified", "unknown", "another-user"],
    )
    def test_a_wrong_answer_is_refused_as_a_wrong_password_is(self, client, grace, changes):
        authenticator = registered(client, grace)
        for name, value in changes.items():
            setattr(authenticator, name, value)

        assert problem(client.post(SESSIONS, json=proof(client, authenticator))) == REFUSED
        assert "session.refused" in [event for event, _ in events(client)]

    def test_a_signature_of_another_key_is_refused(self, client, grace):
        authenticator = registered(client, grace)
        authenticator.key = ec.generate_private_key(ec.SECP256R1())

        assert problem(client.post(SESSIONS, json=proof(client, authenticator))) == REFUSED

    def test_a_counter_that_does_not_grow_is_refused_and_recorded(self, client, grace):
        authenticator = registered(client, grace, counter=5)
        assert client.post(SESSIONS, json=proof(client, authenticator)).status_code == 201
        authenticator.counter = 5  # a copy, which the original has overtaken

        assert problem(client.post(SESSIONS, json=proof(client, authenticator))) == REFUSED
        found = events(client)
        factor_id = client.get(FACTORS, headers=grace).json()["factors"][0]["id"]
        assert ("factor.counter-regressed", {"method": "passkey", "factor_id": factor_id}) in found

    def test_an_inactive_user_is_refused(self, client, grace):
        authenticator, admin = registered(client, grace), signed_in(client, "admin")
        client.patch("/api/v1/users/2", json={"is_active": False}, headers=admin)

        assert problem(client.post(SESSIONS, json=proof(client, authenticator))) == REFUSED

    @pytest.mark.parametrize("others", [{"password": "correct-horse-9"}, {"identifier": "grace", "password": "x"}])
    def test_it_is_sent_alone(self, client, grace, others):
        body = proof(client, registered(client, grace))

        assert problem(client.post(SESSIONS, json={**body, **others})) == (422, "unprocessable-content")

    @pytest.mark.parametrize("body", [{}, {"identifier": "grace"}, {"password": "x"}, {"totp_code": "123456"}])
    def test_a_password_and_an_identifier_need_each_other(self, client, body):
        assert problem(client.post(SESSIONS, json=body)) == (422, "unprocessable-content")


class TestProofs:
    def test_a_passkey_makes_the_session_recent(self, client, grace, clock):
        authenticator = registered(client, grace)
        clock.advance(minutes=11)
        late = client.delete(f"{FACTORS}/99", headers=grace)

        proven = client.post(REAUTHENTICATIONS, json=proof(client, authenticator), headers=grace)

        assert late.json()["accepted"] == ["password", "passkey"]
        assert proven.status_code == 204
        assert client.delete(f"{FACTORS}/99", headers=grace).status_code == 404

    def test_the_passkey_of_somebody_else_proves_nothing(self, client, grace):
        body = proof(client, registered(client, grace))
        user = new_user()
        stored_user(client, **user)

        response = client.post(REAUTHENTICATIONS, json=body, headers=signed_in(client, user["username"]))

        assert problem(response) == (403, "verification-failed")

    def test_a_removed_passkey_is_worth_nothing(self, client, grace):
        authenticator = registered(client, grace)
        factor_id = client.get(FACTORS, headers=grace).json()["factors"][0]["id"]

        assert client.delete(f"{FACTORS}/{factor_id}", headers=grace).status_code == 204
        assert problem(client.post(SESSIONS, json=proof(client, authenticator))) == REFUSED

    def test_removing_a_passkey_keeps_the_recovery_codes(self, client, grace, settings):
        registered(client, grace)
        factor_id = client.get(FACTORS, headers=grace).json()["factors"][0]["id"]
        with Connection(settings.database_url) as database:
            database.execute("INSERT INTO recovery_codes (user_id, hash) VALUES (2, 'one')")

        client.delete(f"{FACTORS}/{factor_id}", headers=grace)

        assert client.get(FACTORS, headers=grace).json() == {"factors": [], "recovery_codes_left": 1}
