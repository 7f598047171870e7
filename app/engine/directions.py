"""The schemas of a document as they are judged in one direction: `readOnly`, `writeOnly` and `discriminator` as rules.

JSON Schema gives these keywords no force; OpenAPI does. A `readOnly` member is refused in requests and not required there, a
`writeOnly` one likewise in responses. The value of a `discriminator` must name an alternative, which the rest must fit. Formats
get the shape that their RFC has, where the judge would take more.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Literal

from app.engine.document import Document, Node
from app.engine.text import Pointer, mappings, unescaped

Direction = Literal["request", "response"]

Schema = dict[str, Any]

# Where the judge takes more than the RFC: signs and dots among the digits, and an address after a name (`A <a@b.de>`).
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
_ADDRESS = "[^>]$"
SHAPES = {
    "date": f"^{_DATE}$",
    "time": f"^{_TIME}$",
    "date-time": f"^{_DATE}[Tt]{_TIME}$",
    "email": _ADDRESS,
    "idn-email": _ADDRESS,
}

# The OpenAPI format registry: signed integers of so many bits.
WIDTHS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}

_KEYWORDS = {"request": "readOnly", "response": "writeOnly"}
_NEVER = {keyword: {"$comment": keyword} for keyword in _KEYWORDS.values()}
# What has no name of its own and may exist in one direction only: the items, the other members, one of the alternatives.
_ONE = ("items", "additionalProperties", "unevaluatedItems", "unevaluatedProperties")
_SEVERAL = ("prefixItems", "anyOf", "oneOf")
# Schemas inside a schema that speak of the same value.
_BRANCHES = ("oneOf", "anyOf")
_IN_PLACE = ("allOf", "anyOf", "oneOf", "then", "else", "dependentSchemas")


class Directed:
    """The schemas of one document in one direction; where no keyword has a direction, the document's own."""

    def __init__(self, document: Document, direction: Direction) -> None:
        self._keyword = _KEYWORDS[direction]
        self._moved: dict[int, Schema] = {}  # by the schema in which they are written
        self.data: Any = document.data
        found = list(mappings(self.data))
        if any(schema.get(self._keyword) is True or _alternatives(schema) or _asserted(schema) for _, schema in found):
            self.data = copy.deepcopy(document.data)
            for _, schema in list(mappings(self.data)):
                self._close_unnamed(schema)
                self._close(schema)
            rules = [(pointer, schema, self._rules(schema)) for pointer, schema in mappings(self.data)]
            places = [_place(schema.get("$ref")) for _, schema in found]
            used = {place[:at] for place in places for at, step in enumerate(place) if step in _BRANCHES}
            for pointer, schema, said in rules:
                if said:
                    self._discriminate(schema, said, movable=tuple(map(str, pointer)) not in used)
                if rule := _asserted(schema):
                    schema["allOf"] = [*_listed(schema, "allOf"), rule]

    def at(self, pointer: Pointer) -> Any:  # noqa: ANN401 - any JSON value
        """What stands at a place."""
        value = self.data
        for key in pointer:
            if isinstance(value, list):
                value = value[int(key)]
            else:
                value = self._moved[id(value)][str(key)] if id(value) in self._moved and key in _BRANCHES else value[key]
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

    # --- alternatives by name

    def _rules(self, schema: Schema) -> list[Schema]:
        """What a discriminator demands: the named alternative fits, and, if every alternative has a name, one is named."""
        alternatives = _alternatives(schema)
        if not alternatives:
            return []
        name = schema["discriminator"]["propertyName"]
        values = [self._tags(schema["discriminator"], name, alternative) for alternative in alternatives]
        rules: list[Schema] = [
            {
                "if": {"type": "object", "properties": {name: {"enum": tags}}, "required": [name]},
                "then": {"$ref": alternative["$ref"]},
            }
            for alternative, tags in zip(alternatives, values, strict=True)
            if tags and "$ref" in alternative
        ]
        if all(values):
            known = [value for tags in values for value in tags]
            rules.append({"if": {"type": "object"}, "then": {"required": [name], "properties": {name: {"enum": known}}}})
        return rules

    def _discriminate(self, schema: Schema, rules: list[Schema], *, movable: bool) -> None:
        """Let the rules speak first, so that a client hears only of the alternative that it has named.

        Alternatives that a `$ref` names by their place stay there.
        """
        schema["allOf"] = [*_listed(schema, "allOf"), *rules]
        if movable:
            said = self._moved[id(schema)] = {keyword: schema.pop(keyword) for keyword in _BRANCHES if keyword in schema}
            schema["allOf"].append({"if": {"allOf": rules}, "then": said})

    def _tags(self, discriminator: Schema, name: str, alternative: Schema) -> list[Any]:
        """The values that stand for an alternative: those mapped to it, else those its own member admits, else its name.

        None at all if nobody can tell, as of alternatives that have alternatives themselves.
        """
        target = self._target(alternative)
        mapped = [
            value
            for value, reference in discriminator.get("mapping", {}).items()
            if self._target({"$ref": reference if "/" in reference else f"#/components/schemas/{reference}"}) is target
        ]
        if mapped and target is not None:
            return mapped
        for part in self._composed(alternative):
            member: Any = dict(_named(part, "properties")).get(name, {})
            for said in self._composed(member):
                if "const" in said:
                    return [said["const"]]
                if "enum" in said:
                    return list(said["enum"])
        if target is None or any(_listed(part, "oneOf") or _listed(part, "anyOf") for part in self._composed(target)):
            return []
        return [unescaped(alternative["$ref"].rpartition("/")[2])]


def _place(reference: object) -> tuple[str, ...]:
    """The steps of a `$ref`, none of what is no text."""
    return tuple(map(unescaped, reference.split("/")[1:])) if isinstance(reference, str) else ()


def _asserted(schema: Schema) -> Schema:
    """What its format demands and the judge would not ask for: a shape of texts, a width of integers."""
    name = schema.get("format")
    if not isinstance(name, str):
        return {}
    if name in SHAPES:
        return {"pattern": SHAPES[name]}
    low, high = WIDTHS.get(name, (None, None))
    rule: Schema = {}
    if low is not None and schema.get("minimum", low - 1) < low:
        rule["minimum"] = low
    if high is not None and schema.get("maximum", high + 1) > high:
        rule["maximum"] = high
    return rule


def _alternatives(schema: Schema) -> list[Schema]:
    """The alternatives among which a discriminator decides; one without `oneOf` or `anyOf` decides nothing."""
    discriminator = schema.get("discriminator")
    if not isinstance(discriminator, dict) or not isinstance(discriminator.get("propertyName"), str):
        return []
    listed = [one for keyword in _BRANCHES for one in _listed(schema, keyword)]
    return [
        one for one in listed if isinstance(one, dict) and one.get("type") != "null" and one.get("not") not in _NEVER.values()
    ]


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
