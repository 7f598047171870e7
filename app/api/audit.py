"""Handlers tagged `audit`."""

from app.call import SignedIn
from app.models.audit import AuditEventType
from app.schemas.operations import ListAuditEvents
from app.services import audit
from app.services.audit.list_queries import AuditFilters


@ListAuditEvents
async def list_audit_events(
    call: SignedIn,
    page: int,
    page_size: int,
    cursor: str | None,
    actor_id: int | None,
    subject_id: int | None,
    type: AuditEventType | None,  # noqa: A002 - the document's name
    created_after: str | None,
    created_before: str | None,
) -> ListAuditEvents.OK:
    filters = AuditFilters(actor_id, subject_id, type, created_after, created_before)
    return ListAuditEvents.OK(await audit.list(call.replica, page, page_size, cursor, filters))
