"""The document's schemas in a normal form that says only what a Python type needs.

Every object with members is one named entry of `Shapes.objects`, `$ref`s to anything else are replaced by what they mean, and
`allOf` is merged. Models, rows and operations are all written from this one form. It is no judge: keywords that only refuse
values (`not`, `if`, `contains`, ...) are the engine's, which reads the document itself.
"""

from __future__ import annotations

from typing import Any

from app.engine.document import Document, DocumentError, Node
from app.engine.names import pascal_case
from app.engine.text import Pointer
from codegen.patterns import compiles

Schema = dict[str, Any]

_KEPT = (
    "description",
    "default",
    "deprecated",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
)
_KINDS = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_SHAPES = frozenset(
    {"type", "properties", "items", "prefixItems", "additionalProperties", "patternProperties", "enum", "const"}
)
_BRANCHES = ("anyOf", "oneOf", "if", "then", "else", "dependentSchemas")


def class_name(name: str) -> str:
    """The name of a schema's class: its own, as far as Python allows."""
    pascal = pascal_case(name)
    return pascal if pascal.isidentifier() and pascal not in ("None", "True", "False") else f"Schema{pascal}"


class Shapes:
    """Collects the objects that schemas need; `objects` is in the order of the document for its named schemas."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.objects: dict[str, Schema] = {}
        self._names: dict[Pointer, str] = {}
        self._owners: dict[str, Node] = {}
        self._open: set[Pointer] = set()

    def of(self, node: Node, hint: str) -> Schema:
        """The normal form of a schema; `hint` is the class of an object that has no name of its own.

        Raises:
            DocumentError: no Python type can say what the schema says.
        """
        if isinstance(node.value, bool) or node.value == {}:
            if node.value is False:
                raise DocumentError(f"{node.where}: the schema `false` has no values: leave the thing out")
            return {}
        if node.pointer in self._open:
            raise DocumentError(f"{node.where}: the schema contains itself without an object between: its type would never end")
        self._open.add(node.pointer)
        try:
            return self._of(node, hint)
        finally:
            self._open.discard(node.pointer)

    def _of(self, node: Node, hint: str) -> Schema:
        if node.reference is not None and not _SHAPES.intersection(node.value):
            target = self.document.at(node.reference, node)
            return {**self.of(target, class_name(str(target.pointer[-1]))), **_kept(node.value)}
        if (members := _members(node)) is not None:
            return {"$ref": f"#/components/schemas/{self._object(node, hint, members)}", **_kept(node.value, ("description",))}
        value = node.value
        if "const" in value or "enum" in value:
            return {
                **_kept(value, ("description", "default")),
                **_values(node, [value["const"]] if "const" in value else value["enum"]),
            }
        for keyword in ("anyOf", "oneOf"):
            if keyword in value and not ("type" in value and all(not _shapely(b) for b in _branches(node, keyword))):
                branches = [self.of(b, f"{hint}{number}") for number, b in enumerate(_branches(node, keyword), 1)]
                return _united(branches, _kept(value, ("description", "default")))
        if "allOf" in value:
            merged: Schema = {}
            for branch in _branches(node, "allOf"):
                merged |= self.of(branch, hint)
            return {**merged, **(self._plain(node, hint) if "type" in value else _kept(value))}
        return self._plain(node, hint)

    def _plain(self, node: Node, hint: str) -> Schema:
        value = node.value
        kind = value.get("type") or ("array" if "items" in value else "object" if "additionalProperties" in value else None)
        if kind is None:
            if set(value) <= {"description", "title", "example", "examples", "deprecated", "readOnly", "writeOnly", "default"}:
                return _kept(value)
            raise DocumentError(f"{node.where}: the schema has no `type`: say which, so that it has a Python type")
        kinds = [*([kind] if isinstance(kind, str) else kind), *(["null"] if value.get("nullable") is True else [])]
        forms = [self._one(node, hint, name) for name in dict.fromkeys(kinds)]
        if len(forms) == 1:
            return forms[0]
        if all(set(form) == {"type"} or form["type"] not in ("array", "object") for form in forms):
            return {key: item for form in forms for key, item in form.items()} | {"type": [form["type"] for form in forms]}
        return {**_kept(value, ("description", "default")), "anyOf": forms}

    def _one(self, node: Node, hint: str, kind: str) -> Schema:
        """A schema of one JSON type."""
        form: Schema = {"type": kind, **(_kept(node.value) if kind != "null" else {})}
        match kind:
            case "array":
                if "prefixItems" in node.value:
                    raise DocumentError(
                        f"{node.where}: `prefixItems` (a tuple) has no generated type: use an object with named members"
                    )
                items = _raw(node, "items")
                form["items"] = self.of(items, f"{hint}Item") if items is not None else {}
            case "object":
                values = (
                    [node.raw_child("additionalProperties")] if isinstance(node.value.get("additionalProperties"), dict) else []
                )
                if (patterns := _raw(node, "patternProperties")) is not None:
                    values += [patterns.raw_child(pattern) for pattern in patterns.value]
                forms = [self.of(item, f"{hint}Value") for item in values]
                form["additionalProperties"] = forms[0] if len(forms) == 1 else {"anyOf": forms} if forms else {}
            case "string":
                if node.value.get("format") == "date-time":
                    return {"type": kind, "format": "date-time", **_kept(node.value, ("description", "default"))}
                if isinstance(pattern := node.value.get("pattern"), str) and compiles(pattern):
                    form["pattern"] = pattern
            case "integer" | "number" | "boolean" | "null":
                pass
            case _:
                raise DocumentError(f"{node.where}: there is no type {kind!r}")
        return form

    def _object(self, node: Node, hint: str, members: Members) -> str:
        """The name of an object's class; the class is added when it is met for the first time."""
        if (known := self._names.get(node.pointer)) is not None:
            return known
        named = len(node.pointer) == 3 and node.pointer[:2] == ("components", "schemas")  # noqa: PLR2004 - a component
        name = class_name(str(node.pointer[-1])) if named else hint
        if (owner := self._owners.get(name)) is not None:
            raise DocumentError(
                f"{node.where}: this schema and the one in line {owner.line} both become the class {name}: rename one"
            )
        self._names[node.pointer], self._owners[name] = name, node
        self.objects[name] = form = {"type": "object", **_kept(node.value, ("description",))}
        was, self._open = self._open, set()
        form["properties"] = {key: self.of(member, f"{name}{pascal_case(key)}") for key, member in members.properties.items()}
        self._open = was
        form["required"] = [key for key in members.properties if key in members.required]
        if members.closed:
            form["additionalProperties"] = False
        elif (extra := members.extra) is not None:
            form["additionalProperties"] = self.of(extra, f"{name}Value") if isinstance(extra.value, dict) else True
        return name


