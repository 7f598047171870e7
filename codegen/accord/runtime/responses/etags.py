"""Lists of entity tags in `If-Match` and `If-None-Match` (RFC 9110 8.8.3 and 13.1)."""

from __future__ import annotations

import re
from typing import NamedTuple

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


class Tag(NamedTuple):
    """One entity tag; `opaque` includes the quotes."""

    weak: bool
    opaque: str


def tags(value: str) -> list[Tag] | None:
    """The tags listed in a header value; None for `*`, which matches any. Malformed text is ignored."""
    if value.strip() == "*":
        return None
    return [Tag(bool(prefix), opaque) for prefix, opaque in _TAG.findall(value)]


def matches(value: str, etag: str) -> bool:
    """Whether a header value is `*` or lists the tag, by weak comparison (as `If-None-Match` requires)."""
    listed, opaque = tags(value), etag.removeprefix("W/")
    return listed is None or any(tag.opaque == opaque for tag in listed)
