"""From the texts of a request to a handler's arguments: read by their lexis, judged all together, typed."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from accord.document.document import Document
from accord.document.pointer import escape
from accord.openapi.operation import Operation
from accord.openapi.parameter import Parameter
from accord.openapi.paths.path_template import template_names
from accord.openapi.values.primitives import exact
from accord.runtime.bodies.deserialize import Builder, builder
from accord.runtime.bodies.reader import ABSENT
from accord.runtime.parameters.query import Cookies, Fault, Query
from accord.runtime.parameters.reader import Reader
from accord.runtime.parameters.styles import MalformedValue
from accord.runtime.problems.problem import RequestRejected
from accord.runtime.validator import MOST_FAULTS, RequestValidator, fault

_NONE: Mapping[str, Any] = {}


class Arguments:
    """The arguments of one operation, compiled at start.

    `builders` make the handler's objects of bodies, by media type; `hints` are the types of the handler's arguments, by which
    parameters that hold objects are made. `credentials` are names in the query that somebody else reads.
    """

    def __init__(
        self,
        document: Document,
        described: Operation,
        builders: Mapping[str, Builder | None] = _NONE,
        hints: Mapping[str, Any] = _NONE,
        credentials: frozenset[str] = frozenset(),
    ) -> None:
        self._judge = RequestValidator(document, described) if described.parameters else None
        self._required = {f"/{one.place}/{escape(one.name)}" for one in described.parameters if one.required}
        self._bodies = {
            name: (RequestValidator(document, described, media.schema), media.kind == "json", builders[name])
            for name, media in described.bodies.items()
        }
        readers = {(parameter.place, parameter.name): Reader(parameter) for parameter in described.parameters}
        arguments = {(parameter.place, parameter.name): parameter.argument for parameter in described.arguments}
        names = template_names(described.path)
        self._path = [(name, arguments["path", name], readers["path", name].read) for name in names]
        query, cookies = (
            [reader for (place, _), reader in readers.items() if place == wanted] for wanted in ("query", "cookie")
        )
        self._query = Query(query, credentials)
        self._cookies = Cookies(cookies) if cookies else None
        # A required object without members leaves no trace where its members are names of their own.
        self._untold = [(one.place, one.name) for one in readers.values() if one.required and one.may_leave_no_trace]
        self._header = [(name, reader) for (place, name), reader in readers.items() if place == "header"]
        # A header without an argument is judged like the others, but used by the engine and not by the handler.
        named: dict[str, dict[str, str]] = {}
        for (place, name), argument in arguments.items():
            if place != "path":
                named.setdefault(place, {})[name] = argument
        self._named = list(named.items())
        made = {
            parameter.argument: builder(hints[parameter.argument])
            for parameter in described.arguments
            if parameter.argument in hints and readers[parameter.place, parameter.name].holds_objects
        }
        self._defaults = {p.argument: exact(p.schema, p.default) for p in described.arguments if p.place != "path"}
        self._fresh = [argument for argument, value in self._defaults.items() if isinstance(value, list | dict)]
        self._made = list(made.items())
        for parameter in described.arguments:
            if parameter.argument in made and parameter.default is not None:
                _check_default(parameter, made[parameter.argument])

    def read(
        self,
        values: list[str],
        query_string: bytes,
        headers: dict[bytes, bytes],
        body: Any = ABSENT,  # noqa: ANN401 - any JSON value, or a `Body`
        media: str = "",
    ) -> dict[str, Any]:
        """The handler's keyword arguments; `values` are the path's texts as they were sent.

        Raises:
            RequestRejected: 422 with all faults of path, query, headers, cookies and body together.
        """
        faults: list[Fault] = []
        try:
            path = {name: read(text) for (name, _, read), text in zip(self._path, values, strict=True)}
        except (MalformedValue, UnicodeDecodeError):
            path = self._read_path(values, faults)
        query = self._query.read(query_string, faults) if query_string else {}
        parts: dict[str, Any] = {"path": path, "query": query, "header": _NONE}
        if self._header:
            parts["header"] = self._read_headers(headers, faults)
        if self._cookies is not None:
            parts["cookie"] = self._cookies.read(headers.get(b"cookie", b""), faults)
        self._add_untold(parts)
        judge, build, judged = self._judge, None, body
        if body is not ABSENT:
            judge, plain, build = self._bodies[media]
            if not plain:
                faults += body.faults
                judged, body = body.judged, body.value
        if faults:
            raise self._unreadable(faults, judge, parts, judged)
        if judge is not None and not judge.is_valid(parts, judged):
            raise RequestRejected(422, faults=judge.faults(parts, judged))
        try:
            arguments = self._typed_arguments(parts)
            if self._bodies:
                arguments["body"] = None if body is ABSENT else build(body) if build is not None else body
        except ValidationError as error:
            raise _unheld(error) from None
        return arguments

    def _add_untold(self, parts: dict[str, Any]) -> None:
        for place, name in self._untold:
            parts[place] = {name: {}} | parts[place]

    def _read_headers(self, headers: dict[bytes, bytes], faults: list[Fault]) -> dict[str, Any]:
        values = {}
        for name, reader in self._header:
            if (sent := headers.get(reader.key)) is not None:
                try:
                    values[name] = reader.read(sent.decode("latin-1").strip(" \t"))
                except MalformedValue as malformed:
                    faults.append(("header", "/" + escape(name), malformed.code))
        return values

    def _read_path(self, values: list[str], faults: list[Fault]) -> dict[str, Any]:
        """The path's values of which at least one is malformed."""
        path = {}
        for (name, _, read), text in zip(self._path, values, strict=True):
            try:
                path[name] = read(text)
            except MalformedValue as malformed:
                faults.append(("path", "/" + escape(name), malformed.code))
            except UnicodeDecodeError:
                faults.append(("path", "/" + escape(name), "encoding"))
        return path

    def _unreadable(
        self,
        faults: list[Fault],
        judge: RequestValidator | None,
        parts: dict[str, Any],
        body: Any,  # noqa: ANN401 - any JSON value
    ) -> RequestRejected:
        """The refusal of what cannot be read, with what else is wrong. The judge is not asked of the same places again."""
        listed = [fault(*one) for one in faults]
        nothing_else = body is ABSENT and not any(parts.values())
        if judge is not None and (self._required or not nothing_else):
            told = {"/".join(["", place, *pointer.split("/")[1:2]]) for place, pointer, _ in faults if pointer}
            if not (nothing_else and self._required <= told) and not judge.is_valid(parts, body):
                listed += judge.faults(parts, body, told)
        return RequestRejected(422, faults=listed[:MOST_FAULTS])

    def _typed_arguments(self, parts: dict[str, Any]) -> dict[str, Any]:
        arguments = dict(self._defaults)
        for argument in self._fresh:  # a handler may change its list
            arguments[argument] = copy.deepcopy(arguments[argument])
        path = parts["path"]
        for name, argument, _ in self._path:
            arguments[argument] = path[name]
        for place, named in self._named:
            if values := parts[place]:
                for name, value in values.items():
                    if name in named:
                        arguments[named[name]] = value
        for argument, make in self._made:
            if (value := arguments[argument]) is not None:
                arguments[argument] = make(value)
        return arguments


def _unheld(error: ValidationError) -> RequestRejected:
    """The refusal of what the document allows and no Python type holds: the year 0000, say."""
    places = ["".join("/" + escape(str(step)) for step in found["loc"]) for found in error.errors(include_url=False)]
    return RequestRejected(422, faults=[fault("body", place, "type") for place in dict.fromkeys(places)][:MOST_FAULTS])


def _check_default(parameter: Parameter, make: Callable[[Any], Any]) -> None:
    """Raises DocumentError for the default of an object that its own type does not admit."""
    try:
        make(copy.deepcopy(parameter.default))
    except ValueError:
        text = f"the default of parameter {parameter.name!r} does not fit its schema: correct it"
        raise parameter.node.error(text) from None
