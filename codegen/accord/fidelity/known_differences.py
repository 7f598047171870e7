"""Known differences between the two validators, with the one that is right. Everything else is a defect."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal, NamedTuple


class Difference(NamedTuple):
    """One known difference for a keyword (and its value, for formats), for instances that `covers` accepts."""

    keyword: str
    value: str | None
    engine: Literal["accepts", "refuses"]
    covers: Callable[[Any], bool]
    right: str
    why: str


def _when(pattern: str) -> Callable[[Any], bool]:
    expression = re.compile(pattern)
    return lambda part: isinstance(part, str) and expression.fullmatch(part) is not None


_ENGINE = "the engine"

DIFFERENCES: tuple[Difference, ...] = (
    *(
        Difference(
            "format", name, "accepts", _when(r"0000-[^\n]*"), _ENGINE, "RFC 3339 has the year 0000; Python's dates begin with 1"
        )
        for name in ("date", "date-time")
    ),
    *(
        Difference(
            "format",
            name,
            "accepts",
            _when(r"[^\n]*:60(\.\d+)?([Zz]|[+-]\d\d:\d\d)"),
            _ENGINE,
            "RFC 3339 has leap seconds; Python's times have none",
        )
        for name in ("time", "date-time")
    ),
    *(
        Difference("format", name, "refuses", _when(r"(?s).*\n"), _ENGINE, "for Python's `$` a text may end with a line feed")
        for name in (
            "date-time",
            "time",
            "uri",
            "uri-reference",
            "hostname",
            "duration",
            "json-pointer",
            "relative-json-pointer",
        )
    ),
    Difference(
        "format",
        "uri-template",
        "accepts",
        _when(r"[^\n]*\{[=,!@|][^\n]*"),
        _ENGINE,
        "RFC 6570, 2.2, has operators for extensions in its grammar",
    ),
    Difference(
        "format",
        "uri-template",
        "refuses",
        _when(r"(?s).*([\x00-\x20\x7f\"'<>\\^`|]|%(?![0-9A-Fa-f]{2})|\{[^}]*\.[,:*}]).*"),
        _ENGINE,
        "RFC 6570, 2.1 and 2.3, has no spaces, control characters, bare %, nor names that end with a dot",
    ),
)


def explanation(keyword: str, value: object, part: object, *, accepted: bool) -> Difference | None:
    """The known difference that explains a disagreement about a part of an instance, if any."""
    for known in DIFFERENCES:
        if (
            known.keyword == keyword
            and known.value in (None, value)
            and known.engine == ("accepts" if accepted else "refuses")
            and known.covers(part)
        ):
            return known
    return None
