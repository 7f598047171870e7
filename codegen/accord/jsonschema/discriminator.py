"""Alternatives with a `discriminator`, which does not change what is valid (OpenAPI 3.1.1, 4.8.25).

It is used in two ways. Where each alternative lists its own tags, only the one that matches is evaluated: the same values are
valid, but a recursive schema takes time proportional to the value instead of 2^depth. And for an invalid value, only the faults
of the alternative that it names are reported.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from accord.document.document import DocumentError, Node
from accord.document.pointer import fragment_tokens, reference_to
from accord.jsonschema.equality import canonical_json
from accord.jsonschema.schema import ALTERNATIVES, conjuncts, enumerated, properties, subschemas
from accord.jsonschema.types import declared_types

Schema = dict[str, Any]

ASSUMED = "discriminator "  # prefix of the comment that marks where one alternative was assumed


def discriminates(schema: Schema) -> bool:
    """Whether a schema has alternatives and a discriminator."""
    return property_name(schema) is not None and sum(isinstance(schema.get(keyword), list) for keyword in ALTERNATIVES) == 1


def property_name(schema: Schema) -> str | None:
    """The property that holds the tag; None without a discriminator."""
    discriminator = schema.get("discriminator")
    name = discriminator.get("propertyName") if isinstance(discriminator, dict) else None
    return name if isinstance(name, str) else None


@dataclass(slots=True)
class _Alternative:
    """One alternative: the tags that its schema admits (None: any), and those that select it."""

    schema: Any
    never_object: bool
    always_object: bool
    requires_tag: bool
    admitted: list[Any] | None
    tags: list[Any]


class Switch:
    """The alternatives of one schema, by the value of its discriminator's property."""

    def __init__(self, schema: Node) -> None:
        self._keyword = next(keyword for keyword in ALTERNATIVES if keyword in schema.value)
        self._name = schema.value["discriminator"]["propertyName"]
        self._all = [self._read(schema, alternative) for alternative in subschemas(schema, self._keyword)]
        self._objects = [one for one in self._all if not one.never_object]
        admitted = [canonical_json(value) for one in self._objects for value in one.admitted or ()]
        self._distinct = len(set(admitted)) == len(admitted)

    @property
    def is_exact(self) -> bool:
        """Whether a tag leaves at most one alternative, and none is left without a tag."""
        return self._distinct and all(one.admitted is not None and one.requires_tag for one in self._objects)

    def narrowed(self) -> Schema | None:
        """An equivalent schema that evaluates only the alternatives that the tag leaves; None if it leaves all."""
        free = [one for one in self._objects if one.admitted is None]
        if not self._distinct or len(free) == len(self._objects):
            return None
        known = [value for one in self._objects for value in one.admitted or ()]
        rules = [self._when(one.admitted, self._any_of([one, *free])) for one in self._objects if one.admitted is not None]
        untagged = [one for one in self._objects if not one.requires_tag]
        if not free and not untagged:
            return self._for_objects([*rules, self._tagged(known)])
        # `not`, so that the tag does not count as evaluated for `unevaluatedProperties`.
        other = {"required": [self._name], "not": {"properties": {self._name: {"enum": known}}}}
        rules.append({"if": other, "then": self._any_of(free) if free else self._tagged(known)})
        rules.append(
            {"if": {"not": {"required": [self._name]}}, "then": self._any_of(untagged) if untagged else self._tagged(known)}
        )
        return self._for_objects(rules)

    def explaining(self, reference: str) -> Schema | None:
        """A schema whose faults are those of the named alternative, and one that marks `reference`.

        It may reject a valid value, so where the mark is found, the schema at `reference` decides.
        """
        named = [one for one in self._objects if one.tags]
        if not named:
            return None
        rules = [self._when(one.tags, one.schema) for one in named]
        known = [tag for one in named for tag in one.tags]
        if len(named) == len(self._objects):
            rules.append(self._tagged(known))
        else:
            rules.append({"if": self._tagged(known), "else": self._any_of(self._all)})
        return self._for_objects([*rules, {"not": {"$comment": ASSUMED + reference}}])

    def _for_objects(self, rules: list[Schema]) -> Schema:
        others = [one for one in self._all if not one.always_object]
        otherwise = self._any_of(others) if others else {"type": "object"}
        return {"if": {"type": "object"}, "then": {"allOf": rules}, "else": otherwise}

    def _any_of(self, alternatives: list[_Alternative]) -> Any:  # noqa: ANN401 - a schema may be a boolean
        schemas = [one.schema for one in alternatives]
        return schemas[0] if len(schemas) == 1 else {self._keyword: schemas}

    def _tagged(self, values: list[Any]) -> Schema:
        return {"required": [self._name], "properties": {self._name: {"enum": values}}}

    def _when(self, values: list[Any] | None, then: Any) -> Schema:  # noqa: ANN401 - as above
        return {"if": self._tagged(values or []), "then": then}

    def _read(self, schema: Node, alternative: Node) -> _Alternative:
        parts = list(conjuncts(alternative))
        types = declared_types(parts)
        return _Alternative(
            alternative.value,
            never_object=_is_never(alternative.value) or (types is not None and "object" not in types),
            always_object=types == ["object"],
            requires_tag=any(self._name in part.value.get("required", ()) for part in parts),
            admitted=_admitted(parts, self._name),
            tags=selecting_tags(schema, alternative),
        )


