"""A write and insertions in one statement: `WITH written AS (UPDATE ... RETURNING ...), inserted_0 AS (INSERT ...) SELECT ...`.

It saves the round trips of BEGIN, of the other statements and of COMMIT.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import CTE, ColumnElement, Insert, String, bindparam, cast, insert, literal, select
from sqlalchemy.sql.dml import UpdateBase

from app.core.database.postgres.dialect import DIALECT
from app.core.database.statements import FromRow, Insertion, Statement

R = TypeVar("R")


class Combined(NamedTuple, Generic[R]):
    """The one statement."""

    statement: Statement[R]
    renamed: tuple[dict[str, str], ...]  # new names of an insertion's values, where another part has the name too

    def values(self, values: Mapping[str, object], insertions: Sequence[Insertion]) -> dict[str, object]:
        """The values of all parts."""
        found = dict(values)
        for insertion, renamed in zip(insertions, self.renamed, strict=True):
            if renamed:
                found |= {renamed.get(name, name): value for name, value in insertion.values.items()}
            else:
                found |= insertion.values
        return found


@functools.lru_cache(maxsize=256)
def combined(statement: Statement[R], insertions: tuple[tuple[Statement[None], tuple[FromRow, ...]], ...]) -> Combined[R]:
    """A write that returns a row and, if it does, inserts others; see `Insertion`.

    Raises:
        TypeError: not such statements; or one of them leaves a default to Python.
    """
    if not isinstance(statement.core, UpdateBase):
        raise TypeError("`one_with` takes a write with `returning`")
    _reject_defaults(statement)
    written = statement.core.cte("written")
    used, inserted, renamed = set(statement.compiled(DIALECT).names), [], []
    for number, (command, from_row) in enumerate(insertions):
        names = command.compiled(DIALECT).names
        renamed.append({name: f"{number}.{name}" for name in names & used})
        used |= names
        inserted.append(_insert(command, from_row, written, renamed[-1]).cte(f"inserted_{number}"))
    return Combined(Statement(select(*written.c).add_cte(*inserted), statement.row, writes=True), tuple(renamed))


def _insert(command: Statement[None], from_row: tuple[FromRow, ...], written: CTE, renamed: dict[str, str]) -> Insert:
    """The insertion as `INSERT ... SELECT ... FROM written`."""
    if not isinstance(command.core, Insert):
        raise TypeError("an insertion takes a command that inserts")
    _reject_defaults(command)
    columns = command.core.table.columns
    values: dict[str, ColumnElement[Any]] = {
        name: bindparam(renamed.get(name, name), type_=columns[name].type) for name in sorted(command.compiled(DIALECT).names)
    }
    for taken in from_row:
        column = written.c[taken.column]
        values[taken.name] = literal(taken.prefix).concat(cast(column, String)) if taken.prefix else column
    selected = select(*values.values()).select_from(written)
    return insert(command.core.table).from_select(list(values), selected, include_defaults=False)


def _reject_defaults(statement: Statement[Any]) -> None:
    if defaults := statement.compiled(DIALECT).defaults:
        raise TypeError(f"`one_with` needs a value for each column: {', '.join(sorted(defaults))}")
