"""Pages of a list: by number, or by a cursor that costs the same at the end as at the beginning."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar, TypeVarTuple

from sqlalchemy import Select, bindparam, func
from sqlalchemy.orm import InstrumentedAttribute

from app.core.database import Database
from app.core.statements import Statement, statement
from app.schemas.problems import UnknownCursor

R = TypeVar("R")
Ts = TypeVarTuple("Ts")

# Key of the last row, number of the next page, the total, and a digest of what the cursor was issued for.
_CURSOR = struct.Struct(">QIQ8s")
_LEAST = (0, 2, 0)  # a cursor leads to the second page or a later one
_MOST = (2**63 - 1, 2**32 - 2, 2**53 - 1)  # what a database, the next cursor and the document hold


class Page(NamedTuple, Generic[R]):
    """One page; `next_cursor` is None on the last."""

    rows: list[R]
    total: int
    number: int
    size: int
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """The statements of one list in one shape of its filters. Cursors are bound to its name."""

    name: str
    count: Statement[int]
    by_number: Statement[R]
    after: Statement[R]
    key: Callable[[R], int]


def listing(
    name: str,
    core: Select[*Ts],
    row: Callable[[*Ts], R],
    column: InstrumentedAttribute[int],
    key: Callable[[R], int],
    *,
    newest_first: bool = False,
) -> Listing[R]:
    """Make the statements of a list from its select; `column` is unique, so the order is total."""
    order = column.desc() if newest_first else column.asc()
    later = column < bindparam("after") if newest_first else column > bindparam("after")
    return Listing(
        name=name,
        count=statement(core.with_only_columns(func.count(), maintain_column_froms=True), int),
        by_number=statement(core.order_by(order).limit(bindparam("most")).offset(bindparam("skip")), row),
        after=statement(core.where(later).order_by(order).limit(bindparam("most")), row),
        key=key,
    )


async def page(database: Database, found: Listing[R], number: int, size: int, cursor: str | None, **filters: object) -> Page[R]:
    """One page of a list: two statements by number, one by cursor, whose total was counted once at its beginning.

    Raises:
        UnknownCursor: the cursor was not issued for these filters and this size.
    """
    seal = _seal(found, size, filters)
    if cursor is None:
        total = await database.one(found.count, **filters) or 0
        rows = await database.all(found.by_number, most=size + 1, skip=(number - 1) * size, **filters)
    else:
        after, next_number, total = _opened(cursor, seal)
        if number not in (1, next_number):
            raise UnknownCursor(f"The cursor leads to page {next_number}; leave `page` out.")
        number = next_number
        rows = await database.all(found.after, most=size + 1, after=after, **filters)
    more = len(rows) > size
    if more:
        rows.pop()
    return Page(rows, total, number, size, _issued(found.key(rows[-1]), number + 1, total, seal) if more else None)


def _seal(found: Listing[R], size: int, filters: dict[str, object]) -> bytes:
    told = f"{found.name}\n{size}\n{sorted(filters.items())}"
    return hashlib.blake2b(told.encode(), digest_size=8).digest()


def _issued(key: int, number: int, total: int, seal: bytes) -> str:
    packed = _CURSOR.pack(key, number, total, seal)
    digest = hashlib.blake2b(packed, digest_size=8).digest()
    return base64.urlsafe_b64encode(packed[:-8] + digest).decode().rstrip("=")


def _opened(cursor: str, seal: bytes) -> tuple[int, int, int]:
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    if len(raw) == _CURSOR.size:
        key, number, total, digest = _CURSOR.unpack(raw)
        packed = _CURSOR.pack(key, number, total, seal)
        # The digest is no secret: a cursor may be forged to say anything, which the forger alone is told.
        said = zip(_LEAST, (key, number, total), _MOST, strict=True)
        possible = all(least <= value <= most for least, value, most in said)
        if possible and hashlib.blake2b(packed, digest_size=8).digest() == digest:
            return key, number, total
    raise UnknownCursor("The cursor was not issued for these filters; begin with the first page.")
