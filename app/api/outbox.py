"""Handlers tagged `outbox`."""

from app.call import SignedIn
from app.schemas.operations import ListOutboxItems
from app.services import outbox
from app.services.outbox.queries import State


@ListOutboxItems
async def list_outbox_items(
    call: SignedIn, page: int, page_size: int, cursor: str | None, state: State | None
) -> ListOutboxItems.OK:
    return ListOutboxItems.OK(await outbox.list(call.replica, page, page_size, cursor, state))
