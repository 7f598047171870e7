"""Parameters that cannot be read from a request, each with what to write instead."""

from __future__ import annotations

from collections.abc import Iterator

from accord.document.document import Node
from accord.jsonschema.schema import is_closed, property_names, value_schema
from accord.jsonschema.types import SCALARS, types_of
from accord.openapi.media_type import Media
from accord.openapi.operation import Operation
from accord.openapi.parameter import Parameter
from accord.openapi.paths.path_template import Pattern

Found = Iterator[tuple[Node, str]]

_STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}


def unreadable(parameter: Node) -> Found:
    """What is wrong with one parameter."""
    value, place = parameter.value, str(parameter.value.get("in"))
    what = f"parameter {value.get('name')!r}"
    for key in ("allowReserved", "allowEmptyValue"):
        if value.get(key) is True and place != "query":
            yield parameter.raw_child(key), f"{what}: `{key}` is for query parameters: remove it"
    for media in Media.all(parameter.get("content")).values():
        if media.kind not in ("json", "text"):
            yield media.node, f"{what}: {media.name!r} is not read from a parameter: use application/json or text/plain"
    if (schema := parameter.get("schema")) is not None:
        yield from _style(parameter, types_of(schema), what, place)
        yield from _parts(parameter, schema, what)


def _style(parameter: Node, kinds: set[str], what: str, place: str) -> Found:
    style = parameter.value.get("style", "form" if place in ("query", "cookie") else "simple")
    written = parameter.raw_child("style") if "style" in parameter.value else parameter
    if style not in _STYLES.get(place, ()):
        yield written, f"{what}: the style {style!r} is not supported in {place}: use {', '.join(_STYLES.get(place, ()))}"
    elif style == "deepObject" and "object" not in kinds:
        yield written, f"{what}: the style {style!r} is for objects: remove it"
    elif style in ("spaceDelimited", "pipeDelimited"):
        if not kinds & {"array", "object"}:
            yield written, f"{what}: the style {style!r} is for arrays and objects: remove it"
        elif "object" in kinds and parameter.value.get("explode") is True:
            yield parameter.raw_child("explode"), f"{what}: no object is written so: write `explode: false`"


def _parts(parameter: Node, schema: Node, what: str) -> Found:
    """Items and members that are not scalars."""
    kinds, value = types_of(schema), parameter.value
    form = value.get("in") in ("query", "cookie") and value.get("style", "form") == "form"
    by_name = value.get("style") == "deepObject" or (form and value.get("explode", True))
    remedy = "which no style can write: use `content` with application/json"
    if "array" in kinds and not types_of(value_schema(schema, 0)) & SCALARS:
        yield parameter, f"{what}: the items of a list are no lists or objects, {remedy}"
    for name in property_names(schema) if "object" in kinds else ():
        if not types_of(value_schema(schema, name)) & (SCALARS | ({"array"} if by_name else set())):
            yield parameter, f"{what}: its member {name!r} is a list or an object, {remedy}"


def ambiguous(operation: Operation) -> Found:
    """Texts that could belong to two parameters."""
    styles = {p.name: p.style for p in operation.parameters if p.place == "path"}
    for segment in operation.path.split("/"):
        pattern = Pattern.of(segment, styles)
        if pattern is not None and (touching := pattern.touching) is not None:
            text = f"path {operation.path!r}: nothing separates {touching!r} from the parameter before it"
            yield operation.node, f"{text}: add text"
    # The members of an exploded object are separate names.
    owners: dict[tuple[str, str], Parameter] = {}
    for parameter in operation.parameters:
        for name in _own_names(parameter):
            if (other := owners.setdefault((parameter.place, name), parameter)) is not parameter:
                text = f"{name or 'an unknown name'!r} belongs to the parameters {other.name!r} and {parameter.name!r}"
                remedy = "rename one" if name else "write `additionalProperties: false` in one"
                yield parameter.node, f"{text}: {remedy}, or use the style `deepObject`"


def _own_names(parameter: Parameter) -> Iterator[str]:
    """The names of a parameter in the query or among the cookies; an empty name means any other name."""
    if parameter.place in ("query", "cookie"):
        kinds = types_of(parameter.schema) if parameter.media is None else set()
        exploded = "object" in kinds and parameter.style == "form" and parameter.explode
        if not exploded or kinds - {"object", "null"}:
            yield parameter.name
        if exploded:
            yield from property_names(parameter.schema)
        if exploded and parameter.place == "query" and not is_closed(parameter.schema):
            yield ""
