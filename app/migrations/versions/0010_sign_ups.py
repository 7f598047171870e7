"""Sign-ups whose address is not confirmed yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "sign_ups",
        sa.Column("id", ID, nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", KEY, nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("username_key", KEY, nullable=False),
        sa.Column("full_name", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ups")),
    )
    op.create_index(op.f("ix_sign_ups_expires_at"), "sign_ups", ["expires_at"])
    op.create_table(
        "sign_up_tokens",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("sign_up_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["sign_up_id"], ["sign_ups.id"], name=op.f("fk_sign_up_tokens_sign_up_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sign_up_tokens")),
    )
    op.create_index(op.f("ix_sign_up_tokens_sign_up_id"), "sign_up_tokens", ["sign_up_id"])


def downgrade() -> None:
    op.drop_table("sign_up_tokens")
    op.drop_table("sign_ups")
