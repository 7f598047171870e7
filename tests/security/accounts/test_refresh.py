"""S21-S24: the rotation of refresh tokens."""

from __future__ import annotations

import pytest

from tests.security.client import bearer, code

pytestmark = pytest.mark.slow


def test_s21_the_reuse_of_an_old_refresh_token_ends_the_session(service, user):
    """A refresh token that is used again after the grace period ends its session, the thief's and the owner's tokens alike."""
    other = service.sign_in(user.username)
    following = service.refresh(user.tokens["refresh_token"]).json()
    newest = service.refresh(following["refresh_token"]).json()
    service.age_session(user.tokens, seconds=11)

    reused = service.refresh(user.tokens["refresh_token"])

    assert code(reused) == (401, "invalid-refresh-token")
    assert not service.is_signed_in(newest)
    assert [service.refresh(tokens["refresh_token"]).status_code for tokens in (newest, following)] == [401, 401]
    assert service.is_signed_in(other)


def test_s22_parallel_refreshes_with_one_token_make_one_lineage(service, user):
    """Of parallel refreshes with one token none is refused, and all lead to the same pair: there is one live lineage."""
    token = user.tokens["refresh_token"]

    answers = service.together(*[lambda: service.refresh(token)] * 8)

    assert {answer.status_code for answer in answers} == {201}
    pairs = {(answer.json()["access_token"], answer.json()["refresh_token"]) for answer in answers}
    assert len(pairs) == 1
    [(access, following)] = pairs
    assert service.is_signed_in(access)
    assert service.refresh(following).status_code == 201
    statement = "SELECT count(*) FROM refresh_tokens WHERE session_id = ? AND used_at IS NULL"
    assert service.database.execute(statement, (user.tokens["session_id"],))[0][0] == 1
    service.age_session(user.tokens, seconds=11)
    assert service.refresh(token).status_code == 401


def test_s23_no_refresh_after_sign_out_deactivation_or_deletion(service, admin):
    """A refresh token is refused after its session ended, and once its user is inactive or deleted."""
    signed_out, inactive, deleted = (service.sign_up() for _ in range(3))
    service.delete("/sessions/current", headers=signed_out.headers)
    service.patch(f"/users/{inactive.id}", {"is_active": False}, headers=admin.headers)
    service.delete(f"/users/{deleted.id}", headers=deleted.headers)

    for user in (signed_out, inactive, deleted):
        assert code(service.refresh(user.tokens["refresh_token"])) == (401, "invalid-refresh-token")
    service.patch(f"/users/{inactive.id}", {"is_active": True}, headers=admin.headers)
    assert service.refresh(inactive.tokens["refresh_token"]).status_code == 401


def test_s24_a_refresh_never_yields_a_token_of_somebody_else(service, user):
    """A refresh returns a token of the session it belongs to, whoever's access token is sent with it."""
    other = service.sign_up()

    refreshed = service.post("/session-tokens", {"refresh_token": user.tokens["refresh_token"]}, headers=other.headers).json()

    assert refreshed["session_id"] == user.tokens["session_id"]
    assert service.get("/users/me", headers=bearer(refreshed)).json()["id"] == user.id
    assert service.is_signed_in(other.tokens)
