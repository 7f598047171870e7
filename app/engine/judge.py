"""The verdict on a request or an answer: the JSON Schema in the document, compiled (2020-12, formats asserted)."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Collection
from typing import Any, NamedTuple

import jsonschema_rs
import msgspec

from app.engine.description import Operation
from app.engine.directions import SHAPES, Directed, Direction
from app.engine.document import Document, DocumentError, Node
from app.engine.problems import encode
from app.engine.text import Pointer

MOST_FAULTS = 100  # of one request; the document's `errors` array has the same bound

# Keyword and place only: a message never repeats what was sent.
_MESSAGES = {
    "additionalProperties": "has a member that is not in the contract",
    "anyOf": "fits none of the alternatives",
    "contains": "has too few or too many of the items that it must have",
    "const": "is not the one allowed value",
    "enum": "is not one of the allowed values",
    "format": "is not in the format",
    "maxItems": "has too many items",
    "maxLength": "is too long",
    "maxProperties": "has too many members",
    "maximum": "is too large",
    "minItems": "has too few items",
    "minLength": "is too short",
    "minProperties": "has too few members",
    "minimum": "is too small",
    "multipleOf": "is not a multiple of the step",
    "oneOf": "does not fit exactly one of the alternatives",
    "pattern": "does not match the pattern",
    "not": "is what it must not be",
    "readOnly": "is not part of requests",
    "writeOnly": "is not part of answers",
    "required": "is required",
    "dependentRequired": "is required beside another member",
    "type": "has the wrong type",
    "uniqueItems": "has an item twice",
    "items": "is an item that is not in the contract",
    "unevaluatedItems": "has an item that is not in the contract",
    "unevaluatedProperties": "has a member that is not in the contract",
    "unknown": "has a name that is not in the contract",
    "repeated": "must occur once",
    "encoding": "is not UTF-8",
    "syntax": "is not JSON",
    "contentType": "has a content type that is not in the contract",
    "contentEncoding": "is not in its content encoding",
    "headers": "has not the headers that it must have",
}

_MISSING = " is a required property"
_HIDDEN = '{"$comment":"'  # begins what `directions` forbids, followed by the keyword
_SHAPES = tuple(f'does not match "{shape}"' for shape in SHAPES.values())  # how the validator tells of them

_UNEVALUATED = ("unevaluatedItems", "unevaluatedProperties")

_MOST_KNOWN = 1024
_SHORT = 200  # characters


class _Fault(NamedTuple):
    """A keyword that fails at a place, and its JSON."""

    keyword: str
    place: str
    text: msgspec.Raw


def escape(name: str) -> str:
    """A name as a step of a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def fault(place: str, pointer: str, code: str) -> msgspec.Raw:
    """One member of `errors`: where (`query`), a JSON Pointer from there, and the keyword that refuses."""
    # Long pointers hold names that clients made up; they are not kept.
    return _usual(place, pointer, code) if len(pointer) < _SHORT else _fault(place, pointer[:1000], code)


def _fault(place: str, pointer: str, code: str) -> msgspec.Raw:
    message = _MESSAGES.get(code, "does not satisfy the contract")
    return msgspec.Raw(encode({"in": place, "pointer": pointer, "code": code, "message": message}))


_usual = functools.lru_cache(maxsize=1024)(_fault)


@functools.lru_cache(maxsize=8)
def directed(document: Document, direction: Direction) -> Directed:
    """The document's schemas in one direction, made once."""
    return Directed(document, direction)


@functools.lru_cache(maxsize=4096)
def is_pattern(text: str) -> bool:
    r"""Whether the judge reads a regular expression: ECMA-262 as used with `u`, but for `\k<name>` and lone surrogates."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": text})
    except jsonschema_rs.ValidationError:
        return False
    return True


def validator(document: Document, schema: Node | dict[str, Any], direction: Direction) -> jsonschema_rs.Draft202012Validator:
    """Compile a schema together with what its `$ref`s lead to (the whole document would cost megabytes each time).

    A schema that is not the document's own is made of schemas of `directed(document, direction)`.

    Raises:
        DocumentError: it is no schema.
    """
    where = schema.where if isinstance(schema, Node) else document.name
    schemas = directed(document, direction)
    if isinstance(schema, Node):
        schema = {"allOf": [schemas.of(schema)]}
    targets: dict[str, Node] = {}
    waiting: list[Any] = [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
            reference = value.get("$ref")
            if isinstance(reference, str) and reference not in targets:
                targets[reference] = document.at(reference, document.root)
                waiting.append(schemas.of(targets[reference]))
    root: dict[str, Any] = {}
    for target in sorted(targets.values(), key=lambda node: len(node.pointer)):  # what holds another comes first
        _place(root, target.pointer, schemas.of(target))
    try:
        return jsonschema_rs.Draft202012Validator({**root, **schema}, validate_formats=True)
    except jsonschema_rs.ValidationError as error:
        raise DocumentError(f"{where}: the judge does not take this schema: {error.message}: correct it") from None


def _place(root: dict[str, Any], pointer: Pointer, value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Put a value where its pointer leads, unless something that holds it stands there already."""
    if not pointer:
        return  # `#`: the document itself is no schema
    *path, last = pointer
    for key in path:
        root = root.setdefault(str(key), {})
        if isinstance(root, list):
            return
    root.setdefault(str(last), value)


