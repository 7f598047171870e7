"""Cursors: a position in a list as opaque text, valid only for the list, filters and page size that it was issued for.

A cursor holds the sort value of the last row, not only its id, so that it stays valid when that row is changed or deleted.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from app.schemas.problems import UnknownCursor

# Id of the last row, number of the next page, total, digest; followed by the sort value of the last row, if there is one.
_FIXED = struct.Struct(">QIQ8s")
_INSTANT = struct.Struct(">q")  # microseconds since 1970
_MIN = (0, 2, 0)  # a cursor leads to the second page or a later one
_MAX = (2**63 - 1, 2**32 - 2, 2**53 - 1)  # bounds of the database, of the next cursor and of the document
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SortValue = str | datetime | None


class Position(NamedTuple):
    """Where a page begins: after the row with this id and, unless the list is sorted by id, this sort value."""

    row_id: int
    value: SortValue
    number: int
    total: int


def fingerprint(*parts: object) -> bytes:
    """A short hash of what cursors are issued for."""
    return hashlib.blake2b("\n".join(map(repr, parts)).encode(), digest_size=8).digest()


def encode(position: Position, issued_for: bytes) -> str:
    """The cursor of a position."""
    value = _pack(position.value)
    numbers = (position.row_id, position.number, position.total)
    digest = hashlib.blake2b(_FIXED.pack(*numbers, issued_for) + value, digest_size=8).digest()
    return base64.urlsafe_b64encode(_FIXED.pack(*numbers, digest) + value).decode().rstrip("=")


def decode(cursor: str, issued_for: bytes, kind: type[str | datetime] | None) -> Position:
    """The position of a cursor; `kind` is the type of the list's sort value.

    Raises:
        UnknownCursor: the cursor was not issued for this fingerprint.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        row_id, number, total, _ = _FIXED.unpack_from(raw)
        position = Position(row_id, _unpack(raw[_FIXED.size :], kind), number, total)
        is_valid = _is_in_bounds(position) and encode(position, issued_for) == cursor
    except (ValueError, OverflowError, struct.error):
        is_valid = False
    if not is_valid:
        raise UnknownCursor("The cursor was not issued for these filters; begin with the first page.")
    return position


def _is_in_bounds(position: Position) -> bool:
    """The digest is not secret, so a client can forge a cursor, which only changes its own answer."""
    numbers = zip(_MIN, (position.row_id, position.number, position.total), _MAX, strict=True)
    return all(low <= number <= high for low, number, high in numbers)


def _pack(value: SortValue) -> bytes:
    if isinstance(value, datetime):
        return _INSTANT.pack((value - _EPOCH) // timedelta(microseconds=1))
    return (value or "").encode()


def _unpack(raw: bytes, kind: type[str | datetime] | None) -> SortValue:
    if kind is datetime:
        [microseconds] = _INSTANT.unpack(raw)
        return _EPOCH + timedelta(microseconds=microseconds)
    text = raw.decode()
    if "\0" in text:
        raise ValueError("databases cannot store NUL")
    return text if kind is str else None
