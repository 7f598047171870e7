"""`Idempotency-Key`: a repeated request takes effect once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any
from uuid import uuid4

import argon2
import pytest
from starlette.testclient import TestClient

from tests.contract.damage import damaged, locked
from tests.support.answers import problem
from tests.support.builders import PASSWORD, new_post, new_user, signed_in, stored_user
from tests.support.databases import query

USERS, POSTS = "/api/v1/users", "/api/v1/posts"
OPERATIONS = {USERS: new_user, POSTS: new_post}
OTHERWISE = {USERS: {"password": "another-horse-9"}, POSTS: {"title": "On bugs"}}

Send = Callable[..., Any]


def key() -> str:
    return str(uuid4())


@pytest.fixture(params=OPERATIONS, ids=["createUser", "createPost"])
def path(request) -> str:
    """The path of an operation that takes keys."""
    found: str = request.param
    return found


@pytest.fixture
def body(path) -> dict[str, Any]:
    """A request body of the operation."""
    return OPERATIONS[path]()


@pytest.fixture
def send(client, admin, path) -> Send:
    """Send a body to the operation with a key."""

    def send(body: Any, name: str, headers: dict[str, str] = admin) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return client.post(
            path, content=content, headers={**headers, "Content-Type": "application/json", "Idempotency-Key": name}
        )

    return send


@pytest.fixture
def total(client, admin, path) -> Callable[[], int]:
    """The number of existing resources."""
    return lambda: client.get(path, headers=admin).json()["total"]


def parts(response):
    """What must be equal in two responses."""
    kept = ("Content-Type", "Content-Length", "ETag", "Location")
    return response.status_code, response.content, [response.headers[name] for name in kept]


class TestTheSameRequestAgain:
    def test_gets_the_same_bytes_and_has_no_effect(self, send, total, body):
        name, before = key(), total()

        first, *others = (send(body, name) for _ in range(3))

        assert first.status_code == 201
        assert [parts(other) for other in others] == [parts(first)] * 2
        assert total() == before + 1

    @pytest.mark.parametrize("path", [USERS], indirect=True)
    def test_gets_the_first_response_even_if_the_resource_was_changed_or_deleted(self, send, client, admin):
        name, body = key(), new_user(full_name="Grace \U0001f600 Hopper", username="Grace")
        first = send(body, name)
        place = first.headers["Location"]

        client.patch(place, json={"full_name": "Rear Admiral", "bio": "Compilers."}, headers=admin)
        changed = send(body, name)
        client.delete(place, headers=admin)
        gone = send(body, name)

        assert parts(changed) == parts(gone) == parts(first)
        assert client.get(place, headers=admin).status_code == 404

    def test_may_reorder_members_and_spell_out_defaults(self, send, total, path, body):
        name, before = key(), total()
        first = send(body, name)

        turned = dict(reversed(body.items()))
        also_said = {**body, "is_published": True} if path == POSTS else turned
        others = [send(turned, name), send(json.dumps(body, indent=3).encode(), name), send(also_said, name)]

        assert [parts(other) for other in others] == [parts(first)] * 3
        assert total() == before + 1

    def test_may_quote_the_key(self, send, total, body):
        name, before = key(), total()

        first, second = send(body, f'"{name}"'), send(body, name)

        assert parts(second) == parts(first)
        assert total() == before + 1

    def test_has_no_password_hashed(self, client, monkeypatch):
        hashed: list[str] = []
        compute = argon2.PasswordHasher.hash

        def noted(self: argon2.PasswordHasher, password: str) -> str:
            hashed.append(password)
            return compute(self, password)

        monkeypatch.setattr(argon2.PasswordHasher, "hash", noted)
        name, body = {"Idempotency-Key": key()}, new_user()

        answers = [client.post(USERS, json=body, headers=name) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [201] * 3
        assert hashed == [PASSWORD]


class TestAnotherRequestWithTheKey:
    def test_is_rejected_without_effect(self, send, total, path, body):
        name = key()
        first = send(body, name)
        before = total()

        other = send({**body, **OTHERWISE[path]}, name)

        assert problem(other) == (422, "idempotency-key-reused")
        assert total() == before
        assert parts(send(body, name)) == parts(first)

    def test_is_rejected_even_if_it_only_adds_an_explicit_null(self, client):
        name, body = {"Idempotency-Key": key()}, new_user()
        client.post(USERS, json=body, headers=name)

        other = client.post(USERS, json={**body, "full_name": None}, headers=name)

        assert problem(other) == (422, "idempotency-key-reused")

    def test_is_independent_on_another_operation(self, client, admin):
        name = {**admin, "Idempotency-Key": key()}

        answers = [client.post(path, json=make(), headers=name) for path, make in OPERATIONS.items()]

        assert [answer.status_code for answer in answers] == [201, 201]


class TestAnotherCaller:
    def test_with_the_same_key_and_the_same_request_is_independent(self, client, admin):
        name, body = key(), new_post()
        grace = signed_in(client, stored_user(client)["username"])

        first, second = (client.post(POSTS, json=body, headers={**who, "Idempotency-Key": name}) for who in (admin, grace))

        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json()["author_id"] != second.json()["author_id"]

    def test_another_sign_up_with_the_same_key_is_independent(self, client):
        name = {"Idempotency-Key": key()}

        answers = [client.post(USERS, json=new_user(), headers=name) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [201] * 3

    def test_without_the_key_the_address_reveals_nothing_more(self, client):
        body = new_user()
        client.post(USERS, json=body, headers={"Idempotency-Key": key()})

        without_key = client.post(USERS, json=body, headers={"Idempotency-Key": key()})

        assert problem(without_key) == (409, "already-registered")


class TestAKeyInUse:
    def test_gets_409_with_retry_after_until_the_first_request_has_ended(self, send, total, body, settings):
        name, before = key(), total()
        with ThreadPoolExecutor(2) as pool:
            with locked(settings.database_url):
                both = [pool.submit(send, body, name) for _ in range(2)]
                second = next(as_completed(both)).result()
            [first] = [sent.result() for sent in both if sent.result() is not second]

        assert problem(second) == (409, "idempotency-key-in-use")
        assert second.headers["Retry-After"] == "1"
        assert first.status_code == 201
        assert parts(send(body, name)) == parts(first)
        assert total() == before + 1

    def test_of_twenty_simultaneous_requests_one_takes_effect(self, send, total, body):
        name, before = key(), total()
        barrier = threading.Barrier(20)

        def at_once(_: int) -> Any:
            barrier.wait()
            return send(body, name)

        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(at_once, range(20)))

        assert {answer.status_code for answer in answers} <= {201, 409}
        assert {problem(answer) for answer in answers if answer.status_code == 409} <= {(409, "idempotency-key-in-use")}
        assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
        assert total() == before + 1


class TestWhatFailed:
    def test_is_not_stored_after_a_validation_error(self, send, path, body):
        name = key()
        refused = send({**body, "unknown": 1}, name)

        assert refused.status_code == 422
        assert send({**body, **OTHERWISE[path]}, name).status_code == 201

    def test_is_not_stored_after_a_conflict(self, client, settings):
        name, body = {"Idempotency-Key": key()}, new_user()
        other = stored_user(client)

        weak = client.post(USERS, json={**body, "password": "passw0rd"}, headers=name)
        taken = client.post(USERS, json={**body, "username": other["username"]}, headers=name)

        assert [problem(answer) for answer in (weak, taken)] == [(409, "weak-password"), (409, "already-registered")]
        assert query(settings.database_url, "SELECT * FROM idempotency_keys") == []
        assert client.post(USERS, json=body, headers=name).status_code == 201

    def test_is_not_stored_during_a_database_outage(self, client, send, total, body, settings):
        name, before = key(), total()
        with damaged(settings.database_url):
            out = send(body, name)
        while client.get("/health/ready").status_code != 200:
            time.sleep(0.01)

        assert out.status_code == 503
        assert send(body, name).status_code == 201
        assert total() == before + 1


class TestTime:
    @pytest.fixture
    def client(self, timed) -> TestClient:
        return timed

    def test_a_key_expires_after_a_day_even_before_its_row_is_deleted(self, client, send, path, body, clock):
        name, other = key(), {**body, **OTHERWISE[path], **({"email": body["email"].upper()} if path == USERS else {})}
        first = send(body, name)

        clock.advance(seconds=86_399)
        last = send(body, name, signed_in(client, "admin"))
        clock.advance(seconds=1)
        headers = signed_in(client, "admin")
        if path == USERS:
            client.delete(first.headers["Location"], headers=headers)
        free = send(other, name, headers)

        assert parts(last) == parts(first)
        assert free.status_code == 201
        assert free.json()["id"] != first.json()["id"]
        assert parts(send(other, name, headers)) == parts(free)


class TestAStoredAnswer:
    @pytest.mark.parametrize("answer", ['{"id":ID}', '{"id":ID,"created_at":17}'])
    def test_with_an_incompatible_answer_the_current_resource_is_returned(self, send, body, settings, answer):
        name = key()
        first = send(body, name)
        written = answer.replace("ID", str(first.json()["id"]))
        query(settings.database_url, "UPDATE idempotency_keys SET answer = ?", written)

        assert parts(send(body, name)) == parts(first)

    @pytest.mark.parametrize("path", [USERS], indirect=True)
    def test_with_an_incompatible_answer_of_a_deleted_resource_the_key_cannot_be_reused(self, send, client, admin, settings):
        name, body = key(), new_user()
        first = send(body, name)
        query(settings.database_url, "UPDATE idempotency_keys SET answer = ?", f'{{"id":{first.json()["id"]}}}')
        client.delete(first.headers["Location"], headers=admin)

        assert problem(send(body, name)) == (422, "idempotency-key-reused")
