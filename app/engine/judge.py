"""The verdict on a request or an answer: the JSON Schema in the document, compiled (2020-12, formats asserted)."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Collection
from typing import Any, NamedTuple

import jsonschema_rs
import msgspec

from app.engine.description import Operation
from app.engine.directions import Directed, Direction
from app.engine.document import Document, DocumentError, Node
from app.engine.messages import alternatively, message
from app.engine.problems import encode
from app.engine.rules import Rule, rule_at, unescape
from app.engine.text import Pointer, mappings

MOST_FAULTS = 100  # of one request; the document's `errors` array has the same bound

_UNEVALUATED = ("unevaluatedItems", "unevaluatedProperties")
# What these refuse has a name that a client gave it.
_OF_CLIENTS = frozenset({"additionalProperties", "propertyNames", "unevaluatedProperties", "unknown"})

_NO_NAME = re.compile(r'["{<]')  # begins what is no name but a whole body, read as the name of a form's field

_MOST_KNOWN = 1024
_SHORT = 200  # characters
_NAME = 100  # characters of one name in a pointer


class _Fault(NamedTuple):
    """A keyword that fails at a place, and its JSON."""

    keyword: str
    place: str
    text: msgspec.Raw


def escape(name: str) -> str:
    """A name as a step of a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name


def fault(place: str, pointer: str, code: str, said: str | None = None) -> msgspec.Raw:
    """One member of `errors`: where (`query`), a JSON Pointer from there, the keyword that refuses, and why."""
    # Names that clients made up are not kept: those that are unknown, and what long pointers hold.
    return (_usual if len(pointer) < _SHORT and code not in _OF_CLIENTS else _fault)(place, pointer, code, said)


def _fault(place: str, pointer: str, code: str, said: str | None) -> msgspec.Raw:
    if not pointer.isprintable() or len(pointer) > _NAME:
        pointer = "/".join(map(_shown, pointer.split("/")))[:1000]
    if code in _OF_CLIENTS and (odd := _NO_NAME.search(pointer)) is not None:
        pointer = pointer[: odd.start()] + "…"
    return msgspec.Raw(encode({"in": place, "pointer": pointer, "code": code, "message": said or message(code)}))


_usual = functools.lru_cache(maxsize=1024)(_fault)


def _shown(step: str) -> str:
    """A name as it is told: cut if it is long, without characters that change how the text around them is shown."""
    cut = step if len(step) <= _NAME else step[: _NAME - 1].rstrip("~") + "…"
    return cut if cut.isprintable() else "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in cut)


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
    """Compile a schema.

    A schema that is not the document's own is made of schemas of `directed(document, direction)`.

    Raises:
        DocumentError: it is no schema.
    """
    return _compiled(_whole(document, schema, direction), schema.where if isinstance(schema, Node) else document.name)


def _compiled(schema: dict[str, Any], where: str) -> jsonschema_rs.Draft202012Validator:
    try:
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    except jsonschema_rs.ValidationError as error:
        raise DocumentError(f"{where}: the judge does not take this schema: {error.message}: correct it") from None


def _whole(document: Document, schema: Node | dict[str, Any], direction: Direction) -> dict[str, Any]:
    """A schema together with what its `$ref`s lead to (the whole document would cost megabytes each time)."""
    schemas = directed(document, direction)
    if isinstance(schema, Node):
        schema = {"allOf": [schemas.of(schema)]}
    targets: dict[str, Node] = {}
    waiting: list[Any] = [schema]
    while waiting:
        for _, mapping in mappings(waiting.pop()):  # what examples, constants and extensions hold is no reference
            reference = mapping.get("$ref")
            if isinstance(reference, str) and reference not in targets:
                targets[reference] = document.at(reference, document.root)
                waiting.append(schemas.of(targets[reference]))
    root: dict[str, Any] = {}
    for target in sorted(targets.values(), key=lambda node: len(node.pointer)):  # what holds another comes first
        _place(root, target.pointer, schemas.of(target))
    return {**root, **schema}


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
        self._schema = _whole(document, {"properties": places}, direction)
        self._validator = _compiled(self._schema, document.name)
        self.is_valid = self._validator.is_valid
        self._rules: dict[str, Rule] = {}  # by their place in the schema
        self._known: dict[tuple[str, str], _Fault] = {}  # a fault is a keyword at a place, so its JSON is made once

    def faults(self, parts: dict[str, Any], told: Collection[str] = ()) -> list[msgspec.Raw]:
        """Every fault of a refused request, at most `MOST_FAULTS`; none at the places (`/query/x`) that are told of already."""
        found: dict[tuple[str, str], _Fault] = {}
        twice: set[tuple[str, str]] = set()
        spread: set[tuple[str, str]] = set()  # faults that were told by name
        for error in itertools.islice(self._validator.evaluate(parts).errors(), MOST_FAULTS):
            where = (error["schemaLocation"], error["instanceLocation"])
            known = self._known.get(where)
            if known is None:
                rule = self._rules.get(where[0]) or self._rule(where[0])
                if rule.names is not None:
                    if where not in spread:
                        spread.add(where)
                        self._tell_by_name(rule, where[1], parts, told, found)
                    continue
                known = _told(rule.keyword, where[1], rule.message)
                # Bounded, because places inside long arrays are many.
                if len(self._known) < _MOST_KNOWN and len(known.place) < _SHORT:
                    self._known[where] = known
            if told and known.place in told:
                continue
            other = found.get((known.keyword, known.place))
            found[known.keyword, known.place] = known if other is None or other.text == known.text else _either(other, known)
            if known.keyword == "format":  # a field that has a format and a pattern is wrong once
                twice.add(("pattern", known.place))
            elif known.keyword in _UNEVALUATED:  # the member is told, and what holds it
                twice.add((known.keyword, known.place.rpartition("/")[0]))
        if twice:  # what is wrong with a member says more than that nobody has evaluated it
            told_otherwise = {place for keyword, place in found if keyword not in _UNEVALUATED}
            twice |= {key for key in found if key[0] in _UNEVALUATED and key[1] in told_otherwise}
        return [known.text for key, known in found.items() if not twice or key not in twice][:MOST_FAULTS]

    def _rule(self, location: str) -> Rule:
        rule = self._rules[location] = rule_at(self._schema, location)
        return rule

    @staticmethod
    def _tell_by_name(
        rule: Rule, place: str, parts: dict[str, Any], told: Collection[str], found: dict[tuple[str, str], _Fault]
    ) -> None:
        """One fault for each member, as many as there is room for."""
        for keyword, name, said in rule.names(_at(parts, place)):  # type: ignore[misc]  # the caller has looked
            if len(found) >= MOST_FAULTS:
                return
            member = f"{place}/{escape(name)}"
            if not told or member not in told:
                found[keyword, member] = _told(keyword, member, said)


def _told(keyword: str, place: str, said: str) -> _Fault:
    _, where, *pointer = place.split("/", 2)
    return _Fault(keyword, place, fault(where, f"/{pointer[0]}" if pointer else "", keyword, said))


def _either(one: _Fault, other: _Fault) -> _Fault:
    """A keyword that fails at one place in two schemas, which are alternatives as a rule."""
    first, second = (msgspec.json.decode(known.text)["message"] for known in (one, other))
    return _told(one.keyword, one.place, alternatively(one.keyword, first, second))


def _at(value: Any, place: str) -> Any:  # noqa: ANN401 - any JSON value
    """What a JSON Pointer leads to."""
    for step in place.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[unescape(step) if "~" in step else step]
    return value
