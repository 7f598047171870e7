"""A schema as what it is composed of, its `$ref`s and `allOf`s resolved, and the members that all these give an object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from accord.document.document import Node
from accord.document.pointer import Pointer

KINDS = ("object", "array", "string", "number", "boolean", "null")
# Keywords that say more of a value than its type and bounds.
STRUCTURE = frozenset({"properties", "patternProperties", "items", "prefixItems", "enum", "const"})
UNIONS = ("oneOf", "anyOf")
_BRANCHES = ("anyOf", "oneOf", "if", "then", "else", "dependentSchemas")


def composed(nodes: Iterable[Node]) -> list[Node]:
    """The schemas that a value must all satisfy, references first: no `$ref` and no `allOf` of them is left to follow."""
    found: list[Node] = []
    seen: set[Pointer] = set()
    for node in nodes:
        _compose(node, found, seen)
    return found


def _compose(node: Node, found: list[Node], seen: set[Pointer]) -> None:
    if node.pointer in seen:
        return
    seen.add(node.pointer)
    if node.reference is not None:
        _compose(node.document.at(node.reference, node), found, seen)
    for branch in branches(node, "allOf"):
        _compose(branch, found, seen)
    if node.value is False or isinstance(node.value, dict):
        found.append(node)


def branches(node: Node, keyword: str) -> list[Node]:
    """The schemas under a keyword: the only one, those of a list, or those of a mapping of names."""
    child = raw(node, keyword)
    if child is None:
        return []
    if isinstance(child.value, list):
        return [child.raw_child(index) for index in range(len(child.value))]
    return [child.raw_child(key) for key in child.value] if keyword == "dependentSchemas" else [child]


def raw(node: Node, key: str) -> Node | None:
    """A member of a schema as it is written, or None."""
    return node.raw_child(key) if isinstance(node.value, dict) and key in node.value else None


def said(facets: Iterable[Node], keyword: str) -> list[Any]:
    """What the facets say under a keyword, one after the other."""
    return [facet.value[keyword] for facet in facets if keyword in facet.value]


def types(facets: Iterable[Node]) -> list[str] | None:
    """The JSON types that all facets admit, None if they do not speak of types."""
    kinds: list[str] | None = None
    for kind in said(facets, "type"):
        here = [kind] if isinstance(kind, str) else list(kind)
        if kinds is None:
            kinds = [one for one in dict.fromkeys(here) if not (one == "integer" and "number" in here)]
        else:
            both = [one for one in kinds if one in here or (one == "integer" and "number" in here)]
            kinds = both + ["integer"] * ("number" in kinds and "integer" in here and "number" not in here)
    return kinds


def structured(node: Node) -> bool:
    """Whether a schema says what a value looks like, and not only how large it is."""
    return any(
        facet.value is False
        or "type" in facet.value
        or STRUCTURE & facet.value.keys()
        or isinstance(facet.value.get("additionalProperties"), dict)
        or any(structured(branch) for keyword in UNIONS for branch in branches(facet, keyword))
        for facet in composed([node])
    )


def names_within(node: Node, seen: set[Pointer]) -> Iterator[str]:
    """The members of an object that a schema speaks of, under conditions too."""
    for facet in composed([node]):
        if facet.pointer in seen or facet.value is False:
            continue
        seen.add(facet.pointer)
        yield from facet.value.get("properties", ())
        for keyword in _BRANCHES:
            for branch in branches(facet, keyword):
                yield from names_within(branch, seen)


def adds_nothing(part: Node, known: set[str]) -> bool:
    """Whether an alternative speaks only of members that are known without it."""
    return set(names_within(part, set())) <= known and not any(
        {"items", "prefixItems", "enum", "const", "patternProperties"} & facet.value.keys()
        or facet.value.get("type", "object") != "object"
        for facet in composed([part])
        if facet.value is not False
    )


@dataclass(slots=True)
class Members:
    """The members of an object: of each the schemas that speak of it; `extra` are the schemas of one that is not named.

    `maybe` are members that only a condition speaks of, `closed` says that there are no others.
    """

    properties: dict[str, list[Node]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    maybe: list[str] = field(default_factory=list)
    closed: bool = False
    extra: list[Node] | None = None


def members(facets: list[Node], settled: frozenset[tuple[Pointer, str]]) -> Members:
    """The members that the facets of a schema give its objects; of `settled` alternatives one is among the facets."""
    found = Members()
    for facet in facets:
        properties = raw(facet, "properties")
        for key in properties.value if properties is not None else ():
            found.properties.setdefault(key, []).append(properties.raw_child(key))  # type: ignore[union-attr]  # it has the key
        found.required |= set(facet.value.get("required", ()))
        _extra(facet, found)
    closing = any(value is False for value in said(facets, "unevaluatedProperties"))
    found.closed |= closing and not any(_opens(facet, set()) for facet in facets)
    hidden = (
        name
        for facet in facets
        for keyword in _BRANCHES
        if (facet.pointer, keyword) not in settled
        for branch in branches(facet, keyword)
        for name in names_within(branch, set())
    )
    found.maybe = [name for name in dict.fromkeys(hidden) if name not in found.properties]
    return found


def _extra(facet: Node, found: Members) -> None:
    """What a facet says of the members that it does not name."""
    additional, patterns = raw(facet, "additionalProperties"), raw(facet, "patternProperties")
    by_pattern = [patterns.raw_child(key) for key in patterns.value] if patterns is not None else []
    if additional is not None and additional.value is False:
        found.closed |= not by_pattern
        found.extra = by_pattern or found.extra
    elif additional is not None and isinstance(additional.value, dict):
        found.extra = [*by_pattern, additional]


def _opens(node: Node, seen: set[Pointer]) -> bool:
    """Whether something in a schema admits members that nobody names."""
    for facet in composed([node]):
        if facet.pointer in seen or facet.value is False:
            continue
        seen.add(facet.pointer)
        if facet.value.get("additionalProperties", False) is not False or "patternProperties" in facet.value:
            return True
        if facet.value.get("unevaluatedProperties", False) is not False:
            return True
        if any(_opens(branch, seen) for keyword in _BRANCHES for branch in branches(facet, keyword)):
            return True
    return False


def names_itself(part: Node, member: str) -> bool:
    """Whether a member of an object has values of its own."""
    facets = [facet for facet in composed([part]) if facet.value is not False]
    speaking = members(facets, frozenset()).properties.get(member, [])
    return any({"const", "enum"} & facet.value.keys() for facet in composed(speaking) if facet.value is not False)
