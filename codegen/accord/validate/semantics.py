"""Rules of OpenAPI that its schema cannot express: unique names, path parameters, valid defaults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from accord.document.adoption.readings import Word
from accord.document.document import Document, DocumentError, Node
from accord.document.pointer import Pointer
from accord.document.references import METHODS
from accord.openapi.keywords.suggestions import nodes

Found = Iterator[tuple[Node, str, tuple[tuple[Word, Pointer], ...]]]

# Keywords that apply to scalars, beside `type`.
_OF_SCALARS = (
    *("enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "pattern"),
)


def meaning(document: Document) -> Found:
    """What is wrong, where, and the readings that would adopt it."""
    first: dict[str, Node] = {}
    for kind, node in nodes(document):
        if kind == "path item" and node.pointer[:-1] == ("paths",):
            if beyond := re.search(r"[?#].*", str(node.pointer[-1])):
                text = f"{beyond[0]!r} is not part of a path, so it is never served: declare it as a parameter of the query"
                yield node, text, (("drop", node.pointer),)
            try:
                yield from _path(str(node.pointer[-1]), node.resolved())
            except DocumentError:
                continue
        elif kind == "operation":
            yield from _twice(node)
            name = node.value.get("operationId") if node.pointer[:-2] == ("paths",) else None
            if isinstance(name, str) and (other := first.setdefault(name, node)) is not node:
                text = f"operationId {name!r} is used twice, first in {other.where}: rename one"
                yield node.raw_child("operationId"), text, ()
        elif kind == "schema" and "default" in node.value:
            yield from _default(node)


def _path(path: str, item: Node) -> Found:
    """Path parameters that are not declared, and declared ones that are not in the path."""
    names = set(re.findall(r"\{([^{}]+)\}", path))
    shared = list(_declared(item))
    for method in METHODS:
        operation = item.value.get(method)
        if not isinstance(operation, dict):
            continue
        node = item.child(method)
        declared = [*shared, *_declared(node)]
        known = {one.value["name"] for one in declared}
        for name in sorted(names - known):
            text = f"the parameter {name!r} of the path {path!r} is not declared: declare it with `in: path`"
            yield node, text, (("declare", node.pointer),) if node.pointer[:-2] == ("paths",) else ()
    own = [one for method in METHODS if isinstance(item.value.get(method), dict) for one in _declared(item.child(method))]
    for one in (*shared, *own):
        if one.value["name"] not in names:
            text = f"the path {path!r} has no parameter {one.value['name']!r}: add it to the path, or remove it here"
            yield one, text, (("drop", one.pointer),)


def _declared(owner: Node) -> Iterator[Node]:
    """The parameters of a path that a path item or an operation declares, as they are listed."""
    for listed, parameter in _parameters(owner):
        if parameter.value.get("in") == "path" and isinstance(parameter.value.get("name"), str):
            yield Node(owner.document, listed.pointer, parameter.value)


def _parameters(owner: Node) -> Iterator[tuple[Node, Node]]:
    """The elements of `parameters`, as they are listed and as they are written."""
    parameters = owner.value.get("parameters")
    for index in range(len(parameters)) if isinstance(parameters, list) else ():
        listed = owner.raw_child("parameters").raw_child(index)
        try:
            parameter = listed.resolved()
        except DocumentError:
            continue
        if isinstance(parameter.value, dict):
            yield listed, parameter


def _twice(operation: Node) -> Found:
    seen: set[tuple[Any, Any]] = set()
    for listed, parameter in _parameters(operation):
        name, place = parameter.value.get("name"), parameter.value.get("in")
        if isinstance(name, str) and isinstance(place, str):
            if (name, place) in seen:
                yield listed, f"the parameter {name!r} in {place} is declared twice: remove one", ()
            seen.add((name, place))


def _default(schema: Node) -> Found:
    """A default that is not valid for the `type` beside it or, of a scalar, for the other keywords (OpenAPI 3.0.4, 4.7.24)."""
    value = schema.value["default"]
    if value is None and schema.value.get("nullable") is True:
        return
    keywords = {key: schema.value[key] for key in ("type", *_OF_SCALARS) if key in schema.value}
    if isinstance(value, (dict, list)):
        keywords = {key: keywords[key] for key in ("type",) if key in keywords}
    try:
        errors = list(jsonschema_rs.Draft202012Validator(keywords).iter_errors(value))
    except jsonschema_rs.ValidationError:  # the keywords are wrong themselves
        return
    for error in errors[:1]:
        yield schema.raw_child("default"), f"the `default` is not valid: {error.message}: correct it, or remove it", ()
