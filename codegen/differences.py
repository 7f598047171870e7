"""Where two sound validators may differ, why, and who is right. As narrow as they can be: everything else is a defect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Difference(NamedTuple):
    """One known difference: of a keyword (and its value, for formats), for the instances that `covers` names."""

    keyword: str
    value: str | None
    accepts: bool
    """What the engine says to them."""
    covers: Callable[[Any], bool]
    right: str
    why: str


DIFFERENCES: tuple[Difference, ...] = ()


def explanation(keyword: str, value: object, part: object, *, accepted: bool) -> Difference | None:
    """The entry that explains a disagreement about a part of an instance, if there is one."""
    for known in DIFFERENCES:
        if known.keyword == keyword and known.value in (None, value) and known.accepts == accepted and known.covers(part):
            return known
    return None
