"""Sessions: what their tests need beyond the document."""
# ruff: noqa: S608 - only names of ours are put into the statements

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher

from tests.contract.contract import BY_ID
from tests.contract.people import NOT_PEOPLE, PASSWORD, PEOPLE
from tests.contract.wire import Answer, Request
from tests.contract.world import World, post
from tests.resources.accounts import set_password
from tests.resources.factors import proof
from tests.resources.users import CLASHES, UNSTORABLE
from tests.support import builders
from tests.support.access import ALIKE, OWNER
from tests.support.databases import Connection, Row

if TYPE_CHECKING:  # it can be imported within a pass only
    from tests.contract.fuzz.arrange import Arranged

COSTS = {"listSessions": 1 + 1, "createSession": 1 + 6, "deleteSession": 1 + 2, "createSessionToken": 6}
COSTS |= {"createReauthentication": 1 + 3, "deleteOtherSessions": 1 + 2, "deleteUserSessions": 1 + 3}
EVENTS = {
    "createSession": ["session.created"],
    "deleteSession": ["session.deleted"],
    "createSessionToken": "the session goes on; the reuse of a token is recorded",
    "createReauthentication": ["reauthentication.succeeded"],
    "deleteOtherSessions": ["sessions.ended"],
    "deleteUserSessions": ["sessions.ended"],
}
ACCESS = {
    "listSessions": ALIKE,
    "createSession": ALIKE,
    "deleteSession": OWNER,
    "createSessionToken": ALIKE,
    "createReauthentication": ALIKE,
    "deleteOtherSessions": ALIKE,
    "deleteUserSessions": ALIKE,
}
FLOORS = {"listSessions": 1.0, "createSession": 1.0, "deleteSession": 0.3, "createSessionToken": 1.0}

# --- requests that succeed, and those that a rule refuses

BODIES = {"createSession": lambda: {"identifier": "user", "password": PASSWORD}}
IDS = {"session_id": "current"}
WORLD = {
    "createSession": {"body": {"identifier": "grace", "password": builders.PASSWORD}},
    "deleteSession": {"session_id": "2"},  # of the administrator, but not the one that they ask in
}
READS = {
    "createSessionToken": "the token of the example is unknown",
    "createReauthentication": "the password of the example is wrong",
}


def _prove(database: Connection, user_id: int, body: dict[str, Any], now: datetime) -> None:
    if "passkey" in body:
        body["passkey"] = proof(database, user_id, now)
    set_password(database, user_id, body.get("password"))


def _have_another_session(database: Connection, user_id: int, _: object, now: datetime) -> None:
    """The session 2 is there. It may have ended with a change of the password."""
    while database.last_id("sessions") < 2:  # PostgreSQL would give the id again that is inserted below
        _session_of(database, user_id)
    instant = now.isoformat(timespec="microseconds")
    database.execute(
        "INSERT INTO sessions (id, user_id, access_hash, access_expires_at, created_at, refreshed_at, expires_at)"
        " VALUES (2, ?, 'none', ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (user_id, *[instant] * 4),
    )


PREPARE = {"createReauthentication": _prove, "deleteSession": _have_another_session}


def _refresh(world: World) -> Answer:
    issued = json.loads(world.sign_in("user").body)
    return post(world.port, "/api/v1/session-tokens", {"refresh_token": issued["refresh_token"]})


def _refresh_without_a_database(world: World) -> Answer:
    """With a true checksum: a token that is visibly made up is refused without the database."""
    token = "acr_" + "0" * 64
    return post(world.out, "/api/v1/session-tokens", {"refresh_token": f"{token}{zlib.crc32(token.encode()):08x}"})


def _sign_out(world: World) -> Answer:
    _, token = world.new_user()
    return Request.of(BY_ID["deleteSession"], token, session_id="current").send(world.port)


RECIPES = {
    ("createSession", 401, "invalid-credentials"): lambda world: world.sign_in("nobody"),
    ("createSessionToken", 201, ""): _refresh,
    ("createSessionToken", 401, "invalid-refresh-token"): lambda world: Request.of(BY_ID["createSessionToken"]).send(
        world.port
    ),
    ("createSessionToken", 503, "service-unavailable"): _refresh_without_a_database,
    ("deleteSession", 204, ""): _sign_out,
    ("deleteOtherSessions", 204, ""): lambda world: world.as_new_user("deleteOtherSessions"),
    ("deleteUserSessions", 204, ""): lambda world: Request.of(
        BY_ID["deleteUserSessions"], world.tokens["admin"], user_id=str(world.new_user()[0])
    ).send(world.port),
}

# --- what the fuzz meets

_ACTOR = f"SELECT min(id) FROM users WHERE {NOT_PEOPLE}"
_hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # as the server of the passes
_borrowers: list[Row] = []


