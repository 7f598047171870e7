"""Validates requests against the document, and lists every fault of an invalid one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import msgspec

from accord.document.document import Node
from accord.document.pointer import escape, resolve
from accord.jsonschema.faults import Rule
from accord.jsonschema.messages import alternatively
from accord.jsonschema.read_write_only import Directed, Direction
from accord.jsonschema.validator import Compiled, compiled
from accord.openapi.operation import Operation
from accord.problems.fault import MAX_CACHED_POINTER, MAX_FAULTS, fault

_UNEVALUATED = ("unevaluatedItems", "unevaluatedProperties")
_MAX_CACHED = 1024  # faults


class _Fault(NamedTuple):
    """A failed keyword, the place (`/body/id`), and both as JSON."""

    keyword: str
    place: str
    json: msgspec.Raw


class RequestValidator:
    """Validates path, query, headers, cookies and body of one operation together, so that all faults are listed at once."""

    def __init__(self, operation: Operation, body: Node | None = None, direction: Direction = "request") -> None:
        self._operation = operation
        self._parameters = compiled(operation.node, direction, self._parameters_schema) if operation.parameters else None
        self._body = compiled(body, direction) if body is not None else None
        self.is_valid = self._shortest_check()

    def _parameters_schema(self, schemas: Directed) -> dict[str, Any]:
        places: dict[str, Any] = {}
        for parameter in self._operation.parameters:
            place = places.setdefault(parameter.place, {"type": "object", "properties": {}, "required": []})
            schema = schemas.of(parameter.schema)
            place["properties"][parameter.name] = {"if": {"const": ""}, "else": schema} if parameter.allow_empty else schema
            if parameter.required:
                place["required"].append(parameter.name)
        return {"properties": places}

    def _shortest_check(self) -> Callable[[dict[str, Any], Any], bool]:
        """Whether parameters, by place and name, and a body are valid. Every request calls it: each case has its function."""
        parameters, body = (one.is_valid if one is not None else None for one in (self._parameters, self._body))
        if parameters is None:
            return (lambda _, value: body(value)) if body is not None else lambda _, __: True
        if body is None:
            return lambda values, _: parameters(values)
        return lambda values, value: parameters(values) and body(value)

    def faults(self, values: dict[str, Any], body: Any = None, reported: Collection[str] = ()) -> list[msgspec.Raw]:  # noqa: ANN401 - any JSON value
        """The faults of an invalid request, at most `MAX_FAULTS`, except at places (`/query/x`) that are `reported` already."""
        found: dict[tuple[str, str], _Fault] = {}
        if self._parameters is not None and (self._body is None or not self._parameters.is_valid(values)):
            _collect(self._parameters, values, "", reported, found)
        if self._body is not None and (self._parameters is None or not self._body.is_valid(body)):
            _collect(self._body, body, "/body", reported, found)
        if len(found) > 1 and (redundant := _redundant(found)):
            return [one.json for key, one in found.items() if key not in redundant][:MAX_FAULTS]
        return [one.json for one in found.values()][:MAX_FAULTS]


def _redundant(found: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Keywords and places that repeat another fault: `pattern` next to `format`, and `unevaluated...` next to any other."""
    redundant: set[tuple[str, str]] = set()
    for keyword, place in found:
        if keyword == "format":
            redundant.add(("pattern", place))
        elif keyword in _UNEVALUATED:  # reported for the property, and again for the object that contains it
            redundant.add((keyword, place.rpartition("/")[0]))
    if redundant:
        explained = {place for keyword, place in found if keyword not in _UNEVALUATED}
        redundant |= {key for key in found if key[0] in _UNEVALUATED and key[1] in explained}
    return redundant


def _collect(
    schema: Compiled,
    value: Any,  # noqa: ANN401 - any JSON value
    prefix: str,
    reported: Collection[str],
    found: dict[tuple[str, str], _Fault],
) -> None:
    by_name: set[tuple[str, str]] = set()  # faults that were reported for each property by its name
    for source, where in itertools.islice(schema.errors(value), MAX_FAULTS):
        known = source.known.get(where)
        if known is None:
            rule = source.rule(where[0])
            if rule.names is not None:
                if where not in by_name:
                    by_name.add(where)
                    _collect_names(rule, resolve(value, where[1]), prefix + where[1], reported, found)
                continue
            known = _located(rule.keyword, prefix + where[1], rule.message)
            # Bounded, because a long array has many places.
            if len(source.known) < _MAX_CACHED and len(known.place) < MAX_CACHED_POINTER:
                source.known[where] = known
        if reported and known.place in reported:
            continue
        other = found.get((known.keyword, known.place))
        found[known.keyword, known.place] = known if other is None or other.json == known.json else _either(other, known)


def _collect_names(
    rule: Rule,
    value: Any,  # noqa: ANN401 - any JSON value
    place: str,
    reported: Collection[str],
    found: dict[tuple[str, str], _Fault],
) -> None:
    """One fault for each property that the rule rejects or requires."""
    for keyword, name, text in rule.names(value):  # type: ignore[misc]  # checked by the caller
        if len(found) >= MAX_FAULTS:
            return
        located = f"{place}/{escape(name)}"
        if not reported or located not in reported:
            found[keyword, located] = _located(keyword, located, text)


def _located(keyword: str, place: str, text: str) -> _Fault:
    _, where, *pointer = place.split("/", 2)
    return _Fault(keyword, place, fault(where, f"/{pointer[0]}" if pointer else "", keyword, text))


def _either(one: _Fault, other: _Fault) -> _Fault:
    """A keyword that fails at one place in two schemas, usually alternatives."""
    first, second = (msgspec.json.decode(known.json)["message"] for known in (one, other))
    return _located(one.keyword, one.place, alternatively(one.keyword, first, second))
