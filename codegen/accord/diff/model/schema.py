"""Schemas in normal form: `$ref`s, `allOf` and unions of one member are resolved, so how a schema is written does not matter.

The normal form is a conjunction: parts that must all be satisfied, the types and values that they allow, and the unions that
remain. A union whose branches differ only in their type (`anyOf: [X, {type: 'null'}]`) becomes a list of types, and a union of
constants an enum, because keywords apply only to values of their own type.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from accord.document.document import Node
from accord.jsonschema.equality import canonical_json
from accord.jsonschema.schema import ALTERNATIVES, MOST_COMBINATIONS, applied, subschemas
from accord.jsonschema.types import type_of, types_in

_ORDER = ("string", "number", "integer", "boolean", "object", "array", "null")
TYPES = frozenset({"null", "boolean", "object", "array", "string", "integer", "fraction"})

_COMBINATORS = {"$ref", "allOf", "anyOf", "oneOf"}
_ANNOTATIONS = {"title", "description", "example", "examples", "deprecated", "$comment", "default"}
# The keywords of a schema that only lists values, and those that do not validate a value themselves.
_ENUMERATION = {*_ANNOTATIONS, "type", "const", "enum", "nullable"}
_NO_ASSERTIONS = {*_ANNOTATIONS, *_COMBINATORS, "discriminator", "externalDocs", "xml", "$defs", "readOnly", "writeOnly"}


@dataclass(frozen=True, slots=True)
class Union:
    """A choice between schemas that could not be simplified."""

    kind: str
    node: Node
    branches: tuple[Schema, ...]


@dataclass(frozen=True, eq=False)
class Schema:
    """A value must satisfy all `parts`, each without its `$ref`, `allOf`, `anyOf` and `oneOf`.

    `types` splits numbers into integers and fractions; `values` are the allowed values by their JSON text, None for any;
    `names` are the components that it is defined as; `origin` is where it is written, `whole` if it is written only there.
    """

    parts: tuple[Node, ...] = ()
    types: frozenset[str] = TYPES
    values: dict[str, Node] | None = None
    unions: tuple[Union, ...] = ()
    names: frozenset[str] = frozenset()
    origin: Node | None = None
    whole: bool = False
    key: str = "any"

    @property
    def never(self) -> bool:
        """Whether no value is valid."""
        return not self.types or self.values == {}

    def nodes(self, keyword: str) -> list[Node]:
        """The places of a keyword, `$ref`s not followed."""
        return [part.raw_child(keyword) for part in self.parts if keyword in part.value]

    def flag(self, keyword: str) -> bool:
        """Whether a part has `keyword: true`."""
        return any(node.value is True for node in self.nodes(keyword))

    def place(self, *keywords: str) -> Node | None:
        """The first of the keywords that is written, else the schema."""
        found = next((nodes[0] for keyword in keywords if (nodes := self.nodes(keyword))), None)
        return found or self.origin or next(iter(self.parts), None)


ANY = Schema()
NEVER = Schema(types=frozenset(), key="never")


class Schemas:
    """The schemas of one document, each normalized once."""

    def __init__(self) -> None:
        self._read: dict[tuple[Any, ...], Schema] = {}
        self._joined: dict[tuple[str, str], Schema] = {}
        self._reading: set[tuple[Any, ...]] = set()

    def of(self, node: Node | None) -> Schema:
        """The normal form of a schema; one that contains itself without a property in between allows any value there."""
        if node is None or node.value is True or not isinstance(node.value, dict | bool):
            return ANY
        if node.value is False:
            return replace(NEVER, origin=node, key="/".join(map(str, node.pointer)))
        if node.pointer in self._reading:
            return ANY
        if node.pointer not in self._read:
            self._reading.add(node.pointer)
            self._read[node.pointer] = self._normalized(node)
            self._reading.discard(node.pointer)
        return self._read[node.pointer]

    def all_of(self, nodes: list[Node]) -> Schema:
        """The intersection of schemas."""
        whole = ANY
        for node in nodes:
            whole = self.both(whole, self.of(node))
        return whole

    def both(self, one: Schema, other: Schema) -> Schema:
        """The intersection of two schemas."""
        if one.key == "any" or one is other:
            return other
        if other.key == "any":
            return one
        key = (one.key, other.key)
        if key not in self._joined:
            values = one.values if other.values is None else other.values
            if one.values is not None and other.values is not None:
                values = {text: node for text, node in one.values.items() if text in other.values}
            self._joined[key] = Schema(
                _each_once((*one.parts, *other.parts)),
                one.types & other.types,
                values,
                (*one.unions, *other.unions),
                one.names | other.names,
                one.origin or other.origin,
                key=f"({one.key}&{other.key})",
            )
        return self._joined[key]

    def _normalized(self, node: Node) -> Schema:
        value = node.value
        whole = _own_keywords(node) if set(value) - _COMBINATORS else ANY
        for part in applied(node):
            whole = self.both(whole, self.of(part))
        for key in ALTERNATIVES:
            if branches := subschemas(node, key):
                whole = self.both(whole, self._union(key, node.raw_child(key), [self.of(branch) for branch in branches]))
        if set(value) == {"$ref"}:
            return replace(
                whole, origin=node
            )  # the key stays that of its target, which is compared once however often it is used
        names = {str(node.pointer[-1])} if "schemas" in node.pointer[-2:-1] else set()
        key = "/".join(map(str, node.pointer))
        return replace(whole, names=whole.names | names, origin=node, whole=True, key=key)

    def _union(self, kind: str, node: Node, branches: list[Schema]) -> Schema:
        possible = [branch for branch in branches if not branch.never]
        if not possible:
            return NEVER
        if len(possible) == 1:
            return possible[0]
        parts = _each_once(part for branch in possible for part in branch.parts)
        types = frozenset().union(*(branch.types for branch in possible))
        key = "|".join(["/".join(map(str, node.pointer)), *(branch.key for branch in possible)])
        if not any(branch.unions for branch in possible):
            values = [found for branch in possible if (found := _values(branch)) is not None]
            if len(values) == len(possible) and all(map(_is_enumeration, possible)):
                return Schema(parts, types, {text: at for found in reversed(values) for text, at in found.items()}, key=key)
            disjoint = sum(len(branch.types) for branch in possible) == len(types)
            others = [branch for branch in possible if branch.types != {"null"}]
            if disjoint and not any(branch.values is not None or _has_untyped_keywords(branch) for branch in others):
                return Schema(parts, types, None, key=key)
        return Schema(unions=(Union(kind, node, tuple(possible)),), types=types, key=key)


def alternatives(schemas: Schemas, schema: Schema) -> list[Schema]:
    """The schemas without unions of which a value must satisfy one, with the names of the branches.

    Beyond `MOST_COMBINATIONS` each branch is taken alone, as if the other unions were not there.
    """
    if not schema.unions:
        return [schema]
    if len(schema.unions) == 1 and all(set(part.value) <= _NO_ASSERTIONS for part in schema.parts):
        return [leaf for branch in schema.unions[0].branches for leaf in alternatives(schemas, branch) if not leaf.never] or [
            NEVER
        ]
    base = replace(schema, unions=(), names=frozenset(), whole=False, key=f"{schema.key}~")
    leaves = [[leaf for branch in union.branches for leaf in alternatives(schemas, branch)] for union in schema.unions]
    if math.prod(map(len, leaves)) > MOST_COMBINATIONS:
        combinations: Iterable[tuple[Schema, ...]] = ((leaf,) for each in leaves for leaf in each)
    else:
        combinations = itertools.product(*leaves)
    choices = [replace(functools.reduce(schemas.both, those, base), origin=those[-1].origin) for those in combinations]
    return [choice for choice in choices if not choice.never] or [NEVER]


def type_names(types: frozenset[str]) -> str:
    """Types as they are written in a document."""
    names = {"number" if name == "fraction" else name for name in types}
    if "fraction" in types:
        names.discard("integer")
    return "any" if types == TYPES else " | ".join(name for name in _ORDER if name in names) or "none"


def _each_once(parts: Iterable[Node]) -> tuple[Node, ...]:
    return tuple({part.pointer: part for part in parts}.values())


def _own_keywords(node: Node) -> Schema:
    value = node.value
    types = TYPES
    if "type" in value:
        named = set(types_in(value))
        types = frozenset(named - {"number"} | ({"integer", "fraction"} if "number" in named else set()))
        if value.get("nullable") is True:
            types |= {"null"}
    values: dict[str, Node] | None = None
    if isinstance(value.get("enum"), list):
        holder = node.raw_child("enum")
        values = {canonical_json(item): holder.raw_child(index) for index, item in enumerate(value["enum"])}
    if "const" in value:
        text = canonical_json(value["const"])
        values = {text: node.raw_child("const")} if values is None or text in values else {}
    if values is not None:
        values = {text: at for text, at in values.items() if _kind(at.value) in types}
        types &= {_kind(at.value) for at in values.values()}
        if types <= {"boolean", "null"} and len(values) == len(types) + ("boolean" in types):
            values = None  # every value of these types
    return Schema((node,), types, values, key="/".join(map(str, node.pointer)) + "!")


def _kind(value: Any) -> str:  # noqa: ANN401 - any JSON value
    kind = type_of(value)
    return kind if kind != "number" else "integer" if value.is_integer() else "fraction"


def _values(schema: Schema) -> dict[str, Node] | None:
    if schema.types == {"null"} and schema.parts:
        return {"null": schema.parts[0]}
    return schema.values


def _is_enumeration(schema: Schema) -> bool:
    """Whether it only lists values."""
    return all(set(part.value) - _COMBINATORS <= _ENUMERATION for part in schema.parts)


def _has_untyped_keywords(schema: Schema) -> bool:
    """Whether it has keywords that apply to values of every type."""
    keywords = {"not", "if", "then", "else", "default", "discriminator", "readOnly", "writeOnly"}
    return any(keywords & set(part.value) for part in schema.parts)
