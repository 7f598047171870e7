"""Pages of a list: by number, or by a cursor that costs the same on every page.

The strategy is chosen here and not left to the database, whose guess depends on its statistics and differs between products:

- `index_scan` follows the index that has the order and tests the filters on each row: right if many rows match.
- `filter_then_sort` finds all matching rows by the indexes of the filters and sorts them: right if few rows match.

The total is known before the rows are read, and decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, TypeVarTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute

from app.core.database import Database
from app.core.database.statements import Statement, shared, statement
from app.models import Base, Counter
from app.schemas.problems import UnknownCursor
from app.services.shared import cursors
from app.services.shared.cursors import Position, SortValue


class Row(Protocol):
    """A row of a list."""

    @property
    def id(self) -> int:
        """Makes every order total."""


R = TypeVar("R", bound=Row)
R_co = TypeVar("R_co", covariant=True)
Ts = TypeVarTuple("Ts")

Conditions = Sequence[ColumnElement[bool]]

# With more matching rows, `index_scan` is used: one of 500 rows of a million matches then. Sorting this many takes some 2 ms.
FILTER_THEN_SORT_MAX = 2000

# Literals, because parameters would be sent with each statement.
ZERO, ONE = literal_column("0", Integer()), literal_column("1", Integer())


class Page(NamedTuple, Generic[R_co]):
    """One page; `next_cursor` is None on the last page."""

    rows: list[R_co]
    total: int
    number: int
    size: int
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Order(Generic[R]):
    """The order of a list: columns that are unique together. `value` gives a row's value of the first one.

    An index begins with these columns, or with columns of filters followed by these.
    """

    columns: tuple[InstrumentedAttribute[Any], ...]
    descending: bool = False
    kind: type[str | datetime] | None = None  # of the value; None if the order is by id
    value: Callable[[R], SortValue] = lambda _: None

    def parameters(self, position: Position) -> dict[str, object]:
        """The parameters of `is_after`."""
        values: dict[str, object] = {"after_id": position.row_id, "after_value": position.value}
        return {_parameter(column): values[_parameter(column)] for column in self.columns}

    def order_by(self, columns: tuple[ColumnElement[Any], ...]) -> list[ColumnElement[Any]]:
        """The ORDER BY clause."""
        return [column.desc() if self.descending else column.asc() for column in columns]

    def is_after(self, columns: tuple[ColumnElement[Any], ...]) -> ColumnElement[bool]:
        """Whether a row comes after a position."""
        bounds = [bindparam(_parameter(column), type_=column.type) for column in self.columns]
        row, position = (columns[0], bounds[0]) if len(columns) == 1 else (tuple_(*columns), tuple_(*bounds))
        return row < position if self.descending else row > position


def _parameter(column: InstrumentedAttribute[Any]) -> str:
    return "after_id" if column.key == "id" else "after_value"


class Strategy(NamedTuple, Generic[R_co]):
    """The statements of one strategy."""

    by_number: Statement[R_co]
    after: Statement[R_co]


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """The statements of a list with certain filters. Cursors are bound to its name."""

    name: str
    count: Statement[int]
    order: Order[R]
    index_scan: Strategy[R]
    filter_then_sort: Strategy[R] | None = None
    clustered: bool = False  # whether matching rows are adjacent in the order, so that an index scan may find them late

    def strategy(self, total: int, cursor: str | None) -> Strategy[R]:
        """The cheaper strategy for a page."""
        if self.filter_then_sort is not None and (total <= FILTER_THEN_SORT_MAX or (self.clustered and cursor is None)):
            return self.filter_then_sort
        return self.index_scan


def index_scan(core: Select[*Ts], conditions: Conditions, row: Callable[[*Ts], R], order: Order[R]) -> Strategy[R]:
    """Follow the index of the order. Conditions that might make the database use another index must be `unindexed`."""
    return _strategy(core, conditions, row, order, tuple(column.expression for column in order.columns))


def filter_then_sort(core: Select[*Ts], conditions: Conditions, row: Callable[[*Ts], R], order: Order[R]) -> Strategy[R]:
    """Find the rows by the indexes of the conditions that are not `unindexed`, then sort them."""
    # An expression that no index has and that neither database simplifies.
    columns = tuple(case((column.parent.class_.id > ZERO, column.expression)) for column in order.columns)
    return _strategy(core, conditions, row, order, columns)


def _strategy(
    core: Select[*Ts],
    conditions: Conditions,
    row: Callable[[*Ts], R],
    order: Order[R],
    columns: tuple[ColumnElement[Any], ...],
) -> Strategy[R]:
    def first(*where: ColumnElement[bool]) -> Select[*Ts]:
        return core.where(*where).order_by(*order.order_by(columns)).limit(bindparam("limit"))

    return Strategy(
        by_number=statement(first(*conditions).offset(bindparam("offset")), row),
        # The position comes before the filters: SQLite uses the first of two lower bounds of an index.
        after=statement(first(order.is_after(columns), *conditions), row),
    )


def unindexed(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition, written so that no index is used for it and it is tested on each row."""
    return case((condition, ONE), else_=ZERO) != ZERO  # with `=`, PostgreSQL would estimate that few rows match


def count_rows(table: type[Base], conditions: Conditions) -> Select[int]:
    """Count the rows of a table that match all conditions."""
    return select(func.count()).select_from(table).where(*conditions)


def stored_total(*names: str) -> Statement[int]:
    """The sum of counters, which triggers keep up to date; see `app.models.Counter`."""
    total = func.coalesce(cast(func.sum(Counter.number), BigInteger), 0)  # the sum of bigints is a numeric on PostgreSQL
    return shared(select(total).where(or_(*(Counter.name == name for name in names))), int)


async def load_page(
    database: Database, listing: Listing[R], number: int, size: int, cursor: str | None, **filters: object
) -> Page[R]:
    """One page of a list.

    By number it takes two statements, or one if the first page has all rows; by cursor, which holds the total, it takes one.

    Raises:
        UnknownCursor: the cursor was not issued for these filters and this size.
    """
    issued_for = cursors.fingerprint(listing.name, size, sorted(filters.items()))
    rows: list[R] = []
    if cursor is None and number == 1 and listing.filter_then_sort is None:
        rows = await database.all(listing.index_scan.by_number, limit=size + 1, offset=0, **filters)
        total = len(rows) if len(rows) <= size else await database.one(listing.count, **filters) or 0
    elif cursor is None:
        total = await database.one(listing.count, **filters) or 0
        offset = (number - 1) * size
        if offset < total:  # else it would scan the whole list to find nothing
            by_number = listing.strategy(total, cursor).by_number
            rows = await database.all(by_number, limit=size + 1, offset=offset, **filters)
    else:
        position = cursors.decode(cursor, issued_for, listing.order.kind)
        if number not in (1, position.number):
            raise UnknownCursor(f"The cursor leads to page {position.number}; omit `page`.")
        number, total = position.number, position.total
        after = listing.strategy(total, cursor).after
        rows = await database.all(after, limit=size + 1, **listing.order.parameters(position), **filters)
    if len(rows) <= size:
        return Page(rows, total, number, size, None)
    rows.pop()
    last = rows[-1]
    following = Position(last.id, listing.order.value(last), number + 1, total)
    return Page(rows, total, number, size, cursors.encode(following, issued_for))
