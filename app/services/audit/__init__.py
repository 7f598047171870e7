"""The audit log: one event for each thing that users and operators do, written in its transaction.

`record` inserts the event. `app.services.audit.chain` seals it a moment later, which costs no request anything.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime

import msgspec

from app.call import Origin
from app.core.database import Database, Transaction
from app.models.audit import AuditEventType
from app.schemas.rows import AuditDetailsRow as Details
from app.schemas.rows import AuditEventListRow
from app.services.audit.list_queries import AuditFilters, audit_listing
from app.services.audit.queries import INSERT_EVENT
from app.services.shared.pages import load_page

NO_DETAILS = Details()
UNKNOWN = Origin(None, None, None)  # of what operators do on the command line, and of work without a request

_json = msgspec.json.Encoder()


async def list(database: Database, number: int, size: int, cursor: str | None, filters: AuditFilters) -> AuditEventListRow:
    """One page of events, newest first. Runs the statements of `load_page`. Raises `UnknownCursor`."""
    return AuditEventListRow(
        *await load_page(database, audit_listing(filters.shape), number, size, cursor, **filters.parameters)
    )


async def record(
    transaction: Transaction,
    event: AuditEventType,
    now: datetime,
    origin: Origin | None,
    *,
    actor: int | None,
    subject: int | None,
    details: Details = NO_DETAILS,
) -> None:
    """Write an event, in one statement: in the transaction of what happened, or with the database alone if nothing changed.

    Args:
        transaction: of the act; a database for a refusal.
        event: what happened.
        now: when.
        origin: the request, `call.origin`; None on the command line.
        actor: the user who acted; None if nobody is signed in.
        subject: the user whom it is about.
        details: ids, names of fields and numbers. Nothing personal: it is kept when the users are deleted.
    """
    address, user_agent, request_id = origin or UNKNOWN
    salt = os.urandom(16).hex()
    await transaction.run(
        INSERT_EVENT,
        type=event,
        actor_id=actor,
        subject_id=subject,
        details=_json.encode(details).decode(),
        created_at=now,
        request_id=request_id,
        address=address,
        user_agent=user_agent,
        salt=salt,
        personal_digest=personal_digest(salt, address, user_agent),
    )


def personal_digest(salt: str, address: str | None, user_agent: str | None) -> str:
    """What the chain covers of personal data. Without the salt it reveals nothing, though there are few addresses."""
    return hashlib.sha256(_json.encode((salt, address, user_agent))).hexdigest()
