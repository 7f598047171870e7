"""How each documented answer is brought about: for every operation, status and problem one request that meets it.

Most follow from the document; the few that depend on a rule are written here by hand.
"""

from __future__ import annotations

import functools
import itertools
import json
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

from tests.contract.contract import BY_ID, PROMISES, Operation
from tests.contract.oracle import MOST_BYTES
from tests.contract.people import PASSWORD
from tests.contract.wire import Answer, Request

_numbers = itertools.count(1)

JSON = "application/json"
UNKNOWN_CURSOR = "A" * 38


@dataclass(frozen=True)
class World:
    """Running servers, and who is known there; tokens by username.

    `port` has no limits. At `spent` the limit of this address is used up, and the account limit of nobody.
    At `out` the database is damaged.
    """

    port: int
    spent: int
    out: int
    tokens: dict[str, str]
    tokens_out: dict[str, str]

    def new_user(self) -> tuple[int, str]:
        """Somebody who has just signed up and in: id and access token."""
        name = f"directed_{next(_numbers)}"
        body = {"email": f"{name}@example.com", "username": name, "password": PASSWORD}
        user = post(self.port, "/api/v1/users", body)
        return json.loads(user.body)["id"], json.loads(self.sign_in(name).body)["access_token"]

    def sign_in(self, name: str) -> Answer:
        """Begin a session."""
        return post(self.port, "/api/v1/sessions", {"identifier": name, "password": PASSWORD})


def post(port: int, path: str, body: object) -> Answer:
    """Send JSON."""
    return Request("POST", path, headers={"Content-Type": JSON}, body=json.dumps(body).encode()).send(port)


Recipe = Callable[[World], Answer]


def recipes() -> dict[tuple[str, int, str], Recipe]:
    """What brings about each promise of the document; a promise that is not in it has no recipe yet."""
    found = dict(_by_hand())
    for operation, status, code in PROMISES:
        if (operation, status, code) not in found and (recipe := _from_document(BY_ID[operation], status, code)):
            found[operation, status, code] = recipe
    return found


def _from_document(operation: Operation, status: int, code: str) -> Recipe | None:  # noqa: PLR0911, PLR0912, C901 - a table
    def valid(world: World) -> Request:
        return Request.of(operation, world.tokens["admin"])

    match status, code:
        case 200, "":
            return lambda world: Request.of(operation, world.tokens["admin"], user_id="1", post_id="1").send(world.port)
        case 304, "":
            seen = lambda world: Request.of(operation, world.tokens["admin"], user_id="1", post_id="1")  # noqa: E731 - a line of a table
            return lambda world: seen(world).having("If-None-Match", "*").send(world.port)
        case 400, "bad-request":
            return lambda world: valid(world).saying(b"{").send(world.port)
        case 401, "unauthorized":
            return lambda world: valid(world).having("Authorization", "Bearer nobody").send(world.port)
        case 403, "forbidden":
            return lambda world: Request.of(operation, world.tokens["user"], user_id="1").send(world.port)
        case 404, "not-found":
            return lambda world: valid(world).send(world.port)
        case 404, "unknown-cursor":
            known = lambda world: Request.of(operation, world.tokens["admin"], user_id="1")  # noqa: E731 - as above
            return lambda world: known(world).asking(f"cursor={UNKNOWN_CURSOR}").send(world.port)
        case 406, "not-acceptable":
            return lambda world: valid(world).having("Accept", "text/html").send(world.port)
        case 412, "precondition-failed":
            return lambda world: (
                Request.of(operation, world.tokens["admin"], user_id="1").having("If-Match", '"999"').send(world.port)
            )
        case 413, "content-too-large":
            return lambda world: valid(world).saying(b" " * (MOST_BYTES + 1)).send(world.port)
        case 415, "unsupported-media-type":
            return lambda world: valid(world).having("Content-Type", "text/plain").send(world.port)
        case 422, "unprocessable-content":
            return lambda world: valid(world).asking("unknown=1").send(world.port)
        case 429, "too-many-requests":
            return lambda world: Request.of(operation).send(world.spent)
        case 503, "service-unavailable":
            return lambda world: Request.of(operation, world.tokens_out["admin"], user_id="1", post_id="1").send(world.out)
    return None


