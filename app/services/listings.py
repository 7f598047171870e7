"""Lists of users: filters, search, order, and the statements of each combination."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, String, and_, bindparam, case, false, func, literal_column, or_, select, true

from accord.runtime import Encoded
from app.core.database import Database
from app.core.database.statements import Statement, statement
from app.models import User
from app.resources import Resources
from app.schemas.rows import UserProfileListRow, UserProfileRow, UserRow
from app.services import users
from app.services.pages import ONE, Listing, Order, Page, counted, counter, gathered, page, tried, walked
from app.services.users import Role
from app.services.users_queries import COLUMNS, PROFILE_COLUMNS

Conditions = dict[str, ColumnElement[bool]]
Sort = Literal["created_at", "-created_at", "username", "-username"]


class Wanted(NamedTuple):
    """Which users a list has, and in which order; None asks for nothing. Instants are those of the document."""

    role: Role | None = None
    is_active: bool | None = None
    created_after: str | None = None
    created_before: str | None = None
    q: str | None = None
    sort: Sort | None = None


class Shape(NamedTuple):
    """What makes two lists differ in their statements: all but the instants and the text."""

    role: Role | None
    is_active: bool | None
    created_after: bool
    created_before: bool
    q: bool
    sort: Sort | None


PROFILES: Listing[UserProfileRow] = Listing(
    "profiles",
    counter("users:user:active", "users:admin:active"),
    Order((User.id,)),
    walked(select(*PROFILE_COLUMNS), [User.is_active.expression], UserProfileRow, Order((User.id,))),
)

ORDERS: dict[Sort | None, Order[UserRow]] = {
    None: Order((User.id,)),
    "created_at": Order((User.created_at, User.id), kind=datetime, value=lambda row: row.created_at),
    "-created_at": Order((User.created_at, User.id), descending=True, kind=datetime, value=lambda row: row.created_at),
    # Unique by itself; an index of the name and the id would serve nothing else.
    "username": Order((User.username_key,), kind=str, value=lambda row: row.username.lower()),
    "-username": Order((User.username_key,), descending=True, kind=str, value=lambda row: row.username.lower()),
}

# Beyond so many rows that begin with the text in one of the columns, all rows are looked at one after another: a million
# look-ups by an index take 2.4 s on SQLite, a million rows in their own order 0.3 s. Of a million rows, the two ways cost the
# same somewhere between 125,000 and 300,000.
MANY = 150_000

# A character that stands after every other, and more of them than a key can have: 100 characters, each folded to 3 at most.
LAST_CHARACTER = "\U0010ffff"
LONGEST = 3 * 100 + 1

_low, _high = bindparam("low", type_=String()), bindparam("high", type_=String())
PREFIXED = [and_(key >= _low, key < _high) for key in (User.username_key, User.email_key, User.full_name_key)]


async def list_users(database: Database, number: int, size: int, cursor: str | None, wanted: Wanted) -> Page[UserRow]:
    """One page of users: the statements of `page`. Raises `UnknownCursor`."""
    sent: dict[str, object] = {}
    if wanted.created_after is not None:
        sent["created_after"] = datetime.fromisoformat(wanted.created_after)
    if wanted.created_before is not None:
        sent["created_before"] = datetime.fromisoformat(wanted.created_before)
    if wanted.q is not None:
        sent["low"], sent["high"] = prefixed(wanted.q)
    after, before = wanted.created_after is not None, wanted.created_before is not None
    shape = Shape(wanted.role, wanted.is_active, after, before, wanted.q is not None, wanted.sort)
    return await page(database, listing(shape), number, size, cursor, **sent)


async def list_profiles(resources: Resources, number: int, size: int, cursor: str | None) -> Encoded[UserProfileListRow]:
    """One page of active users' profiles, oldest first: the statements of `page`, none if cached.

    Raises:
        UnknownCursor: the cursor was not issued for this list.
    """

    async def read() -> UserProfileListRow:
        return UserProfileListRow(*await page(resources.database, PROFILES, number, size, cursor))

    return await resources.cache.get(users.PROFILES, f"{number} {size} {cursor}", read)


def prefixed(text: str) -> tuple[str, str]:
    """From which key on, and before which, those stand that begin with a text, without regard to case: compared by bytes.

    Bytes of UTF-8 are sorted as code points are.
    """
    low = text.casefold()
    kept = low.rstrip(LAST_CHARACTER)
    if not kept:
        return low, LAST_CHARACTER * LONGEST
    last = kept[-1]
    return low, kept[:-1] + ("\ue000" if last == "\ud7ff" else chr(ord(last) + 1))  # between those two are no characters


@functools.lru_cache(maxsize=64)
def listing(shape: Shape) -> Listing[UserRow]:
    """The statements of one shape."""
    conditions = _conditions(shape)
    order = ORDERS[shape.sort]
    sharpest = _sharpest(shape, conditions, "q", "created", "is_active", "role")
    if shape.sort is None:
        along = _sharpest(shape, conditions, "is_active", "role")
        settled = {"role", "is_active"}
    else:
        along = "created" if "created_at" in shape.sort else None
        settled = {"created"} if along else set[str]()
    return Listing(
        f"users {shape}",
        _total(shape, conditions, sharpest),
        order,
        walked(select(*COLUMNS), _using(conditions, along), UserRow, order),
        None if conditions.keys() <= settled else gathered(select(*COLUMNS), _finding(conditions, sharpest), UserRow, order),
        # Ids grow with time, and usernames that begin alike stand together.
        leaps=(shape.sort is None and sharpest == "created") or ("username" in (shape.sort or "") and sharpest == "q"),
    )


def _conditions(shape: Shape) -> Conditions:
    found: Conditions = {}
    if shape.role is not None:
        # Written into the SQL: of a parameter PostgreSQL does not know how many rows have it.
        found["role"] = User.role == literal_column(f"'{shape.role}'")
    if shape.is_active is not None:
        found["is_active"] = User.is_active == (true() if shape.is_active else false())
    times = [User.created_at >= bindparam("created_after")] if shape.created_after else []
    times += [User.created_at < bindparam("created_before")] if shape.created_before else []
    if times:
        found["created"] = and_(*times)
    if shape.q:
        found["q"] = or_(*PREFIXED)
    return found


def _sharpest(shape: Shape, conditions: Conditions, *names: str) -> str | None:
    """The condition whose index finds the fewest rows, of those with these names. Administrators are few."""
    if shape.role == "admin":
        return "role"
    return next((name for name in names if name in conditions), None)


def _using(conditions: Conditions, indexed: str | None) -> list[ColumnElement[bool]]:
    """The conditions, of which one may use its index."""
    return [condition if name == indexed else tried(condition) for name, condition in conditions.items()]


def _finding(conditions: Conditions, sharpest: str | None) -> list[ColumnElement[bool]]:
    """The conditions, of which one finds the rows by its index, whatever their order."""
    if sharpest != "role":
        return _using(conditions, sharpest)
    # As a list of ids: SQLite, which knows how many users have a role on average only, would read the whole table.
    among = select(User.id).where(conditions["role"]).correlate(None)
    rest = {name: condition for name, condition in conditions.items() if name != "role"}
    return [User.id.in_(among), *_using(rest, None)]


def _total(shape: Shape, conditions: Conditions, sharpest: str | None) -> Statement[int]:
    """How many users meet the conditions: read where it is kept, else counted."""
    if conditions.keys() <= {"role", "is_active"}:
        roles = ("user", "admin") if shape.role is None else (shape.role,)
        states = ("active", "inactive") if shape.is_active is None else ("active",) if shape.is_active else ("inactive",)
        return counter(*(f"users:{role}:{state}" for role in roles for state in states))
    by_index = counted(User, _finding(conditions, sharpest))
    if sharpest != "q":
        return statement(by_index, int)
    many = or_(*(_reaches_many(condition) for condition in PREFIXED))
    one_by_one = counted(User, _using(conditions, None))
    return statement(select(case((many, one_by_one.scalar_subquery()), else_=by_index.scalar_subquery())), int)


def _reaches_many(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    found = select(ONE).select_from(User).where(condition).limit(MANY).subquery()
    return select(func.count()).select_from(found).scalar_subquery() == MANY
