"""A write and an insertion in one statement: `WITH written AS (UPDATE ... RETURNING ...), inserted AS (INSERT ...) SELECT ...`.

It saves the round trips of BEGIN, of the second statement and of COMMIT.
"""

from __future__ import annotations

import functools
from typing import TypeVar

from sqlalchemy import Insert, bindparam, insert, select
from sqlalchemy.sql.dml import UpdateBase

from app.core.database.postgres.dialect import DIALECT
from app.core.database.statements import Statement

R = TypeVar("R")

PREFIX = "inserted_"  # of the names of the insertion's values


@functools.lru_cache(maxsize=256)
def combined(statement: Statement[R], command: Statement[None], from_row: tuple[tuple[str, str], ...]) -> Statement[R]:
    """A write that returns a row and, if it does, inserts another; see `Insertion`.

    Raises:
        TypeError: not such statements; or a parameter is not inserted into the column of its name, or the command leaves a
            default to Python.
    """
    if not isinstance(statement.core, UpdateBase) or not isinstance(command.core, Insert):
        raise TypeError("`one_with` takes a write with `returning` and a command that inserts")
    written = statement.core.cte("written")
    columns, taken, names = command.core.table.columns, dict(from_row), command.compiled(DIALECT).names
    defaults = {name for name, column in columns.items() if column.default is not None}
    if unfit := names.difference(columns.keys()) | (defaults - names):
        raise TypeError(f"columns of {command.core.table} that are not there, or need a value: {', '.join(sorted(unfit))}")
    values = {
        name: written.c[taken[name]] if name in taken else bindparam(f"{PREFIX}{name}", type_=columns[name].type)
        for name in sorted(names)
    }
    inserted = insert(command.core.table).from_select(
        list(values), select(*values.values()).select_from(written), include_defaults=False
    )
    return Statement(select(*written.c).add_cte(inserted.cte("inserted")), statement.row, writes=True)