def _by_hand() -> Iterator[tuple[tuple[str, int, str], Recipe]]:
    yield ("createUser", 201, ""), lambda world: post(world.port, "/api/v1/users", _new_user())
    yield (
        ("createUser", 409, "already-registered"),
        lambda world: post(world.port, "/api/v1/users", _new_user(username="ADMIN")),
    )
    yield ("createUser", 409, "weak-password"), lambda world: post(world.port, "/api/v1/users", _new_user(password="passw0rd"))
    for operation, changes in (("createUser", {"password": f"{PASSWORD}9"}), ("createPost", {"title": "On bugs"})):
        yield (operation, 409, "idempotency-key-in-use"), functools.partial(_repeat_at_once, operation)
        yield (operation, 422, "idempotency-key-reused"), functools.partial(_reuse_a_key, operation, changes)
    yield ("createPost", 201, ""), lambda world: Request.of(BY_ID["createPost"], world.tokens["user"]).send(world.port)
    yield ("createSession", 201, ""), lambda world: world.sign_in("user")
    yield ("createSession", 401, "invalid-credentials"), lambda world: world.sign_in("nobody")
    yield ("createSessionToken", 201, ""), _refresh
    yield (
        ("createSessionToken", 401, "invalid-refresh-token"),
        lambda world: Request.of(BY_ID["createSessionToken"]).send(world.port),
    )
    yield ("createSessionToken", 503, "service-unavailable"), _refresh_without_a_database
    yield ("updateUser", 409, "last-admin"), _deactivate_the_last_admin
    yield ("deleteUser", 409, "last-admin"), lambda world: _delete(world, 1, world.tokens["admin"])
    yield ("deleteUser", 204, ""), lambda world: _delete(world, *world.new_user())
    yield ("deleteSession", 204, ""), _sign_out


def _new_user(**changes: str) -> dict[str, str]:
    name = f"directed_{next(_numbers)}"
    return {"email": f"{name}@example.com", "username": name, "password": PASSWORD, **changes}


def _with_a_key(operation: str, world: World) -> Request:
    request = Request.of(BY_ID[operation], world.tokens["user"]).having("Idempotency-Key", str(uuid4()))
    return request.saying(json.dumps(_new_user()).encode()) if operation == "createUser" else request


def _reuse_a_key(operation: str, changes: dict[str, str], world: World) -> Answer:
    """The same key with another body."""
    request = _with_a_key(operation, world)
    first = request.send(world.port)
    assert (first.status, request.send(world.port).body) == (201, first.body)
    return request.saying(json.dumps({**json.loads(request.body or b""), **changes}).encode()).send(world.port)


def _repeat_at_once(operation: str, world: World) -> Answer:
    """The same request many times at once. All but the first meet it under way, or are so late that they get its answer."""
    answer = Answer(0, {}, b"")
    with ThreadPoolExecutor(8) as pool:
        for _ in range(50):
            answers = pool.map(_with_a_key(operation, world).send, [world.port] * 8)
            answer = max(answers, key=lambda answer: answer.status)
            if answer.status != 201:
                break
    return answer


def _refresh(world: World) -> Answer:
    issued = json.loads(world.sign_in("user").body)
    return post(world.port, "/api/v1/session-tokens", {"refresh_token": issued["refresh_token"]})


def _refresh_without_a_database(world: World) -> Answer:
    """With a true checksum: a token that is visibly made up is refused without the database."""
    token = "acr_" + "0" * 64
    return post(world.out, "/api/v1/session-tokens", {"refresh_token": f"{token}{zlib.crc32(token.encode()):08x}"})


def _deactivate_the_last_admin(world: World) -> Answer:
    request = Request.of(BY_ID["updateUser"], world.tokens["admin"], user_id="1")
    return request.saying(b'{"is_active":false}').send(world.port)


def _delete(world: World, user_id: int, token: str) -> Answer:
    return Request.of(BY_ID["deleteUser"], token, user_id=str(user_id)).send(world.port)


def _sign_out(world: World) -> Answer:
    _, token = world.new_user()
    return Request.of(BY_ID["deleteSession"], token, session_id="current").send(world.port)
