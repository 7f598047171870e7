"""The audit log: one event for each thing that users and operators do, written in its transaction.

`event` makes one; `record` writes it, or `Transaction.one_with` together with the row that it is about.
`app.services.audit.chain` seals it a moment later, which costs no request anything.
"""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from typing import TypeAlias

import msgspec

from app.call import Origin, Source
from app.core.database import Database, Transaction
from app.core.database.statements import FromRow, Insertion
from app.models.audit import AuditEventType
from app.schemas.rows import AuditDetailsRow, AuditEventListRow
from app.services.audit.list_queries import AuditFilters, audit_listing
from app.services.audit.queries import DELETE_ERASURE, ERASE_BATCH, ERASE_EVENTS, INSERT_EVENT, SELECT_ERASURE, UPSERT_ERASURE
from app.services.shared.pages import load_page

Details: TypeAlias = AuditDetailsRow

NO_DETAILS = Details()
_FOREVER = datetime(3000, 1, 1, tzinfo=UTC)  # later than every event
UNKNOWN = Source(None, None, None)  # of what operators do on the command line, and of work without a request

_json = msgspec.json.Encoder()


async def list(database: Database, number: int, size: int, cursor: str | None, filters: AuditFilters) -> AuditEventListRow:
    """One page of events, newest first. Runs the statements of `load_page`. Raises `UnknownCursor`."""
    return AuditEventListRow(
        *await load_page(database, audit_listing(filters.shape), number, size, cursor, **filters.parameters)
    )


def event(
    type_: AuditEventType,
    now: datetime,
    origin: Origin | None,
    *,
    actor: int | None,
    subject: int | None,
    details: Details = NO_DETAILS,
    from_row: tuple[FromRow, ...] = (),
) -> Insertion:
    """An event, to be written by `record`, or by `one_with` together with what happened.

    Args:
        type_: what happened.
        now: when.
        origin: where the request came from, `call.origin`; None on the command line.
        actor: the user who acted; None if nobody is signed in.
        subject: the user whom it is about.
        details: ids, names of fields and numbers. Nothing personal: it is kept when the users are deleted.
        from_row: what is taken from the row that is written, such as the id of a new user; see `Insertion`.
    """
    address, user_agent, request_id = UNKNOWN if origin is None else origin()
    salt = os.urandom(16).hex()
    values = {
        "type": type_,
        "actor_id": actor,
        "subject_id": subject,
        "details": _json.encode(details).decode(),
        "created_at": now,
        "request_id": request_id,
        "address": address,
        "user_agent": user_agent,
        "salt": salt,
        "personal_digest": personal_digest(salt, address, user_agent),
    }
    for taken in from_row:
        del values[taken.name]
    return Insertion(INSERT_EVENT, values, from_row)


async def record(transaction: Transaction, event: Insertion) -> None:
    """Write an event, in one statement: in the transaction of what happened, or with the database for a refusal."""
    await transaction.run(event.statement, **event.values)


def personal_digest(salt: str, address: str | None, user_agent: str | None) -> str:
    """What the chain covers of personal data. Without the salt it reveals nothing, though there are few addresses."""
    return hashlib.sha256(_json.encode((salt, address, user_agent))).hexdigest()


async def pseudonymise(transaction: Transaction, user_id: int) -> None:
    """Erase what is personal in a user's events, in one statement. Call it in the transaction that deletes the user.

    The ids stay: nothing else leads from them to the person. An administrator's address stays in what they did to the user. Of
    more than `ERASE_BATCH` events the newest are erased; `erase_more` continues with the others.
    """
    await _erase(transaction, user_id, _FOREVER)


async def erase_more(database: Database) -> bool:
    """Erase one more batch of a deleted user's events. Returns False if there is nothing to erase."""
    erasure = await database.one(SELECT_ERASURE)
    if erasure is not None:
        async with database.transaction() as transaction:
            if not await _erase(transaction, *erasure):
                await transaction.run(DELETE_ERASURE, user_id=erasure.user_id)
    return erasure is not None


async def _erase(transaction: Transaction, user_id: int, before: datetime) -> bool:
    """Erase a batch. Returns False after the last one."""
    erased = await transaction.all(ERASE_EVENTS, user_id=user_id, before=before)
    if len(erased) < ERASE_BATCH:
        return False
    await transaction.run(UPSERT_ERASURE, user_id=user_id, before=min(erased))
    return True
