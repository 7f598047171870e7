"""The audit log: what its tests need beyond the document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.support.access import ALIKE

if TYPE_CHECKING:  # it can be imported within a pass only
    from tests.contract.fuzz.checks import Listed

COSTS = {"listAuditEvents": 1 + 1}
ACCESS = {"listAuditEvents": ALIKE}
FLOORS = {"listAuditEvents": 0.5}


def _row(_: int) -> dict[str, Any]:
    return {"type": "session.created", "details": "{}", "personal_digest": "0" * 64}


ROWS = {"audit_events": _row}


def _unwanted(item: dict[str, Any], listed: Listed) -> Iterator[str]:
    """Why an event should not be listed: it is of another time."""
    created, query = datetime.fromisoformat(item["created_at"]), listed.query
    if "created_after" in query and created < datetime.fromisoformat(query["created_after"]):
        yield f"{item['created_at']} is before {query['created_after']}"
    if "created_before" in query and created >= datetime.fromisoformat(query["created_before"]):
        yield f"{item['created_at']} is not before {query['created_before']}"


ITEMS = {"listAuditEvents": _unwanted}
ORDERS = {"listAuditEvents": "created_at"}
