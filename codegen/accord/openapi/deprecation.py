"""The headers Deprecation (RFC 9745) and Sunset (RFC 8594), from `deprecated`, `x-accord-deprecation` and `x-accord-sunset`."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from accord.document.document import Node
from accord.openapi.operation import Operation


def deprecation_headers(operation: Operation) -> tuple[tuple[bytes, bytes], ...]:
    """The headers that every response of a deprecated operation, or one with a sunset, carries.

    Raises:
        DocumentError: `x-accord-deprecation` or `x-accord-sunset` is not a date.
    """
    found = []
    if operation.deprecated:
        since = _instant(operation.node, "x-accord-deprecation")
        found.append((b"deprecation", b"@%d" % (since.timestamp() if since is not None else 0)))
    if (sunset := _instant(operation.node, "x-accord-sunset")) is not None:
        found.append((b"sunset", format_datetime(sunset, usegmt=True).encode()))
    return tuple(found)


def _instant(node: Node, key: str) -> datetime | None:
    written = node.value.get(key)
    if written is None:
        return None
    try:
        found = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        text = f"{key} {written!r} is not a date: write it as 2027-01-31 or 2027-01-31T12:00:00Z"
        raise node.raw_child(key).error(text) from None
    return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)
