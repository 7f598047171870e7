"""The SQL of recording audit events and of erasing what is personal in them."""

from __future__ import annotations

from typing import NamedTuple

from app.core.database.statements import command, insert, parameters
from app.models import AuditEvent

ERASE_BATCH = 1000  # events per statement, which take some milliseconds


class Erasure(NamedTuple):
    """A user whose older events are still to be erased."""

    user_id: int
    below_id: int


INSERT_EVENT = command(
    insert(AuditEvent).values(
        **parameters("type", "actor_id", "subject_id", "details", "created_at"),
        **parameters("request_id", "address", "user_agent", "salt", "personal_digest"),
    )
)
