"""The document's schemas in a normal form that says only what a Python type needs.

Every object with members is one named entry of `Shapes.objects`; what contains itself without an object between, and what
needs more than an annotation, is one of `Shapes.aliases`; both are used as `$ref`s. `$ref`s to anything else are replaced by
what they mean, and `allOf` is merged. Models, rows and operations are all written from this one form. It is no judge: it may
admit more than the document does, never less. Keywords that only refuse values (`not`, `contains`, ...) are the engine's,
which reads the document itself.
"""

from __future__ import annotations

from accord.document.document import Document, Node
from accord.document.identifiers import pascal_case
from accord.document.pointer import Pointer, unescaped
from accord.generate.ir.naming import Names, class_label, class_name, hinted
from accord.generate.ir.schemas.defaults import settle
from accord.generate.ir.schemas.normal_form import (
    NEVER,
    Schema,
    about,
    enumerated,
    kinds,
    lengths,
    listed,
    mentioned,
    plain,
    reference,
    united,
    widened,
    without,
)
from accord.jsonschema import composition as f
from accord.jsonschema.composition import Members

Nodes = tuple[Node, ...]
Settled = frozenset[tuple[Pointer, str]]
Key = tuple[tuple[Pointer, ...], Settled]

_MOST_ALTERNATIVES = 32  # classes made of one schema by writing its alternatives out
_MOST_NESTED = 50  # lists and mappings inside each other in one annotation; Python reads some 100
_SHAPES = f.STRUCTURE | {
    *("type", "additionalProperties", "unevaluatedProperties", "required"),
    *("allOf", "anyOf", "oneOf", "if", "dependentSchemas"),
}


