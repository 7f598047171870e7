"""The dialect for which statements are compiled."""

from sqlalchemy.dialects.postgresql import asyncpg

DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]
