"""Cursors: the place after a row of a list, as opaque text that only fits the list, filters and size it was issued for.

A cursor holds what its list is sorted by, not only a row's id: so the walk goes on when that row is changed or deleted.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from app.schemas.problems import UnknownCursor

# Id of the last row, number of the next page, the total, a digest; the last row's value follows, if there is one.
_FIXED = struct.Struct(">QIQ8s")
_INSTANT = struct.Struct(">q")  # microseconds since 1970
_LEAST = (0, 2, 0)  # a cursor leads to the second page or a later one
_MOST = (2**63 - 1, 2**32 - 2, 2**53 - 1)  # what a database, the next cursor and the document hold
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Value = str | datetime | None


class Place(NamedTuple):
    """Where a page begins: after the row with this id, and this value of what the list is sorted by if not by id."""

    row_id: int
    value: Value
    number: int
    total: int


def seal(*told: object) -> bytes:
    """What cursors are issued for, short."""
    return hashlib.blake2b("\n".join(map(repr, told)).encode(), digest_size=8).digest()


def issued(place: Place, issued_for: bytes) -> str:
    """The cursor to a place."""
    value = _packed(place.value)
    numbers = (place.row_id, place.number, place.total)
    digest = hashlib.blake2b(_FIXED.pack(*numbers, issued_for) + value, digest_size=8).digest()
    return base64.urlsafe_b64encode(_FIXED.pack(*numbers, digest) + value).decode().rstrip("=")


def opened(cursor: str, issued_for: bytes, kind: type[str | datetime] | None) -> Place:
    """The place of a cursor; `kind` is that of the value that its list is sorted by.

    Raises:
        UnknownCursor: the cursor was not issued for this.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        row_id, number, total, _ = _FIXED.unpack_from(raw)
        place = Place(row_id, _unpacked(raw[_FIXED.size :], kind), number, total)
        genuine = _is_possible(place) and issued(place, issued_for) == cursor
    except (ValueError, OverflowError, struct.error):
        genuine = False
    if not genuine:
        raise UnknownCursor("The cursor was not issued for these filters; begin with the first page.")
    return place


def _is_possible(place: Place) -> bool:
    """The digest is no secret: a cursor may be forged to say anything, which the forger alone is told."""
    said = zip(_LEAST, (place.row_id, place.number, place.total), _MOST, strict=True)
    return all(least <= value <= most for least, value, most in said)


def _packed(value: Value) -> bytes:
    if isinstance(value, datetime):
        return _INSTANT.pack((value - _EPOCH) // timedelta(microseconds=1))
    return (value or "").encode()


def _unpacked(raw: bytes, kind: type[str | datetime] | None) -> Value:
    if kind is datetime:
        [microseconds] = _INSTANT.unpack(raw)
        return _EPOCH + timedelta(microseconds=microseconds)
    text = raw.decode()
    if "\0" in text:
        raise ValueError("no database holds this text")
    return text if kind is str else None
