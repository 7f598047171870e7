"""Values of a schema, valid by construction and always the same: what a mock answers without an example."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from accord.document.document import DocumentError, Node
from accord.jsonschema.equality import canonical_json
from accord.jsonschema.read_write_only import Direction
from accord.jsonschema.sampling.arrays import arrays
from accord.jsonschema.sampling.constraints import Flat
from accord.jsonschema.sampling.generator import Budget, Judges, Maker, Writers
from accord.jsonschema.sampling.numbers import numbers
from accord.jsonschema.sampling.objects import objects
from accord.jsonschema.sampling.strings import texts

_DEPTHS = 4  # how often a schema may stand in itself, where it may not end sooner


class NoValue(DocumentError):
    """No value of a schema was found; the text begins with `file:line:`."""


class Sampler:
    """The values of schemas in one direction: requests have no `readOnly` members, responses no `writeOnly` ones."""

    def __init__(self, direction: Direction) -> None:
        self._judges = Judges(direction)

    def value(self, schema: Node) -> Any:  # noqa: ANN401 - any JSON value
        """The schema's own example, default or constant if the judge accepts it, else one that is built with all its members.

        Raises:
            NoValue: nothing that was tried is accepted.
        """
        for value in self.variants(schema):
            return value
        raise NoValue(f"{schema.where}: no value was found that this schema accepts: write an `example`, or correct it")

    def variants(self, schema: Node, most: int | None = None) -> Iterator[Any]:
        """Distinct valid values, the one of `value` first."""
        return itertools.islice(self._variants(schema), most)

    def _variants(self, schema: Node) -> Iterator[Any]:
        seen: set[str] = set()
        for depth in range(_DEPTHS):
            try:
                for value in Maker(self._judges, _WRITERS, depth).values((schema,)):
                    if (key := canonical_json(value)) not in seen:
                        seen.add(key)
                        yield value
            except Budget:
                continue


def _strings(flat: Flat, _: Maker) -> Iterator[str]:
    formats, patterns = list(flat.having("format")), list(flat.having("pattern"))
    if any(encoding in ("base64", "base64url") for encoding in flat.having("contentEncoding")):
        formats.append("byte")
    elif any(media == "application/json" for media in flat.having("contentMediaType")):
        formats.append("json")
    return texts(formats, patterns, flat.largest("minLength", 0), flat.smallest("maxLength"))


_WRITERS: Writers = {
    "object": objects,
    "array": arrays,
    "string": _strings,
    "integer": lambda flat, _: numbers(flat, integral=True),
    "number": lambda flat, _: numbers(flat, integral=False),
    "boolean": lambda _flat, _: iter((True, False)),
    "null": lambda _flat, _: iter((None,)),
}
