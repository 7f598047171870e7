"""Refreshing sessions: rotation, grace period, reuse."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app.core.security import tokens as made
from app.main import create_app
from tests.support.answers import problem
from tests.support.builders import PASSWORD, signed_in, stored_user
from tests.support.databases import query

REFUSED = (401, "invalid-refresh-token")


@pytest.fixture
def client(timed):
    return timed


@pytest.fixture
def first(client):
    """The tokens of a user who has just signed in."""
    stored_user(client, username="grace")
    return client.post("/api/v1/sessions", json={"identifier": "grace", "password": PASSWORD}).json()


def refresh(client, tokens):
    return client.post("/api/v1/session-tokens", json={"refresh_token": tokens["refresh_token"]})


def lives(client, tokens):
    response = client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert response.status_code in {200, 401}
    return response.status_code == 200


class TestCreateSessionToken:
    def test_it_returns_the_next_pair_of_the_same_session(self, client, first):
        response = refresh(client, first)

        second = response.json()
        assert response.status_code == 201
        assert response.headers["Location"] == f"/api/v1/sessions/{first['session_id']}"
        assert second["session_id"] == first["session_id"]
        assert {second["access_token"], second["refresh_token"]}.isdisjoint({first["access_token"], first["refresh_token"]})
        assert (second["expires_in"], second["refresh_expires_in"]) == (900, 30 * 86_400)
        assert lives(client, second)

    def test_the_old_pair_is_invalid(self, client, clock, first):
        refresh(client, first)
        clock.advance(seconds=11)

        assert not lives(client, first)
        assert problem(refresh(client, first)) == REFUSED

    def test_the_old_access_token_is_valid_for_10_more_seconds(self, client, clock, first):
        second = refresh(client, first).json()
        clock.advance(seconds=10, microseconds=-1)
        at_the_end = lives(client, first)
        clock.advance(microseconds=1)

        assert at_the_end
        assert not lives(client, first)
        assert lives(client, second)

    def test_the_grace_period_does_not_extend_an_access_token(self, client, clock, first):
        clock.advance(seconds=895)
        refresh(client, first)
        clock.advance(seconds=5)

        assert not lives(client, first)

    def test_a_tab_with_the_old_access_token_can_sign_out(self, client, first):
        second = refresh(client, first).json()

        response = client.delete("/api/v1/sessions/current", headers={"Authorization": f"Bearer {first['access_token']}"})

        assert response.status_code == 204
        assert not lives(client, second)
        assert problem(refresh(client, second)) == REFUSED

    def test_the_old_access_token_ends_with_the_session(self, client, first):
        second = refresh(client, first).json()
        client.delete("/api/v1/sessions/current", headers={"Authorization": f"Bearer {second['access_token']}"})

        assert not lives(client, first)

    def test_the_session_is_extended_and_returns_its_expiry(self, client, clock, first):
        clock.advance(days=29)
        tokens = refresh(client, first).json()

        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        [session] = client.get("/api/v1/sessions", headers=headers).json()["sessions"]
        assert session["created_at"] == "2026-02-06T10:30:00Z"
        assert session["refreshed_at"] == "2026-03-07T10:30:00Z"
        assert session["expires_at"] == "2026-04-06T10:30:00Z"

    def test_within_10_seconds_the_old_token_returns_the_same_new_pair(self, client, clock, first):
        second = refresh(client, first).json()
        clock.advance(seconds=10)
        again = refresh(client, first).json()

        assert (again["access_token"], again["refresh_token"]) == (second["access_token"], second["refresh_token"])
        assert (again["expires_in"], again["refresh_expires_in"]) == (890, 30 * 86_400 - 10)
        assert lives(client, again)

    def test_reuse_after_the_grace_period_ends_the_session(self, client, clock, first):
        second = refresh(client, first).json()
        clock.advance(seconds=10, microseconds=1)

        assert problem(refresh(client, first)) == REFUSED
        assert not lives(client, second)
        assert problem(refresh(client, second)) == REFUSED

    def test_reuse_after_two_rotations_ends_the_session(self, client, clock, first):
        second = refresh(client, first).json()
        clock.advance(minutes=1)
        third = refresh(client, second).json()
        clock.advance(minutes=1)
        refresh(client, first)

        assert not lives(client, third)
        assert problem(refresh(client, third)) == REFUSED

    def test_only_the_session_of_the_stolen_token_ends(self, client, clock, first):
        other = signed_in(client, "grace")
        refresh(client, first)
        clock.advance(seconds=11)
        refresh(client, first)

        assert client.get("/api/v1/users/me", headers=other).status_code == 200

    def test_a_replaced_pair_has_expires_in_0_and_leads_to_the_current_one(self, client, clock, first):
        second = refresh(client, first).json()
        clock.advance(seconds=5)
        third = refresh(client, second).json()

        again = refresh(client, first).json()

        assert again["expires_in"] == 0
        assert refresh(client, again).json()["access_token"] == third["access_token"]
        assert lives(client, third)

    def test_a_refresh_token_expires_after_30_days(self, client, clock, first):
        clock.advance(days=30)

        assert problem(refresh(client, first)) == REFUSED

    def test_an_unknown_token_and_a_wrong_checksum_get_the_same_response(self, client):
        unknown = made.new(made.REFRESH)
        wrong = unknown[:-1] + ("0" if unknown[-1] != "0" else "1")

        answers = [refresh(client, {"refresh_token": token}) for token in (unknown, wrong)]

        assert {problem(answer) for answer in answers} == {REFUSED}
        assert {answer.headers["WWW-Authenticate"] for answer in answers} == {"Bearer"}
        assert answers[0].json()["detail"] == answers[1].json()["detail"]
        assert unknown not in answers[0].text

    def test_expired_refresh_tokens_of_a_session_are_deleted(self, client, clock, settings, first):
        pair = first
        for _ in range(29):
            clock.advance(days=3)
            pair = refresh(client, pair).json()

        [[count]] = query(settings.database_url, "SELECT count(*) FROM refresh_tokens")
        assert lives(client, pair)
        assert count <= 11


class TestTheEndOfASession:
    """90 days after signing in, however often it is refreshed."""

    @staticmethod
    def kept(client, clock, pair, days):
        """Refresh once a day."""
        for _ in range(days):
            clock.advance(days=1)
            pair = refresh(client, pair).json()
        return pair

    def test_no_refresh_extends_it_and_no_token_outlives_it(self, client, clock, first):
        pair = self.kept(client, clock, first, 89)
        clock.advance(hours=23, minutes=50)
        last = refresh(client, pair).json()
        headers = {"Authorization": f"Bearer {last['access_token']}"}
        [session] = client.get("/api/v1/sessions", headers=headers).json()["sessions"]
        clock.advance(minutes=10, microseconds=-1)
        at_the_end = lives(client, last)
        clock.advance(microseconds=1)

        assert pair["refresh_expires_in"] == 86_400
        assert (last["expires_in"], last["refresh_expires_in"]) == (600, 600)
        assert session["expires_at"] == "2026-05-07T10:30:00Z"
        assert at_the_end
        assert not lives(client, last)
        assert problem(refresh(client, last)) == REFUSED

    def test_a_session_shorter_than_its_tokens_bounds_their_expiry(self, settings, clock):
        short = settings.model_copy(update={"session_seconds": 60})
        with TestClient(create_app(short, now=clock)) as client:
            pair = client.post("/api/v1/sessions", json={"identifier": "admin", "password": PASSWORD}).json()

        assert (pair["expires_in"], pair["refresh_expires_in"]) == (60, 60)

    def test_it_is_kept_when_the_setting_changes(self, settings, clock, first):
        longer = settings.model_copy(update={"session_seconds": 200 * 86_400})
        with TestClient(create_app(longer, now=clock)) as later:
            pair = self.kept(later, clock, first, 80)

        assert pair["refresh_expires_in"] == 10 * 86_400

    def test_a_session_without_ends_at_ends_by_its_creation(self, settings, client, clock, first):
        query(settings.database_url, "UPDATE sessions SET ends_at = NULL")

        pair = self.kept(client, clock, first, 89)

        assert pair["refresh_expires_in"] == 86_400
        clock.advance(days=1)
        assert problem(refresh(client, pair)) == REFUSED
