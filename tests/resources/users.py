"""Users: what their tests need beyond the document."""
# ruff: noqa: S608 - only names of ours are put into the statements

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg

from tests.contract.contract import BY_ID
from tests.contract.people import NOT_PEOPLE, PEOPLE
from tests.contract.wire import Answer, Request
from tests.contract.world import World, new_user, post
from tests.support.access import ALIKE, OWNER_OR_ADMIN
from tests.support.databases import Connection

if TYPE_CHECKING:  # these can be imported within a pass only
    from tests.contract.fuzz.arrange import Arranged
    from tests.contract.fuzz.checks import Listed

COSTS = {
    "listUsers": 1 + 1,
    "createUser": 1 + 1 + 1 + 1,  # the user, the audit event, and the mail of welcome; the token, if one is sent
    "getCurrentUser": 1 + 1,
    "getUser": 1 + 1,
    "updateUser": 1 + 1 + 1,  # with the audit event of an administrator
    # The proof; the user, counts, sessions, factors, keys, mail tokens; the audit event; posts, audit events.
    "exportUserData": 1 + 1 + 6 + 1 + 2,
    "setUserRole": 1 + 1 + 4,  # the proof; the lock, the role, the sessions, the event
    # The proof; the lock on the user and other administrators, the removal, mails by id and by address, deliveries to webhooks,
    # the audit event, and the erasure in earlier ones.
    "deleteUser": 1 + 1 + 7,
}
EVENTS = {
    "createUser": ["user.created"],
    "updateUser": ["user.updated"],  # by an administrator
    "exportUserData": ["user.exported"],
    "setUserRole": ["user.role-changed"],
    "deleteUser": ["user.deleted"],
}
ACCESS = {
    "listUsers": ALIKE,
    "createUser": ALIKE,
    "getCurrentUser": ALIKE,
    "getUser": OWNER_OR_ADMIN,
    "updateUser": OWNER_OR_ADMIN,
    "setUserRole": ALIKE,
    "exportUserData": OWNER_OR_ADMIN,
    "deleteUser": OWNER_OR_ADMIN,
}
FLOORS = {"listUsers": 0.5, "createUser": 0.6, "getCurrentUser": 1.0, "getUser": 0.5, "updateUser": 0.5, "deleteUser": 0.3}

# --- requests that succeed, and those that a rule refuses

BODIES = {"createUser": new_user}


def _delete(world: World, user_id: int, token: str) -> Answer:
    return Request.of(BY_ID["deleteUser"], token, user_id=str(user_id)).send(world.port)


def _deactivate_the_last_admin(world: World) -> Answer:
    request = Request.of(BY_ID["updateUser"], world.tokens["admin"], user_id="1")
    return request.saying(b'{"is_active":false}').send(world.port)


RECIPES = {
    ("createUser", 202, ""): lambda world: post(world.strict, "/api/v1/users", new_user()),
    ("createUser", 403, "sign-up-closed"): lambda world: post(world.invite, "/api/v1/users", new_user()),
    ("createUser", 409, "already-registered"): lambda world: post(world.port, "/api/v1/users", new_user(username="ADMIN")),
    ("createUser", 409, "weak-password"): lambda world: post(world.port, "/api/v1/users", new_user(password="passw0rd")),
    ("createUser", 409, "disallowed-characters"): lambda world: post(
        world.port, "/api/v1/users", new_user(password="otter-\u200bkayak-9")
    ),
    ("updateUser", 409, "last-admin"): _deactivate_the_last_admin,
    ("setUserRole", 200, ""): lambda world: Request.of(
        BY_ID["setUserRole"], world.tokens["admin"], user_id=str(world.new_user()[0])
    ).send(world.port),
    ("setUserRole", 409, "last-admin"): lambda world: Request.of(BY_ID["setUserRole"], world.tokens["admin"], user_id="1").send(
        world.port
    ),
    ("deleteUser", 409, "last-admin"): lambda world: _delete(world, 1, world.tokens["admin"]),
    ("deleteUser", 204, ""): lambda world: _delete(world, *world.new_user()),
}

# --- what the fuzz meets

CLASHES = f"(email_key IN (?, ?) OR username_key IN (?, ?)) AND {NOT_PEOPLE}"
UNSTORABLE = (UnicodeEncodeError, psycopg.DataError)  # lone surrogates; NUL on PostgreSQL


def make_room(database: Connection, email: str, username: str) -> None:
    """Rename those who have the address or the name: so the exact boundary values are stored and not answered with 409.

    Renaming, not deleting: ids that later cases know stay good.
    """
    with contextlib.suppress(*UNSTORABLE):
        database.execute(
            "UPDATE users SET email = 'moved' || id || '@moved.example', email_key = 'moved' || id || '@moved.example',"
            f" username = 'moved_' || id, username_key = 'moved_' || id, version = version + 1 WHERE {CLASHES}",
            (*(email.lower(), username.lower()) * 2, *PEOPLE),
        )