def selecting_tags(schema: Node, alternative: Node) -> list[Any]:
    """The values of a discriminator's property that select an alternative of its schema, the usual one first.

    These are the values that `mapping` lists for it, or the name of its schema; if it lists values itself (`const`, `enum`),
    only those that are among them, or all of them. Empty without a discriminator, and if the tags are not known, as for
    alternatives with alternatives of their own.
    """
    if (name := property_name(schema.value)) is None:
        return []
    parts, reference, named = list(conjuncts(alternative)), alternative.reference, []
    if reference is not None:
        target = alternative.document.at(reference, alternative).pointer
        mapped = mapped_schemas(schema.raw_child("discriminator"))
        nested = any(keyword in part.value for part in parts for keyword in ALTERNATIVES)
        named = [value for value, _, found in mapped if found.pointer == target] or [schema_name(reference)] * (not nested)
    admitted = _admitted(parts, name)
    return named if admitted is None else [tag for tag in named if tag in admitted] or admitted


def _admitted(parts: list[Node], name: str) -> list[Any] | None:
    """The values that the parts of an alternative list for a property; None if they do not list them."""
    return enumerated(conjuncts(*properties(*parts).get(name, [])))


def mapped_schemas(discriminator: Node) -> Iterator[tuple[str, Node, Node]]:
    """The `mapping` of a discriminator: each value that names a schema, where it is written, and the schema."""
    mapping = discriminator.value.get("mapping") if isinstance(discriminator.value, dict) else None
    for value, target in mapping.items() if isinstance(mapping, dict) else ():
        place = discriminator.raw_child("mapping").raw_child(value)
        with contextlib.suppress(DocumentError, TypeError):
            # Itself a `$ref`, or the name of a schema of `components`.
            reference = target if "/" in target or "#" in target else reference_to(("components", "schemas", target))
            yield value, place, discriminator.document.at(reference, place)


def schema_name(reference: str) -> str:
    """The last name in a `$ref`: the tag of a schema that nothing is mapped to."""
    return fragment_tokens(reference)[-1]


def _is_never(schema: Any) -> bool:  # noqa: ANN401 - a schema may be a boolean
    """Whether it is `false`, or replaces an alternative that does not exist in this direction."""
    negated = schema.get("not") if isinstance(schema, dict) else None
    return schema is False or (isinstance(negated, dict) and negated.keys() == {"$comment"})
