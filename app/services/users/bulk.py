"""Importing users from another system, and exporting all of them. No mails are sent and no webhooks are called."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.call import Role
from app.core.database import Database, retry_on_conflict
from app.resources import Resources
from app.services import audit, profiles
from app.services.audit import Details
from app.services.users.bulk_queries import (
    COUNT_USERS,
    EXPORT_BATCH,
    INSERT_IMPORTED_USER,
    SELECT_ID_BY_EMAIL,
    SELECT_STORED_USERS,
    StoredUser,
)
from app.services.users.creation import search_key

IMPORT_BATCH = 500  # rows per transaction: a fraction of a second, in which other writers of SQLite wait


@dataclass(frozen=True, slots=True)
class ImportedUser:
    """A valid row of a file: its line, and the values as the document defines them."""

    line: int
    email: str
    username: str
    full_name: str | None = None
    bio: str | None = None
    role: Role = "user"
    is_active: bool = True
    email_verified: bool = False
    created_at: datetime | None = None  # None: now
    password_hash: str | None = None  # None: no password is correct, until the user resets it


@dataclass(slots=True)
class Outcome:
    """What became of rows: numbers of users, and the lines whose username another user has."""

    imported: int = 0
    skipped: int = 0  # a user has the e-mail address, as after an interrupted import
    taken: list[int] = field(default_factory=list)


async def import_users(resources: Resources, users: Iterable[ImportedUser], stored: Callable[[int, Outcome], None]) -> Outcome:
    """Store users in batches, each one transaction with its audit event; after each, `stored` gets its last line and outcome.

    It can be interrupted and run again: users who exist are skipped.
    """
    total = Outcome()
    unknown = await resources.passwords.hash(secrets.token_urlsafe(32))
    rows = iter(users)
    try:
        while batch := list(itertools.islice(rows, IMPORT_BATCH)):
            outcome = await _store(resources, batch, unknown)
            total.imported += outcome.imported
            total.skipped += outcome.skipped
            total.taken += outcome.taken
            stored(batch[-1].line, outcome)
    finally:
        await resources.cache.drop(profiles.CACHE_TOPIC)
    return total


@retry_on_conflict
async def _store(resources: Resources, batch: list[ImportedUser], unknown: str) -> Outcome:
    outcome, now = Outcome(), resources.now()
    async with resources.database.transaction() as transaction:
        for user in batch:
            email_key = user.email.lower()
            created = await transaction.one(
                INSERT_IMPORTED_USER,
                email=user.email,
                email_key=email_key,
                username=user.username,
                username_key=user.username.lower(),
                password_hash=user.password_hash or unknown,
                full_name=user.full_name,
                full_name_key=search_key(user.full_name),
                bio=user.bio,
                role=user.role,
                is_active=user.is_active,
                email_verified=user.email_verified,
                created_at=user.created_at or now,
            )
            if created is not None:
                outcome.imported += 1
            elif await transaction.one(SELECT_ID_BY_EMAIL, email_key=email_key) is not None:
                outcome.skipped += 1
            else:
                outcome.taken.append(user.line)
        if outcome.imported:
            details = Details(count=outcome.imported)
            await audit.record(transaction, audit.event("users.imported", now, None, actor=None, subject=None, details=details))
    return outcome


async def record_export(resources: Resources, fields: Sequence[str]) -> None:
    """Record that all users are exported, with these fields. Call it before `stored_users`: no export is without its event."""
    database, now, details = resources.database, resources.now(), Details(fields=[*fields])
    await audit.record(database, audit.event("users.exported", now, None, actor=None, subject=None, details=details))


async def count_users(database: Database) -> int:
    """The number of all users."""
    return await database.one(COUNT_USERS) or 0


async def stored_users(database: Database) -> AsyncGenerator[list[StoredUser]]:
    """All users in batches, by id. Users who are created meanwhile may be among them or not."""
    after, is_last = 0, False
    while not is_last:
        batch = await database.all(SELECT_STORED_USERS, after=after)
        if batch:
            after = batch[-1].id
            yield batch
        is_last = len(batch) < EXPORT_BATCH