class Members:
    """The members of an object and of everything it is composed of."""

    def __init__(self) -> None:
        self.properties: dict[str, Node] = {}
        self.required: set[str] = set()
        self.closed = False
        self.extra: Node | None = None

    def add(self, node: Node, seen: set[Pointer]) -> None:
        """Take the members of a schema, of its `$ref` and of its `allOf`."""
        if not isinstance(node.value, dict) or node.pointer in seen:
            return
        seen.add(node.pointer)
        if node.reference is not None:
            self.add(node.document.at(node.reference, node), seen)
        for branch in _branches(node, "allOf"):
            self.add(branch, seen)
        if (properties := _raw(node, "properties")) is not None:
            self.properties |= {key: properties.raw_child(key) for key in properties.value}
        self.required |= set(node.value.get("required", ()))
        self.closed |= node.value.get("additionalProperties") is False or node.value.get("unevaluatedProperties") is False
        if "additionalProperties" in node.value and not self.closed:
            self.extra = node.raw_child("additionalProperties")
        elif "patternProperties" in node.value:
            self.extra = Node(node.document, (*node.pointer, "patternProperties"), True)  # noqa: FBT003 - the schema `true`


def _members(node: Node) -> Members | None:
    """The members, or None if the schema is no object with members."""
    members = Members()
    members.add(node, set())
    if not members.properties:
        return None
    for keyword in _BRANCHES:
        for branch in _branches(node, keyword):
            hidden = Members()
            hidden.add(branch, set())
            if missing := [key for key in hidden.properties if key not in members.properties]:
                raise DocumentError(
                    f"{branch.where}: {missing[0]!r} is a member only under `{keyword}`, where no type can hold it: "
                    "list it under `properties` too, or write the alternatives as whole schemas"
                )
    return members


def _branches(node: Node, keyword: str) -> list[Node]:
    child = _raw(node, keyword)
    if child is None:
        return []
    if isinstance(child.value, list):
        return [child.raw_child(index) for index in range(len(child.value))]
    return [child.raw_child(key) for key in child.value] if keyword == "dependentSchemas" else [child]


def _shapely(node: Node) -> bool:
    return isinstance(node.value, dict) and bool(_SHAPES.intersection(node.value) or "$ref" in node.value)


def _raw(node: Node, key: str) -> Node | None:
    return node.raw_child(key) if isinstance(node.value, dict) and key in node.value else None


def _kept(value: Schema, keywords: tuple[str, ...] = _KEPT) -> Schema:
    return {keyword: value[keyword] for keyword in keywords if keyword in value}


def _united(branches: list[Schema], about: Schema) -> Schema:
    """Alternatives; a scalar or null stays one scalar, which keeps its bounds in the model."""
    others = [{k: v for k, v in branch.items() if k != "default"} for branch in branches if branch.get("type") != "null"]
    if len(others) == 1 and len(branches) > 1:
        if "enum" in others[0]:
            return {**others[0], **about, "enum": [*others[0]["enum"], None]}
        if isinstance(kind := others[0].get("type"), str) and kind not in ("array", "object"):
            return {**others[0], **about, "type": [kind, "null"]}
    return {**about, "anyOf": branches}


def _values(node: Node, values: list[Any]) -> Schema:
    """The form of `enum` and `const`; a list with a float in it becomes its types, for a float has no literal type."""
    if not values:
        raise DocumentError(f"{node.where}: `enum` has no values: list them")
    kinds = [_KINDS.get(type(value)) for value in values]
    if None in kinds:
        raise DocumentError(f"{node.where}: only scalars in `enum` and `const` have a Python type: describe the shape instead")
    return {"type": list(dict.fromkeys(kinds))} if "number" in kinds else {"enum": values}
