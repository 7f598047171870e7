"""The schemas of a document as they are judged in one direction: `readOnly` and `writeOnly` as rules.

JSON Schema gives these keywords no force; OpenAPI does. A `readOnly` member is refused in requests and not required there, a
`writeOnly` one likewise in responses. A `discriminator` never changes what is valid, only how alternatives are looked through.
Formats get the shape that their RFC has, where the judge would take more.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Literal

from accord.document.document import Document, Node
from accord.document.pointer import Pointer, fragment, fragment_tokens, mappings
from accord.jsonschema.discriminator import BRANCHES, Switch, discriminates
from accord.jsonschema.formats import assertion

Direction = Literal["request", "response"]

Schema = dict[str, Any]

_KEYWORDS = {"request": "readOnly", "response": "writeOnly"}
_NEVER = {keyword: {"$comment": keyword} for keyword in _KEYWORDS.values()}
# What has no name of its own and may exist in one direction only: the items, the other members, one of the alternatives.
_ONE = ("items", "additionalProperties", "unevaluatedItems", "unevaluatedProperties")
_SEVERAL = ("prefixItems", "anyOf", "oneOf")
# Schemas inside a schema that speak of the same value.
_IN_PLACE = ("allOf", "anyOf", "oneOf", "then", "else", "dependentSchemas")


class Directed:
    """The schemas of one document in one direction; where no keyword has a direction, the document's own."""

    def __init__(self, document: Document, direction: Direction, *, telling: bool = False) -> None:
        self._keyword, self._telling = _KEYWORDS[direction], telling
        self._moved: dict[int, Schema] = {}  # by the schema in which they are written
        self.assumes = False  # whether schemas that `telling` reads otherwise are among them
        self.data: Any = document.data
        found = list(mappings(self.data))
        if any(schema.get(self._keyword) is True or discriminates(schema) or assertion(schema) for _, schema in found):
            self.data = copy.deepcopy(document.data)
            found_again = list(mappings(self.data))
            sent = {id(part) for _, parameter in found_again if _is_parameter(parameter) for _, part in mappings(parameter)}
            for _, schema in found_again:
                if id(schema) not in sent:
                    self._close_unnamed(schema)
                    self._close(schema)
            switches = [(pointer, schema, self._switch(pointer, schema)) for pointer, schema in mappings(self.data)]
            places = [_place(schema.get("$ref")) for _, schema in found]
            used = {place[:at] for place in places for at, step in enumerate(place) if step in BRANCHES}
            for pointer, schema, switch in switches:
                if switch is not None and tuple(map(str, pointer)) not in used:
                    # What a `$ref` names by its place stays there.
                    self._moved[id(schema)] = {keyword: schema.pop(keyword) for keyword in BRANCHES if keyword in schema}
                    schema["allOf"] = [*_listed(schema, "allOf"), switch]
                if rule := assertion(schema):
                    schema["allOf"] = [*_listed(schema, "allOf"), rule]

    def _switch(self, pointer: Pointer, schema: Schema) -> Schema | None:
        """What stands in the place of alternatives with a discriminator, if anything does."""
        if not discriminates(schema):
            return None
        switch = Switch(schema, self._composed, self._target)
        if self._telling and not switch.is_exact:
            self.assumes = True
            return switch.telling(fragment(pointer))
        return switch.narrowed()

    def at(self, pointer: Pointer) -> Any:  # noqa: ANN401 - any JSON value
        """What stands at a place."""
        value = self.data
        for key in pointer:
            if isinstance(value, list):
                value = value[int(key)]
            else:
                value = self._moved[id(value)][str(key)] if id(value) in self._moved and key in BRANCHES else value[key]
        return value

    def of(self, node: Node) -> Any:  # noqa: ANN401 - a schema may be a boolean
        """The schema of a node."""
        return self.at(node.pointer)

    def _target(self, schema: Any) -> Any:  # noqa: ANN401 - any JSON value
        """What the `$ref` of a schema leads to, None if it has none."""
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#"):
            return None
        return self.at(tuple(_place(reference)))

    def _composed(self, schema: Any) -> Iterator[Schema]:  # noqa: ANN401 - any JSON value
        """A schema and what it is composed of: its `$ref` and its `allOf`, however deep."""
        seen: set[int] = set()
        waiting = [schema]
        while waiting:
            part = waiting.pop()
            if isinstance(part, dict) and id(part) not in seen:
                seen.add(id(part))
                yield part
                waiting += [*reversed(_listed(part, "allOf")), self._target(part)]

    # --- members of the other direction

    def _is_hidden(self, member: Any) -> bool:  # noqa: ANN401 - a schema may be a boolean
        return any(said.get(self._keyword) is True for said in self._composed(member))

    def _forbidden(self) -> Schema:
        # The keyword stays, so that what includes this schema hides the name too; the comment tells the judge why.
        return {self._keyword: True, "not": _NEVER[self._keyword]}

    def _hidden(self, schema: Schema) -> set[str]:
        """The members that this direction does not have."""
        members = (named for part in self._composed(schema) for named in _named(part, "properties"))
        return {name for name, member in members if self._is_hidden(member)}

    def _close_unnamed(self, schema: Schema) -> None:
        for pattern, member in _named(schema, "patternProperties"):
            if self._is_hidden(member):
                schema["patternProperties"][pattern] = self._forbidden()
        for keyword in _ONE:
            if self._is_hidden(schema.get(keyword)):
                schema[keyword] = self._forbidden()
        for keyword in _SEVERAL:
            for index, part in enumerate(_listed(schema, keyword)):
                if self._is_hidden(part):
                    schema[keyword][index] = self._forbidden()

    def _close(self, schema: Schema) -> None:
        hidden = self._hidden(schema)
        if not hidden:
            return
        for part in _in_place(schema):
            if isinstance(required := part.get("required"), list):
                part["required"] = [name for name in required if name not in hidden]
            for name, required in _named(part, "dependentRequired"):
                part["dependentRequired"][name] = [other for other in required if other not in hidden]
        for name, _ in _named(schema, "properties"):
            if name in hidden:
                schema["properties"][name] = self._forbidden()


def _is_parameter(value: Schema) -> bool:
    """Whether this is a parameter, which is sent whatever its schema says: it has no answer to be left for."""
    return isinstance(value.get("name"), str) and value.get("in") in ("path", "query", "header", "cookie")


def _place(reference: object) -> tuple[str, ...]:
    """The steps of a `$ref`, none of what is no text."""
    return tuple(fragment_tokens(reference)) if isinstance(reference, str) else ()


def _in_place(schema: Schema) -> Iterator[Schema]:
    """A schema and those written inside it that speak of the same value."""
    yield schema
    for keyword in _IN_PLACE:
        inner = schema.get(keyword)
        parts = (
            inner if isinstance(inner, list) else list(inner.values()) if keyword == "dependentSchemas" and inner else [inner]
        )
        for part in parts:
            if isinstance(part, dict):
                yield from _in_place(part)


def _listed(schema: Schema, keyword: str) -> list[Any]:
    value = schema.get(keyword)
    return value if isinstance(value, list) else []


def _named(schema: Schema, keyword: str) -> list[tuple[str, Any]]:
    value = schema.get(keyword)
    return list(value.items()) if isinstance(value, dict) else []
