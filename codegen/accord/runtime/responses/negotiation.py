"""Which media type is answered: 406 when `Accept` admits none of those documented (RFC 9110, 12.5.1)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from accord.openapi.media_type import covers, essence, labels
from accord.runtime.errors import RequestRejected

_LONGEST_KEPT = 200  # bytes of an `Accept` that is remembered; browsers send half of it


class _Wish(NamedTuple):
    """One element of `Accept`."""

    name: str
    parameters: dict[str, str]
    weight: float


class _Documented(NamedTuple):
    """A media type or range that an operation answers."""

    written: str
    name: str
    parameters: dict[str, str]


def _wishes(accept: str) -> Iterator[_Wish]:
    for element in accept.split(","):
        found = labels(element)
        try:
            weight = float(found.pop("q", "1"))
        except ValueError:
            weight = 0.0
        yield _Wish(essence(element), found, weight if 0 <= weight <= 1 else 0.0)  # also what is not a number


def _rank(wish: _Wish, documented: _Documented) -> int:
    """How closely a wish names a documented media type; -1 if it does not. A parameter that is not documented is ignored."""
    if any(documented.parameters.get(key, value) != value for key, value in wish.parameters.items()):
        return -1
    same = len(wish.parameters.keys() & documented.parameters.keys())
    if wish.name == documented.name:
        return 3 + same
    # Something of a documented range, or a range that the documented type is of.
    if "*" in documented.name and re.fullmatch(r"[^*/]+/[^*/]+", wish.name) and covers(documented.name, wish.name):
        return 2
    if wish.name.endswith("/*") and covers(wish.name, documented.name):
        return 0 if wish.name == "*/*" else 1
    return 0 if wish.name.endswith("/*") and covers(documented.name, wish.name) else -1


def _quality(wishes: list[_Wish], documented: _Documented) -> tuple[float, int]:
    """The weight that `Accept` gives a documented media type, 0 or less if none, and how closely it is named.

    The most specific wish decides for one media type; a documented range is acceptable if anything of it is.
    """
    found = [(rank, wish.weight) for wish in wishes if (rank := _rank(wish, documented)) >= 0]
    if "*" in documented.name:
        return max(((weight, rank) for rank, weight in found), default=(0.0, -1))
    rank, weight = max(found, key=lambda one: one[0], default=(-1, 0.0))
    return weight, rank


class Negotiation:
    """Decides for the media types of one operation. Clients send few different values, so verdicts are remembered."""

    def __init__(self, media_types: Iterable[str]) -> None:
        self._media_types = [_Documented(name, essence(name), labels(name)) for name in media_types]
        self._first = self._media_types[0].written if self._media_types else ""
        self.several = len(self._media_types) > 1
        self._remembered = functools.lru_cache(maxsize=64)(self._decide)

    def _decide(self, accept: bytes) -> str | None:
        """The media type of the highest weight; among equals the one named most closely, then the one documented first."""
        text = accept.decode("latin-1").strip()
        if not text:
            return self._first
        wishes = list(_wishes(text))
        best = max(self._media_types, key=lambda documented: _quality(wishes, documented))
        return best.written if _quality(wishes, best)[0] > 0 else None

    def choose(self, accept: bytes | None) -> str:
        """The documented media type to answer; an operation without content accepts all.

        Raises:
            RequestRejected: 406.
        """
        if accept is None or accept == b"*/*" or not self._media_types:
            return self._first
        chosen = self._remembered(accept) if len(accept) <= _LONGEST_KEPT else self._decide(accept)
        if chosen is None:
            raise RequestRejected(406, f"Available media types: {', '.join(one.written for one in self._media_types)}.")
        return chosen
