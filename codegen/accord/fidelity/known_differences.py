"""Known differences between the two validators, where the runtime is right; any other disagreement is a defect."""

from __future__ import annotations

import re
from typing import NamedTuple


class KnownDifference(NamedTuple):
    """Strings on which the reference validator is wrong about some formats; the pattern is as narrow as possible."""

    formats: tuple[str, ...]
    accepted: bool
    """The verdict of the runtime."""
    pattern: str
    why: str


_LEAP_SECOND = r"[^\n]*:60(\.\d+)?([Zz]|[+-]\d\d:\d\d)"
_NOT_A_TEMPLATE = r"(?s).*([\x00-\x20\x7f\"'<>\\^`|]|%(?![0-9A-Fa-f]{2})|\{[^}]*\.[,:*}]).*"
# Formats that the reference validator checks with a `$`, which in Python also matches before a line feed at the end.
_CHECKED_WITH_DOLLAR = (
    *("date-time", "time", "uri", "uri-reference", "hostname", "duration", "json-pointer", "relative-json-pointer"),
)
_TEMPLATES = "RFC 6570, 2.1 and 2.3 have no spaces, control characters or bare %, and no names that end with a dot"
_KNOWN = [
    KnownDifference(*known)
    for known in (
        (("date", "date-time"), True, r"0000-[^\n]*", "RFC 3339 has the year 0000; dates in Python begin with year 1"),
        (("time", "date-time"), True, _LEAP_SECOND, "RFC 3339 has leap seconds; times in Python have none"),
        (_CHECKED_WITH_DOLLAR, False, r"(?s).*\n", "`$` in Python also matches before a line feed at the end"),
        (("uri-template",), True, r"[^\n]*\{[=,!@|][^\n]*", "RFC 6570, 2.2 has operators for extensions in its grammar"),
        (("uri-template",), False, _NOT_A_TEMPLATE, _TEMPLATES),
    )
]


def known_difference(keyword: str, value: object, part: object, *, accepted: bool) -> KnownDifference | None:
    """The known difference that explains a disagreement; `accepted` is the verdict of the runtime on `part`."""
    if keyword != "format" or not isinstance(part, str):
        return None
    candidates = (known for known in _KNOWN if value in known.formats and known.accepted == accepted)
    return next((known for known in candidates if re.fullmatch(known.pattern, part)), None)