class Shapes:
    """Collects the classes that schemas need; `objects` is in the order of the document for its named schemas."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.objects: dict[str, Schema] = {}
        self.aliases: dict[str, Schema] = {}
        self.given: list[Schema] = []  # the forms that were asked for
        self._names = Names(document)
        self.components = self._names.components
        self._classes: dict[Key, str] = {}  # names of objects and aliases
        self._open: dict[Key, int] = {}  # what is being looked at, and how many lists and mappings held it
        self._recursive: dict[Key, str] = {}
        self._containers = 0
        self._alternatives = 1
        self._waiting: list[tuple[str, Members]] = []

    def of(self, node: Node, hint: str) -> Schema:
        """The normal form of a schema; `hint` is the class of an object that has no name of its own."""
        form = self._form((node,), hint)
        while self._waiting:
            self._fill(*self._waiting.pop(0))
        self.given.append({} if form is NEVER else form)
        return self.given[-1]

    def added(self, hint: str, form: Schema) -> Schema:
        """An object that no schema describes by itself, under a name of its own."""
        name = self._names.of(None, hint)
        self.objects[name] = form
        self.given.append(reference(name))
        return self.given[-1]

    def one_way(self) -> frozenset[str]:
        """The names of what holds members that are only read or only written, so that its models and rows differ."""
        users: dict[str, list[str]] = {}
        for name, form in {**self.objects, **self.aliases}.items():
            for used in mentioned([form]):
                users.setdefault(used, []).append(name)
        waiting = [
            name
            for name, form in self.objects.items()
            if any("readOnly" in member or "writeOnly" in member for member in form["properties"].values())
        ]
        found: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += users.get(name, ())
        return frozenset(found)

    def _form(self, nodes: Nodes, hint: str, settled: Settled = frozenset()) -> Schema:
        """The normal form of what satisfies all the nodes; of the `settled` unions an alternative is among them."""
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
            form = self._referred(nodes[0], hint) if len(nodes) == 1 else None
            if form is None:
                form = self._composed(key, nodes, hint)
        finally:
            del self._open[key]
        named = key in self._recursive or (
            self._containers % _MOST_NESTED == _MOST_NESTED - 1 and not {"$ref", "enum"} & form.keys()
        )
        return self._alias(key, nodes, hint, form) if named and key not in self._classes else form

    def _referred(self, node: Node, hint: str) -> Schema | None:
        """The form of a schema that is only a reference, perhaps with some words of its own."""
        if not isinstance(node.value, dict):
            return None
        if node.reference is not None and not _SHAPES & node.value.keys():
            target = self.document.at(node.reference, node)
            form = self._form((target,), hinted(target, hint))
        elif (
            len(parts := f.branches(node, "allOf")) == 1
            and parts[0].reference
            and not (_SHAPES - {"allOf"}) & node.value.keys()
        ):
            form = self._form((parts[0],), hint)
        else:
            return None
        return form if form is NEVER else {**form, **about([node])}

    def _composed(self, key: Key, nodes: Nodes, hint: str) -> Schema:
        settled, facets = key[1], f.composed(nodes)
        if any(facet.value is False for facet in facets):
            return NEVER
        pointers = {facet.pointer for facet in facets}
        for facet in facets:
            for keyword in f.UNIONS:
                union = (facet.pointer, keyword)
                if union in settled or keyword not in facet.value:
                    continue
                alternatives = f.branches(facet, keyword)
                if any(part.resolved().pointer in pointers for part in alternatives):
                    settled |= {union}
                    continue
                form = self._united(facet, alternatives, nodes, facets, hint, settled | {union})
                if form is not None:
                    if "discriminator" in form:
                        return self._alias(key, nodes, hint, form)
                    return form
        return self._own(key, nodes, facets, hint, f.members(facets, settled))

    # --- alternatives

    def _united(  # noqa: PLR0913, PLR0917 - what is known on the way down
        self, facet: Node, parts: list[Node], nodes: Nodes, facets: list[Node], hint: str, settled: Settled
    ) -> Schema | None:
        """The union of alternatives, each together with what is said beside them; None if they say nothing of the shape."""
        if not any(f.structured(part) for part in parts):
            return None
        kinds_beside = f.types(facets)
        hints = [f"{hint}{class_label(part) or number}" for number, part in enumerate(parts, 1)]
        heavy = any(f.STRUCTURE & one.value.keys() for one in facets) or self._others(facets, settled)
        if not heavy:
            forms = [self._form((part,), name) for part, name in zip(parts, hints, strict=True)]
            if kinds_beside is None or all(kinds(form, self.objects, self.aliases) <= widened(kinds_beside) for form in forms):
                return self._tagged(facet, parts, forms, facets)
        known = {name for one in facets for name in one.value.get("properties", ())}
        if known and all(f.adds_nothing(part, known) for part in parts):
            return None
        if self._alternatives * len(parts) > _MOST_ALTERNATIVES:
            return None
        self._alternatives *= len(parts)
        try:
            forms = [self._beside(part, name, nodes, facets, hint, settled) for part, name in zip(parts, hints, strict=True)]
        finally:
            self._alternatives //= len(parts)
        return self._tagged(facet, parts, forms, facets)

    def _beside(self, part: Node, name: str, nodes: Nodes, facets: list[Node], hint: str, settled: Settled) -> Schema:  # noqa: PLR0913, PLR0917 - as _united
        """An alternative together with what is said beside it; only itself if it includes all that, as a subclass does."""
        included = {facet.pointer for facet in f.composed([part])}
        if all(facet.pointer in included for facet in facets):
            return self._form((part,), hint)
        if part.reference:
            name = f"{hint}{class_name(unescaped(part.reference.rpartition('/')[2]))}"
        return self._form((*nodes, part), name, settled)

    @staticmethod
    def _others(facets: list[Node], settled: Settled) -> bool:
        """Whether there are more alternatives than those that are looked at."""
        return any(
            (facet.pointer, keyword) not in settled and any(f.structured(part) for part in f.branches(facet, keyword))
            for facet in facets
            for keyword in f.UNIONS
        )

    def _tagged(self, facet: Node, parts: list[Node], forms: list[Schema], facets: list[Node]) -> Schema:
        form = united(forms, about(facets))
        if "anyOf" in form and (tags := self._tags(facet, parts, forms)):
            form["discriminator"] = {"propertyName": facet.value["discriminator"]["propertyName"], "mapping": tags}
        return form

    def _tags(self, facet: Node, parts: list[Node], forms: list[Schema]) -> dict[str, str]:
        """The classes by the value of a discriminator; none if the classes themselves say which value they have."""
        discriminator = facet.value.get("discriminator")
        name = discriminator.get("propertyName") if isinstance(discriminator, dict) else None
        classes = {
            part.resolved().pointer: form["$ref"].rpartition("/")[2]
            for part, form in zip(parts, forms, strict=True)
            if part.reference is not None and "$ref" in form
        }
        if not isinstance(name, str) or not classes or all(f.names_itself(part, name) for part in parts if part.reference):
            return {}
        tags = {str(pointer[-1]): known for pointer, known in classes.items()}
        for value, place in discriminator.get("mapping", {}).items():
            pointer = place if "/" in place else f"#/components/schemas/{place}"
            target = self.document.at(pointer, facet).resolved().pointer
            if target in classes:
                tags[value] = classes[target]
        return tags

    def _alias(self, key: Key, nodes: Nodes, hint: str, form: Schema) -> Schema:
        """A form under a name of its own."""
        name = self._recursive.get(key) or self._name(nodes, hint)
        self.aliases[name], self._classes[key] = form, name
        return {**reference(name), **{k: v for k, v in form.items() if k in ("description", "default")}}

    # --- one value

    def _own(self, key: Key, nodes: Nodes, facets: list[Node], hint: str, found: Members) -> Schema:
        """The form of what the facets themselves say, without alternatives."""
        allowed = f.types(facets)
        words = about(facets)
        values = [
            facet.value.get("enum", [facet.value.get("const")]) for facet in facets if {"enum", "const"} & facet.value.keys()
        ]
        if values and (form := enumerated(values, allowed, words)) is not None:
            return form
        if allowed is None:
            shaped = any(
                (f.STRUCTURE - {"enum", "const"}) & one.value.keys() or isinstance(one.value.get("additionalProperties"), dict)
                for one in facets
            )
            if not shaped and not values:
                return words
            allowed = list(f.KINDS) if not values else sorted({listed(value) for value in values[-1]})
        forms = [self._one(kind, key, nodes, facets, hint, found) for kind in dict.fromkeys(allowed)]
        forms = [form for form in forms if form is not NEVER]
        if not forms:
            return NEVER
        if len(forms) == 1:
            return forms[0]
        if all(
            set(form) == {"type"} or form.get("type") in ("string", "integer", "number", "boolean", "null") for form in forms
        ):
            return {key: item for form in forms for key, item in form.items()} | {"type": [form["type"] for form in forms]}
        return united([without(form, words) for form in forms], words)

    def _one(self, kind: str, key: Key, nodes: Nodes, facets: list[Node], hint: str, found: Members) -> Schema:  # noqa: PLR0913, PLR0917 - as _united
        """The form of the values of one JSON type."""
        if kind == "object":
            return self._object(key, nodes, facets, hint, found)
        if kind == "array":
            return self._array(key, nodes, facets, hint)
        return plain(kind, facets)

    def _object(self, key: Key, nodes: Nodes, facets: list[Node], hint: str, found: Members) -> Schema:
        if not found.properties and not found.maybe:
            return {"type": "object", **about(facets), "additionalProperties": self._extra(found, hint)}
        name = self._classes.get(key)
        if name is None:
            name = self._classes[key] = self._name(nodes, hint)
            self.objects[name] = {"type": "object", **about(facets[-1:], ("description",)), "properties": {}, "required": []}
            self._waiting.append((name, found))
        return {**reference(name), **about(facets, ("description", "default"))}

    def _fill(self, name: str, found: Members) -> None:
        """Give a class its members."""
        form = self.objects[name]
        for key, speaking in found.properties.items():
            member = self._form(tuple(speaking), f"{name}{pascal_case(key)}")
            if member is NEVER:
                continue
            member = dict(member)
            settle(member, speaking)
            for keyword in ("readOnly", "writeOnly"):
                if any(facet.value.get(keyword) is True for facet in f.composed(speaking) if facet.value is not False):
                    member[keyword] = True
            form["properties"][key] = member
        form["properties"] |= {key: {} for key in found.maybe}
        form["required"] = [key for key in form["properties"] if key in found.required]
        if found.closed:
            form["additionalProperties"] = False
        elif found.extra is not None:
            form["additionalProperties"] = self._extra(found, name) or True

    def _extra(self, found: Members, hint: str) -> Schema:
        """The form of the members that have no names."""
        forms = self._held([(node,) for node in found.extra or ()], f"{hint}Value")
        return {} if found.extra is None else united([form for form in forms if form is not NEVER], {})

    def _held(self, things: list[Nodes], hint: str) -> list[Schema]:
        """The forms of what a list or a mapping holds."""
        self._containers += 1
        try:
            return [self._form(nodes, hint if len(things) == 1 else f"{hint}{n}") for n, nodes in enumerate(things, 1)]
        finally:
            self._containers -= 1

    def _array(self, key: Key, nodes: Nodes, facets: list[Node], hint: str) -> Schema:
        words = plain("array", facets)
        first = next((facet for facet in reversed(facets) if "prefixItems" in facet.value), None)
        if first is None:
            items = [facet.raw_child("items") for facet in facets if "items" in facet.value]
            form = self._held([tuple(items)], f"{hint}Item")[0] if items else {}
            return {**words, "items": {} if form is NEVER else form}
        places = self._held([(node,) for node in f.branches(first, "prefixItems")], f"{hint}Item")
        rest: Schema = self._held([(first.raw_child("items"),)], f"{hint}Rest")[0] if "items" in first.value else {}
        if NEVER in places:
            places, rest = places[: places.index(NEVER)], NEVER
        least, most = max([0, *map(int, f.said(facets, "minItems"))]), min([1 << 62, *map(int, f.said(facets, "maxItems"))])
        if rest is NEVER or most <= len(places) or ("items" not in first.value and False in f.said(facets, "unevaluatedItems")):
            return lengths(places, least, min(most, len(places)), about(facets))
        if least < len(places) or key in self._recursive:  # mypy knows no variadic tuple that holds itself
            return {**words, "items": united([*places, rest], {})}
        return self._alias(
            ((*key[0], ("array",)), key[1]),
            nodes,
            hint,
            {"type": "array", **about(facets), "prefixItems": places, "items": rest},
        )

    def _name(self, nodes: Nodes, hint: str) -> str:
        return self._names.of(nodes[0] if len(nodes) == 1 else None, hint)
