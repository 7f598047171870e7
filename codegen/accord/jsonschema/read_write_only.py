"""The schemas of a document for one direction, request or response: `readOnly` and `writeOnly` become rules.

These keywords are annotations in JSON Schema, but not in OpenAPI: a `readOnly` member is rejected in requests and not required
there, a `writeOnly` member likewise in responses. A `discriminator` does not change what is valid, only how alternatives are
evaluated. Formats get the patterns of their RFCs where the validator accepts more.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Literal

from accord.document.document import Document, Node
from accord.document.pointer import copied, fragment, fragment_tokens, mappings
from accord.jsonschema.discriminator import Switch, discriminates
from accord.jsonschema.formats import assertion
from accord.jsonschema.schema import ALTERNATIVES, applied, is_marked, properties, subschemas

Direction = Literal["request", "response"]

Schema = dict[str, Any]

HIDDEN = {"request": "readOnly", "response": "writeOnly"}
_NEVER = {keyword: {"$comment": keyword} for keyword in HIDDEN.values()}
# Keywords whose schemas may exist in one direction only: items, unnamed members, alternatives.
_ONE = ("items", "additionalProperties", "unevaluatedItems", "unevaluatedProperties")
_SEVERAL = ("prefixItems", "anyOf", "oneOf", "patternProperties")
# Keywords whose schemas apply to the same value.
_IN_PLACE = ("allOf", "anyOf", "oneOf", "then", "else", "dependentSchemas")


class Directed:
    """The schemas of one document in one direction: those of the document itself unless something must change."""

    def __init__(self, document: Document, direction: Direction, *, explaining: bool = False) -> None:
        self._keyword, self._explaining = HIDDEN[direction], explaining
        self._moved: dict[int, Schema] = {}  # alternatives that were replaced, by the schema that had them
        self.assumes = False  # whether `explaining` changed a schema
        self.data: Any = document.data
        found = list(mappings(self.data))
        hides = any(schema.get(self._keyword) is True for _, schema in found)
        if not hides and not any(discriminates(schema) or assertion(schema) for _, schema in found):
            return
        original, self.data = self.data, copied(self.data)
        document = document.with_data(self.data)
        if hides:
            found_again = [Node(document, pointer, schema) for pointer, schema in mappings(self.data)]
            sent = {id(part) for one in found_again if _is_parameter(one.value) for _, part in mappings(one.value)}
            closed = [schema for schema in found_again if id(schema.value) not in sent]
            for schema in closed:
                self._close_unnamed(schema)
            hidden = self._hidden(found_again)
            for schema in closed:
                self._close(schema, hidden.get(id(schema.value), set()))
        document = document.with_data(self.data)  # which has changed
        switches = [(one, self._switch(one)) for one in (Node(document, *place) for place in mappings(self.data))]
        references = {schema["$ref"] for _, schema in found if isinstance(schema.get("$ref"), str)}
        places = map(fragment_tokens, references)
        used = {tuple(place[:at]) for place in places for at, step in enumerate(place) if step in ALTERNATIVES}
        for schema, switch in switches:
            value = schema.value
            if switch is not None and tuple(map(str, schema.pointer)) not in used:
                # Alternatives that a `$ref` leads to by their place are not moved.
                self._moved[id(value)] = {keyword: value.pop(keyword) for keyword in ALTERNATIVES if keyword in value}
                value["allOf"] = [*value.get("allOf", ()), switch]
            if rule := assertion(value):
                value["allOf"] = [*value.get("allOf", ()), rule]
        self.data = _shared(self.data, original)

    def _switch(self, schema: Node) -> Schema | None:
        """The schema that replaces alternatives with a discriminator, or None."""
        if not discriminates(schema.value):
            return None
        switch = Switch(schema)
        if self._explaining and not switch.is_exact:
            self.assumes = True
            return switch.explaining(fragment(schema.pointer))
        return switch.narrowed()

    def of(self, node: Node) -> Any:  # noqa: ANN401 - a schema may be a boolean
        """The schema of a node."""
        value = self.data
        for key in node.pointer:
            if isinstance(value, list):
                value = value[int(key)]
            else:
                value = self._moved[id(value)][str(key)] if id(value) in self._moved and key in ALTERNATIVES else value[key]
        return value

    # --- members of the other direction only

    def _forbidden(self) -> Schema:
        # The keyword stays, so that schemas that include this one hide the name too; the comment is for the message.
        return {self._keyword: True, "not": _NEVER[self._keyword]}

    def _close_unnamed(self, schema: Node) -> None:
        for keyword in (*_ONE, *_SEVERAL):
            for part in subschemas(schema, keyword):
                if is_marked(self._keyword, part):
                    holder: Any = schema.value if keyword in _ONE else schema.value[keyword]
                    holder[part.pointer[-1]] = self._forbidden()

    def _hidden(self, schemas: list[Node]) -> dict[int, set[str]]:
        """The members that each schema, or one that it includes, hides; by the identity of the schema."""
        hidden: dict[int, set[str]] = defaultdict(set)
        including: dict[int, list[int]] = defaultdict(list)
        waiting: list[tuple[int, set[str]]] = []
        for schema in schemas:
            for part in applied(schema):
                including[id(part.value)].append(id(schema.value))
            own = properties(schema).items()
            waiting.append((id(schema.value), {name for name, found in own if is_marked(self._keyword, *found)}))
        while waiting:
            where, names = waiting.pop()
            if new := names - hidden[where]:
                hidden[where] |= new
                waiting += [(one, new) for one in including[where]]
        return hidden

    def _close(self, schema: Node, hidden: set[str]) -> None:
        if not hidden:
            return
        for part in _in_place(schema):
            if isinstance(required := part.get("required"), list):
                part["required"] = [name for name in required if name not in hidden]
            if isinstance(dependent := part.get("dependentRequired"), dict):
                part["dependentRequired"] = {
                    name: [one for one in rest if one not in hidden] for name, rest in dependent.items()
                }
        for name in hidden & properties(schema).keys():
            schema.value["properties"][name] = self._forbidden()


def _shared(changed: Any, original: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A changed copy of a value, with the parts of the original that did not change, so that memory has them once."""
    if isinstance(changed, dict) and isinstance(original, dict):
        is_same = list(changed) == list(original)
        for key, value in changed.items():
            if value is not (old := original.get(key)):
                changed[key] = _shared(value, old)
                is_same = is_same and changed[key] is old
    elif isinstance(changed, list) and isinstance(original, list):
        changed[: len(original)] = map(_shared, changed, original)
        is_same = len(changed) == len(original) and all(map(operator.is_, changed, original))
    else:
        is_same = changed is original  # a copy has the same strings and numbers
    return original if is_same else changed


def _is_parameter(value: Schema) -> bool:
    """Whether this is a parameter, which exists in requests only, so that `readOnly` does not hide it."""
    return isinstance(value.get("name"), str) and value.get("in") in ("path", "query", "header", "cookie")


def _in_place(schema: Node) -> Iterator[Schema]:
    """A schema and those written inside it that apply to the same value."""
    if isinstance(schema.value, dict):
        yield schema.value
        for part in subschemas(schema, *_IN_PLACE):
            yield from _in_place(part)
