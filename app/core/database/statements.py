"""Statements written in SQLAlchemy Core, compiled once per dialect and executed by the driver itself.

SQLAlchemy's engine, result rows and sessions cost several times as much as the driver; its expression language and types cost
nothing once a statement is compiled.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, NoReturn, TypeVar, TypeVarTuple

from sqlalchemy import ARRAY, BindParameter, Delete, Dialect, Insert, Select, Table, Update, any_, bindparam

# SQLite's `insert` has `on_conflict_do_nothing`, which PostgreSQL's compiler supports too. Imported here only: the dialect of
# PostgreSQL takes 2 MB, which a service with SQLite does not need.
from sqlalchemy.dialects.sqlite import insert as insert  # noqa: PLC0414 - re-exported
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.schema import Column
from sqlalchemy.sql.selectable import ReturnsRows, TypedReturnsRows

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
Ts = TypeVarTuple("Ts")

Process = Callable[[Any], Any]


class Compiled(Generic[R]):
    """A statement compiled for one dialect: its SQL, the conversion of values to parameters, and of columns to a row."""

    __slots__ = ("_computed", "_converters", "_named", "_names", "_row", "_template", "defaults", "sql", "writes")

    def __init__(self, statement: Statement[R], dialect: Dialect) -> None:
        compiler = _inline(statement.core).compile(dialect=dialect)
        if not isinstance(compiler, SQLCompiler):
            raise TypeError(f"{statement.core!r} is not an SQL statement")
        if compiler.post_compile_params or compiler.literal_execute_params:
            raise TypeError(
                f"IN with a list has a variable number of parameters; write one bindparam for each element in\n{compiler}"
            )
        self.sql = str(compiler)
        self.writes = statement.writes
        self._row = statement.row
        self._set_parameters(compiler, dialect)
        columns = list(statement.core.exported_columns) if isinstance(statement.core, ReturnsRows) else []
        _check_row(statement.row, len(columns), self.sql)
        processors = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._converters: tuple[tuple[int, Process], ...] = tuple((i, p) for i, p in enumerate(processors) if p is not None)

    def _set_parameters(self, compiler: SQLCompiler, dialect: Dialect) -> None:
        """Sort the parameters: values of the caller, column defaults computed on each execution, and constants."""
        self._template: list[Any] = []
        named: list[tuple[int, str, Process | None]] = []
        computed: list[tuple[int, Process, Process | None]] = []
        defaults = _defaults(compiler)
        self.defaults = frozenset(defaults)  # the columns whose values come from defaults in Python
        for index, name in enumerate(compiler.positiontup or ()):
            bind = compiler.binds[name]
            process = bind.type.dialect_impl(dialect).bind_processor(dialect)
            value = None
            if name in defaults:
                default = defaults[name]
                if default.is_callable:
                    computed.append((index, default.arg, process))
                else:
                    value = default.arg
            elif bind.required:
                named.append((index, name, process))
            else:
                value = bind.effective_value
            self._template.append(value if process is None or value is None else process(value))
        self._named = tuple(named)
        self._names = frozenset(name for _, name, _ in named)
        self._computed = tuple(computed)

    @property
    def names(self) -> frozenset[str]:
        """The names of the values that the caller gives."""
        return self._names

    @property
    def size(self) -> int:
        """The number of parameters of the SQL, including constants."""
        return len(self._template)

    def parameters(self, values: Mapping[str, object]) -> list[Any]:
        """The parameters in the order of the SQL.

        Raises:
            TypeError: a value is missing or unexpected.
        """
        if len(values) != len(self._names):
            self._raise_mismatch(values)
        parameters = self._template.copy()
        for index, name, process in self._named:
            try:
                value = values[name]
            except KeyError:
                self._raise_mismatch(values)
            parameters[index] = value if process is None else process(value)
        for index, default, process in self._computed:
            value = default(None)
            parameters[index] = value if process is None else process(value)
        return parameters

    def build(self, columns: Iterable[Any]) -> R:
        """A row from its columns as the driver returns them."""
        if not self._converters:
            return self._row(*columns)
        values = list(columns)
        for index, process in self._converters:
            values[index] = process(values[index])
        return self._row(*values)

    def build_all(self, rows: list[Any]) -> list[R]:
        """Many rows, converted column by column, so that no Python code runs per row."""
        if len(rows) < 2:  # noqa: PLR2004 - not worth it
            return [self.build(row) for row in rows]
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for index, process in self._converters:
            columns[index] = map(process, columns[index])
        return list(map(self._row, *columns))

    def _raise_mismatch(self, values: Mapping[str, object]) -> NoReturn:
        missing = ", ".join(sorted(self._names - values.keys()))
        unexpected = ", ".join(sorted(values.keys() - self._names))
        faults = [f"{fault} values: {names}" for fault, names in (("missing", missing), ("unexpected", unexpected)) if names]
        raise TypeError(f"{'; '.join(faults)} in\n{self.sql}")


def _inline(core: TypedReturnsRows[*tuple[Any, ...]] | UpdateBase) -> TypedReturnsRows[*tuple[Any, ...]] | UpdateBase:
    # Inline: otherwise SQLAlchemy makes PostgreSQL return the primary key of an inserted row.
    return core.inline() if isinstance(core, Insert) and not len(core.exported_columns) else core


def _defaults(compiler: SQLCompiler) -> dict[str, Any]:
    """The Python-side column defaults of the statement, by parameter name."""
    inserted: Sequence[Column[Any]] = compiler.insert_prefetch or ()
    updated: Sequence[Column[Any]] = compiler.update_prefetch or ()
    return {column.key: column.default for column in inserted} | {column.key: column.onupdate for column in updated}


def _check_row(row: Callable[..., object], columns: int, sql: str) -> None:
    try:
        signature = inspect.signature(row)
    except ValueError:  # built-in types such as `int` have no signature
        return
    try:
        signature.bind(*range(columns))
    except TypeError as error:
        raise TypeError(f"{row!r} cannot be called with {columns} columns ({error}):\n{sql}") from None


class Statement(Generic[R_co]):
    """An SQL statement and the type of its rows. Made by `statement`, `lookup`, `shared` and `command`."""

    __slots__ = ("_compiled", "batch", "batchable", "core", "row", "writes")

    def __init__(
        self,
        core: TypedReturnsRows[*tuple[Any, ...]] | UpdateBase,
        row: Callable[..., R_co],
        batch: Statement[tuple[Hashable, R_co]] | None = None,
        *,
        batchable: bool = False,
        writes: bool | None = None,
    ) -> None:
        self.core = core
        self.row = row
        self.batch = batch  # of a look-up: the statement for a list of keys
        self.batchable = batchable  # whether concurrent calls may be answered by one statement
        self.writes = isinstance(core, UpdateBase) if writes is None else writes  # a `select` may have a writing `with`
        self._compiled: dict[str, Compiled[R_co]] = {}

    def compiled(self, dialect: Dialect) -> Compiled[R_co]:
        """The statement compiled for a dialect; the first call takes about a millisecond.

        Raises:
            TypeError: the row takes another number of columns, or the SQL a variable number of parameters.
        """
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = Compiled(self, dialect)
        return found


def statement(core: TypedReturnsRows[*Ts], row: Callable[[*Ts], R]) -> Statement[R]:
    """A `select`, or an `insert`, `update`, `delete` with `returning`, and the type of its rows.

    mypy compares the columns with the fields of the row in order, type and nullability as far as SQLAlchemy's types go: the
    first 10 of a `select`, the first 8 of a `returning`. Their number is checked when the statement is compiled.

    `bindparam("name")` is filled by the keyword argument of that name on execution. A statement with optional parts is a cached
    function that builds each variant, such as `update_user` in `app.services.users.queries`.
    """
    return Statement(core, row)


def lookup(core: Select[*Ts], row: Callable[[*Ts], R], **key: InstrumentedAttribute[Any]) -> Statement[R]:
    """A select of at most one row by a unique column: `lookup(select(User.id, ...), UserRow, user_id=User.id)`.

    On PostgreSQL concurrent calls are answered by one statement. The key is its only parameter.
    """
    [(name, column)] = key.items()

    def keyed(*columns: Any) -> tuple[Hashable, R]:  # noqa: ANN401 - of the columns' types
        return columns[-1], row(*columns[:-1])

    several: Select[Any] = core.add_columns(column).where(column == any_(bindparam(name, type_=ARRAY(column.type))))
    return Statement(core.where(column == bindparam(name)), row, Statement(several, keyed), batchable=True)


def shared(core: Select[*Ts], row: Callable[[*Ts], R]) -> Statement[R]:
    """A select of one row without parameters. On PostgreSQL concurrent calls share one execution."""
    return Statement(core, row, batchable=True)


def command(core: Insert | Update | Delete) -> Statement[None]:
    """An `insert`, `update` or `delete` that returns only the number of changed rows.

    Raises:
        TypeError: it has `returning`; use `statement` for it.
    """
    if len(core.exported_columns):
        raise TypeError("a command returns no rows: use statement() with returning()")
    return Statement(core, _no_row)


def _no_row() -> None:
    """Commands return no rows."""


class FromRow(NamedTuple):
    """A value of an insertion that is taken from the other row: a column's value or, with a prefix, that and its text."""

    name: str
    column: str
    prefix: str = ""


class Insertion(NamedTuple):
    """A row to insert together with the row of another statement, by `one_with`."""

    statement: Statement[None]  # inserts its parameters into the columns of the same names
    values: Mapping[str, object]
    from_row: tuple[FromRow, ...] = ()  # further values


def parameters(*columns: str) -> dict[str, BindParameter[Any]]:
    """For `insert(...).values(**parameters("email", "role"))`: a `bindparam` of the same name for each column."""
    return {column: bindparam(column) for column in columns}


def bind_rows(
    table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]], dialect: Dialect
) -> Iterable[Sequence[Any]]:
    """Rows as the driver expects them, for bulk loading: every column is given, without defaults."""
    processors = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in columns]
    converted = [(index, process) for index, process in enumerate(processors) if process is not None]
    for row in rows:
        if len(row) != len(columns):
            raise TypeError(f"{len(row)} values for the {len(columns)} columns {', '.join(columns)}")
        values = list(row)
        for index, process in converted:
            values[index] = process(values[index])
        yield values
