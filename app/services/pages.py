"""Pages of a list: by number, or by a cursor that costs the same at the end as at the beginning.

How rows are found is said here and not left to the database, whose guess differs with its statistics and its product:

- A walk goes along the index that has the order and tries the filters on each row: right where many rows pass.
- Gathering takes every row that passes from the filters' indexes and sorts: right where few do.

The total is known before the rows are, and chooses.
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
from app.services import cursors
from app.services.cursors import Place, Value


class Row(Protocol):
    """What a list has."""

    @property
    def id(self) -> int:
        """Unique, so that every order can be total."""


R = TypeVar("R", bound=Row)
R_co = TypeVar("R_co", covariant=True)
Ts = TypeVarTuple("Ts")

Conditions = Sequence[ColumnElement[bool]]

# The most rows that are gathered: some 2 ms. A walk past more of a million rows finds one in every 500.
FEW = 2000

ZERO, ONE = (
    literal_column("0", Integer()),
    literal_column("1", Integer()),
)  # in the SQL itself: as parameters they would be sent each time


class Page(NamedTuple, Generic[R_co]):
    """One page; `next_cursor` is None on the last."""

    rows: list[R_co]
    total: int
    number: int
    size: int
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Order(Generic[R]):
    """How a list is sorted: by columns that are unique together, the first of which a row shows as `value`.

    One index begins with them, or has nothing but columns of filters before them.
    """

    columns: tuple[InstrumentedAttribute[Any], ...]
    descending: bool = False
    kind: type[str | datetime] | None = None  # of the value; None: the order is that of ids
    value: Callable[[R], Value] = lambda _: None

    def after(self, place: Place) -> dict[str, object]:
        """What `later` is to be compared with."""
        said: dict[str, object] = {"after_id": place.row_id, "after_value": place.value}
        return {_bound(column): said[_bound(column)] for column in self.columns}

    def by(self, columns: tuple[ColumnElement[Any], ...]) -> list[ColumnElement[Any]]:
        """ORDER BY."""
        return [column.desc() if self.descending else column.asc() for column in columns]

    def later(self, columns: tuple[ColumnElement[Any], ...]) -> ColumnElement[bool]:
        """Whether a row comes after a place."""
        bounds = [bindparam(_bound(column), type_=column.type) for column in self.columns]
        row, place = (columns[0], bounds[0]) if len(columns) == 1 else (tuple_(*columns), tuple_(*bounds))
        return row < place if self.descending else row > place


def _bound(column: InstrumentedAttribute[Any]) -> str:
    return "after_id" if column.key == "id" else "after_value"


class Steps(NamedTuple, Generic[R_co]):
    """One way to the rows of a page."""

    by_number: Statement[R_co]
    after: Statement[R_co]


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """The statements of one list in one shape of its filters. Cursors are bound to its name."""

    name: str
    count: Statement[int]
    order: Order[R]
    walked: Steps[R]
    gathered: Steps[R] | None = None
    leaps: bool = False  # whether the first row that passes may be far from the beginning of a walk

    def steps(self, total: int, cursor: str | None) -> Steps[R]:
        """The better way to a page."""
        if self.gathered is not None and (total <= FEW or (self.leaps and cursor is None)):
            return self.gathered
        return self.walked


def walked(core: Select[*Ts], conditions: Conditions, row: Callable[[*Ts], R], order: Order[R]) -> Steps[R]:
    """Along the index of the order; conditions that tempt the database to another are `tried`."""
    return _steps(core, conditions, row, order, tuple(column.expression for column in order.columns))


def gathered(core: Select[*Ts], conditions: Conditions, row: Callable[[*Ts], R], order: Order[R]) -> Steps[R]:
    """By the indexes of the conditions, but for those that are `tried`; then sorted."""
    # An expression, which no index has; both databases would see through simpler ones.
    columns = tuple(case((column.parent.class_.id > ZERO, column.expression)) for column in order.columns)
    return _steps(core, conditions, row, order, columns)


def _steps(
    core: Select[*Ts],
    conditions: Conditions,
    row: Callable[[*Ts], R],
    order: Order[R],
    columns: tuple[ColumnElement[Any], ...],
) -> Steps[R]:
    def first(*where: ColumnElement[bool]) -> Select[*Ts]:
        return core.where(*where).order_by(*order.by(columns)).limit(bindparam("most"))

    return Steps(
        by_number=statement(first(*conditions).offset(bindparam("skip")), row),
        # The place stands before the filters: of two lower bounds of an index SQLite takes the first.
        after=statement(first(order.later(columns), *conditions), row),
    )


def tried(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition that is tried on each row and for which no index is used."""
    return case((condition, ONE), else_=ZERO) != ZERO  # of `=` PostgreSQL would guess that few rows pass


def counted(table: type[Base], conditions: Conditions) -> Select[int]:
    """How many rows of a table meet all conditions, looked at one by one."""
    return select(func.count()).select_from(table).where(*conditions)


def counter(*names: str) -> Statement[int]:
    """A number that is kept; see `app.models.Counter`."""
    total = func.coalesce(cast(func.sum(Counter.number), BigInteger), 0)  # the sum of bigints is a numeric on PostgreSQL
    return shared(select(total).where(or_(*(Counter.name == name for name in names))), int)


async def page(database: Database, found: Listing[R], number: int, size: int, cursor: str | None, **filters: object) -> Page[R]:
    """One page of a list: two statements by number, one if the first page is all; one by cursor, which carries the total.

    Raises:
        UnknownCursor: the cursor was not issued for these filters and this size.
    """
    issued_for = cursors.seal(found.name, size, sorted(filters.items()))
    rows: list[R] = []
    if cursor is None and number == 1 and found.gathered is None:
        rows = await database.all(found.walked.by_number, most=size + 1, skip=0, **filters)
        total = len(rows) if len(rows) <= size else await database.one(found.count, **filters) or 0
    elif cursor is None:
        total = await database.one(found.count, **filters) or 0
        skip = (number - 1) * size
        if skip < total:  # nobody walks along a whole list to find that it ends
            by_number = found.steps(total, cursor).by_number
            rows = await database.all(by_number, most=size + 1, skip=skip, **filters)
    else:
        place = cursors.opened(cursor, issued_for, found.order.kind)
        if number not in (1, place.number):
            raise UnknownCursor(f"The cursor leads to page {place.number}; leave `page` out.")
        number, total = place.number, place.total
        after = found.steps(total, cursor).after
        rows = await database.all(after, most=size + 1, **found.order.after(place), **filters)
    if len(rows) <= size:
        return Page(rows, total, number, size, None)
    rows.pop()
    last = rows[-1]
    following = Place(last.id, found.order.value(last), number + 1, total)
    return Page(rows, total, number, size, cursors.issued(following, issued_for))
