"""The SQL of statistics."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Select, bindparam, func, literal, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.core.database.statements import statement
from app.models import AuditEvent, Post, User


class DayCount(NamedTuple):
    """How many rows of a kind were created on a day."""

    kind: str  # a field of the schema `DayStatistics`
    day: date
    number: int


class _UtcDay(FunctionElement[date]):
    """The day of an instant in UTC, as each database stores instants; see `app.models.base.UtcDateTime`."""

    type = Date()
    inherit_cache = True


@compiles(_UtcDay, "postgresql")
def _of_timestamp(element: _UtcDay, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    return f"CAST({compiler.process(element.clauses, **options)} AT TIME ZONE 'UTC' AS DATE)"


@compiles(_UtcDay, "sqlite")
def _of_text(element: _UtcDay, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
    return f"substr({compiler.process(element.clauses, **options)}, 1, 10)"


def _count(kind: str, created_at: InstrumentedAttribute[Any], *where: ColumnElement[bool]) -> Select[str, date, int]:
    day = _UtcDay(created_at)
    between = (created_at >= bindparam("since"), created_at < bindparam("until"))
    return select(literal(kind), day, func.count()).where(*where, *between).group_by(day)


# Each follows an index that contains `created_at`. Sessions are deleted when they end, so their audit events are counted.
COUNT_BY_DAY = statement(
    union_all(
        _count("sign_ups", User.created_at),
        _count("sign_ins", AuditEvent.created_at, AuditEvent.type == literal("session.created")),
        _count("posts", Post.created_at),
    ),
    DayCount,
)
