"""Events: written in the transaction of the act, for every active webhook that wants them.

An act whose event nobody wants costs nothing: the process knows which events are wanted, reads that again at most every two
seconds, and not at all if no other process can change it. So a change of a webhook takes effect within two seconds.
"""

from __future__ import annotations

import functools
import time
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar

import structlog

from accord.runtime import PayloadError, Reply
from app import contract
from app.core.database import Transaction, retry_on_conflict
from app.core.database.statements import Insertion, Statement
from app.resources import Resources
from app.schemas import rows
from app.schemas.rows import DeletedRow, PostRow, UserRow
from app.services.webhooks.queries import DELETE_DELIVERIES_OF_USER, INSERT_DELIVERIES, SELECT_WANTED_EVENTS

Event: TypeAlias = Literal["user.created", "user.updated", "user.deleted", "post.created", "post.updated", "post.deleted"]

R = TypeVar("R", UserRow, PostRow, DeletedRow)

_log = structlog.get_logger()


async def is_wanted(resources: Resources, event: Event, transaction: Transaction | None = None) -> bool:
    """Whether a webhook wants the event. Seldom runs a statement; see above.

    In a transaction it must be that one: a second connection of the pool might never become free.
    """
    known = resources.wanted_events
    now = time.monotonic()
    if now < known.expires:
        return event in known.events
    if known.expires:  # others go on with what is known
        known.expires = now + known.lifetime
    return event in await _read(resources, transaction or resources.database)


async def read_again(resources: Resources) -> None:
    """Read the wanted events, after a webhook was changed; one statement."""
    forget(resources)
    await _read(resources, resources.database)


def forget(resources: Resources) -> None:
    """Read the wanted events again before the next act, because it is unknown whether a webhook was changed."""
    resources.wanted_events.changes += 1
    resources.wanted_events.expires = 0.0


async def _read(resources: Resources, transaction: Transaction) -> frozenset[str]:
    known = resources.wanted_events
    changes, now = known.changes, time.monotonic()
    stored = await transaction.all(SELECT_WANTED_EVENTS)
    events = frozenset(" ".join(stored).split())
    if known.changes == changes:  # else it was read too early to be remembered
        known.events, known.expires = events, now + known.lifetime
    return events


async def emit(transaction: Transaction, resources: Resources, event: Event, data: UserRow | PostRow | DeletedRow) -> None:
    """Write the deliveries of an event in one statement, or nothing if no webhook wants it."""
    if not await is_wanted(resources, event, transaction):
        return
    now = resources.now()
    writing = _writing.set(_Message(transaction, event, f"msg_{uuid.uuid4().hex}", now, _user_id(data)))
    try:
        row, sender = _kind(event)
        await sender.send("", body=row(event, now, data))
    except PayloadError as error:  # before any statement: the act itself goes on
        _log.error("the data of an event violates the document", webhook_event=event, faults=error.faults)
    finally:
        _writing.reset(writing)
    resources.deliveries_added.set()


async def emit_changed(
    transaction: Transaction, resources: Resources, event: Event, statement: Statement[R], **values: object
) -> None:
    """As `emit`, for an act that does not have the changed row: reads it with the statement, if a webhook wants the event."""
    if await is_wanted(resources, event, transaction) and (row := await transaction.one(statement, **values)) is not None:
        await emit(transaction, resources, event, row)


async def write(
    resources: Resources,
    event: Event,
    statement: Statement[R],
    values: Mapping[str, object],
    recorded: Insertion | None = None,
) -> R | None:
    """Change one row; with it, write an audit event if there is one, and the deliveries if a webhook wants the event.

    Nothing is written if there is no such row.
    """
    if await is_wanted(resources, event):
        return await _write(resources, event, statement, values, recorded)
    return await _run(resources.database, statement, values, recorded)


async def _run(
    transaction: Transaction, statement: Statement[R], values: Mapping[str, object], recorded: Insertion | None
) -> R | None:
    if recorded is None:
        return await transaction.one(statement, **values)
    return await transaction.one_with(statement, values, recorded)


@retry_on_conflict
async def _write(
    resources: Resources,
    event: Event,
    statement: Statement[R],
    values: Mapping[str, object],
    recorded: Insertion | None,
) -> R | None:
    async with resources.database.transaction() as transaction:
        written = await _run(transaction, statement, values, recorded)
        if written is not None:
            await emit(transaction, resources, event, written)
    return written


async def delete_of_user(transaction: Transaction, user_id: int) -> None:
    """Delete the deliveries that have data of a user; one statement. A delivery on its way may still arrive."""
    await transaction.run(DELETE_DELIVERIES_OF_USER, user_id=user_id)


def _user_id(data: UserRow | PostRow | DeletedRow) -> int | None:
    """The user whose data it is; None for the id of something deleted."""
    if isinstance(data, DeletedRow):
        return None
    return data.id if isinstance(data, UserRow) else data.author_id


# --- from a row to the stored payload


class _Message(NamedTuple):
    """What is being written."""

    transaction: Transaction
    event: Event
    id: str
    now: datetime
    user_id: int | None


_writing: ContextVar[_Message] = ContextVar("writing")


class _Storing:
    """The transport of the generated senders: stores what they have validated and encoded, the same for every attempt."""

    async def send(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Reply:  # noqa: ARG002 - the protocol
        message = _writing.get()
        await message.transaction.run(
            INSERT_DELIVERIES,
            message_id=message.id,
            event=message.event,
            payload=content.decode(),
            user_id=message.user_id,
            created_at=message.now,
        )
        return Reply(204, {}, b"")  # of the receiver


@functools.cache
def _kind(event: Event) -> tuple[Any, Any]:
    """The class of the payload and the sender of an event; made when the event is wanted for the first time."""
    from app.schemas import webhooks  # noqa: PLC0415 - takes memory that a service without webhooks does not need

    row, sender = {
        "user.created": (rows.UserCreatedEventRow, webhooks.UserCreated),
        "user.updated": (rows.UserUpdatedEventRow, webhooks.UserUpdated),
        "user.deleted": (rows.UserDeletedEventRow, webhooks.UserDeleted),
        "post.created": (rows.PostCreatedEventRow, webhooks.PostCreated),
        "post.updated": (rows.PostUpdatedEventRow, webhooks.PostUpdated),
        "post.deleted": (rows.PostDeletedEventRow, webhooks.PostDeleted),
    }[event]
    return row, sender(contract.document(), _Storing())
