"""The audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", ID, nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("actor_id", sa.BigInteger()),
        sa.Column("subject_id", sa.BigInteger()),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("request_id", sa.String(36)),
        sa.Column("address", sa.String()),
        sa.Column("user_agent", sa.String()),
        sa.Column("salt", sa.String(32)),
        sa.Column("personal_digest", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger()),
        sa.Column("hash", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_events_created_at_id"), "audit_events", ["created_at", "id"])
    op.create_index(op.f("ix_audit_events_sequence_id"), "audit_events", ["sequence", "id"])
    for column in ("actor_id", "subject_id", "type"):
        op.create_index(op.f(f"ix_audit_events_{column}_created_at_id"), "audit_events", [column, "created_at", "id"])
    op.create_table(
        "audit_chain",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("deleted_sequence", sa.BigInteger(), nullable=False),
        sa.Column("deleted_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chain")),
    )
    op.create_table(
        "audit_erasures",
        sa.Column("user_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("before", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_audit_erasures")),
    )


def downgrade() -> None:
    for table in ("audit_erasures", "audit_chain", "audit_events"):
        op.drop_table(table)
