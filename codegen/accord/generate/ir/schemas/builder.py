"""Brings the schemas of a document into a normal form that has only what a Python type needs.

Every object with properties is an entry of `SchemaBuilder.objects`; a type that contains itself without an object in between,
or that needs more than an annotation, is one of `SchemaBuilder.aliases`. Both are used by `$ref`. `$ref`s to anything else are
replaced by what they refer to, and `allOf` is merged. Models, rows and operations are all generated from this form. It may
admit more than the document does, never less: keywords that only reject values (`not`, `contains`, ...) are left to the
runtime, which validates against the document itself.
"""

from __future__ import annotations

from accord.document.document import Document, Node
from accord.document.identifiers import pascal_case
from accord.document.pointer import Pointer
from accord.generate.ir.naming import ClassNames, class_label, class_name, referenced_name
from accord.generate.ir.nodes import Schema, reachable, referenced
from accord.generate.ir.schemas import normal_form as form
from accord.generate.ir.schemas.normal_form import NEVER, metadata, reference
from accord.jsonschema import composition as c
from accord.jsonschema.composition import Members
from accord.jsonschema.discriminator import property_name, schema_name, selecting_tags
from accord.jsonschema.schema import ALTERNATIVES, is_false, is_marked, subschemas
from accord.jsonschema.schema import conjuncts as included_in
from accord.jsonschema.types import type_of
from accord.jsonschema.validator import validator
from accord.openapi.values.primitives import exact

Nodes = tuple[Node, ...]
Settled = frozenset[tuple[Pointer, str]]  # unions of which an alternative has been chosen
Key = tuple[tuple[Pointer, ...], Settled]

_MOST_ALTERNATIVES = 32  # classes made of one schema by combining its alternatives
_MOST_NESTED = 50  # lists and mappings inside each other in one annotation; Python reads about 100
_SCALARS = ("string", "integer", "number", "boolean", "null")
_SHAPING = c.STRUCTURE | {
    *("type", "additionalProperties", "unevaluatedProperties", "required"),
    *("allOf", "anyOf", "oneOf", "if", "dependentSchemas"),
}


