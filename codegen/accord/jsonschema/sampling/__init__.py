"""Sample values of a schema, valid and always the same: for mock responses without an example."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from accord.document.document import DocumentError, Node
from accord.jsonschema.equality import canonical_json
from accord.jsonschema.read_write_only import Direction
from accord.jsonschema.sampling.arrays import arrays
from accord.jsonschema.sampling.constraints import Conjunction
from accord.jsonschema.sampling.generator import BudgetExceeded, Generator, Generators, Validators
from accord.jsonschema.sampling.numbers import numbers
from accord.jsonschema.sampling.objects import objects
from accord.jsonschema.sampling.strings import texts

_DEPTHS = 4  # how often a schema may be nested in itself, if no shallower value is found


class NoValue(DocumentError):
    """No valid value of a schema was found; the text begins with `file:line:`."""


class Sampler:
    """Samples schemas in one direction: requests without `readOnly` members, responses without `writeOnly` members."""

    def __init__(self, direction: Direction) -> None:
        self._validators = Validators(direction)

    def value(self, schema: Node) -> Any:  # noqa: ANN401 - any JSON value
        """The schema's own example, default or constant if it is valid, else a generated value with all members.

        Raises:
            NoValue: no candidate is valid.
        """
        for value in self.variants(schema):
            return value
        raise NoValue(f"{schema.where}: no valid value was found for this schema: write an `example`, or correct it")

    def variants(self, schema: Node, most: int | None = None) -> Iterator[Any]:
        """Distinct valid values, the one of `value` first."""
        return itertools.islice(self._variants(schema), most)

    def _variants(self, schema: Node) -> Iterator[Any]:
        seen: set[str] = set()
        for depth in range(_DEPTHS):
            try:
                for value in Generator(self._validators, _GENERATORS, depth).values((schema,)):
                    if (key := canonical_json(value)) not in seen:
                        seen.add(key)
                        yield value
            except BudgetExceeded:
                continue


def _strings(conjunction: Conjunction, _: Generator) -> Iterator[str]:
    formats, patterns = list(conjunction.having("format")), list(conjunction.having("pattern"))
    if any(encoding in ("base64", "base64url") for encoding in conjunction.having("contentEncoding")):
        formats.append("byte")
    elif any(media == "application/json" for media in conjunction.having("contentMediaType")):
        formats.append("json")
    return texts(formats, patterns, conjunction.largest("minLength", 0), conjunction.smallest("maxLength"))


_GENERATORS: Generators = {
    "object": objects,
    "array": arrays,
    "string": _strings,
    "integer": lambda conjunction, _: numbers(conjunction, integral=True),
    "number": lambda conjunction, _: numbers(conjunction, integral=False),
    "boolean": lambda _conjunction, _: iter((True, False)),
    "null": lambda _conjunction, _: iter((None,)),
}