def _give_back(database: Connection) -> None:
    """Whoever had another's identifier has the own one again: lists are in its order."""
    while _borrowers:
        database.execute("UPDATE users SET username_key = lower(username) WHERE id = ?", _borrowers.pop())


def _make_known(found: Arranged) -> None:
    """A sign-in finds a user with the identifier and the password that it sends; the user has them for this case only."""
    match found.body:
        case {"passkey": dict()} if found.valid and found.turn % 4:
            [[user]] = found.database.execute(_ACTOR, PEOPLE)
            found.database.execute("UPDATE users SET is_active = TRUE WHERE id = ?", (user,))
            body: Any = found.case.body
            body["passkey"] = proof(found.database, user, datetime.now(UTC))
            return
        case {"identifier": str(identifier), "password": str(password)} if found.turn % 4:
            key = identifier.lower()
        case _:
            return
    with contextlib.suppress(*UNSTORABLE):
        if found.database.one("SELECT 1 FROM users WHERE email_key = ? OR username_key = ?", (key, key)) is None:
            _borrowers.extend(
                found.database.execute(f"UPDATE users SET username_key = ? WHERE id = ({_ACTOR}) RETURNING id", (key, *PEOPLE))
            )
        found.database.execute(
            f"UPDATE users SET password_hash = ?, is_active = TRUE WHERE {CLASHES}",
            (_hasher.hash(password), key, key, key, key, *PEOPLE),
        )


def _make_valid(found: Arranged) -> None:
    """A token gets a true checksum and a session that begins now; one that is good already stays as it is."""
    token = found.body.get("refresh_token")
    if not isinstance(token, str) or not re.fullmatch("acr_[0-9a-f]{72}", token) or not found.turn % 4:
        return
    complete = f"{token[:-8]}{zlib.crc32(token[:-8].encode()):08x}"
    if complete == token:
        return
    [[user]] = found.database.execute(_ACTOR, PEOPLE)
    found.database.execute("UPDATE users SET is_active = TRUE WHERE id = ?", (user,))
    session, end = _session_of(found.database, user)
    found.database.execute(
        "INSERT INTO refresh_tokens (hash, session_id, expires_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (hashlib.sha256(complete.encode()).hexdigest(), session, end),
    )
    body: Any = found.case.body
    body["refresh_token"] = complete


def _session_of(database: Connection, user: int) -> tuple[int, str]:
    """A new session of a user, and when it ends. Nobody has its access token."""
    now = datetime.now(UTC)
    begin, end = (instant.isoformat(timespec="microseconds") for instant in (now, now + timedelta(days=1)))
    [[session]] = database.execute(
        "INSERT INTO sessions (user_id, access_hash, access_expires_at, created_at, refreshed_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        (user, os.urandom(32).hex(), begin, begin, begin, end),
    )
    return session, end


def _arrange_session(found: Arranged) -> None:
    """End a session of the principal's own, begun for the purpose; then one that never was; then as it came."""
    if not found.valid and found.number("session_id") is None:
        return
    own = found.database.one("SELECT id FROM users WHERE username = ?", (found.principal,))
    if found.turn % 3 == 0 and own is not None:
        found.put("session_id", _session_of(found.database, own["id"])[0])
    elif found.turn % 3 == 1:
        found.put("session_id", found.database.last_id("sessions") + 1_000_000)


ARRANGE = {"createSession": _make_known, "createSessionToken": _make_valid}
PATHS = {"deleteSession": _arrange_session}
RESTORE = {"createSession": _give_back}
DICTIONARIES = {
    "createSession body /identifier": None,
    "createSession body /password": "passwords",
    "createSession body /totp_code": None,
    "createSession body /recovery_code": None,
    "createReauthentication body /password": "passwords",
    "createReauthentication body /totp_code": None,
    "createReauthentication body /recovery_code": None,
    "createSessionToken body /refresh_token": None,
}

# --- texts that must be refused, and texts that must not

WRONG = {
    "createSession body /identifier": ["ab", "a\0b", "a" * 255],
    "createSession body /password": ["a1" * 256 + "a", "a1\0aaaaa"],
    "createSession body /totp_code": ["12345", "1234567", "12345\u0661"],
    "createSession body /recovery_code": [
        "k3hq-w7da-2xno-fz5t-ujzd-egx1",
        "k3hq-w7da-2xno-fz5t-ujzd-egxd-",
        "K3HQ-W7DA-2XNO-FZ5T-UJZD-EGXD",
    ],
    "createSessionToken body /refresh_token": [
        *("acr_" + "0" * 71, "acr_" + "0" * 73, "aca_" + "0" * 72, "acr_" + "A" * 72, "acr_" + "0" * 71 + "\n"),
    ],
}
RIGHT = {
    "createSession body /identifier": ["abc", "\u0130" * 254],
    "createSession body /password": ["xkzvqjw7", "        a1", '1\n\t\r\x01\x7fa"\\', "\U0001f600" * 126 + "a1"],
}
