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
    discriminator = schema.get("discriminator")
    named = isinstance(discriminator, dict) and isinstance(discriminator.get("propertyName"), str)
    return named and sum(isinstance(schema.get(keyword), list) for keyword in ALTERNATIVES) == 1


@dataclass(slots=True)
class _Alternative:
    """One alternative: the tags that its schema admits (None: any), and those that the discriminator maps to it."""

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
        self._mapped = [(value, target.value) for value, _, target in mapped_schemas(schema.raw_child("discriminator"))]
        self._all = [self._read(alternative) for alternative in subschemas(schema, self._keyword)]
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

    def _read(self, alternative: Node) -> _Alternative:
        parts = list(conjuncts(alternative))
        types = declared_types(parts)
        admitted = enumerated(conjuncts(*properties(*parts).get(self._name, [])))
        return _Alternative(
            alternative.value,
            never_object=_is_never(alternative.value) or (types is not None and "object" not in types),
            always_object=types == ["object"],
            requires_tag=any(self._name in part.value.get("required", ()) for part in parts),
            admitted=admitted,
            tags=self._tags(alternative, parts, admitted),
        )

    def _tags(self, alternative: Node, parts: list[Node], admitted: list[Any] | None) -> list[Any]:
        """The tags of an alternative: those mapped to it, else those that it admits, else the name of its schema.

        Empty if they are not known, as for alternatives with alternatives of their own.
        """
        reference = alternative.reference
        target = alternative.document.at(reference, alternative).value if reference is not None else None
        mapped = [value for value, schema in self._mapped if target is not None and schema is target]
        if mapped or admitted is not None:
            return mapped or admitted or []
        if reference is None or any(keyword in part.value for part in parts for keyword in ALTERNATIVES):
            return []
        return [schema_name(reference)]


def mapped_schemas(discriminator: Node) -> Iterator[tuple[str, Node, Node]]:
    """The `mapping` of a discriminator: each value, where it is written, and the schema that it names, if there is one."""
    mapping = discriminator.value.get("mapping") if isinstance(discriminator.value, dict) else None
    for value, target in mapping.items() if isinstance(mapping, dict) else ():
        place = discriminator.raw_child("mapping").raw_child(value)
        with contextlib.suppress(DocumentError):
            yield value, place, discriminator.document.at(mapped_reference(target), place)


def mapped_reference(target: str) -> str:
    """The `$ref` that a value of `mapping` stands for: itself, or the name of a schema of `components`."""
    return target if "/" in target or "#" in target else reference_to(("components", "schemas", target))


def schema_name(reference: str) -> str:
    """The last name in a `$ref`: the tag of a schema that nothing is mapped to."""
    return fragment_tokens(reference)[-1]


def _is_never(schema: Any) -> bool:  # noqa: ANN401 - a schema may be a boolean
    """Whether it is `false`, or replaces an alternative that does not exist in this direction."""
    negated = schema.get("not") if isinstance(schema, dict) else None
    return schema is False or (isinstance(negated, dict) and negated.keys() == {"$comment"})
