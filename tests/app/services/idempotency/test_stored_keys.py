"""The table of idempotency keys reveals neither keys, requests nor passwords, and expired rows are deleted."""

from __future__ import annotations

import base64
import hashlib
import importlib
import json
import pkgutil
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from app import services
from app.call import Principal
from app.main import create_app
from app.resources import connected, make_resources
from app.schemas.models import PostCreate, UserCreate
from app.services import idempotency, posts
from app.services.housekeeping.queries import DELETE_EXPIRED_KEYS
from app.services.users.creation import CREATION
from tests.contract.contract import DOCUMENT, resolved
from tests.support.answers import problem
from tests.support.builders import new_post, new_user, signed_in
from tests.support.clock import Clock
from tests.support.databases import query

USERS, POSTS = "/api/v1/users", "/api/v1/posts"
KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"
BODY = {"email": "grace@example.com", "username": "grace", "password": "correct-horse-9"}


class TestTheTable:
    def test_contains_neither_the_key_nor_the_request(self, client, admin, settings):
        name = str(uuid4())
        sent = {**new_user(full_name="Grace Hopper"), "password": "guess-me-if-you-can-1"}
        client.post(USERS, json=sent, headers={"Idempotency-Key": name})
        client.post(POSTS, json=new_post(content="A secret of mine."), headers={**admin, "Idempotency-Key": name})

        rows = query(settings.database_url, "SELECT scope, key_hash, request_hash, answer FROM idempotency_keys")

        text = json.dumps([list(row) for row in rows])
        assert len(rows) == 2
        assert not [word for word in (name, *sent.values(), "A secret of mine.") if word in text]

    @pytest.mark.parametrize("length", [16, 64, 65, 255])
    def test_contains_no_plain_hash_of_the_key(self, client, admin, settings, length):
        """HMAC replaces a long key by its plain hash, which would reveal the other hashes if it were stored."""
        name = (str(uuid4()) * 8)[:length]
        client.post(POSTS, json=new_post(), headers={**admin, "Idempotency-Key": name})

        [[key_hash]] = query(settings.database_url, "SELECT key_hash FROM idempotency_keys")

        assert key_hash != hashlib.sha256(name.encode()).hexdigest()

    @pytest.mark.anyio
    async def test_deletes_only_expired_keys(self, settings):
        clock = Clock()
        async with connected(make_resources(settings, clock)) as service:
            author = Principal(1, "admin")
            for number in range(3):
                await posts.create(service, author, PostCreate(**new_post()), f"a key of mine {number}")
                clock.advance(hours=8)

            removed = [await service.database.run(DELETE_EXPIRED_KEYS, now=clock()) for _ in range(2)]

        assert removed == [1, 0]
        assert len(query(settings.database_url, "SELECT 1 FROM idempotency_keys")) == 2


class TestPasswords:
    def test_are_not_part_of_the_stored_hashes(self):
        one, other = (UserCreate(**{**BODY, "password": password}) for password in ("correct-horse-9", "another-horse-9"))
        stored: list[Any] = [idempotency.request(CREATION, KEY, "grace@example.com", body) for body in (one, other)]

        assert stored[0][:4] == stored[1][:4]
        assert "password" not in stored[0].payload

    def test_are_those_with_format_password(self):
        marked = {
            operation["operationId"]: {
                name
                for media in operation["requestBody"]["content"].values()
                for name, member in resolved(media["schema"])["properties"].items()
                if resolved(member).get("format") == "password"
            }
            for item in DOCUMENT["paths"].values()
            for operation in item.values()
            if isinstance(operation, dict)
            and any(resolved(parameter)["name"] == "Idempotency-Key" for parameter in operation.get("parameters", []))
        }

        modules = (importlib.import_module(found.name) for found in pkgutil.walk_packages(services.__path__, "app.services."))
        creations = [module.CREATION for module in modules if hasattr(module, "CREATION")]
        assert marked == {each.operation: each.secrets for each in creations}

    def test_a_repeated_request_is_compared_with_the_first_and_not_with_the_user(self, client):
        headers, new = {"Idempotency-Key": KEY}, "otter-kayak-62"
        client.post(USERS, json=BODY, headers=headers)
        change = {"current_password": BODY["password"], "new_password": new}
        changed = client.put("/api/v1/users/me/password", json=change, headers=signed_in(client, "grace", BODY["password"]))

        again, guess = (
            client.post(USERS, json={**BODY, "password": each}, headers=headers) for each in (BODY["password"], new)
        )

        assert (changed.status_code, again.status_code) == (204, 201)
        assert problem(guess) == (422, "idempotency-key-reused")

    def test_cannot_be_guessed_with_the_key(self, settings):
        headers = {"Idempotency-Key": KEY}
        with TestClient(create_app(settings.model_copy(update={"guess_limit": 3}))) as client:
            client.post(USERS, json=BODY, headers=headers)
            guesses = [{**BODY, "password": f"a-wrong-guess-{number}"} for number in range(3)]
            statuses = [client.post(USERS, json=body, headers=headers).status_code for body in (BODY, *guesses, BODY)]

        assert statuses == [201, 422, 422, 422, 422]

    def test_are_compared_under_every_secret_key_and_not_without_it(self, settings):
        old, new = (base64.b64encode(bytes([number]) * 32).decode() for number in range(2))
        statuses = []
        for keys in ([old], [new, old], [new]):
            with TestClient(create_app(settings.model_copy(update={"secret_key": keys}))) as client:
                statuses.append(client.post(USERS, json=BODY, headers={"Idempotency-Key": KEY}).status_code)

        assert statuses == [201, 201, 422]

    def test_another_password_with_the_same_key_is_another_request(self, client):
        headers = {"Idempotency-Key": KEY}
        first = client.post(USERS, json=BODY, headers=headers)
        other = client.post(USERS, json={**BODY, "password": "another-horse-9"}, headers=headers)
        again = client.post(USERS, json=BODY, headers=headers)

        assert (first.status_code, again.status_code) == (201, 201)
        assert problem(other) == (422, "idempotency-key-reused")
        assert again.content == first.content
