"""Whose data the items of the outbox and the deliveries of webhooks have, so that deleting a user finds them by an index.

The index of deliveries is not built online: they are kept for 30 days, 10,000 of a webhook at most.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

BATCH = 1000  # rows


def upgrade() -> None:
    op.add_column("outbox", sa.Column("subject", sa.String(), nullable=True))
    op.add_column("webhook_deliveries", sa.Column("user_id", sa.BigInteger(), nullable=True))
    fill("outbox", "subject", subject)
    fill("webhook_deliveries", "user_id", user_id)
    op.create_index(op.f("ix_outbox_subject"), "outbox", ["subject"])
    op.create_index(op.f("ix_webhook_deliveries_user_id"), "webhook_deliveries", ["user_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_webhook_deliveries_user_id"), "webhook_deliveries")
    op.drop_index(op.f("ix_outbox_subject"), "outbox")
    op.drop_column("webhook_deliveries", "user_id")
    op.drop_column("outbox", "subject")


def fill(table: str, column: str, value: Callable[[Any], object]) -> None:
    """Set a column of every row, computed from the payload."""
    connection = op.get_bind()
    batch = sa.text(f"SELECT id, payload FROM {table} WHERE id > :after ORDER BY id LIMIT {BATCH}")  # noqa: S608 - our names
    update = sa.text(f"UPDATE {table} SET {column} = :value WHERE id = :id")  # noqa: S608 - our names
    after = 0
    while rows := connection.execute(batch, {"after": after}).all():
        after = rows[-1].id
        values = [{"id": row.id, "value": value(json.loads(row.payload))} for row in rows]
        if known := [row for row in values if row["value"] is not None]:
            connection.execute(update, known)


def subject(mail: Any) -> str | None:  # noqa: ANN401 - JSON
    """Of an item of the outbox."""
    match mail:
        case {"user_id": int(number)}:
            return f"user:{number}"
        case {"to": str(address)}:
            return address.lower()
    return None


def user_id(message: Any) -> int | None:  # noqa: ANN401 - JSON
    """Of a delivery: the author of a post, or the user."""
    match message:
        case {"data": {"author_id": int(number)}} | {"data": {"id": int(number), "email": _}}:
            return number
    return None
