"""Factors: what their tests need beyond the document."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyotp

from tests.contract.contract import BY_ID
from tests.contract.people import PASSWORD
from tests.contract.wire import Answer, Request
from tests.contract.world import World, new_user, post
from tests.support.access import ALIKE, OWNER
from tests.support.authenticator import Authenticator, base64url
from tests.support.databases import Connection
from tests.support.rows import NOW
from tests.support.secret_key import SECRETS as KEYS

if TYPE_CHECKING:  # it can be imported within a pass only
    from tests.contract.fuzz.arrange import Arranged

COSTS = {
    "listFactors": 1 + 2,
    "updateFactor": 1 + 2,
    "deleteFactor": 1 + 1 + 5,  # the proof; the owner, the factor, the recovery codes, a notice, the event
    "enrolTotp": 1 + 1 + 3,
    "createPasskeyChallenge": 1,
    "createPasskey": 1 + 1 + 7,  # the proof; the owner, the session, the challenge, the passkey, a notice, two events
    "confirmTotp": 1 + 1 + 2 + 15,  # the proof; the app, the owner; the session, the app, recovery codes, a notice, the event
}
EVENTS = {
    "updateFactor": ["factor.updated"],
    "deleteFactor": ["factor.removed"],
    "createPasskeyChallenge": "nothing is stored",
    "createPasskey": ["factor.added", "factor.confirmed"],
    "enrolTotp": ["factor.added"],
    "confirmTotp": ["factor.confirmed"],
}
ACCESS = {
    "listFactors": ALIKE,
    "updateFactor": OWNER,
    "deleteFactor": OWNER,
    "createPasskeyChallenge": ALIKE,
    "createPasskey": ALIKE,
    "enrolTotp": ALIKE,
    "confirmTotp": ALIKE,
}
FLOORS = {"listFactors": 1.0}
SECRETS = {
    "enrolTotp": ("secret", "uri"),
    "confirmTotp": ("recovery_codes",),
    "createPasskeyChallenge": ("challenge_id", "challenge"),
}
READS = {
    "confirmTotp": "there is no app to confirm",
    "createPasskeyChallenge": "challenges are stored when they are answered",
    "createPasskey": "the challenge of the example is unknown",
}

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def _row(number: int) -> dict[str, Any]:
    """An app that was not confirmed."""
    return {"key": f"made up {number}", "type": "totp", "confirmed_at": None}


ROWS = {"factors": _row}


def add_totp(database: Connection, user_id: int, confirmed_at: str | None) -> None:
    """Give a user the authenticator app with SECRET: the factor 1."""
    key = f"totp:{user_id}"
    database.execute("DELETE FROM factors WHERE key = ? AND id <> 1", (key,))
    values = (user_id, key, KEYS.encrypt("totp", SECRET), confirmed_at)
    changed = database.execute(
        "UPDATE factors SET user_id = ?, key = ?, secret = ?, confirmed_at = ?, counter = 0, type = 'totp' WHERE id = 1"
        " RETURNING id",
        values,
    )
    if not changed:
        [[number]] = database.execute(
            "INSERT INTO factors (user_id, key, secret, confirmed_at, type, name, counter, created_at)"
            " VALUES (?, ?, ?, ?, 'totp', 'Phone', 0, ?) RETURNING id",
            (*values, NOW),
        )
        database.execute("UPDATE factors SET id = 1 WHERE id = ?", (number,))  # the database gave 1, or has given it before


def _own(database: Connection, user_id: int, _: object, __: datetime) -> None:
    add_totp(database, user_id, NOW)


def _none(database: Connection, user_id: int, _: object, __: datetime) -> None:
    database.execute("DELETE FROM factors WHERE user_id = ? AND id <> 1", (user_id,))
    database.execute("UPDATE factors SET confirmed_at = NULL WHERE user_id = ?", (user_id,))


def _pending(database: Connection, user_id: int, body: dict[str, Any], now: datetime) -> None:
    add_totp(database, user_id, None)
    body["code"] = pyotp.TOTP(SECRET).at(now)


def _challenge(purpose: str, user_id: int, now: datetime) -> tuple[str, str]:
    """The id and the text of a challenge."""
    text = base64url(os.urandom(32))
    return KEYS.encrypt("passkey-challenge", f"{purpose} {user_id} {int(now.timestamp()) + 200} {text}"), text


def answer_registration(user_id: int, body: dict[str, Any], now: datetime) -> None:
    """Put a new passkey of a user into the body of `createPasskey`."""
    body["challenge_id"], text = _challenge("registration", user_id, now)
    options = {"challenge": text, "user": {"id": base64url(str(user_id).encode())}}
    body["credential"] = Authenticator(credential_id=os.urandom(16)).create(options)


def proof(database: Connection, user_id: int, now: datetime) -> dict[str, Any]:
    """What a new passkey of a user proves; their others are removed."""
    authenticator = Authenticator(credential_id=os.urandom(16))
    challenge_id, text = _challenge("authentication", 0, now)
    _remove_passkeys(database, user_id)
    database.execute(
        "INSERT INTO factors (user_id, key, secret, confirmed_at, type, name, counter, created_at)"
        " VALUES (?, ?, ?, ?, 'passkey', 'Laptop', 0, ?)",
        (user_id, f"passkey:{authenticator.id}", base64url(authenticator.public_key), NOW, NOW),
    )
    return {"challenge_id": challenge_id, "credential": authenticator.get({"challenge": text})}


def _remove_passkeys(database: Connection, user_id: int) -> None:
    database.execute("DELETE FROM factors WHERE user_id = ? AND type = 'passkey' AND id <> 1", (user_id,))


def _register(database: Connection, user_id: int, body: dict[str, Any], now: datetime) -> None:
    _remove_passkeys(database, user_id)
    answer_registration(user_id, body, now)


PREPARE = {"createPasskey": _register, "updateFactor": _own, "deleteFactor": _own, "enrolTotp": _none, "confirmTotp": _pending}


def _enrol_twice(world: World) -> Answer:
    user_id, token = world.new_user()
    add_totp(world.database, user_id, NOW)
    return Request.of(BY_ID["enrolTotp"], token).send(world.port)


def _wrong_code(world: World) -> Answer:
    user_id, token = world.new_user()
    request = world.prepared("confirmTotp", user_id, token)
    code = json.loads(request.body or b"")["code"]
    return request.saying(json.dumps({"code": f"{(int(code) + 1) % 1_000_000:06}"}).encode()).send(world.port)


def _sign_in_without_code(world: World) -> Answer:
    body = new_user()
    created = post(world.port, "/api/v1/users", body)
    add_totp(world.database, json.loads(created.body)["id"], NOW)
    return post(world.port, "/api/v1/sessions", {"identifier": body["username"], "password": PASSWORD})


def _register_as_admin(world: World) -> Answer:
    [[admin]] = world.database.execute("SELECT id FROM users WHERE username = 'admin'")
    return world.prepared("createPasskey", admin, world.tokens["admin"]).send(world.port)


def _register_again(world: World) -> Answer:
    user_id, token = world.new_user()
    request = world.prepared("createPasskey", user_id, token)
    _add_passkeys(world.database, user_id, f"passkey:{json.loads(request.body or b'')['credential']['id']}")
    return request.send(world.port)


def _register_the_twenty_first(world: World) -> Answer:
    user_id, token = world.new_user()
    request = world.prepared("createPasskey", user_id, token)
    _add_passkeys(world.database, user_id, *_twenty(user_id))
    return request.send(world.port)


def _twenty(user_id: int) -> list[str]:
    return [f"passkey:{user_id}-{number}" for number in range(20)]


def _add_passkeys(database: Connection, user_id: int, *keys: str) -> None:
    for key in keys:
        database.execute(
            "INSERT INTO factors (user_id, key, secret, confirmed_at, type, name, counter, created_at)"
            " VALUES (?, ?, '', ?, 'passkey', 'Laptop', 0, ?)",
            (user_id, key, NOW, NOW),
        )


RECIPES = {
    ("createPasskey", 201, ""): _register_as_admin,
    ("deleteFactor", 204, ""): lambda world: world.as_new_user("deleteFactor", factor_id="1"),
    ("createPasskey", 403, "verification-failed"): lambda world: Request.of(BY_ID["createPasskey"], world.new_user()[1]).send(
        world.port
    ),
    ("createPasskey", 409, "factor-exists"): _register_again,
    ("createPasskey", 409, "too-many-passkeys"): _register_the_twenty_first,
    ("enrolTotp", 409, "factor-exists"): _enrol_twice,
    ("confirmTotp", 403, "verification-failed"): _wrong_code,
    ("confirmTotp", 404, "not-found"): lambda world: Request.of(BY_ID["confirmTotp"], world.new_user()[1]).send(world.port),
    ("createSession", 401, "second-factor-required"): _sign_in_without_code,
}

# --- what the fuzz meets


def _release(database: Connection) -> None:
    """An app does not stay a second factor, or its user could not sign in again."""
    database.execute("UPDATE factors SET confirmed_at = NULL WHERE confirmed_at IS NOT NULL")


def _arrange(found: Arranged) -> None:
    """Of four cases two ask for a factor of the principal's own, one for one that never was, and one stays as it came."""
    if found.valid and found.turn % 4 in (1, 2):
        found.put("factor_id", 1)
    elif found.valid and found.turn % 4 == 0:
        found.put("factor_id", found.database.last_id("factors") + 1_000_000)


