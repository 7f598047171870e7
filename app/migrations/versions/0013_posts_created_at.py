"""An index of posts by time, so that `getStatistics` counts the posts of the last days without reading the table."""

from __future__ import annotations

from app.migrations import ddl

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    ddl.create_index("ix_posts_created_at", "posts", ["created_at"])


def downgrade() -> None:
    ddl.drop_index("ix_posts_created_at", "posts")
