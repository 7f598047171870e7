"""Cookies of a request (RFC 6265, 4.2)."""

from __future__ import annotations


def cookies(header: bytes) -> dict[str, str]:
    """The values by name; of a name that is sent twice the first, as browsers put the most specific path first."""
    found: dict[str, str] = {}
    for part in header.split(b";"):
        name, separator, value = part.strip(b" \t").partition(b"=")
        if separator and name:
            found.setdefault(name.decode("latin-1"), value.strip(b'"').decode("latin-1"))
    return found
