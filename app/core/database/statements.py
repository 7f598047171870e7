"""SQL written once in SQLAlchemy Core, compiled once for each dialect, run by the driver itself.

SQLAlchemy's engine, result rows and sessions cost several times what the driver costs; its expression language and its types
cost nothing once a statement is compiled.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Generic, Literal, NoReturn, TypeVar, TypeVarTuple

from sqlalchemy import ARRAY, Delete, Dialect, Insert, Select, Table, Update, any_, bindparam

# PostgreSQL's `insert` has `on_conflict_do_nothing`, which SQLite's compiler writes as well: the one place that names it.
from sqlalchemy.dialects.postgresql import insert as insert  # noqa: PLC0414 - exported
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.schema import Column
from sqlalchemy.sql.selectable import ReturnsRows, TypedReturnsRows

from app.core.errors import ServiceUnavailable

R = TypeVar("R")
Ts = TypeVarTuple("Ts")

Process = Callable[[Any], Any]


class ConstraintViolation(Exception):
    """A constraint does not allow what a statement wanted; the statement did nothing.

    Most rules need no exception: `on_conflict_do_nothing().returning(...)` gives None instead. Inside a transaction the
    transaction can only be left afterwards, as PostgreSQL has it.
    """

    def __init__(self, kind: Literal["unique", "foreign key", "check", "not null"], detail: str, constraint: str = "") -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail  # the database's own words; for the log, not for the client
        self.constraint = constraint  # its name, as `uq_users_email_key`; "" for "not null", and for SQLite's foreign keys


class TransactionConflict(ServiceUnavailable):
    """A transaction was undone because of others, or with its connection, before its COMMIT was sent: nothing was done.

    The same may well succeed at once: see `app.core.database.retry_on_conflict`.
    """


class Compiled(Generic[R]):
    """A statement in the words of one dialect: its SQL, how values become parameters, how columns become a row."""

    __slots__ = ("_built", "_computed", "_named", "_names", "_row", "_template", "sql", "writes")

    def __init__(self, statement: Statement[R], dialect: Dialect) -> None:
        compiler = _plain(statement.core).compile(dialect=dialect)
        if not isinstance(compiler, SQLCompiler):
            raise TypeError(f"{statement.core!r} is no SQL statement")
        if compiler.post_compile_params or compiler.literal_execute_params:
            raise TypeError(f"IN with a list has no fixed shape: write one bindparam for each element in\n{compiler}")
        self.sql = str(compiler)
        self.writes = statement.writes
        self._row = statement.row
        self._set_parameters(compiler, dialect)
        columns = list(statement.core.exported_columns) if isinstance(statement.core, ReturnsRows) else []
        _check_row(statement.row, len(columns), self.sql)
        processors = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._built: tuple[tuple[int, Process], ...] = tuple((i, p) for i, p in enumerate(processors) if p is not None)

    def _set_parameters(self, compiler: SQLCompiler, dialect: Dialect) -> None:
        """Sort the places of the SQL: filled by the caller, computed anew each time (column defaults), the same every time."""
        self._template: list[Any] = []
        named: list[tuple[int, str, Process | None]] = []
        computed: list[tuple[int, Process, Process | None]] = []
        defaults = _defaults(compiler)
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
    def size(self) -> int:
        """How many parameters the SQL has, also those that are always the same."""
        return len(self._template)

    def parameters(self, values: Mapping[str, object]) -> list[Any]:
        """The parameters in the order of the SQL.

        Raises:
            TypeError: a value is missing or has no place in the statement.
        """
        if len(values) != len(self._names):
            self._complain(values)
        parameters = self._template.copy()
        for index, name, process in self._named:
            try:
                value = values[name]
            except KeyError:
                self._complain(values)
            parameters[index] = value if process is None else process(value)
        for index, default, process in self._computed:
            value = default(None)
            parameters[index] = value if process is None else process(value)
        return parameters

    def build(self, columns: Iterable[Any]) -> R:
        """The row from its columns as the driver gives them."""
        if not self._built:
            return self._row(*columns)
        values = list(columns)
        for index, process in self._built:
            values[index] = process(values[index])
        return self._row(*values)

    def build_all(self, rows: list[Any]) -> list[R]:
        """Many rows at once: column by column, so that no step of Python is taken for each row."""
        if len(rows) < 2:  # noqa: PLR2004 - nothing to gain
            return [self.build(row) for row in rows]
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for index, process in self._built:
            columns[index] = map(process, columns[index])
        return list(map(self._row, *columns))

    def _complain(self, values: Mapping[str, object]) -> NoReturn:
        missing = ", ".join(sorted(self._names - values.keys()))
        superfluous = ", ".join(sorted(values.keys() - self._names))
        faults = [f"{fault} {names}" for fault, names in (("missing", missing), ("superfluous", superfluous)) if names]
        raise TypeError(f"values {'; '.join(faults)} in\n{self.sql}")


def _plain(core: TypedReturnsRows[*tuple[Any, ...]] | UpdateBase) -> TypedReturnsRows[*tuple[Any, ...]] | UpdateBase:
    # Inline: else SQLAlchemy has PostgreSQL return the key of a row inserted, which nobody has asked for.
    return core.inline() if isinstance(core, Insert) and not len(core.exported_columns) else core


def _defaults(compiler: SQLCompiler) -> dict[str, Any]:
    """The Python-side defaults that the statement needs, by the name of their parameter."""
    found: dict[str, Any] = {}
    inserted: Sequence[Column[Any]] = compiler.insert_prefetch or ()
    updated: Sequence[Column[Any]] = compiler.update_prefetch or ()
    found.update((column.key, column.default) for column in inserted)
    found.update((column.key, column.onupdate) for column in updated)
    return found


def _check_row(row: Callable[..., object], columns: int, sql: str) -> None:
    try:
        signature = inspect.signature(row)
    except ValueError:  # built-in types such as `int` do not tell
        return
    try:
        signature.bind(*range(columns))
    except TypeError as error:
        raise TypeError(f"{row!r} cannot be made of {columns} columns ({error}):\n{sql}") from None


class Statement(Generic[R]):
    """One shape of SQL and the row that it gives. Made by `statement` and `command`; run by a Database or Transaction."""

    __slots__ = ("_compiled", "batch", "batchable", "core", "row", "writes")

    def __init__(
        self,
        core: TypedReturnsRows[*tuple[Any, ...]] | UpdateBase,
        row: Callable[..., R],
        together: Statement[tuple[Hashable, R]] | None = None,
        *,
        batchable: bool = False,
    ) -> None:
        self.core = core
        self.row = row
        self.batch = together  # of a look-up: the same for a list of keys
        self.batchable = batchable  # whether callers who meet may be answered together
        self.writes = isinstance(core, UpdateBase)
        self._compiled: dict[str, Compiled[R]] = {}

    def compiled(self, dialect: Dialect) -> Compiled[R]:
        """The statement in the words of a dialect; the first call compiles (about a millisecond).

        Raises:
            TypeError: the row does not take as many columns as the statement gives, or the SQL has no fixed shape.
        """
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = Compiled(self, dialect)
        return found


def statement(core: TypedReturnsRows[*Ts], row: Callable[[*Ts], R]) -> Statement[R]:
    """A `select`, or an `insert`, `update`, `delete` with `returning`, and what each of its rows becomes.

    mypy compares the columns with the row's fields in order, type and nullability as far as SQLAlchemy's types go: the first 10
    of a `select`, the first 8 of a `returning`. Their number is compared when the statement is compiled.

    `bindparam("name")` takes its value from the keyword of that name when the statement runs. A statement of several shapes
    is a function that makes and remembers each of them:

        @functools.lru_cache(maxsize=64)
        def listing(role: bool, is_active: bool) -> Statement[UserRow]:
            query = select(User.id, User.email)
            if role:
                query = query.where(User.role == bindparam("role"))
            if is_active:
                query = query.where(User.is_active == bindparam("is_active"))
            return statement(query.order_by(User.id).limit(bindparam("limit")), UserRow)

        @functools.lru_cache(maxsize=64)
        def changing(fields: frozenset[str]) -> Statement[UserRow]:
            changed = {field: bindparam(field) for field in sorted(fields)}
            return statement(
                update(User)
                .where(User.id == bindparam("user_id"))
                .values(**changed, version=User.version + 1)
                .returning(User.id, User.email),
                UserRow,
            )
    """
    return Statement(core, row)


def lookup(core: Select[*Ts], row: Callable[[*Ts], R], **key: InstrumentedAttribute[Any]) -> Statement[R]:
    """A select of at most one row by the value of a unique column: `lookup(select(User.id, ...), UserRow, user_id=User.id)`.

    Callers who ask PostgreSQL for it at the same time are answered by one statement; it has no parameter but the key.
    """
    [(name, column)] = key.items()

    def keyed(*columns: Any) -> tuple[Hashable, R]:  # noqa: ANN401 - of the columns' types
        return columns[-1], row(*columns[:-1])

    several: Select[Any] = core.add_columns(column).where(column == any_(bindparam(name, type_=ARRAY(column.type))))
    return Statement(core.where(column == bindparam(name)), row, Statement(several, keyed), batchable=True)


def shared(core: Select[*Ts], row: Callable[[*Ts], R]) -> Statement[R]:
    """A select of one row that no value is given to; callers who ask PostgreSQL for it at the same time get one answer."""
    return Statement(core, row, batchable=True)


def command(core: Insert | Update | Delete) -> Statement[None]:
    """An `insert`, `update` or `delete` of which only the number of rows changed is wanted.

    Raises:
        TypeError: it has `returning`; that is a `statement`.
    """
    if len(core.exported_columns):
        raise TypeError("a command returns no rows: use statement() for what has returning()")
    return Statement(core, _no_row)


def _no_row() -> None:
    """Commands give no rows."""


def bind_rows(
    table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]], dialect: Dialect
) -> Iterable[Sequence[Any]]:
    """Rows as the driver takes them, for loading: no defaults, every column is given."""
    processors = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in columns]
    converted = [(index, process) for index, process in enumerate(processors) if process is not None]
    for row in rows:
        if len(row) != len(columns):
            raise TypeError(f"{len(row)} values for the {len(columns)} columns {', '.join(columns)}")
        values = list(row)
        for index, process in converted:
            values[index] = process(values[index])
        yield values
