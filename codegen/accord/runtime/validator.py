"""The verdict on a request or an answer, and every fault of one that is refused."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import msgspec

from accord.document.document import Document, Node
from accord.document.pointer import escape, resolve
from accord.jsonschema.faults import Rule
from accord.jsonschema.messages import alternatively, message
from accord.jsonschema.read_write_only import Directed, Direction
from accord.jsonschema.validator import Compiled, compiled
from accord.openapi.operation import Operation
from accord.runtime.problems.problem import encode

MOST_FAULTS = 100  # of one request; the document's `errors` array has the same bound

_UNEVALUATED = ("unevaluatedItems", "unevaluatedProperties")
# What these refuse has a name that a client gave it.
_OF_CLIENTS = frozenset({"additionalProperties", "propertyNames", "unevaluatedProperties", "unknown"})

_USUAL_NAMES = re.compile(r"[\w/.~-]*")  # are told as they are
_NO_NAME = re.compile(r'["{<]')  # begins what is no name but a whole body, read as the name of a form's field

_MOST_KNOWN = 1024
_SHORT = 200  # characters
_NAME = 100  # characters of one name in a pointer


class _Fault(NamedTuple):
    """A keyword that fails at a place, and its JSON."""

    keyword: str
    place: str
    text: msgspec.Raw


def fault(place: str, pointer: str, code: str, said: str | None = None) -> msgspec.Raw:
    """One member of `errors`: where (`query`), a JSON Pointer from there, the keyword that refuses, and why."""
    # Names that clients made up are not kept: those that are unknown, and what long pointers hold.
    return (_usual if len(pointer) < _SHORT and code not in _OF_CLIENTS else _fault)(place, pointer, code, said)


def _fault(place: str, pointer: str, code: str, said: str | None) -> msgspec.Raw:
    if len(pointer) > _NAME or _USUAL_NAMES.fullmatch(pointer) is None:
        pointer = "/".join(map(_shown, pointer.split("/")))[:1000]
        if code in _OF_CLIENTS and (odd := _NO_NAME.search(pointer)) is not None:
            pointer = pointer[: odd.start()] + "…"
    head, tail = _around(place, code, said or message(code))
    return msgspec.Raw(head + encode(pointer) + tail)


@functools.lru_cache(maxsize=1024)
def _around(place: str, code: str, said: str) -> tuple[bytes, bytes]:
    """The JSON of a fault before and after its pointer."""
    head, tail = encode({"in": place, "pointer": "", "code": code, "message": said}).split(b'""', 1)
    return head, tail


_usual = functools.lru_cache(maxsize=1024)(_fault)


def _shown(step: str) -> str:
    """A name as it is shown: cut if it is long, without characters that change how the text around them is shown."""
    cut = step if len(step) <= _NAME else step[: _NAME - 1].rstrip("~") + "…"
    return cut if cut.isprintable() else "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in cut)


class RequestValidator:
    """Judges path, query, headers, cookies and body of one operation together, so that all faults are listed at once."""

    def __init__(
        self, document: Document, operation: Operation, body: Node | None = None, direction: Direction = "request"
    ) -> None:
        self._operation = operation
        self._parameters = compiled(document, self._places, direction, operation.node) if operation.parameters else None
        self._body = compiled(document, body, direction) if body is not None else None
        self.is_valid = self._accepts()

    def _places(self, schemas: Directed) -> dict[str, Any]:
        places: dict[str, Any] = {}
        for parameter in self._operation.parameters:
            place = places.setdefault(parameter.place, {"type": "object", "properties": {}, "required": []})
            schema = schemas.of(parameter.schema)
            place["properties"][parameter.name] = {"if": {"const": ""}, "else": schema} if parameter.allow_empty else schema
            if parameter.required:
                place["required"].append(parameter.name)
        return {"properties": places}

    def _accepts(self) -> Callable[[dict[str, Any], Any], bool]:
        """Whether parameters, by place and name, and a body are valid; the shortest way to it, for every request asks."""
        parameters, body = (one.is_valid if one is not None else None for one in (self._parameters, self._body))
        if parameters is None:
            return (lambda _, value: body(value)) if body is not None else lambda _, __: True
        if body is None:
            return lambda parts, _: parameters(parts)
        return lambda parts, value: parameters(parts) and body(value)

    def faults(self, parts: dict[str, Any], body: Any = None, told: Collection[str] = ()) -> list[msgspec.Raw]:  # noqa: ANN401 - any JSON value
        """Every fault of a refused request, at most `MOST_FAULTS`; none at the places (`/query/x`) that are told of already."""
        found: dict[tuple[str, str], _Fault] = {}
        if self._parameters is not None and (self._body is None or not self._parameters.is_valid(parts)):
            _collect(self._parameters, parts, "", told, found)
        if self._body is not None and (self._parameters is None or not self._body.is_valid(body)):
            _collect(self._body, body, "/body", told, found)
        twice: set[tuple[str, str]] = set()
        for keyword, place in found:
            if keyword == "format":  # a field that has a format and a pattern is wrong once
                twice.add(("pattern", place))
            elif keyword in _UNEVALUATED:  # the member is told, and what holds it
                twice.add((keyword, place.rpartition("/")[0]))
        if twice:  # what is wrong with a member says more than that nobody has evaluated it
            told_otherwise = {place for keyword, place in found if keyword not in _UNEVALUATED}
            twice |= {key for key in found if key[0] in _UNEVALUATED and key[1] in told_otherwise}
        return [known.text for key, known in found.items() if not twice or key not in twice][:MOST_FAULTS]


def _collect(
    judge: Compiled,
    value: Any,  # noqa: ANN401 - any JSON value
    prefix: str,
    told: Collection[str],
    found: dict[tuple[str, str], _Fault],
) -> None:
    spread: set[tuple[str, str]] = set()  # faults that were told by name
    for source, where in itertools.islice(judge.errors(value), MOST_FAULTS):
        known = source.known.get(where)
        if known is None:
            rule = source.rule(where[0])
            if rule.names is not None:
                if where not in spread:
                    spread.add(where)
                    _tell_by_name(rule, resolve(value, where[1]), prefix + where[1], told, found)
                continue
            known = _told(rule.keyword, prefix + where[1], rule.message)
            # Bounded, because places inside long arrays are many.
            if len(source.known) < _MOST_KNOWN and len(known.place) < _SHORT:
                source.known[where] = known
        if told and known.place in told:
            continue
        other = found.get((known.keyword, known.place))
        found[known.keyword, known.place] = known if other is None or other.text == known.text else _either(other, known)


def _tell_by_name(
    rule: Rule,
    value: Any,  # noqa: ANN401 - any JSON value
    place: str,
    told: Collection[str],
    found: dict[tuple[str, str], _Fault],
) -> None:
    """One fault for each member, as many as there is room for."""
    for keyword, name, said in rule.names(value):  # type: ignore[misc]  # the caller has looked
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