class Judge:
    """Judges path, query, headers, cookies and body of one operation together, so that all faults are listed at once."""

    def __init__(
        self, document: Document, operation: Operation, body: Node | None = None, direction: Direction = "request"
    ) -> None:
        schemas = directed(document, direction)
        places: dict[str, Any] = {} if body is None else {"body": schemas.of(body)}
        for parameter in operation.parameters:
            place = places.setdefault(parameter.place, {"type": "object", "properties": {}, "required": []})
            schema = schemas.of(parameter.schema)
            place["properties"][parameter.name] = {"if": {"const": ""}, "else": schema} if parameter.allow_empty else schema
            if parameter.required:
                place["required"].append(parameter.name)
        self._validator = validator(document, {"properties": places}, direction)
        self.is_valid = self._validator.is_valid
        self._known: dict[tuple[str, str], _Fault] = {}  # a fault is a keyword at a place, so its JSON is made once

    def faults(self, parts: dict[str, Any], told: Collection[str] = ()) -> list[msgspec.Raw]:
        """Every fault of a refused request, at most `MOST_FAULTS`; none at the places (`/query/x`) that are told of already."""
        found: dict[tuple[str, str], _Fault] = {}
        twice: set[tuple[str, str]] = set()
        for error in itertools.islice(self._validator.evaluate(parts).errors(), MOST_FAULTS):
            where = (error["schemaLocation"], error["instanceLocation"])
            known = self._known.get(where)
            if known is None:
                known, depends = _describe(*where, str(error["error"]))
                # Bounded, because places inside long arrays are many.
                if not depends and len(self._known) < _MOST_KNOWN and len(known.place) < _SHORT:
                    self._known[where] = known
            if told and known.place in told:
                continue
            found[known.keyword, known.place] = known
            if known.keyword == "format":  # a field that has a format and a pattern is wrong once
                twice.add(("pattern", known.place))
            elif known.keyword in _UNEVALUATED:  # the member is told, and what holds it
                twice.add((known.keyword, known.place.rpartition("/")[0]))
        if twice:  # what is wrong with a member says more than that nobody has evaluated it
            told_otherwise = {place for keyword, place in found if keyword not in _UNEVALUATED}
            twice |= {key for key in found if key[0] in _UNEVALUATED and key[1] in told_otherwise}
        return [known.text for key, known in found.items() if not twice or key not in twice]


def _describe(rule: str, place: str, text: str) -> tuple[_Fault, bool]:
    """What a failed keyword says to the client, and whether that depends on the validator's own text."""
    rule, _, keyword = rule.rpartition("/")
    if keyword.isdecimal():  # the place in a keyword's list: `dependentRequired/0`
        keyword = rule.rpartition("/")[2]
    if keyword == "not" and text.startswith(_HIDDEN):
        keyword = text.removeprefix(_HIDDEN).partition('"')[0]
    elif keyword == "pattern" and text.endswith(_SHAPES):
        keyword = "format"
    missing = text.endswith(_MISSING)
    if missing:  # It begins with the missing name, as JSON.
        # jsonschema-rs gives a single `required` beside `additionalProperties: false` the place of the latter.
        keyword = "required" if keyword == "additionalProperties" else keyword
        place += "/" + escape(msgspec.json.decode(text.removesuffix(_MISSING)))
    _, where, *pointer = place.split("/")
    said = fault(where, "".join("/" + part for part in pointer), keyword)
    return _Fault(keyword, place, said), missing or keyword == "additionalProperties"
