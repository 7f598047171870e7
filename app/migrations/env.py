"""Alembic's environment; runs on the connection of `app.migrations.run`, on SQLite in its transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from app.models import metadata
from app.models.base import Id, Key, UtcDateTime


def _render(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:  # noqa: ANN401 - Alembic's signature
    """Write our types as SQLAlchemy's, for both databases, so that changing the type does not change old migrations."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return 'sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")'
    if item is Id:
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    if item is Key:
        return 'sa.String().with_variant(sa.String(collation="C"), "postgresql")'
    return False


connection = context.config.attributes["connection"]
step = context.config.attributes["step"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite cannot alter a column or drop a constraint: Alembic creates a new table, copies the rows and renames it. Migrations
    # are generated on PostgreSQL but must do so too.
    render_as_batch=True,
    transactional_ddl=True,
    render_item=_render,
    on_version_apply=None if step is None else lambda **_: step(),
)
with context.begin_transaction():
    context.run_migrations()
