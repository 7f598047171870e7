"""What a schema says down to a depth, as a number: for finding its partner, whatever it is called and wherever it stands.

Two schemas with one fingerprint may differ farther below. So it only decides what is compared with what, never what is equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accord.diff.model.schema import Schema, Schemas
from accord.jsonschema.equality import canonical_json

_DEPTH = 3
_ONE = {"additionalProperties", "unevaluatedProperties", "propertyNames", "contains", "not", "if", "then", "else", "items"}
_MANY = {"properties", "patternProperties", "dependentSchemas"}
_LEFT_OUT = {
    *("title", "description", "example", "examples", "externalDocs", "xml", "$comment", "deprecated", "discriminator"),
    *("$ref", "allOf", "anyOf", "oneOf", "$defs", "type", "nullable", "const", "enum"),
}


class Fingerprints:
    """The fingerprints of the schemas of one document."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._known: dict[tuple[str, int], int] = {}

    def of(self, schema: Schema, depth: int = _DEPTH) -> int:
        """The same for all schemas that say the same, down to so many schemas within schemas."""
        if depth == 0:
            return 0
        key = (schema.key, depth)
        if key not in self._known:
            values = frozenset(schema.values) if schema.values is not None else None
            unions = frozenset(frozenset(self.of(branch, depth) for branch in union.branches) for union in schema.unions)
            self._known[key] = hash((schema.types, values, unions, frozenset(self._keywords(schema, depth - 1))))
        return self._known[key]

    def _keywords(self, schema: Schema, depth: int) -> Iterator[tuple[Any, ...]]:
        for part in schema.parts:
            for keyword, value in part.value.items():
                if keyword in _LEFT_OUT or keyword.startswith("x-"):
                    continue
                node = part.raw_child(keyword)
                if keyword in _ONE:
                    yield keyword, self.of(self._schemas.of(node), depth)
                elif keyword in _MANY and isinstance(value, dict):
                    yield from ((keyword, name, self.of(self._schemas.of(node.raw_child(name)), depth)) for name in value)
                elif keyword == "prefixItems" and isinstance(value, list):
                    places = range(len(value))
                    yield from ((keyword, place, self.of(self._schemas.of(node.raw_child(place)), depth)) for place in places)
                elif keyword == "required" and isinstance(value, list):
                    yield from ((keyword, str(name)) for name in value)
                else:
                    yield keyword, canonical_json(value)