def _conflict(found: Arranged) -> None:
    """Every fourth enrolment meets a confirmed app; every fourth confirmation meets no app, or has a wrong code for one."""
    if not found.valid or found.phase == "stateful" or found.turn % 4:
        return
    principal = found.database.one("SELECT id FROM users WHERE username = ?", (found.principal,))
    if principal is None:
        return
    if found.operation.id == "enrolTotp":
        add_totp(found.database, principal["id"], NOW)
    elif found.turn % 8:
        add_totp(found.database, principal["id"], None)
    else:
        found.database.execute("DELETE FROM factors WHERE user_id = ?", (principal["id"],))


def _too_many(found: Arranged) -> None:
    """Every eighth registration meets twenty passkeys."""
    if not found.valid or found.phase == "stateful" or found.turn % 8 or "challenge_id" not in found.body:
        return
    principal = found.database.one("SELECT id FROM users WHERE username = ?", (found.principal,))
    if principal is not None:
        user_id = principal["id"]
        _remove_passkeys(found.database, user_id)
        _add_passkeys(found.database, user_id, *_twenty(user_id))
        answer_registration(user_id, found.body, datetime.now(UTC))


ARRANGE = {"enrolTotp": _conflict, "confirmTotp": _conflict, "createPasskey": _too_many}
PATHS = {"updateFactor": _arrange, "deleteFactor": _arrange}
RESTORE = {"confirmTotp": _release}
DICTIONARIES = {
    "confirmTotp body /code": None,
    "createPasskey body /challenge_id": None,
}

WRONG = {
    "updateFactor body /name": ["", "a\0", "a" * 101, "a\nb"],
    "enrolTotp body /name": ["", "a\0", "a" * 101, "a\nb"],
    "confirmTotp body /code": ["12345", "1234567", "12345a", "\u0661\u0662\u0663\u0664\u0665\u0666", "123456\n"],
}
RIGHT = {
    "updateFactor body /name": ["a", "\U0001f600" * 100],
    "enrolTotp body /name": ["a", "\U0001f600" * 100],
    "confirmTotp body /code": ["000000"],
}
