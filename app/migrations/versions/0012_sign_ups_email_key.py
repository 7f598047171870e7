"""An index of sign-ups by address, so that deleting a user finds those with the user's address.

It is not built online: sign-ups are kept for seven days.
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index(op.f("ix_sign_ups_email_key"), "sign_ups", ["email_key"])


def downgrade() -> None:
    op.drop_index(op.f("ix_sign_ups_email_key"), "sign_ups")
