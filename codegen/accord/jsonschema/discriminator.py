"""Alternatives with a `discriminator`, which never changes what is valid (OpenAPI 3.1.1, 4.8.25).

It tells two other things. Where the alternatives themselves say which tag each of them has, the one that can be meant is looked
at alone, so that a schema that contains itself takes time in proportion to the value and not to 2^depth: the same values are
valid. And of a value that is invalid, only the faults of the alternative that it names are reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from accord.document.pointer import unescape_fragment
from accord.jsonschema.equality import canonical_json

Schema = dict[str, Any]

BRANCHES = ("oneOf", "anyOf")
MARK = "discriminator "  # begins the comment of what stands where an alternative was assumed to be meant


def discriminates(schema: Schema) -> bool:
    """Whether a schema has alternatives and a discriminator."""
    discriminator = schema.get("discriminator")
    named = isinstance(discriminator, dict) and isinstance(discriminator.get("propertyName"), str)
    return named and sum(isinstance(schema.get(keyword), list) for keyword in BRANCHES) == 1


@dataclass(slots=True)
class _Alternative:
    """One alternative: the tags that its own member admits (None: any), and those by which the discriminator names it."""

    schema: Any
    never_object: bool
    always_object: bool
    requires_tag: bool
    admitted: list[Any] | None
    tags: list[Any]


class Switch:
    """The alternatives of one schema, by the value of its discriminator's property.

    `composed` finds a schema's conjuncts, `target` what its `$ref` leads to.
    """

    def __init__(self, schema: Schema, composed: Callable[[Any], Iterator[Schema]], target: Callable[[Any], Any]) -> None:
        self._keyword = next(keyword for keyword in BRANCHES if keyword in schema)
        self._name = schema["discriminator"]["propertyName"]
        self._mapping = schema["discriminator"].get("mapping") or {}
        self._composed, self._target = composed, target
        self._all = [self._read(alternative) for alternative in schema[self._keyword]]
        self._objects = [one for one in self._all if not one.never_object]
        admitted = [canonical_json(value) for one in self._objects for value in one.admitted or ()]
        self._distinct = len(set(admitted)) == len(admitted)

    @property
    def is_exact(self) -> bool:
        """Whether a tag leaves at most one alternative, and none is left without a tag."""
        return self._distinct and all(one.admitted is not None and one.requires_tag for one in self._objects)

    def narrowed(self) -> Schema | None:
        """A schema that says the same, and looks only at the alternatives that the tag leaves; None if it leaves all."""
        free = [one for one in self._objects if one.admitted is None]
        if not self._distinct or len(free) == len(self._objects):
            return None
        known = [value for one in self._objects for value in one.admitted or ()]
        rules = [self._when(one.admitted, self._any_of([one, *free])) for one in self._objects if one.admitted is not None]
        untagged = [one for one in self._objects if not one.requires_tag]
        if not free and not untagged:
            return self._for_objects([*rules, self._tagged(known)])
        # `not` hides from `unevaluatedProperties` that the tag was looked at.
        other = {"required": [self._name], "not": {"properties": {self._name: {"enum": known}}}}
        rules.append({"if": other, "then": self._any_of(free) if free else self._tagged(known)})
        rules.append(
            {"if": {"not": {"required": [self._name]}}, "then": self._any_of(untagged) if untagged else self._tagged(known)}
        )
        return self._for_objects(rules)

    def telling(self, reference: str) -> Schema | None:
        """A schema whose faults are those of the alternative that is named, and the mark `reference`.

        It may refuse what is valid, so whoever finds the mark asks the schema at `reference` before.
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
        return self._for_objects([*rules, {"not": {"$comment": MARK + reference}}])

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

    def _read(self, alternative: Any) -> _Alternative:  # noqa: ANN401 - a schema may be a boolean
        parts = list(self._composed(alternative))
        types = [[part["type"]] if isinstance(part["type"], str) else part["type"] for part in parts if "type" in part]
        admitted = self._admitted(parts)
        return _Alternative(
            alternative,
            never_object=_is_never(alternative) or any("object" not in kinds for kinds in types),
            always_object=["object"] in types,
            requires_tag=any(self._name in part.get("required", ()) for part in parts),
            admitted=admitted,
            tags=self._tags(alternative, parts, admitted),
        )

    def _admitted(self, parts: list[Schema]) -> list[Any] | None:
        for part in parts:
            members = part.get("properties")
            for said in self._composed(members.get(self._name)) if isinstance(members, dict) else ():
                if "const" in said:
                    return [said["const"]]
                if isinstance(said.get("enum"), list):
                    return list(said["enum"])
        return None

    def _tags(self, alternative: Any, parts: list[Schema], admitted: list[Any] | None) -> list[Any]:  # noqa: ANN401 - as above
        """The values that name an alternative: those mapped to it, else those that it admits, else its own name.

        None at all if nobody can tell, as of alternatives that have alternatives themselves.
        """
        target = self._target(alternative)
        mapped = [
            value
            for value, reference in self._mapping.items()
            if target is not None
            and self._target({"$ref": reference if "/" in reference else f"#/components/schemas/{reference}"}) is target
        ]
        if mapped or admitted is not None:
            return mapped or admitted or []
        if target is None or any(keyword in part for part in parts for keyword in BRANCHES):
            return []
        return [unescape_fragment(alternative["$ref"].rpartition("/")[2])]


def _is_never(schema: Any) -> bool:  # noqa: ANN401 - a schema may be a boolean
    """Whether it is `false`, or stands for an alternative that does not exist in this direction."""
    refused = schema.get("not") if isinstance(schema, dict) else None
    return schema is False or (isinstance(refused, dict) and refused.keys() == {"$comment"})
