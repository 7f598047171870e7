"""`If-Match` and `If-None-Match`: lists of entity tags (RFC 9110, 8.8.3 and 13.1)."""

from __future__ import annotations

import re
from typing import NamedTuple

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


class Tag(NamedTuple):
    """One entity tag, with its quotes."""

    weak: bool
    opaque: str


def tags(value: str) -> list[Tag] | None:
    """The tags that a header value lists; None for `*`, which stands for any. Text that is no tag is none."""
    if value.strip() == "*":
        return None
    return [Tag(bool(prefix), opaque) for prefix, opaque in _TAG.findall(value)]


def names(value: str, etag: str) -> bool:
    """Whether the header value is `*` or lists the tag `etag`; compared weakly, as `If-None-Match` is."""
    listed, opaque = tags(value), etag.removeprefix("W/")
    return listed is None or any(tag.opaque == opaque for tag in listed)
