"""The dialect for which statements are compiled."""

from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.sqlite import dml

DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]

# Statements use the `insert` of SQLite's dialect (see `app.core.database.statements`). Its ON CONFLICT cannot name a
# constraint, and PostgreSQL's compiler asks whether it does.
dml.OnConflictClause.constraint_target = None  # type: ignore[attr-defined]
