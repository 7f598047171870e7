"""Creating users: unique e-mail addresses and usernames, the welcome mail, the audit event."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import NamedTuple

from pydantic import MISSING

from app.call import Origin, Principal, Role
from app.core.database import Transaction, retry_on_conflict
from app.core.database.statements import FromRow, Insertion
from app.core.errors import ConstraintViolation
from app.resources import Resources
from app.schemas.models import UserCreate
from app.schemas.problems import AlreadyRegistered
from app.schemas.rows import UserRow
from app.services import audit, idempotency, mails, profiles
from app.services.audit import Details
from app.services.idempotency import Creation, Record, run_once
from app.services.shared.limits import count
from app.services.shared.password_rules import require_strong
from app.services.users.queries import INSERT_USER, SELECT_USER
from app.services.webhooks import events

# The field of each unique constraint.
_UNIQUE_FIELDS = {"uq_users_email_key": "email", "uq_users_username_key": "username"}

# What the audit event has of the new row.
_CREATED = (FromRow("subject_id", "id"),)
_SIGNED_UP = (*_CREATED, FromRow("actor_id", "id"))


class NewUser(NamedTuple):
    """A user to insert."""

    email: str
    username: str
    full_name: str | None
    password_hash: str
    role: Role
    email_verified: bool


CREATION = Creation(
    "createUser",
    UserRow,
    lambda database, user_id: database.one(SELECT_USER, user_id=user_id),
    secrets=frozenset({"password"}),
)


async def create_user(
    resources: Resources,
    new: UserCreate,
    role: Role = "user",
    idempotency_key: str | None = None,
    address: Hashable | None = None,
    origin: Origin | None = None,
    creator: Principal | None = None,
) -> UserRow:
    """Create a user and queue the welcome mail; with an idempotency key only once. `creator`: the administrator who does it.

    Raises:
        TooManyRequests: too many sign-ups from this client address (not counted if None), or mails to this mailbox.
        DisallowedCharacters, WeakPassword: checked before the password is hashed.
        AlreadyRegistered: decided by the unique constraints, so of two simultaneous requests exactly one succeeds.
        IdempotencyKeyInUse, IdempotencyKeyReused: see `idempotency.run_once`.
    """

    async def effect(record: Record[UserRow] | None) -> UserRow:
        require_strong(resources.settings, new.password, new.email, new.username, full_name(new))
        if address is not None:
            await count(resources.sign_ups, address, "sign-ups from this address")
        password_hash = await resources.passwords.hash(new.password)
        # The operator verifies the addresses of administrators, who are created on the command line.
        stored = NewUser(new.email, new.username, full_name(new), password_hash, role, email_verified=role == "admin")
        return await _store(resources, stored, record, origin, creator)

    request = idempotency.request(CREATION, idempotency_key, creator or new.email.lower(), new)
    try:
        return await run_once(resources, CREATION, request, effect)
    finally:  # even if the outcome of the write is unknown
        await resources.cache.drop(profiles.CACHE_TOPIC)


@retry_on_conflict
async def _store(
    resources: Resources, new: NewUser, record: Record[UserRow] | None, origin: Origin | None, creator: Principal | None
) -> UserRow:
    async with resources.database.transaction() as transaction:
        welcome = (
            [mails.welcome(resources, new.email, new, resources.now(), invited=creator is not None)]
            if new.role == "user"
            else []
        )
        user = await insert_user(transaction, resources, new, origin, creator, *welcome)
        if welcome:
            await count(resources.mails, mails.mailbox(new.email), "mails to this mailbox")  # rolls back if there are too many
        if record is not None:
            await record(transaction, user)
    resources.outbox_added.set()
    return user


async def insert_user(
    transaction: Transaction,
    resources: Resources,
    new: NewUser,
    origin: Origin | None,
    creator: Principal | None = None,
    *others: Insertion,
) -> UserRow:
    """Insert a user, with the audit event, those of webhooks and `others`. Raises `AlreadyRegistered`."""
    now: datetime = resources.now()
    values = {
        **new._asdict(),
        "email_key": new.email.lower(),
        "username_key": new.username.lower(),
        "full_name_key": search_key(new.full_name),
        "created_at": now,
    }
    actor, details = None if creator is None else creator.user_id, Details(role=new.role)
    from_row = _SIGNED_UP if creator is None and new.role == "user" else _CREATED  # operators create administrators
    recorded = audit.event("user.created", now, origin, actor=actor, subject=None, details=details, from_row=from_row)
    try:
        user = await transaction.one_with(INSERT_USER, values, recorded, *others)
    except ConstraintViolation as refused:
        raise AlreadyRegistered(f"Another user has this {_UNIQUE_FIELDS[refused.constraint]}.") from None
    if user is None:
        raise RuntimeError("an insert without a conflict clause returned no row")
    await events.emit(transaction, resources, "user.created", user)
    return user


def full_name(new: UserCreate) -> str | None:
    """The full name of a new user; None if none was sent."""
    return None if new.full_name is MISSING else new.full_name


def search_key(text: str | None) -> str | None:
    """Text as the case-insensitive search compares it."""
    return None if text is None else text.casefold()
