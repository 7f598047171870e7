"""SQL of the list of audit events: one shape for each combination of filters."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import BigInteger, ColumnElement, String, bindparam, cast, func, select

from app.core.database.statements import Statement, shared, statement
from app.models import AuditChain, AuditEvent
from app.models.audit import AuditEventType
from app.schemas.rows import AuditDetailsRow, AuditEventRow
from app.services.shared.pages import Listing, Order, count_rows, index_scan, unindexed

_details = msgspec.json.Decoder(AuditDetailsRow)


class AuditFilters(NamedTuple):
    """The filters of a list, None where it has none. Instants are text, as in the document."""

    actor_id: int | None = None
    subject_id: int | None = None
    type: AuditEventType | None = None
    created_after: str | None = None
    created_before: str | None = None

    @property
    def shape(self) -> frozenset[str]:
        """The names of the filters that are set, which decide the SQL."""
        return frozenset(self.parameters)

    @property
    def parameters(self) -> dict[str, object]:
        """The parameters of the query."""
        found: dict[str, object] = {name: value for name, value in self._asdict().items() if value is not None}
        for name in found.keys() & {"created_after", "created_before"}:
            found[name] = datetime.fromisoformat(str(found[name]))
        return found


def event_row(
    event_id: int,
    event: AuditEventType,
    actor_id: int | None,
    subject_id: int | None,
    details: str,
    address: str | None,
    user_agent: str | None,
    request_id: str | None,
    created_at: datetime,
    sequence: int | None,
    chain_hash: str | None,
) -> AuditEventRow:
    """An event, of its columns."""
    decoded = _details.decode(details)
    return AuditEventRow(
        *(event_id, event, actor_id, subject_id, decoded, address, user_agent, request_id, created_at, sequence, chain_hash)
    )


_COLUMNS = (
    AuditEvent.id,
    AuditEvent.type,
    AuditEvent.actor_id,
    AuditEvent.subject_id,
    AuditEvent.details,
    AuditEvent.address,
    AuditEvent.user_agent,
    AuditEvent.request_id,
    AuditEvent.created_at,
    AuditEvent.sequence,
    AuditEvent.hash,
)
_NEWEST_FIRST: Order[AuditEventRow] = Order(
    (AuditEvent.created_at, AuditEvent.id), descending=True, kind=datetime, value=lambda row: row.created_at
)
# The filter whose index is used comes first; each index has the order too. The events of a user are fewer than those of a type.
_EQUAL: dict[str, ColumnElement[bool]] = {
    "actor_id": AuditEvent.actor_id == bindparam("actor_id", type_=BigInteger()),
    "subject_id": AuditEvent.subject_id == bindparam("subject_id", type_=BigInteger()),
    "type": AuditEvent.type == bindparam("type", type_=String()),
}
_BETWEEN: dict[str, ColumnElement[bool]] = {
    "created_after": AuditEvent.created_at >= bindparam("created_after"),
    "created_before": AuditEvent.created_at < bindparam("created_before"),
}
# Sealed events are numbered without gaps, so only those that are not sealed yet are counted.
_sealed = select(AuditChain.sequence - AuditChain.deleted_sequence).where(AuditChain.id == 1).scalar_subquery()
_unsealed = select(func.count()).select_from(AuditEvent).where(AuditEvent.sequence.is_(None)).scalar_subquery()
_COUNT_ALL = shared(select(cast(func.coalesce(_sealed, 0) + _unsealed, BigInteger)), int)


@functools.lru_cache(maxsize=32)
def audit_listing(shape: frozenset[str]) -> Listing[AuditEventRow]:
    """The statements of one set of filters."""
    equal = [condition for name, condition in _EQUAL.items() if name in shape]
    between = [condition for name, condition in _BETWEEN.items() if name in shape]
    conditions = [*equal[:1], *between, *map(unindexed, equal[1:])]
    count: Statement[int] = statement(count_rows(AuditEvent, conditions), int) if shape else _COUNT_ALL
    scan = index_scan(select(*_COLUMNS), conditions, event_row, _NEWEST_FIRST)
    return Listing(f"audit events {sorted(shape)}", count, _NEWEST_FIRST, scan)
