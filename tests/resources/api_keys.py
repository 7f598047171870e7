"""API keys: what their tests need beyond the document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.contract import BY_ID, resolved
from tests.contract.wire import Answer, Request
from tests.contract.world import World
from tests.support.access import ALIKE, OWNER
from tests.support.databases import Connection

if TYPE_CHECKING:  # it can be imported within a pass only
    from tests.contract.fuzz.arrange import Arranged

COSTS = {"listApiKeys": 1 + 1, "createApiKey": 1 + 1 + 3, "deleteApiKey": 1 + 1 + 2}
EVENTS = {"createApiKey": ["api-key.created"], "deleteApiKey": ["api-key.deleted"]}
ACCESS = {"listApiKeys": ALIKE, "createApiKey": ALIKE, "deleteApiKey": OWNER}
FLOORS = {"listApiKeys": 1.0, "createApiKey": 0.5, "deleteApiKey": 0.3}

_MOST: int = resolved({"$ref": "#/components/schemas/ApiKeyList"})["properties"]["keys"]["maxItems"]


def _create_too_many(world: World) -> Answer:
    _, token = world.new_user()
    creation = Request.of(BY_ID["createApiKey"], token)
    assert [creation.send(world.port).status for _ in range(_MOST)] == [201] * _MOST
    return creation.send(world.port)


RECIPES = {("createApiKey", 409, "too-many-api-keys"): _create_too_many}


def _row(_: int) -> dict[str, Any]:
    return {"scopes": "posts:read", "expires_at": "2999-02-06T10:30:00.000000+00:00"}


ROWS = {"api_keys": _row}


# --- what the fuzz meets


def _make_room(found: Arranged) -> None:
    """The principal has no keys but those of the tests; in every fourth case they have as many as they can."""
    own = found.database.one("SELECT id FROM users WHERE username = ?", (found.principal,))
    if own is None:
        return
    found.database.execute("DELETE FROM api_keys WHERE user_id = ? AND name <> 'Tests'", (own["id"],))
    if found.turn % 4 == 3:
        for _ in range(_MOST):
            _store(found.database, own["id"])


def _store(database: Connection, user: int) -> int:
    last = database.last_id("api_keys")
    [[number]] = database.execute(
        "INSERT INTO api_keys (user_id, name, scopes, hash, created_at, expires_at)"
        " VALUES (?, 'Fuzz', ?, ?, ?, ?) RETURNING id",
        (user, "posts:read", f"fuzz {last + 1}", "2026-02-06T10:30:00.000000+00:00", _row(0)["expires_at"]),
    )
    return int(number)


def _arrange_key(found: Arranged) -> None:
    """Delete a key of the principal's own, created for the purpose; then one that never was; then as it came."""
    if not found.valid and found.number("key_id") is None:
        return
    own = found.database.one("SELECT id FROM users WHERE username = ?", (found.principal,))
    if found.turn % 3 == 0 and own is not None:
        found.put("key_id", _store(found.database, own["id"]))
    elif found.turn % 3 == 1:
        found.put("key_id", found.database.last_id("api_keys") + 1_000_000)


ARRANGE = {"createApiKey": _make_room}
PATHS = {"deleteApiKey": _arrange_key}

# --- texts that must be refused, and texts that must not

WRONG = {"createApiKey body /name": ["", "\0", "a" * 101]}
RIGHT = {"createApiKey body /name": ["a", "\U0001f600" * 100, "\n"]}
