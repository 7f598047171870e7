"""The constraints on a value: schemas that apply together, with alternatives chosen."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from accord.document.document import Node
from accord.document.pointer import Pointer
from accord.jsonschema.discriminator import selecting_tags
from accord.jsonschema.schema import ALTERNATIVES, applied, conjuncts, properties, subschemas
from accord.jsonschema.types import TYPES, intersection, types_in

Constraints = tuple[Node, ...]
"""Schemas that one value must satisfy together."""

_MOST_ALONE = 8  # alternatives that are distinguished by members
_SYNTHETIC = "\0"  # in the pointer of a synthetic schema, which guides generation and validates nothing


def synthetic(node: Node, schema: dict[str, Any]) -> Node:
    """A synthetic schema, with a place below one of the document."""
    return Node(node.document, (*node.pointer, _SYNTHETIC), schema)


def is_written(node: Node) -> bool:
    """Whether the schema is part of the document, not synthetic."""
    return _SYNTHETIC not in node.pointer


@dataclass(frozen=True, slots=True)
class Conjunction:
    """A conjunction of schemas: every `$ref` is followed and one branch of every alternative is chosen."""

    nodes: Constraints
    types: tuple[str, ...]

    def having(self, keyword: str) -> Iterator[Any]:
        """The values of a keyword."""
        return (node.value[keyword] for node in self.nodes if keyword in node.value)

    def largest(self, keyword: str, default: Any = None) -> Any:  # noqa: ANN401 - a number
        """The strictest of lower bounds."""
        return max(self.having(keyword), default=default)

    def smallest(self, keyword: str, default: Any = None) -> Any:  # noqa: ANN401 - a number
        """The strictest of upper bounds."""
        return min(self.having(keyword), default=default)


def conjunctions(constraints: Constraints, open_: Mapping[Pointer, int], depth: int) -> Iterator[Conjunction]:
    """Every combination of alternatives, the first ones first; a schema is entered at most `depth` times within itself."""
    yield from _expanded(constraints, (), TYPES, open_, depth)


def _expanded(
    waiting: Constraints, nodes: Constraints, types: tuple[str, ...], open_: Mapping[Pointer, int], depth: int
) -> Iterator[Conjunction]:
    while waiting:
        node, *rest = waiting
        waiting = tuple(rest)
        if node.value is False or open_.get(node.pointer, 0) > depth:
            return
        if not isinstance(node.value, dict) or (is_written(node) and any(node.pointer == known.pointer for known in nodes)):
            continue
        nodes = (*nodes, node)
        if not (types := _narrowed(types, node)):
            return
        waiting = (*applied(node), *waiting)
        if choices := list(_choices(node)):
            for chosen in itertools.product(*choices):
                yield from _expanded((*itertools.chain(*chosen), *waiting), nodes, types, open_, depth)
            return
    yield Conjunction(nodes, types)


def _narrowed(types: tuple[str, ...], node: Node) -> tuple[str, ...]:
    """The types left by `type`, in its order but `null` last, and by a `not` with `type` alone."""
    negated = node.value.get("not")
    if isinstance(negated, dict) and negated.keys() == {"type"}:
        types = tuple(kind for kind in types if kind not in types_in(negated))
    wanted = sorted(types_in(node.value), key=lambda kind: kind == "null") if "type" in node.value else types
    return tuple(dict.fromkeys(intersection(wanted, types)))


def _choices(node: Node) -> Iterator[list[Constraints]]:
    for keyword in ALTERNATIVES:
        if branches := subschemas(node, keyword):
            usual = [constraints for branch in branches for constraints in (*_discriminated(node, branch), (branch,))]
            yield [*usual, *_exclusive(node, branches)] if keyword == "oneOf" else usual
    if "if" in node.value and node.value.keys() & {"then", "else"}:
        yield [tuple(subschemas(node, "if", "then")), tuple(subschemas(node, "else"))]
    for dependent in subschemas(node, "dependentSchemas"):
        yield [(dependent,), (synthetic(node, {"not": {"required": [dependent.pointer[-1]]}}),)]


def _exclusive(node: Node, branches: list[Node]) -> Iterator[Constraints]:
    """Branches of `oneOf` with members that the others reject, for open objects that would satisfy several branches."""
    if "discriminator" in node.value or len(branches) > _MOST_ALONE:
        return
    types = [_member_types(branch) for branch in branches]
    for branch, own in zip(branches, types, strict=True):
        others = [{name: kind for name, kind in other.items() if name not in own} for other in types if other is not own]
        if any(others):
            names = dict(next(iter(other.items())) for other in others if other)
            members = {name: {"not": {"type": kind}} for name, kind in names.items()}
            yield branch, synthetic(node, {"type": "object", "properties": members, "required": list(members)})


def _member_types(schema: Node) -> dict[str, Any]:
    """The members of an object with their types, where they have one."""
    described = properties(*conjuncts(schema)).items()
    return {
        name: member.value["type"]
        for name, found in described
        for member in found
        if isinstance(member.value, dict) and "type" in member.value
    }


def _discriminated(node: Node, branch: Node) -> Iterator[Constraints]:
    """The branch with the usual one of its tags."""
    for tag in selecting_tags(node, branch)[:1]:
        name = node.value["discriminator"]["propertyName"]
        yield branch, synthetic(node, {"type": "object", "properties": {name: {"const": tag}}, "required": [name]})


def opened(open_: Mapping[Pointer, int], conjunction: Conjunction) -> Counter[Pointer]:
    """How often each schema is being generated while the members and items of these schemas are."""
    return Counter(open_) + Counter(node.pointer for node in conjunction.nodes if is_written(node))
