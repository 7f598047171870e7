"""What every table has in common: names of constraints, and times in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

# SQLite counts its own row numbers only for a column declared INTEGER; its integers have 64 bits all the same.
Id = BigInteger().with_variant(Integer(), "sqlite")

# Compared and sorted by its bytes on every database, whatever the locale: so prefixes are ranges, which an index serves.
Key = String().with_variant(String(collation="C"), "postgresql")


class Base(DeclarativeBase):
    """The base of every table. Names of constraints are made here, so that migrations can name what they change.

    Texts have no length: their bounds stand in openapi.yaml and nowhere else.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware, in UTC, to the microsecond. SQLite has no such type and gets text of fixed width.

    ISO 8601 text sorts and compares as the instants do, can be read in the SQLite shell, and is read in 0.2 us; microseconds
    since 1970 need 0.5 to 1 us to become a datetime again.

    Raises:
        ValueError: on writing, a datetime without time zone.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """32 characters on SQLite."""
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else DateTime(timezone=True))

    # The processors themselves are given, not `process_bind_param`, which costs a layer of calls for each value.

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """From Python to the database."""
        return _to_text if dialect.name == "sqlite" else _to_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:  # noqa: ARG002 - SQLAlchemy's signature
        """From the database to Python."""
        return _from_text if dialect.name == "sqlite" else None


def _to_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a datetime without time zone means nothing: use datetime.now(UTC)")
    return value.astimezone(UTC)


def _to_text(value: datetime | None) -> str | None:
    instant = _to_utc(value)
    return None if instant is None else instant.isoformat(timespec="microseconds")


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
