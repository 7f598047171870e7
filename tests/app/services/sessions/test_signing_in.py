"""Verification and renewal of password hashes at sign-in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import argon2
import pytest
from starlette.testclient import TestClient

from app.main import create_app
from tests.support.answers import problem
from tests.support.builders import PASSWORD, new_user, stored_user
from tests.support.databases import query


@pytest.fixture
def verified(monkeypatch):
    """Records the hashes that argon2 verifies."""
    found: list[str] = []
    verify = argon2.PasswordHasher.verify

    def noted(self: argon2.PasswordHasher, stored: str, password: str) -> bool:
        found.append(stored)
        return verify(self, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", noted)
    return found


def sign_in(client, identifier, password=PASSWORD):
    return client.post("/api/v1/sessions", json={"identifier": identifier, "password": password})


def stored_hash(settings, username):
    [[found]] = query(settings.database_url, "SELECT password_hash FROM users WHERE username = ?", username)
    return found


class TestTiming:
    def test_a_hash_is_verified_for_unknown_and_inactive_users_and_wrong_passwords(self, client, admin, verified):
        user = stored_user(client, username="grace")
        client.patch(f"/api/v1/users/{user['id']}", json={"is_active": False}, headers=admin)
        verified.clear()

        statuses = [sign_in(client, name, "wrong-one-1").status_code for name in ("nobody", "grace", "admin")]

        assert statuses == [401, 401, 401]
        assert len(verified) == 3
        assert len({stored.rpartition("$")[0].rpartition("$")[0] for stored in verified}) == 1  # the same parameters


class TestOutdatedHashes:
    def test_a_hash_of_other_parameters_is_replaced_at_the_next_sign_in(self, client, settings):
        before = stored_hash(settings, "admin")
        dearer = settings.model_copy(update={"password_memory_kib": 64, "password_passes": 2})
        with TestClient(create_app(dearer)) as other:
            refused = sign_in(other, "admin", "wrong-one-1")
            unchanged = stored_hash(settings, "admin")
            sign_in(other, "admin")

        after = stored_hash(settings, "admin")
        assert refused.status_code == 401
        assert unchanged == before
        assert "m=8,t=1,p=1" in before
        assert "m=64,t=2,p=1" in after
        assert sign_in(client, "admin").status_code == 201

    def test_a_hash_with_current_parameters_is_kept(self, client, settings):
        before = stored_hash(settings, "admin")

        sign_in(client, "admin")

        assert stored_hash(settings, "admin") == before

    def test_the_hash_of_an_inactive_user_is_kept(self, client, admin, settings):
        user = stored_user(client, username="grace")
        client.patch(f"/api/v1/users/{user['id']}", json={"is_active": False}, headers=admin)
        before = stored_hash(settings, "grace")
        with TestClient(create_app(settings.model_copy(update={"password_memory_kib": 64}))) as other:
            sign_in(other, "grace")

        assert stored_hash(settings, "grace") == before


class TestOverload:
    def test_a_full_queue_gets_retry_after_and_reads_still_work(self, settings):
        busy = settings.model_copy(
            update={"password_threads": 1, "password_queue": 1, "password_memory_kib": 65_536, "password_passes": 3}
        )
        with TestClient(create_app(busy), raise_server_exceptions=False) as client, ThreadPoolExecutor(8) as pool:
            work = [pool.submit(sign_in, client, "nobody") for _ in range(7)]
            work.append(pool.submit(client.post, "/api/v1/users", json=new_user()))
            read = client.get("/api/v1/posts").status_code
            answers = [one.result() for one in work]

        refused = [answer for answer in answers if answer.status_code == 503]
        assert read == 200
        assert {answer.status_code for answer in answers} <= {201, 401, 503}
        assert 1 <= len(refused) <= 6
        assert {problem(answer) for answer in refused} == {(503, "service-unavailable")}
        assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
