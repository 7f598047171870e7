"""Entity tags of rows and the `If-Match` precondition (RFC 9110, 13.1.1)."""

from __future__ import annotations

import re

from accord.runtime.responses.etags import tags

_VERSION = re.compile(r'"([1-9][0-9]{0,15})"', re.ASCII).fullmatch


def etag(version: int) -> str:
    """The strong entity tag of a row's version."""
    return f'"{version}"'


def matching_versions(if_match: str | None) -> frozenset[int] | None:
    """The versions that satisfy the header; None if any does (no header, or `*`).

    Weak and malformed tags match no version (strong comparison).
    """
    listed = tags(if_match) if if_match is not None else None
    if listed is None:
        return None
    return frozenset(int(found[1]) for tag in listed if not tag.weak and (found := _VERSION(tag.opaque)))
