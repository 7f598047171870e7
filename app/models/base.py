"""Shared by all tables: names of constraints, types of ids, keys and instants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

# SQLite generates ids only for a column declared INTEGER, whose values have 64 bits too.
Id = BigInteger().with_variant(Integer(), "sqlite")

# Text compared by its bytes on every database, whatever the locale, so that an index can find prefixes as ranges.
Key = String().with_variant(String(collation="C"), "postgresql")


class Base(DeclarativeBase):
    """The base of every table. Generates names of constraints, so that migrations can refer to them.

    Text columns have no length: openapi.yaml alone defines the bounds.
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
    """An instant: time-zone aware, in UTC, with microseconds. SQLite, which has no such type, stores ISO 8601 text.

    The text has a fixed width and sorts as the instants do. It is parsed in 0.2 us; microseconds since 1970 would take 0.5 to
    1 us.

    Raises:
        ValueError: a datetime without time zone is written.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """32 characters on SQLite."""
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else DateTime(timezone=True))

    # Processors instead of `process_bind_param`, which would add a call for each value.

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
        raise ValueError("a datetime needs a time zone: use datetime.now(UTC)")
    return value.astimezone(UTC)


def _to_text(value: datetime | None) -> str | None:
    instant = _to_utc(value)
    return None if instant is None else instant.isoformat(timespec="microseconds")


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
