"""`default`: the meaning of an omitted value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from accord.diff.findings import Bump, Change, Location
from accord.diff.model.walk import Pair
from accord.document.document import Node
from accord.jsonschema.equality import canonical_json

_BREAKS = {
    "request": "clients that omit it",
    "response": "clients that fill in omitted values",
}


def default(pair: Pair, old: Sequence[Node], new: Sequence[Node], *, optional: bool) -> Iterator[Change]:
    """A changed or removed default is major, it changes the meaning of existing requests; a new one is minor.

    A default of a value that cannot be omitted never applies: patch.
    """
    before, after = [canonical_json(node.value) for node in old], [canonical_json(node.value) for node in new]
    if before == after:
        return
    location = Location.of(new[0]) if new else Location.of(old[0], old=True)
    bump = (Bump.MAJOR if old else Bump.MINOR) if optional else Bump.PATCH
    what = f"default {', '.join(before) or 'none'} -> {', '.join(after) or 'none'}"
    yield pair.change_of(bump, what, location, _BREAKS[pair.direction])
