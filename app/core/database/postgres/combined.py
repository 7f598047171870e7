"""A write and insertions in one statement: `WITH written AS (UPDATE ... RETURNING ...), inserted_0 AS (INSERT ...) SELECT ...`.

It saves the round trips of BEGIN, of the other statements and of COMMIT.
"""

from __future__ import annotations

import functools
from typing import Any, TypeVar

from sqlalchemy import CTE, ColumnElement, Insert, String, bindparam, cast, insert, literal, select
from sqlalchemy.sql.dml import UpdateBase

from app.core.database.postgres.dialect import DIALECT
from app.core.database.statements import FromRow, Statement

R = TypeVar("R")


@functools.lru_cache(maxsize=256)
def combined(statement: Statement[R], insertions: tuple[tuple[Statement[None], tuple[FromRow, ...]], ...]) -> Statement[R]:
    """A write that returns a row and, if it does, inserts others; see `Insertion`. Their values are named `NUMBER.NAME`.

    Raises:
        TypeError: not such statements; or one of them leaves a default to Python.
    """
    if not isinstance(statement.core, UpdateBase):
        raise TypeError("`one_with` takes a write with `returning`")
    _reject_defaults(statement)
    written = statement.core.cte("written")
    inserted = (
        _insert(command, from_row, written, str(number)).cte(f"inserted_{number}")
        for number, (command, from_row) in enumerate(insertions)
    )
    return Statement(select(*written.c).add_cte(*inserted), statement.row, writes=True)


def _insert(command: Statement[None], from_row: tuple[FromRow, ...], written: CTE, prefix: str) -> Insert:
    """The insertion as `INSERT ... SELECT ... FROM written`."""
    if not isinstance(command.core, Insert):
        raise TypeError("an insertion takes a command that inserts")
    _reject_defaults(command)
    columns, names = command.core.table.columns, command.compiled(DIALECT).names
    values: dict[str, ColumnElement[Any]] = {
        name: bindparam(f"{prefix}.{name}", type_=columns[name].type) for name in sorted(names)
    }
    for taken in from_row:
        column = written.c[taken.column]
        values[taken.name] = literal(taken.prefix).concat(cast(column, String)) if taken.prefix else column
    selected = select(*values.values()).select_from(written)
    return insert(command.core.table).from_select(list(values), selected, include_defaults=False)


def _reject_defaults(statement: Statement[Any]) -> None:
    if defaults := statement.compiled(DIALECT).defaults:
        raise TypeError(f"`one_with` needs a value for each column: {', '.join(sorted(defaults))}")
