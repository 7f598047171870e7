"""Which media type is answered: 406 when `Accept` admits none of those documented (RFC 9110, 12.5.1)."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from app.engine.problems import Refusal

_LONGEST_KEPT = 200  # bytes of an `Accept` that is remembered; browsers send half of it


def _quality(accept: str, media_type: str) -> float:
    """The weight that an `Accept` value gives a media type; the most specific range decides, 0 refuses."""
    best, weight = -1, 0.0
    group = media_type.partition("/")[0]
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        rank = {media_type: 2, f"{group}/*": 1, "*/*": 0}.get(name, -1)
        if rank <= best:
            continue
        best, weight = rank, 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
    return weight


class Negotiation:
    """Decides for the media types of one operation. Clients send few different values, so verdicts are remembered."""

    def __init__(self, media_types: Iterable[str]) -> None:
        self._media_types = tuple(media_types)
        self._allowed = functools.lru_cache(maxsize=64)(self._decide)

    def _decide(self, accept: bytes) -> bool:
        text = accept.decode("latin-1").strip()
        return not text or any(_quality(text, media_type) > 0 for media_type in self._media_types)

    def check(self, accept: bytes | None) -> None:
        """Refuse with 406 unless a documented media type is acceptable; an operation without content accepts all."""
        if accept is None or accept == b"*/*" or not self._media_types:
            return
        if self._allowed(accept) if len(accept) <= _LONGEST_KEPT else self._decide(accept):
            return
        raise Refusal(406, f"This operation answers {', '.join(self._media_types)}.")
