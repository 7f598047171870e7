"""`If-Match` and `If-None-Match`: lists of entity tags (RFC 9110, 8.8.3 and 13.1)."""

from __future__ import annotations

import re

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def names(value: str, etag: str, *, weak: bool) -> bool:
    """Whether the header value is `*` or lists the strong tag `etag`; `weak` comparison lets `W/` pass.

    Text that is no list of tags names nothing.
    """
    if value.strip() == "*":
        return True
    return any(tag == etag and (weak or not prefix) for prefix, tag in _TAG.findall(value))
