"""Known differences between the two validators, where the runtime is right; any other disagreement is a defect."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal, NamedTuple


class KnownDifference(NamedTuple):
    """A keyword (for `format`, one format) and the instances on which the reference validator is wrong."""

    keyword: str
    value: str
    runtime: Literal["accepts", "rejects"]
    covers: Callable[[Any], bool]
    """Whether it explains a disagreement about this instance; as narrow as possible."""
    why: str


def _matches(pattern: str) -> Callable[[Any], bool]:
    expression = re.compile(pattern)
    return lambda part: isinstance(part, str) and expression.fullmatch(part) is not None


_LEAP_SECOND = r"[^\n]*:60(\.\d+)?([Zz]|[+-]\d\d:\d\d)"
_NOT_A_TEMPLATE = r"(?s).*([\x00-\x20\x7f\"'<>\\^`|]|%(?![0-9A-Fa-f]{2})|\{[^}]*\.[,:*}]).*"
# Formats that the reference validator checks with a `$`, which in Python also matches before a line feed at the end.
_CHECKED_WITH_DOLLAR = (
    *("date-time", "time", "uri", "uri-reference", "hostname", "duration", "json-pointer", "relative-json-pointer"),
)
_FORMATS: tuple[tuple[tuple[str, ...], Literal["accepts", "rejects"], str, str], ...] = (
    (("date", "date-time"), "accepts", r"0000-[^\n]*", "RFC 3339 has the year 0000; dates in Python begin with year 1"),
    (("time", "date-time"), "accepts", _LEAP_SECOND, "RFC 3339 has leap seconds; times in Python have none"),
    (_CHECKED_WITH_DOLLAR, "rejects", r"(?s).*\n", "`$` in Python also matches before a line feed at the end"),
    (("uri-template",), "accepts", r"[^\n]*\{[=,!@|][^\n]*", "RFC 6570, 2.2 has operators for extensions in its grammar"),
    (
        ("uri-template",),
        "rejects",
        _NOT_A_TEMPLATE,
        "RFC 6570, 2.1 and 2.3 have no spaces, control characters or bare %, and no names that end with a dot",
    ),
)
KNOWN_DIFFERENCES = tuple(
    KnownDifference("format", name, runtime, _matches(pattern), why)
    for names, runtime, pattern, why in _FORMATS
    for name in names
)


def known_difference(keyword: str, value: object, part: object, *, accepted: bool) -> KnownDifference | None:
    """The known difference that explains a disagreement; `accepted` is the verdict of the runtime on `part`."""
    for known in KNOWN_DIFFERENCES:
        if (known.keyword, known.value, known.runtime == "accepts") == (keyword, value, accepted) and known.covers(part):
            return known
    return None
