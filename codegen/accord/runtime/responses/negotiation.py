"""Content negotiation: the media type of the response, or 406 if `Accept` matches none (RFC 9110 12.5.1)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from accord.errors import RequestRejected
from accord.openapi.media_type import covers, essence, labels

_MAX_CACHED_LENGTH = 200  # bytes of an `Accept` that is cached; browsers send half of that


class _AcceptRange(NamedTuple):
    """One element of `Accept`."""

    name: str
    parameters: dict[str, str]
    weight: float


class _Documented(NamedTuple):
    """A documented media type or range."""

    text: str
    name: str
    parameters: dict[str, str]


def _accept_ranges(accept: str) -> Iterator[_AcceptRange]:
    for element in accept.split(","):
        found = labels(element)
        try:
            weight = float(found.pop("q", "1"))
        except ValueError:
            weight = 0.0
        yield _AcceptRange(essence(element), found, weight if 0 <= weight <= 1 else 0.0)  # also excludes NaN


def _rank(accepted: _AcceptRange, documented: _Documented) -> int:
    """How specifically an element of `Accept` matches a media type; -1 if not. Undocumented parameters are ignored."""
    if any(documented.parameters.get(key, value) != value for key, value in accepted.parameters.items()):
        return -1
    same = len(accepted.parameters.keys() & documented.parameters.keys())
    if accepted.name == documented.name:
        return 3 + same
    # A type within a documented range, or a range that contains the documented type.
    if "*" in documented.name and re.fullmatch(r"[^*/]+/[^*/]+", accepted.name) and covers(documented.name, accepted.name):
        return 2
    if accepted.name.endswith("/*") and covers(accepted.name, documented.name):
        return 0 if accepted.name == "*/*" else 1
    return 0 if accepted.name.endswith("/*") and covers(documented.name, accepted.name) else -1


def _quality(ranges: list[_AcceptRange], documented: _Documented) -> tuple[float, int]:
    """The weight of a documented media type (0 if it is not acceptable), and how specifically it is matched.

    The most specific element decides for a media type; a documented range is acceptable if anything within it is.
    """
    found = [(rank, accepted.weight) for accepted in ranges if (rank := _rank(accepted, documented)) >= 0]
    if "*" in documented.name:
        return max(((weight, rank) for rank, weight in found), default=(0.0, -1))
    rank, weight = max(found, key=lambda one: one[0], default=(-1, 0.0))
    return weight, rank


class Negotiation:
    """Chooses among the media types of one operation. Clients send few different `Accept` headers, so results are cached."""

    def __init__(self, media_types: Iterable[str]) -> None:
        self._media_types = [_Documented(name, essence(name), labels(name)) for name in media_types]
        self._first = self._media_types[0].text if self._media_types else ""
        self.has_choice = len(self._media_types) > 1
        self._cached = functools.lru_cache(maxsize=64)(self._decide)

    def _decide(self, accept: bytes) -> str | None:
        """The media type of the highest weight; of several the most specifically matched, then the first documented one."""
        text = accept.decode("latin-1").strip()
        if not text:
            return self._first
        ranges = list(_accept_ranges(text))
        best = max(self._media_types, key=lambda documented: _quality(ranges, documented))
        return best.text if _quality(ranges, best)[0] > 0 else None

    def choose(self, accept: bytes | None) -> str:
        """The documented media type of the response; an operation without content accepts any `Accept`.

        Raises:
            RequestRejected: 406.
        """
        if accept is None or accept == b"*/*" or not self._media_types:
            return self._first
        chosen = self._cached(accept) if len(accept) <= _MAX_CACHED_LENGTH else self._decide(accept)
        if chosen is None:
            raise RequestRejected(406, f"Available media types: {', '.join(one.text for one in self._media_types)}.")
        return chosen
