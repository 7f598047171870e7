"""`default`: what a value means that is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from accord.diff.findings import Change, Place, Rating
from accord.diff.model.walk import Pair
from accord.document.document import Node
from accord.jsonschema.equality import canonical_json

_BREAKS = {
    "request": "clients that leave it out",
    "response": "clients that fill in what is left out",
}


def default(pair: Pair, old: Sequence[Node], new: Sequence[Node], *, omitted: bool) -> Iterator[Change]:
    """A changed or removed default changes the meaning of requests that stay the same: major.

    A new one says what was left open: minor. Where the value cannot be left out (`omitted` is false), it is only a word.
    """
    before, after = [canonical_json(node.value) for node in old], [canonical_json(node.value) for node in new]
    if before == after:
        return
    place = Place.of(new[0]) if new else Place.of(old[0], old=True)
    rating = (Rating.MAJOR if old else Rating.MINOR) if omitted else Rating.PATCH
    breaks = _BREAKS[pair.direction] if rating is Rating.MAJOR else ""
    yield pair.rated(rating, f"default {', '.join(before) or 'none'} -> {', '.join(after) or 'none'}", place, breaks)
