"""API keys: creation, expiry, revocation, limits, and the header that sends them."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from tests.contract.contract import KEY_HEADER, SCOPES
from tests.support.answers import faults, problem
from tests.support.builders import new_post, signed_in, stored_key, stored_post, stored_user
from tests.support.databases import stored

KEYS, ME = "/api/v1/api-keys", "/api/v1/users/me"
WANTED = {"name": "Nightly import", "scopes": ["posts:read", "posts:write"]}


def last_use_of(client: TestClient, owner: dict[str, str], wanted: str) -> str | None:
    """When the only key of a user was last used; it is written behind the requests, so it is waited for."""
    deadline = time.monotonic() + 5
    while True:
        [key] = client.get(KEYS, headers=owner).json()["keys"]
        if key["last_used_at"] == wanted or time.monotonic() > deadline:
            found: str | None = key["last_used_at"]
            return found
        time.sleep(0.01)


@pytest.fixture
def client(timed):
    return timed


@pytest.fixture
def admin(client):
    return signed_in(client, "admin")


class TestCreateApiKey:
    def test_the_secret_is_shown_once_and_stored_as_a_hash(self, client, admin, settings):
        created = client.post(KEYS, json=WANTED, headers=admin)

        key = created.json()
        assert (created.status_code, created.headers["Location"]) == (201, f"{KEYS}/{key['id']}")
        assert re.fullmatch("ack_[0-9a-f]{72}", key["secret"])
        del key["secret"]
        assert client.get(KEYS, headers=admin).json() == {"keys": [key]}
        assert created.json()["secret"][4:-8].encode() not in stored(settings.database_url)

    def test_it_expires_after_90_days_or_as_it_was_asked(self, client, admin, clock):
        usual, short = (client.post(KEYS, json={**WANTED, **wish}, headers=admin).json() for wish in ({}, {"expires_in": 3600}))

        lifetimes = [datetime.fromisoformat(key["expires_at"]) - clock() for key in (usual, short)]
        assert lifetimes == [timedelta(days=90), timedelta(hours=1)]

    def test_a_lifetime_of_more_than_a_year_and_unknown_or_repeated_scopes_are_invalid(self, client, admin):
        def told(**wish: Any) -> list[tuple[str, str]]:
            return [(place, code) for _, place, code in faults(client.post(KEYS, json={**WANTED, **wish}, headers=admin))]

        assert told(expires_in=31_536_001) == [("/expires_in", "maximum")]
        assert told(scopes=["admin"]) == [("/scopes/0", "enum")]
        assert told(scopes=["posts:read", "posts:read"]) == [("/scopes", "uniqueItems")]
        assert told(scopes=[]) == [("/scopes", "minItems")]

    def test_a_user_can_have_50_and_expired_ones_do_not_count(self, client, admin, clock):
        for _ in range(50):
            stored_key(client, admin, expires_in=60)

        assert problem(client.post(KEYS, json=WANTED, headers=admin)) == (409, "too-many-api-keys")
        stored_user(client, username="grace")
        stored_key(client, signed_in(client, "grace"))
        clock.advance(seconds=60)
        stored_key(client, admin)
        assert len(client.get(KEYS, headers=admin).json()["keys"]) == 1


class TestDeleteApiKey:
    def test_the_key_is_rejected_from_the_next_request_on(self, client, admin):
        key = stored_key(client, admin)
        [listed] = client.get(KEYS, headers=admin).json()["keys"]
        assert client.get(ME, headers=key).status_code == 200

        assert client.delete(f"{KEYS}/{listed['id']}", headers=admin).status_code == 204

        assert problem(client.get(ME, headers=key)) == (401, "unauthorized")
        assert problem(client.delete(f"{KEYS}/{listed['id']}", headers=admin)) == (404, "not-found")


class TestUse:
    def test_a_program_writes_and_reads_the_drafts_of_its_owner(self, client, admin):
        key = stored_key(client, admin)

        draft = client.post("/api/v1/posts", json=new_post(is_published=False), headers=key).json()

        assert draft["author_id"] == client.get(ME, headers=key).json()["id"]
        response = client.get(f"/api/v1/posts/{draft['id']}", headers=key)
        assert (response.status_code, response.headers["Vary"]) == (200, "Authorization, X-API-Key, Origin")
        assert client.get(f"/api/v1/posts/{draft['id']}").status_code == 404

    def test_the_last_use_is_recorded_once_a_minute(self, client, admin, clock):
        key = stored_key(client, admin)
        [created] = client.get(KEYS, headers=admin).json()["keys"]
        recorded = []
        for seconds, wanted in ((0, "10:30:00"), (59, "10:30:00"), (1, "10:31:00"), (59, "10:31:00")):
            clock.advance(seconds=seconds)
            assert client.get(ME, headers=key).status_code == 200
            recorded.append(last_use_of(client, admin, f"2026-02-06T{wanted}Z"))

        assert created["last_used_at"] is None
        assert recorded == [f"2026-02-06T{moment}Z" for moment in ("10:30:00", "10:30:00", "10:31:00", "10:31:00")]

    def test_it_counts_against_the_limit_of_its_owner(self, settings):
        with TestClient(create_app(settings.model_copy(update={"account_limit": 3}))) as client:
            admin = signed_in(client, "admin")
            key = stored_key(client, admin)

            statuses = [client.get(ME, headers=headers).status_code for headers in (key, admin, key, admin)]

        assert statuses == [200, 200, 429, 429]


class TestTheHeader:
    def test_anything_but_one_key_is_rejected_with_a_challenge(self, client, admin, subtests):
        [key] = stored_key(client, admin).values()
        token = admin["Authorization"].removeprefix("Bearer ")
        malformed = [
            *("", " ", "ack_", f"Bearer {key}", f"{key} x", f"{key},", f"{key}0", key[:-1], key.upper(), f"{key}, {key}"),
            *(f"{key[:-8]}00000000", f"ack_{'0' * 72}", f"acr_{key[4:]}", token, "a" * 10_000, "' OR 1=1 --", b"k\xf6y"),
        ]
        headers: list[Any] = [
            *({KEY_HEADER: value} for value in malformed),
            [(KEY_HEADER, key), (KEY_HEADER, key)],
            [(KEY_HEADER, key), (KEY_HEADER.lower(), "")],
            {"Authorization": f"Bearer {key}"},
            {"Authorization": key},
            {"Authorization": f"ApiKey {key}"},
            {"Cookie": f"{KEY_HEADER}={key}"},
            {"API-Key": key},
            {"X_API_Key": key},
        ]
        for sent in headers:
            with subtests.test(sent=str(sent)[:60]):
                response = client.get(ME, headers=sent)

                assert problem(response) == (401, "unauthorized")
                assert response.headers.get_list("WWW-Authenticate") == ["Bearer", 'ApiKey in="header"']
                assert key not in response.text

    def test_its_name_is_read_without_regard_to_case(self, client, admin):
        [key] = stored_key(client, admin).values()

        assert [client.get(ME, headers={name: key}).status_code for name in ("x-api-key", "X-API-KEY")] == [200, 200]

    def test_a_key_in_the_query_is_ignored(self, client, admin):
        [key] = stored_key(client, admin).values()

        assert client.get(ME, params={KEY_HEADER: key}).status_code == 401

    def test_an_operation_that_takes_no_keys_does_not_look_at_it(self, client, admin):
        key = stored_key(client, admin)

        assert problem(client.get(KEYS, headers=key)) == (401, "unauthorized")
        assert client.get(KEYS, headers={**admin, KEY_HEADER: "nonsense"}).status_code == 200
        assert client.get("/api/v1/posts", headers={KEY_HEADER: "nonsense"}).status_code == 200

    def test_an_invalid_key_is_rejected_also_where_none_is_needed(self, client, admin):
        post = stored_post(client, admin)

        assert problem(client.get(f"/api/v1/posts/{post['id']}", headers={KEY_HEADER: "nonsense"})) == (401, "unauthorized")

    def test_beside_a_token_the_first_that_suffices_applies(self, client, admin):
        stored_user(client, username="grace")
        grace = signed_in(client, "grace")
        key = stored_key(client, admin, scopes=SCOPES)
        invalid = {"Authorization": "Bearer nobody"}

        assert client.get(ME, headers={**grace, **key}).json()["username"] == "grace"
        assert client.get(ME, headers={**grace, KEY_HEADER: "nonsense"}).json()["username"] == "grace"
        assert client.get(ME, headers={**invalid, **key}).json()["username"] == "admin"
        assert client.get("/api/v1/users", headers={**grace, **key}).status_code == 200  # Grace is no administrator
        assert problem(client.get(ME, headers={**invalid, KEY_HEADER: "nonsense"})) == (401, "unauthorized")