def _make_room(found: Arranged) -> None:
    """The document's examples, which are sent several times, are left to meet their 409."""
    match found.body:
        case {"email": str(email), "username": str(username)} if found.phase != "examples":
            make_room(found.database, email, username)


def _deactivate(found: Arranged) -> None:
    """An administrator deactivates their own account: the last one stays."""
    if found.principal == "admin":
        found.case.body = {**found.body, "is_active": False}


def _demote(found: Arranged) -> None:
    """The last administrator gives up the role."""
    if found.principal == "admin":
        found.put("user_id", 1)
        found.case.body = {"role": "user"}


def _restore_roles(database: Connection) -> None:
    """There is one administrator: whose account must stay, or the pass would end."""
    database.execute(
        "UPDATE users SET role = CASE username WHEN 'admin' THEN 'admin' ELSE 'user' END"
        " WHERE (role = 'admin' AND username <> 'admin') OR (role <> 'admin' AND username = 'admin')"
    )


ARRANGE = {"createUser": _make_room}
RESTORE = {"setUserRole": _restore_roles}
RULES = {"updateUser": _deactivate, "setUserRole": _demote}


def _row(number: int) -> dict[str, Any]:
    email, name = f"back{number}@back.example", f"back_{number}"
    return {"email": email, "email_key": email, "username": name, "username_key": name, "password_hash": ""}


ROWS = {"users": _row}


def _unwanted(item: dict[str, Any], listed: Listed) -> Iterator[str]:
    """Why a user should not be listed: created at another time, or nothing of it begins with the text."""
    created, query = datetime.fromisoformat(item["created_at"]), listed.query
    if "created_after" in query and created < datetime.fromisoformat(query["created_after"]):
        yield f"{item['created_at']} is before {query['created_after']}"
    if "created_before" in query and created >= datetime.fromisoformat(query["created_before"]):
        yield f"{item['created_at']} is not before {query['created_before']}"
    texts = [item[name].casefold() for name in ("username", "email", "full_name") if item.get(name)]
    if "q" in query and not any(text.startswith(query["q"].casefold()) for text in texts):
        yield f"nothing of {texts} begins with {query['q']!r}"


ITEMS = {"listUsers": _unwanted}
DICTIONARIES = {"createUser body /email": None, "createUser body /username": "names", "createUser body /password": "passwords"}

# --- texts that must be refused, and texts that must not

_FULL_NAMES = ["a\0", "\0", "a" * 101]
_RIGHT_FULL_NAMES = ["", "\U0001f600" * 100, " "]

WRONG = {
    "createUser body /email": [
        "a@b",
        ".a@b.co",
        "a.@b.co",
        "a..b@c.de",
        "a@b.c0",
        "a@-b.de",
        "a@b-.de",
        "a@b..de",
        "@b.de",
        "a b@c.de",
        "a@b.co\n",
        " a@b.co",
        "\u00e9@b.de",
        "a@\u00e9.de",
        '"a b"@c.de',
        "a@[127.0.0.1]",
        "a@b.de, c@d.de",
        "a" * 65 + "@b.de",
        "a@" + "b" * 64 + ".de",
    ],
    "createUser body /username": [
        *("ab", "abc\n", " abc", "abc ", "\u00e9bc", "abc-d", "a.bc", "a@bc", "\u0661\u0662\u0663", "a" * 51),
    ],
    "createUser body /password": [
        *("aaaaaaaa", "11111111", "aaaaaa1", "\u0430" * 7 + "1", "\u0661aaaaaaa", "a1" * 64 + "a", "a1\0aaaaa"),
        *("a1\naaaaa", "a1\x7faaaaa", "a1\x9faaaaa"),
    ],
    "createUser body /full_name": _FULL_NAMES,
    "updateUser body /full_name": _FULL_NAMES,
    "updateUser body /bio": ["a\0b", "a" * 501],
}
RIGHT = {
    "createUser body /email": [
        "a@b.co",
        "C@D.EF",
        "_@0.xx",
        "a.b+c-d_e@f-g.hi",
        "a" * 64 + "@b.de",
        "a@" + "b" * 63 + ".de",
        "a" * 64 + "@" + ("b" * 61 + ".") * 3 + "de",
    ],
    "createUser body /username": ["abc", "___", "0123456789" * 5],
    "createUser body /password": ["xkzvqjw7", " x k q a1", "".join(chr(0x4E00 + number) for number in range(126)) + "a1"],
    "createUser body /full_name": _RIGHT_FULL_NAMES,
    "updateUser body /full_name": _RIGHT_FULL_NAMES,
    "updateUser body /bio": ["", "\U0001f600" * 500],
}
