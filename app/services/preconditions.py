"""Entity tags of rows, and what `If-Match` asks of them (RFC 9110, 13.1.1)."""

from __future__ import annotations

import re

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


def etag(version: int) -> str:
    """The strong entity tag of a version."""
    return f'"{version}"'


def versions(if_match: str | None) -> frozenset[int] | None:
    """The versions that the client has seen; None asks for nothing (no header, or `*`: any version will do).

    Weak tags and text that is no tag match no version (strong comparison).
    """
    if if_match is None or if_match.strip() == "*":
        return None
    tags = (tag for weak, tag in _TAG.findall(if_match) if not weak)
    return frozenset(int(tag) for tag in tags if re.fullmatch("[1-9][0-9]{0,15}", tag, re.ASCII))
