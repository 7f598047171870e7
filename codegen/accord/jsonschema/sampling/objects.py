"""Sample objects: first with every member, then with fewer, then with other values."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from accord.document.document import Node
from accord.jsonschema.discriminator import mapped_schemas, property_name
from accord.jsonschema.regex.parser import PatternError
from accord.jsonschema.regex.sampler import samples
from accord.jsonschema.sampling.constraints import Conjunction, Constraints, synthetic
from accord.jsonschema.sampling.generator import Generator, Lazy
from accord.jsonschema.schema import ALTERNATIVES, member_schemas, properties, subschemas

_MOST_MEMBERS = 2000


class _Members:
    """The constraints on the members of one object."""

    def __init__(self, conjunction: Conjunction, generator: Generator) -> None:
        self.conjunction, self.generator = conjunction, generator
        described = properties(*conjunction.nodes)
        hidden = {name for name, found in described.items() if generator.hides(found)}
        forbidden = {name for negated in conjunction.having("not") for name in _only_required(negated)}
        self.required = [
            name for name in dict.fromkeys(itertools.chain(*conjunction.having("required"))) if name not in hidden | forbidden
        ]
        self.optional = [name for name in described if name not in hidden | forbidden and name not in self.required]
        self.least: int = conjunction.largest("minProperties", 0)
        self.most: int = conjunction.smallest("maxProperties", _MOST_MEMBERS)
        self.forbidden = forbidden | hidden
        self.known: dict[str, Lazy[Any]] = {}

    def constraints(self, name: str) -> Constraints:
        """The schemas that the value of a member must satisfy."""
        found: list[Node] = []
        mapped: list[Node] = []
        unevaluated: list[Node] = []
        for node in self.conjunction.nodes:
            found += member_schemas(node, name)
            if name in node.value.get("properties", ()):
                mapped += _mapped(node, name)
            unevaluated += subschemas(node, "unevaluatedProperties")
        return (*found, *mapped) if found else tuple(unevaluated)

    def values(self, name: str) -> Lazy[Any]:
        """The values that a member may have."""
        if name not in self.known:
            self.known[name] = Lazy(self.generator.values(self.constraints(name)))
        return self.known[name]

    def undeclared(self) -> Iterator[str]:
        """Names of members that are not declared."""
        for node in self.conjunction.nodes:
            for pattern in node.value.get("patternProperties", ()):
                try:
                    yield from samples(pattern, 0, 64, 20)
                except PatternError:
                    continue
        if names := [name for node in self.conjunction.nodes for name in subschemas(node, "propertyNames")]:
            yield from self.generator.values((*names, synthetic(names[0], {"type": "string"})))
        yield from (f"key{number or ''}" for number in range(_MOST_MEMBERS))

    def has_undeclared(self) -> bool:
        """Whether a value with all its members has some that are not declared."""
        open_ = any(isinstance(schema, dict) for schema in self.conjunction.having("additionalProperties"))
        return any(self.conjunction.having("patternProperties")) or (open_ and not self.optional and not self.required)

    def completed(self, names: list[str]) -> list[str] | None:
        """The names with those that they require, filled up to the least number; None if that is impossible."""
        chosen = dict.fromkeys(names)
        for table in self.conjunction.having("dependentRequired"):
            waiting = list(chosen)
            while waiting:
                asked = [name for name in table.get(waiting.pop(), ()) if name not in chosen]
                chosen |= dict.fromkeys(asked)
                waiting += asked
        if len(chosen) < self.least:
            for name in itertools.chain(self.optional, itertools.islice(self.undeclared(), _MOST_MEMBERS)):
                if len(chosen) >= self.least:
                    break
                if name not in self.forbidden and self.values(name).has(0):
                    chosen[name] = None
        return list(chosen) if self.least <= len(chosen) <= self.most else None


def _only_required(negated: Any) -> list[str]:  # noqa: ANN401 - a schema
    """The one name that `not: {required: [name]}` forbids."""
    names = negated.get("required", []) if isinstance(negated, dict) and negated.keys() <= {"required", "type"} else []
    return names if len(names) == 1 else []


def objects(conjunction: Conjunction, generator: Generator) -> Iterator[dict[str, Any]]:
    """Candidates, which the generator validates."""
    members = _Members(conjunction, generator)
    if not all(members.values(name).has(0) for name in members.required):
        return
    shapes: list[list[str]] = []
    for wished in _shapes(members):
        shape = members.completed(wished)
        if shape is not None and shape not in shapes and all(members.values(name).has(0) for name in shape):
            shapes.append(shape)
            yield {name: members.values(name).get(0) for name in shape}
    if shapes:
        yield from _varied(members, shapes)


def _shapes(members: _Members) -> Iterator[list[str]]:
    """Lists of members: as many as allowed, the required ones, all but one, and the required ones with one more."""
    required = members.required
    optional = [name for name in members.optional if members.values(name).has(0)]
    if members.has_undeclared():
        optional += [n for n in itertools.islice(members.undeclared(), 1) if n not in optional and members.values(n).has(0)]
    declared = properties(*members.conjunction.nodes)
    full = [name for name in declared if name in required or name in optional]
    full += [name for name in (*required, *optional) if name not in full]
    room = [name for name in full if name not in required][: max(0, members.most - len(required))]
    yield [name for name in full if name in required or name in room]
    yield required
    yield from ([name for name in full if name != left] for left in optional)
    yield from ([*required, name] for name in optional)


def _varied(members: _Members, shapes: list[list[str]]) -> Iterator[dict[str, Any]]:
    """The largest and the smallest object with one other value, then with other values everywhere."""
    for turn in itertools.count(1):
        others = [name for name in shapes[0] if members.values(name).has(turn)]
        for name in others:
            for shape in shapes[:2]:
                if name in shape:
                    yield {other: members.values(other).get(turn if other == name else 0) for other in shape}
        if not others:
            return
        yield {name: members.values(name).cycled(turn) for name in shapes[0]}


def _mapped(node: Node, name: str) -> list[Node]:
    """The tags of a discriminator without alternatives: not validated, but clients rely on them."""
    if property_name(node.value) != name or node.value.keys() & set(ALTERNATIVES):
        return []
    values = [value for value, _, _ in mapped_schemas(node.raw_child("discriminator"))]
    return [Node(node.document, (*node.pointer, "discriminator"), {"enum": values})] if values else []
