"""How each documented answer is brought about: for every operation, status and problem one request that meets it.

Most follow from the document; what depends on a rule of a resource is a recipe in its file in `tests/resources/`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from tests.contract.contract import BY_ID, KEY_HEADER, PROMISES, Operation
from tests.contract.oracle import MOST_BYTES
from tests.contract.people import key_without
from tests.contract.wire import Answer, Request
from tests.contract.world import World
from tests.support.resources import resource_data

UNKNOWN_CURSOR = "A" * 38

Recipe = Callable[[World], Answer]


def recipes() -> dict[tuple[str, int, str], Recipe]:
    """What brings about each promise of the document; a promise that is not in it has no recipe yet."""
    found: dict[tuple[str, int, str], Recipe] = dict(resource_data("RECIPES"))
    for operation, status, code in PROMISES:
        if (operation, status, code) not in found and (recipe := _from_document(BY_ID[operation], status, code)):
            found[operation, status, code] = recipe
    return found


def _from_document(operation: Operation, status: int, code: str) -> Recipe | None:  # noqa: PLR0911, PLR0912, C901 - a table
    def valid(world: World) -> Request:
        return Request.of(operation, world.tokens["admin"])

    def seen(world: World) -> Request:
        return Request.on_rows(operation, world.tokens["admin"])

    match status, code:
        case 201, "":
            return lambda world: Request.on_rows(operation, world.tokens["user"]).send(world.port)
        case 204, "" if (creation := _creation(operation)) is not None:
            return lambda world: _delete_what_was_created(creation, world)
        case ((200 | 202 | 204), "") if operation.id in resource_data("PREPARE"):
            return lambda world: world.as_new_user(operation.id)
        case ((200 | 202), ""):
            return lambda world: seen(world).send(world.port)
        case 304, "":
            return lambda world: seen(world).having("If-None-Match", "*").send(world.port)
        case 400, "bad-request":
            return lambda world: valid(world).saying(b"{").send(world.port)
        case 401, "unauthorized":
            return lambda world: valid(world).having("Authorization", "Bearer nobody").send(world.port)
        case 401, "reauthentication-required":
            return lambda world: Request.on_rows(operation, world.tokens["stale"]).send(world.port)
        case 403, "verification-failed":
            return lambda world: Request.on_rows(operation, world.tokens["user"]).send(world.port)
        case 409, "invalid-token":
            return lambda world: valid(world).send(world.port)
        case 403, "forbidden" if operation.takes_keys:
            weak = key_without(operation.key_scopes[0])
            return lambda world: Request.on_rows(operation).having(KEY_HEADER, weak).send(world.port)
        case 403, "forbidden":
            return lambda world: Request.on_rows(operation, world.tokens["other"]).send(world.port)
        case 404, "not-found":
            return lambda world: valid(world).send(world.port)
        case 404, "unknown-cursor":
            return lambda world: seen(world).asking(f"cursor={UNKNOWN_CURSOR}").send(world.port)
        case 406, "not-acceptable":
            return lambda world: valid(world).having("Accept", "text/html").send(world.port)
        case 409, "idempotency-key-in-use":
            return functools.partial(_repeat_at_once, operation)
        case 412, "precondition-failed":
            return lambda world: seen(world).having("If-Match", '"999"').send(world.port)
        case 413, "content-too-large":
            return lambda world: valid(world).saying(b" " * (MOST_BYTES + 1)).send(world.port)
        case 415, "unsupported-media-type":
            return lambda world: valid(world).having("Content-Type", "text/plain").send(world.port)
        case 422, "idempotency-key-reused":
            return functools.partial(_reuse_a_key, operation)
        case 422, "unprocessable-content":
            return lambda world: valid(world).asking("unknown=1").send(world.port)
        case 429, "too-many-requests":
            return lambda world: Request.of(operation).send(world.spent)
        case 503, "service-unavailable":
            return lambda world: Request.on_rows(operation, world.tokens_out["admin"]).send(world.out)
    return None


def _creation(operation: Operation) -> Operation | None:
    """The operation that creates what another one deletes, as its link says."""
    return next(
        (found for found in BY_ID.values() if found.creates and operation.id in {link.operation for link in found.links}), None
    )


def _delete_what_was_created(creation: Operation, world: World) -> Answer:
    token = world.tokens["user"]
    created = Request.on_rows(creation, token).send(world.port)
    assert created.status == 201, created.body
    bearer = {"Authorization": f"Bearer {token}"}
    return Request("DELETE", created.headers["location"], headers=bearer).send(world.port)


def _with_a_key(operation: Operation, world: World) -> Request:
    return Request.on_rows(operation, world.tokens["user"]).having("Idempotency-Key", str(uuid4()))


def _reuse_a_key(operation: Operation, world: World) -> Answer:
    """The same key with another body."""
    request = _with_a_key(operation, world)
    first = request.send(world.port)
    assert (first.status, request.send(world.port).body) == (201, first.body)
    body = json.loads(request.body or b"")
    last = [name for name, value in body.items() if isinstance(value, str)][-1]
    return request.saying(json.dumps({**body, last: f"{body[last]}9"}).encode()).send(world.port)


def _repeat_at_once(operation: Operation, world: World) -> Answer:
    """The same request many times at once. All but the first meet it under way, or are so late that they get its answer."""
    answer = Answer(0, {}, b"")
    with ThreadPoolExecutor(8) as pool:
        for _ in range(50):
            answers = pool.map(_with_a_key(operation, world).send, [world.port] * 8)
            answer = max(answers, key=lambda answer: answer.status)
            if answer.status != 201:
                break
    return answer
