"""The `Cookie` header (RFC 6265 4.2)."""

from __future__ import annotations

from collections.abc import Iterator


def cookie_pairs(header: bytes) -> Iterator[tuple[str, bytes | None]]:
    """The names and values of the cookies, in order, without the quotes around a value; None for a name without `=`."""
    for part in header.split(b";"):
        name, separator, value = part.strip(b" \t").partition(b"=")
        is_quoted = len(value) > 1 and value[:1] == value[-1:] == b'"'
        yield name.decode("latin-1"), (value[1:-1] if is_quoted else value) if separator else None
