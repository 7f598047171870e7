"""Signing in, listing sessions, signing out."""

from __future__ import annotations

import re

import pytest

from tests.support.answers import faults, problem
from tests.support.builders import PASSWORD, signed_in, stored_user

DAY = 86_400


def sign_in(client, identifier="admin", password=PASSWORD):
    return client.post("/api/v1/sessions", json={"identifier": identifier, "password": password})


def me(client, access_token):
    return client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {access_token}"})


class TestCreateSession:
    def test_the_response_is_a_pair_of_tokens_with_location(self, client):
        response = sign_in(client)

        tokens = response.json()
        assert response.status_code == 201
        assert response.headers["Location"] == f"/api/v1/sessions/{tokens['session_id']}"
        assert response.headers["Cache-Control"] == "no-store"
        assert re.fullmatch("aca_[0-9a-f]{72}", tokens["access_token"])
        assert re.fullmatch("acr_[0-9a-f]{72}", tokens["refresh_token"])
        assert (tokens["token_type"], tokens["expires_in"], tokens["refresh_expires_in"]) == ("Bearer", 900, 30 * DAY)
        assert me(client, tokens["access_token"]).json()["username"] == "admin"

    @pytest.mark.parametrize("identifier", ["grace", "GRACE", "grace@example.com", "Grace@EXAMPLE.com"])
    def test_username_and_address_are_case_insensitive(self, client, identifier):
        stored_user(client, username="Grace", email="grace@Example.com")

        assert sign_in(client, identifier).status_code == 201

    def test_letters_that_lower_to_ascii_are_different_letters(self, client):
        stored_user(client, username="kelvin")

        assert problem(sign_in(client, "\N{KELVIN SIGN}elvin")) == (401, "invalid-credentials")

    def test_invalid_members_are_rejected_and_not_repeated(self, client):
        response = client.post("/api/v1/sessions", json={"identifier": "ab", "password": "secret-phrase" * 40, "otp": 1})

        assert faults(response) == {
            ("body", "/identifier", "minLength"),
            ("body", "/password", "maxLength"),
            ("body", "/otp", "additionalProperties"),
        }
        assert "secret-phrase" not in response.text

    def test_an_access_token_expires_after_15_minutes(self, timed, clock):
        token = sign_in(timed).json()["access_token"]
        clock.advance(minutes=15, microseconds=-1)
        at_the_end = me(timed, token).status_code
        clock.advance(microseconds=1)

        assert at_the_end == 200
        assert problem(me(timed, token)) == (401, "unauthorized")


class TestListSessions:
    def test_it_lists_the_newest_first_and_marks_the_current_one(self, timed, clock):
        sign_in(timed)
        clock.advance(hours=1)
        headers = signed_in(timed, "admin")

        newest, oldest = timed.get("/api/v1/sessions", headers=headers).json()["sessions"]

        assert (newest["is_current"], oldest["is_current"]) == (True, False)
        assert newest["id"] > oldest["id"]
        assert oldest["created_at"] == oldest["refreshed_at"] == "2026-02-06T10:30:00Z"
        assert oldest["expires_at"] == "2026-03-08T10:30:00Z"

    def test_lists_only_own_sessions(self, client):
        signed_in(client, "admin")
        headers = signed_in(client, stored_user(client)["username"])

        [session] = client.get("/api/v1/sessions", headers=headers).json()["sessions"]

        assert session["is_current"]

    def test_it_shows_no_token_and_no_hash(self, client, admin):
        text = client.get("/api/v1/sessions", headers=admin).text

        assert "aca_" not in text
        assert not re.search("[0-9a-f]{64}", text)

    def test_expired_sessions_are_not_listed(self, timed, clock):
        sign_in(timed)
        clock.advance(days=30)
        headers = signed_in(timed, "admin")

        assert len(timed.get("/api/v1/sessions", headers=headers).json()["sessions"]) == 1

    def test_the_oldest_of_a_hundred_ends_when_another_begins(self, client):
        tokens = [sign_in(client).json()["access_token"] for _ in range(102)]

        sessions = client.get("/api/v1/sessions", headers={"Authorization": f"Bearer {tokens[-1]}"}).json()["sessions"]

        assert len(sessions) == 100
        assert [me(client, token).status_code for token in tokens[:4]] == [401, 401, 200, 200]

    def test_the_sessions_of_others_do_not_count(self, client):
        stored_user(client, username="grace")
        token = sign_in(client, "grace").json()["access_token"]
        for _ in range(101):
            sign_in(client)

        assert me(client, token).status_code == 200


class TestDeleteSession:
    def test_its_tokens_are_rejected_from_the_next_request_on(self, client):
        tokens = sign_in(client).json()
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}

        response = client.delete(f"/api/v1/sessions/{tokens['session_id']}", headers=headers)

        assert (response.status_code, response.content) == (204, b"")
        assert problem(me(client, tokens["access_token"])) == (401, "unauthorized")
        refreshed = client.post("/api/v1/session-tokens", json={"refresh_token": tokens["refresh_token"]})
        assert problem(refreshed) == (401, "invalid-refresh-token")

    def test_current_is_the_one_whose_token_was_sent(self, client, admin):
        other = signed_in(client, "admin")

        assert client.delete("/api/v1/sessions/current", headers=admin).status_code == 204
        assert client.get("/api/v1/users/me", headers=admin).status_code == 401
        assert client.get("/api/v1/users/me", headers=other).status_code == 200

    def test_another_own_session_can_be_ended(self, client, admin):
        other = sign_in(client).json()

        assert client.delete(f"/api/v1/sessions/{other['session_id']}", headers=admin).status_code == 204
        assert me(client, other["access_token"]).status_code == 401
        assert client.get("/api/v1/users/me", headers=admin).status_code == 200

    def test_sessions_of_others_are_not_found_even_by_administrators(self, client, admin):
        stored_user(client, username="grace")
        tokens = sign_in(client, "grace").json()

        response = client.delete(f"/api/v1/sessions/{tokens['session_id']}", headers=admin)

        assert problem(response) == (404, "not-found")
        assert me(client, tokens["access_token"]).status_code == 200

    def test_a_session_ends_once(self, client, admin):
        other = sign_in(client).json()["session_id"]
        client.delete(f"/api/v1/sessions/{other}", headers=admin)

        assert problem(client.delete(f"/api/v1/sessions/{other}", headers=admin)) == (404, "not-found")

    def test_an_invalid_id_is_rejected(self, client, admin, subtests):
        for session_id in ("0", "-1", "Current", "currents", "1.0", "9007199254740992"):
            with subtests.test(session_id=session_id):
                response = client.delete(f"/api/v1/sessions/{session_id}", headers=admin)

                assert {(place, pointer) for place, pointer, _ in faults(response)} == {("path", "/session_id")}
