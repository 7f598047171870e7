"""The absolute end of sessions, access tokens that were just replaced, and addresses from which users have signed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.add_column("sessions", sa.Column("ends_at", INSTANT))
    op.create_table(
        "previous_access_tokens",
        sa.Column("session_id", ID, nullable=False, autoincrement=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_previous_access_tokens_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_previous_access_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_previous_access_tokens_hash")),
    )
    op.create_table(
        "known_addresses",
        sa.Column("user_id", ID, nullable=False, autoincrement=False),
        sa.Column("hash", sa.String(32), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_known_addresses_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "hash", name=op.f("pk_known_addresses")),
    )
    op.create_index(op.f("ix_known_addresses_expires_at"), "known_addresses", ["expires_at"])


def downgrade() -> None:
    for table in ("known_addresses", "previous_access_tokens"):
        op.drop_table(table)
    op.drop_column("sessions", "ends_at")