class SchemaBuilder:
    """Collects the classes that schemas need; `objects` is in the order of the document for its named schemas."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.objects: dict[str, Schema] = {}
        self.aliases: dict[str, Schema] = {}
        self.requested: list[Schema] = []  # the results of `normalize` and `add`
        self._names = ClassNames(document)
        self.components = self._names.components
        self._classes: dict[Key, str] = {}  # names of objects and aliases
        self._open: dict[Key, int] = {}  # schemas that are being normalized, and how many lists and mappings held them
        self._recursive: dict[Key, str] = {}
        self._containers = 0
        self._alternatives = 1
        self._waiting: list[tuple[str, Members]] = []

    def normalize(self, node: Node, hint: str) -> Schema:
        """The normal form of a schema; `hint` is the class of an object that has no name of its own."""
        schema = self._normalize((node,), hint)
        while self._waiting:
            self._fill(*self._waiting.pop(0))
        self.requested.append({} if schema is NEVER else schema)
        return self.requested[-1]

    def add(self, hint: str, schema: Schema) -> Schema:
        """Add an object that is not in the document, under a name of its own."""
        name = self._names.of(None, hint)
        self.objects[name] = schema
        self.requested.append(reference(name))
        return self.requested[-1]

    def asymmetric(self) -> frozenset[str]:
        """The classes that hold read-only or write-only properties, at any depth, so that their models and rows differ."""
        users: dict[str, list[str]] = {}
        for name, schema in {**self.objects, **self.aliases}.items():
            for used in referenced([schema]):
                users.setdefault(used, []).append(name)
        holders = (
            name
            for name, schema in self.objects.items()
            if any("readOnly" in member or "writeOnly" in member for member in schema["properties"].values())
        )
        return reachable(holders, lambda name: users.get(name, ()))

    def _normalize(self, nodes: Nodes, hint: str, settled: Settled = frozenset()) -> Schema:
        """The normal form of what satisfies all the nodes; an alternative of each of the `settled` unions is among them."""
        nodes = tuple({node.pointer: node for node in nodes if node.value is not True and node.value != {}}.values())
        if not nodes:
            return {}
        key = (tuple(node.pointer for node in nodes), settled)
        if (known := self._classes.get(key)) is not None and known in self.aliases:
            return reference(known)
        if (containers := self._open.get(key)) is not None:
            if containers == self._containers:
                return NEVER  # it would be nothing but itself
            if key not in self._recursive:
                self._recursive[key] = self._name(nodes, hint)
            return reference(self._recursive[key])
        self._open[key] = self._containers
        try:
            schema = self._reference(nodes[0], hint) if len(nodes) == 1 else None
            if schema is None:
                schema = self._composed(key, nodes, hint)
        finally:
            del self._open[key]
        deepest = self._containers % _MOST_NESTED == _MOST_NESTED - 1
        named = key in self._recursive or (deepest and not {"$ref", "enum"} & schema.keys())
        return self._alias(key, nodes, hint, schema) if named and key not in self._classes else schema

    def _reference(self, node: Node, hint: str) -> Schema | None:
        """The normal form of a schema that is only a reference, perhaps with metadata of its own."""
        if not isinstance(node.value, dict):
            return None
        included = subschemas(node, "allOf")
        if node.reference is not None and not _SHAPING & node.value.keys():
            target = self.document.at(node.reference, node)
            schema = self._normalize((target,), referenced_name(target, hint))
        elif len(included) == 1 and included[0].reference and not (_SHAPING - {"allOf"}) & node.value.keys():
            schema = self._normalize((included[0],), hint)
        else:
            return None
        return schema if schema is NEVER else {**schema, **metadata([node])}

    def _composed(self, key: Key, nodes: Nodes, hint: str) -> Schema:
        settled, conjuncts = key[1], c.composed(*nodes)
        if is_false(*nodes):
            return NEVER
        pointers = {node.pointer for node in conjuncts}
        for node in conjuncts:
            for keyword in ALTERNATIVES:
                union_key = (node.pointer, keyword)
                if union_key in settled or keyword not in node.value:
                    continue
                alternatives = subschemas(node, keyword)
                if any(branch.resolved().pointer in pointers for branch in alternatives):
                    settled |= {union_key}
                    continue
                schema = self._union(node, alternatives, nodes, conjuncts, hint, settled | {union_key})
                if schema is not None:
                    return self._alias(key, nodes, hint, schema) if "discriminator" in schema else schema
        return self._types(key, nodes, conjuncts, hint, c.members(conjuncts, settled))

    # --- alternatives

    def _union(  # noqa: PLR0913, PLR0917 - what is known on the way down
        self, node: Node, branches: list[Node], nodes: Nodes, conjuncts: list[Node], hint: str, settled: Settled
    ) -> Schema | None:
        """The union of alternatives, each combined with its siblings; None if they do not shape the value."""
        if not any(map(c.structured, branches)):
            return None
        types = c.types(conjuncts)
        hints = [f"{hint}{class_label(branch) or number}" for number, branch in enumerate(branches, 1)]
        if not (any(c.STRUCTURE & one.value.keys() for one in conjuncts) or self._has_other_unions(conjuncts, settled)):
            schemas = [self._normalize((branch,), name) for branch, name in zip(branches, hints, strict=True)]
            allowed = {*(types or ()), *(["integer"] if "number" in (types or ()) else ())}
            if types is None or all(form.admitted(schema, self.objects, self.aliases) <= allowed for schema in schemas):
                return self._tagged(node, branches, schemas, conjuncts)
        known = {name for one in conjuncts for name in one.value.get("properties", ())}
        if known and all(c.adds_nothing(branch, known) for branch in branches):
            return None
        if self._alternatives * len(branches) > _MOST_ALTERNATIVES:
            return None
        self._alternatives *= len(branches)
        try:
            schemas = [
                self._combined(branch, name, nodes, conjuncts, hint, settled)
                for branch, name in zip(branches, hints, strict=True)
            ]
        finally:
            self._alternatives //= len(branches)
        return self._tagged(node, branches, schemas, conjuncts)

    def _combined(  # noqa: PLR0913, PLR0917 - as _union
        self, branch: Node, name: str, nodes: Nodes, conjuncts: list[Node], hint: str, settled: Settled
    ) -> Schema:
        """An alternative combined with its siblings; by itself if it includes all of them, as a subclass does."""
        included = {node.pointer for node in included_in(branch)}
        if all(node.pointer in included for node in conjuncts):
            return self._normalize((branch,), hint)
        if branch.reference:
            name = f"{hint}{class_name(schema_name(branch.reference))}"
        return self._normalize((*nodes, branch), name, settled)

    @staticmethod
    def _has_other_unions(conjuncts: list[Node], settled: Settled) -> bool:
        return any(
            (node.pointer, keyword) not in settled and any(map(c.structured, subschemas(node, keyword)))
            for node in conjuncts
            for keyword in ALTERNATIVES
        )

    def _tagged(self, node: Node, branches: list[Node], schemas: list[Schema], conjuncts: list[Node]) -> Schema:
        schema = form.union(schemas, metadata(conjuncts))
        if "anyOf" in schema and (tags := self._tags(node, branches, schemas)):
            schema["discriminator"] = {"propertyName": node.value["discriminator"]["propertyName"], "mapping": tags}
        return schema

    def _tags(self, node: Node, branches: list[Node], schemas: list[Schema]) -> dict[str, str]:
        """The classes by the value of a discriminator; empty if the classes themselves have constants for it."""
        classes = [
            (branch, schema["$ref"].rpartition("/")[2])
            for branch, schema in zip(branches, schemas, strict=True)
            if branch.reference is not None and "$ref" in schema
        ]
        name = property_name(node.value)
        if name is None or all(c.names_itself(one, name) for one in branches if one.reference):
            return {}
        # A name that `mapping` does not list still selects its schema (OpenAPI 3.1.1, 4.8.25.2).
        names = {
            schema_name(branch.reference): known
            for branch, known in classes
            if branch.reference is not None and not c.names_itself(branch, name)
        }
        return names | {tag: known for branch, known in classes for tag in selecting_tags(node, branch) if isinstance(tag, str)}

    def _alias(self, key: Key, nodes: Nodes, hint: str, schema: Schema) -> Schema:
        """A reference to a schema under a name of its own."""
        name = self._recursive.get(key) or self._name(nodes, hint)
        self.aliases[name], self._classes[key] = schema, name
        return {**reference(name), **{k: v for k, v in schema.items() if k in ("description", "default")}}

    # --- types

    def _types(self, key: Key, nodes: Nodes, conjuncts: list[Node], hint: str, members: Members) -> Schema:
        """The normal form of schemas without alternatives."""
        types = c.types(conjuncts)
        about = metadata(conjuncts)
        values = [
            node.value.get("enum", [node.value.get("const")]) for node in conjuncts if {"enum", "const"} & node.value.keys()
        ]
        if values and (schema := form.enumeration(values, types, about)) is not None:
            return schema
        if types is None:
            shaped = any(
                (c.STRUCTURE - {"enum", "const"}) & node.value.keys()
                or isinstance(node.value.get("additionalProperties"), dict)
                for node in conjuncts
            )
            if not shaped and not values:
                return about
            types = list(c.KINDS) if not values else sorted({type_of(value) for value in values[-1]})
        found = [self._type(name, key, nodes, conjuncts, hint, members) for name in dict.fromkeys(types)]
        schemas = [schema for schema in found if schema is not NEVER]
        if not schemas:
            return NEVER
        if len(schemas) == 1:
            return schemas[0]
        if all(set(schema) == {"type"} or schema.get("type") in _SCALARS for schema in schemas):
            merged = {keyword: value for schema in schemas for keyword, value in schema.items()}
            return merged | {"type": [schema["type"] for schema in schemas]}
        return form.union(({k: v for k, v in schema.items() if k not in about} for schema in schemas), about)

    def _type(  # noqa: PLR0913, PLR0917 - as _union
        self, name: str, key: Key, nodes: Nodes, conjuncts: list[Node], hint: str, members: Members
    ) -> Schema:
        """The normal form of the values of one JSON type."""
        if name == "object":
            return self._object(key, nodes, conjuncts, hint, members)
        if name == "array":
            return self._array(key, nodes, conjuncts, hint)
        return form.of_type(name, conjuncts)

    def _object(self, key: Key, nodes: Nodes, conjuncts: list[Node], hint: str, members: Members) -> Schema:
        if not members.properties and not members.maybe:
            return {"type": "object", **metadata(conjuncts), "additionalProperties": self._extra(members, hint)}
        name = self._classes.get(key)
        if name is None:
            name = self._classes[key] = self._name(nodes, hint)
            about = metadata(conjuncts[-1:], ("description",))
            self.objects[name] = {"type": "object", **about, "properties": {}, "required": []}
            self._waiting.append((name, members))
        return {**reference(name), **metadata(conjuncts, ("description", "default"))}

    def _fill(self, name: str, members: Members) -> None:
        """Add the properties of a class."""
        schema = self.objects[name]
        for key, nodes in members.properties.items():
            normal = self._normalize(tuple(nodes), f"{name}{pascal_case(key)}")
            if normal is NEVER:
                continue
            member = dict(normal)
            _settle_default(member, nodes)
            for keyword in ("readOnly", "writeOnly"):
                if is_marked(keyword, *nodes):
                    member[keyword] = True
            schema["properties"][key] = member
        schema["properties"] |= {key: {} for key in members.maybe}
        schema["required"] = [key for key in schema["properties"] if key in members.required]
        if members.closed:
            schema["additionalProperties"] = False
        elif members.extra is not None:
            schema["additionalProperties"] = self._extra(members, name) or True

    def _extra(self, members: Members, hint: str) -> Schema:
        """The schema of the properties that have no names."""
        schemas = self._contained([(node,) for node in members.extra or ()], f"{hint}Value")
        return {} if members.extra is None else form.union(schemas, {})

    def _contained(self, items: list[Nodes], hint: str) -> list[Schema]:
        """The schemas inside of a list or a mapping."""
        self._containers += 1
        try:
            return [self._normalize(nodes, hint if len(items) == 1 else f"{hint}{n}") for n, nodes in enumerate(items, 1)]
        finally:
            self._containers -= 1

    def _array(self, key: Key, nodes: Nodes, conjuncts: list[Node], hint: str) -> Schema:
        array = form.of_type("array", conjuncts)
        first = next((node for node in reversed(conjuncts) if "prefixItems" in node.value), None)
        if first is None:
            items = [node.raw_child("items") for node in conjuncts if "items" in node.value]
            schema = self._contained([tuple(items)], f"{hint}Item")[0] if items else {}
            return {**array, "items": {} if schema is NEVER else schema}
        prefix = self._contained([(node,) for node in subschemas(first, "prefixItems")], f"{hint}Item")
        rest: Schema = self._contained([(first.raw_child("items"),)], f"{hint}Rest")[0] if "items" in first.value else {}
        if NEVER in prefix:
            prefix, rest = prefix[: prefix.index(NEVER)], NEVER
        least = max([0, *map(int, c.values_of("minItems", conjuncts))])
        most = min([1 << 62, *map(int, c.values_of("maxItems", conjuncts))])
        closed = "items" not in first.value and False in c.values_of("unevaluatedItems", conjuncts)
        if rest is NEVER or closed or most <= len(prefix):
            return form.tuples(prefix, least, min(most, len(prefix)), metadata(conjuncts))
        if least < len(prefix) or key in self._recursive:  # mypy has no variadic tuple that holds itself
            return {**array, "items": form.union([*prefix, rest], {})}
        variadic = {"type": "array", **metadata(conjuncts), "prefixItems": prefix, "items": rest}
        return self._alias(((*key[0], ("array",)), key[1]), nodes, hint, variadic)

    def _name(self, nodes: Nodes, hint: str) -> str:
        return self._names.of(nodes[0] if len(nodes) == 1 else None, hint)


def _settle_default(schema: Schema, nodes: list[Node]) -> None:
    """Write a default with the types of the schemas of its property; remove one that they do not accept in a request."""
    if "default" in schema:
        for node in nodes:
            schema["default"] = exact(node, schema["default"])
        if not all(validator(node, "request").is_valid(schema["default"]) for node in nodes):
            del schema["default"]
