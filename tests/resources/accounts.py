"""Accounts: what their tests need beyond the document."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher

from app.models import metadata
from tests.contract.contract import BY_ID
from tests.contract.people import NOT_PEOPLE, PASSWORD, PEOPLE
from tests.contract.wire import Answer
from tests.contract.world import World, new_user, post
from tests.support.access import ALIKE
from tests.support.databases import Connection
from tests.support.rows import insertion, row

COSTS = {
    "changePassword": 1 + 1 + 7,  # the proof; the account; the password, the session, others, tokens, a notice, the event
    "changeEmail": 1 + 1 + 6,
    "requestPasswordReset": 1 + 1,
    "confirmPasswordReset": 7 + 5,  # the first confirmation of the address
    "requestEmailVerification": 1 + 1,
    "confirmEmail": 2 + 5,
}
EVENTS = {
    "changePassword": ["password.changed"],
    "changeEmail": ["email.change-requested"],
    "requestPasswordReset": ["password.reset-requested"],
    "confirmPasswordReset": ["password.reset", "email.verified"],
    "requestEmailVerification": ["email.verification-requested"],
    "confirmEmail": ["email.verified"],
}
ACCESS = {
    "changePassword": ALIKE,
    "changeEmail": ALIKE,
    "requestPasswordReset": ALIKE,
    "confirmPasswordReset": ALIKE,
    "requestEmailVerification": ALIKE,
    "confirmEmail": ALIKE,
}


def _to_a_new_mailbox(operation: str) -> dict[str, Any]:
    """The example with another address: a mailbox gets few mails."""
    return {**next(iter(BY_ID[operation].examples.values())), "email": new_user()["email"]}


BODIES = {
    operation: functools.partial(_to_a_new_mailbox, operation)
    for operation in ("changeEmail", "requestPasswordReset", "requestEmailVerification")
}
FLOORS = {"changePassword": 0.1, "confirmPasswordReset": 0.1}
READS = {
    "changePassword": "the password of the example is wrong",
    "changeEmail": "the password of the example is wrong",
    "confirmPasswordReset": "the token of the example is unknown",
    "confirmEmail": "the token of the example is unknown",
}

_hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # as the servers of the tests


def set_password(database: Connection, user_id: int, password: object) -> None:
    """Give a user a password that their session proves."""
    if isinstance(password, str) and password.isascii() and password.isprintable():
        database.execute("UPDATE users SET password_hash = ? WHERE id = ?", (_hasher.hash(password), user_id))


def add_token(database: Connection, user_id: int, purpose: str) -> str:
    """A token that was sent to a user by mail."""
    prefix = "acp_" if purpose == "reset-password" else "ace_"
    token = prefix + os.urandom(32).hex()
    token += f"{zlib.crc32(token.encode()):08x}"
    expires = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="microseconds")
    database.execute(
        "INSERT INTO mail_tokens (hash, user_id, purpose, email, expires_at) SELECT ?, id, ?, email, ? FROM users WHERE id = ?",
        (hashlib.sha256(token.encode()).hexdigest(), purpose, expires, user_id),
    )
    return token


def _change_password(database: Connection, user_id: int, body: dict[str, Any], _: datetime) -> None:
    set_password(database, user_id, body.get("current_password"))


def _change_email(database: Connection, user_id: int, body: dict[str, Any], _: datetime) -> None:
    set_password(database, user_id, body.get("password"))


def _somebody(database: Connection) -> int:
    """A new user, who has no session."""
    [[last]] = database.execute("SELECT max(id) FROM users")
    values = row(metadata.tables["users"], 10**9 + last)
    del values["id"]
    [[user_id]] = database.execute(*insertion(metadata.tables["users"], values, " RETURNING id"))
    return int(user_id)


def _reset_password(database: Connection, _: int, body: dict[str, Any], __: datetime) -> None:
    body["token"] = add_token(database, _somebody(database), "reset-password")


def _confirm_email(database: Connection, _: int, body: dict[str, Any], __: datetime) -> None:
    body["token"] = add_token(database, _somebody(database), "verify-email")


PREPARE = {
    "changePassword": _change_password,
    "changeEmail": _change_email,
    "confirmPasswordReset": _reset_password,
    "confirmEmail": _confirm_email,
}


def _choose(operation: str, member: str, password: str, world: World) -> Answer:
    user_id, token = world.new_user()
    request = world.prepared(operation, user_id, token)
    body = json.loads(request.body or b"")
    return request.saying(json.dumps({**body, member: password}).encode()).send(world.port)


def _take_address(world: World) -> Answer:
    """Confirm an address that another user has by now."""
    taken = new_user()
    post(world.port, "/api/v1/users", taken)
    user_id, _ = world.new_user()
    token = add_token(world.database, user_id, "change-email")
    world.database.execute("UPDATE mail_tokens SET email = ? WHERE user_id = ?", (taken["email"], user_id))
    return post(world.port, BY_ID["confirmEmail"].path, {"token": token})


_CHOOSING = {"changePassword": "new_password", "confirmPasswordReset": "password"}
RECIPES = {
    ("confirmEmail", 409, "already-registered"): _take_address,
    **{
        (operation, 409, code): functools.partial(_choose, operation, member, password)
        for operation, member in _CHOOSING.items()
        for code, password in (("weak-password", "passw0rd"), ("disallowed-characters", "otter-\u200bkayak-9"))
    },
}

# --- what the fuzz meets

_HASH = _hasher.hash(PASSWORD)


def _restore_passwords(database: Connection) -> None:
    """The principals have their passwords again: they sign in now and then."""
    database.execute(
        f"UPDATE users SET password_hash = ? WHERE password_hash <> ? AND NOT ({NOT_PEOPLE})",  # noqa: S608 - only names of ours
        (_HASH, _HASH, *PEOPLE),
    )


RESTORE = {"changePassword": _restore_passwords}
DICTIONARIES = {
    "changePassword body /new_password": "passwords",
    "changePassword body /current_password": "passwords",
    "changeEmail body /email": None,
    "changeEmail body /password": "passwords",
    "requestPasswordReset body /email": None,
    "requestEmailVerification body /email": None,
    "confirmPasswordReset body /token": None,
    "confirmPasswordReset body /password": "passwords",
    "confirmEmail body /token": None,
}

_EMAILS = ["a@b", ".a@b.co", "a b@c.de", "a@b.co\n", "a@b.de, c@d.de", "a" * 65 + "@b.de"]
_PASSWORDS = ["aaaaaaaa", "11111111", "aaaaaa1", "a1" * 64 + "a", "a1\0aaaaa"]
WRONG = {
    "changePassword body /current_password": ["a1\0aaaaa", "a1" * 256 + "a"],
    "changePassword body /new_password": _PASSWORDS,
    "changeEmail body /email": _EMAILS,
    "changeEmail body /password": ["a1\0aaaaa", "a1" * 256 + "a"],
    "requestPasswordReset body /email": _EMAILS,
    "requestEmailVerification body /email": _EMAILS,
    "confirmPasswordReset body /token": ["acp_" + "0" * 71, "acr_" + "0" * 72, "acp_" + "0" * 71 + "\n"],
    "confirmPasswordReset body /password": _PASSWORDS,
    "confirmEmail body /token": ["ace_" + "0" * 71, "acp_" + "0" * 72],
}
RIGHT = {
    "changePassword body /current_password": ["xkzvqjw7"],
    "changePassword body /new_password": ["xkzvqjw7"],
    "changeEmail body /email": ["a@b.co"],
    "changeEmail body /password": ["xkzvqjw7"],
    "requestPasswordReset body /email": ["a@b.co"],
    "requestEmailVerification body /email": ["a@b.co"],
    "confirmPasswordReset body /password": ["xkzvqjw7"],
}
