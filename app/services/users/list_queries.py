"""SQL of the list of users: filters, search, order, and the statements of each combination."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, String, and_, bindparam, case, false, func, literal_column, or_, select, true

from app.call import Role
from app.core.database.statements import Statement, statement
from app.models import User
from app.schemas.rows import UserRow
from app.services.shared.pages import ONE, Listing, Order, count_rows, filter_then_sort, index_scan, stored_total, unindexed
from app.services.users.queries import COLUMNS

Sort = Literal["created_at", "-created_at", "username", "-username"]
Conditions = dict[str, ColumnElement[bool]]


class UserFilters(NamedTuple):
    """The filters and order of a list, None where it has none. Instants are text, as in the document."""

    role: Role | None = None
    is_active: bool | None = None
    created_after: str | None = None
    created_before: str | None = None
    q: str | None = None
    sort: Sort | None = None

    @property
    def shape(self) -> QueryShape:
        """The shape of the query."""
        after, before = self.created_after is not None, self.created_before is not None
        return QueryShape(self.role, self.is_active, after, before, self.q is not None, self.sort)

    @property
    def parameters(self) -> dict[str, object]:
        """The parameters of the query."""
        found: dict[str, object] = {}
        if self.created_after is not None:
            found["created_after"] = datetime.fromisoformat(self.created_after)
        if self.created_before is not None:
            found["created_before"] = datetime.fromisoformat(self.created_before)
        if self.q is not None:
            found["low"], found["high"] = prefix_range(self.q)
        return found


class QueryShape(NamedTuple):
    """What decides the SQL of a list: all filters but the values of instants and text."""

    role: Role | None
    is_active: bool | None
    created_after: bool
    created_before: bool
    q: bool
    sort: Sort | None


ORDERS: dict[Sort | None, Order[UserRow]] = {
    None: Order((User.id,)),
    "created_at": Order((User.created_at, User.id), kind=datetime, value=lambda row: row.created_at),
    "-created_at": Order((User.created_at, User.id), descending=True, kind=datetime, value=lambda row: row.created_at),
    # Unique by itself; an index on username and id would serve nothing else.
    "username": Order((User.username_key,), kind=str, value=lambda row: row.username.lower()),
    "-username": Order((User.username_key,), descending=True, kind=str, value=lambda row: row.username.lower()),
}

# If more rows than this match the prefix in one of the columns, all rows are scanned: on SQLite a million index look-ups take
# 2.4 s, scanning a million rows 0.3 s. Of a million rows, the two cost the same somewhere between 125,000 and 300,000.
SCAN_THRESHOLD = 150_000

# Sorts after every other character. A key has at most 100 characters, each of which folds to 3 at most.
LAST_CHARACTER = "\U0010ffff"
MAX_KEY_LENGTH = 3 * 100

_low, _high = bindparam("low", type_=String()), bindparam("high", type_=String())
PREFIX_MATCHES = [and_(key >= _low, key < _high) for key in (User.username_key, User.email_key, User.full_name_key)]


def prefix_range(text: str) -> tuple[str, str]:
    """The range of keys that begin with a text, ignoring case: from the first key on, and before the second.

    Keys are compared by the bytes of UTF-8, which sort as code points do.
    """
    low = text.casefold()
    kept = low.rstrip(LAST_CHARACTER)
    if not kept:
        return low, LAST_CHARACTER * (MAX_KEY_LENGTH + 1)
    last = kept[-1]
    return low, kept[:-1] + ("\ue000" if last == "\ud7ff" else chr(ord(last) + 1))  # between these two are only surrogates


@functools.lru_cache(maxsize=64)
def users_listing(shape: QueryShape) -> Listing[UserRow]:
    """The statements of one shape."""
    conditions = _conditions(shape)
    order = ORDERS[shape.sort]
    selective = _most_selective(shape, conditions, "q", "created", "is_active", "role")
    if shape.sort is None:
        scanned = _most_selective(shape, conditions, "is_active", "role")
        covered = {"role", "is_active"}
    else:
        scanned = "created" if "created_at" in shape.sort else None
        covered = {"created"} if scanned else set[str]()
    return Listing(
        f"users {tuple(shape)}",
        _total(shape, conditions, selective),
        order,
        index_scan(select(*COLUMNS), _indexed_by(scanned, conditions), UserRow, order),
        None
        if conditions.keys() <= covered
        else filter_then_sort(select(*COLUMNS), _filtered_by(selective, conditions), UserRow, order),
        # Ids grow with time, and equal prefixes of usernames are adjacent.
        clustered=(shape.sort is None and selective == "created") or ("username" in (shape.sort or "") and selective == "q"),
    )


def _conditions(shape: QueryShape) -> Conditions:
    found: Conditions = {}
    if shape.role is not None:
        # A literal, because PostgreSQL does not know how many rows match a parameter.
        found["role"] = User.role == literal_column(f"'{shape.role}'")
    if shape.is_active is not None:
        found["is_active"] = User.is_active == (true() if shape.is_active else false())
    times = [User.created_at >= bindparam("created_after")] if shape.created_after else []
    times += [User.created_at < bindparam("created_before")] if shape.created_before else []
    if times:
        found["created"] = and_(*times)
    if shape.q:
        found["q"] = or_(*PREFIX_MATCHES)
    return found


def _most_selective(shape: QueryShape, conditions: Conditions, *names: str) -> str | None:
    """The condition whose index finds the fewest rows: the first of these names, except that administrators are few."""
    if shape.role == "admin":
        return "role"
    return next((name for name in names if name in conditions), None)


def _indexed_by(name: str | None, conditions: Conditions) -> list[ColumnElement[bool]]:
    """The conditions, of which only the named one may use its index."""
    return [condition if each == name else unindexed(condition) for each, condition in conditions.items()]


def _filtered_by(name: str | None, conditions: Conditions) -> list[ColumnElement[bool]]:
    """The conditions, of which the named one finds the rows by its index, whatever the order."""
    if name != "role":
        return _indexed_by(name, conditions)
    # As a list of ids: SQLite, which only knows the average number of users per role, would otherwise scan the table.
    ids = select(User.id).where(conditions["role"]).correlate(None)
    rest = {each: condition for each, condition in conditions.items() if each != "role"}
    return [User.id.in_(ids), *_indexed_by(None, rest)]


def _total(shape: QueryShape, conditions: Conditions, selective: str | None) -> Statement[int]:
    """The number of matching users: read from the counters if they have it, else counted."""
    if conditions.keys() <= {"role", "is_active"}:
        roles = ("user", "admin") if shape.role is None else (shape.role,)
        states = ("active", "inactive") if shape.is_active is None else ("active",) if shape.is_active else ("inactive",)
        return stored_total(*(f"users:{role}:{state}" for role in roles for state in states))
    by_index = count_rows(User, _filtered_by(selective, conditions))
    if selective != "q":
        return statement(by_index, int)
    has_many_matches = or_(*(_exceeds_threshold(condition) for condition in PREFIX_MATCHES))
    by_scan = count_rows(User, _indexed_by(None, conditions))
    counted = case((has_many_matches, by_scan.scalar_subquery()), else_=by_index.scalar_subquery())
    return statement(select(counted), int)


def _exceeds_threshold(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    found = select(ONE).select_from(User).where(condition).limit(SCAN_THRESHOLD).subquery()
    return select(func.count()).select_from(found).scalar_subquery() == SCAN_THRESHOLD
