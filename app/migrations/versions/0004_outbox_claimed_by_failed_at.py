"""Columns of the outbox say what they hold: claimed_by (was lease) and failed_at (was died_at).

Renamed in place, which changes no row. Expand and contract would be needed if requests used these columns: a service of the
previous revision goes on adding items, and only its delivery pauses until it is replaced.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

COLUMNS = {"lease": "claimed_by", "died_at": "failed_at"}


def upgrade() -> None:
    rename(COLUMNS)


def downgrade() -> None:
    rename({new: old for old, new in COLUMNS.items()})


def rename(columns: dict[str, str]) -> None:
    """Rename columns, and the index that is named after one of them."""
    for old, new in columns.items():
        op.execute(f"ALTER TABLE outbox RENAME COLUMN {old} TO {new}")
    old, new = list(columns.items())[1]
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER INDEX ix_outbox_{old}_available_at_id RENAME TO ix_outbox_{new}_available_at_id")
    else:  # SQLite cannot rename an index
        op.drop_index(f"ix_outbox_{old}_available_at_id", "outbox")
        op.create_index(f"ix_outbox_{new}_available_at_id", "outbox", [new, "available_at", "id"])
