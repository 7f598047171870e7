"""From a request to the arguments of a handler: parameters are read, everything is validated together, values are typed."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from accord.document.pointer import escape
from accord.errors import MalformedValue, RequestRejected
from accord.openapi.operation import Operation
from accord.openapi.parameter import Parameter
from accord.openapi.paths.path_template import template_names
from accord.openapi.values.form_fields import Fault
from accord.openapi.values.primitives import exact
from accord.problems.fault import MAX_FAULTS, fault
from accord.runtime.bodies.deserialize import Deserialize, deserializer
from accord.runtime.bodies.reader import ABSENT
from accord.runtime.parameters.query import Cookies, Query
from accord.runtime.parameters.reader import ParameterReader
from accord.runtime.validator import RequestValidator

_NONE: Mapping[str, Any] = {}


class Arguments:
    """Reads the arguments of one operation.

    `bodies` are the deserializers by media type. `hints` are the types of the handler's arguments, into which parameters with
    objects are deserialized. `credentials` are the query parameters that security schemes read.
    """

    def __init__(
        self,
        operation: Operation,
        bodies: Mapping[str, Deserialize | None] = _NONE,
        hints: Mapping[str, Any] = _NONE,
        credentials: frozenset[str] = frozenset(),
    ) -> None:
        self._validator = RequestValidator(operation) if operation.parameters else None
        self._required = {f"/{one.place}/{escape(one.name)}" for one in operation.parameters if one.required}
        self._bodies = {
            name: (RequestValidator(operation, media.schema), media.kind == "json", bodies[name])
            for name, media in operation.bodies.items()
        }
        readers = {(parameter.place, parameter.name): ParameterReader(parameter) for parameter in operation.parameters}
        by_place = {place: [reader for reader in readers.values() if reader.place == place] for place, _ in readers}
        # A parameter without an argument is validated like the others, but used by the engine and not by the handler.
        arguments = {(parameter.place, parameter.name): parameter.argument for parameter in operation.arguments}
        self._path = [(name, arguments["path", name], readers["path", name].read) for name in template_names(operation.path)]
        self._query = Query(by_place.get("query", ()), credentials)
        self._headers = by_place.get("header", [])
        self._cookies = Cookies(by_place["cookie"]) if "cookie" in by_place else None
        self._invisible = [reader for reader in readers.values() if reader.required and reader.may_be_invisible]
        by_name: dict[str, dict[str, str]] = {}
        for (place, name), argument in arguments.items():
            if place != "path":
                by_name.setdefault(place, {})[name] = argument
        self._names = list(by_name.items())  # arguments by place and name
        self._defaults = {p.argument: exact(p.schema, p.default) for p in operation.arguments if p.place != "path"}
        self._mutable_defaults = [argument for argument, value in self._defaults.items() if isinstance(value, list | dict)]
        self._deserializers: list[tuple[str, Deserialize]] = []
        for parameter in operation.arguments:
            if parameter.argument in hints and readers[parameter.place, parameter.name].contains_objects:
                deserialize = deserializer(hints[parameter.argument])
                self._deserializers.append((parameter.argument, deserialize))
                if parameter.default is not None:
                    _check_default(parameter, deserialize)

    def read(
        self,
        path_values: list[str],
        query_string: bytes,
        headers: dict[bytes, bytes],
        body: Any = ABSENT,  # noqa: ANN401 - any JSON value, or a `ParsedBody`
        media_type: str = "",
    ) -> dict[str, Any]:
        """The keyword arguments of the handler; `path_values` are not decoded yet.

        Raises:
            RequestRejected: 422, with the faults of path, query, headers, cookies and body together.
        """
        faults: list[Fault] = []
        values = self._read_parameters(path_values, query_string, headers, faults)
        validator, deserialize, instance = self._validator, None, body
        if body is not ABSENT:
            validator, is_json, deserialize = self._bodies[media_type]
            if not is_json:
                faults += body.faults
                instance, body = body.instance, body.value
        if faults:
            raise self._malformed(faults, validator, values, instance)
        if validator is not None and not validator.is_valid(values, instance):
            raise RequestRejected(422, faults=validator.faults(values, instance))
        try:
            arguments = self._typed(values)
            if self._bodies:
                arguments["body"] = None if body is ABSENT else deserialize(body) if deserialize is not None else body
        except ValidationError as error:
            raise _unrepresentable(error) from None
        return arguments

    def _read_parameters(
        self, path_values: list[str], query_string: bytes, headers: dict[bytes, bytes], faults: list[Fault]
    ) -> dict[str, Any]:
        """The values of all parameters by place and name; malformed ones become faults."""
        try:
            path = {name: read(text) for (name, _, read), text in zip(self._path, path_values, strict=True)}
        except (MalformedValue, UnicodeDecodeError):
            path = self._read_malformed_path(path_values, faults)
        values: dict[str, Any] = {
            "path": path,
            "query": self._query.read(query_string, faults) if query_string else {},
            "header": self._read_headers(headers, faults) if self._headers else _NONE,
        }
        if self._cookies is not None:
            values["cookie"] = self._cookies.read(headers.get(b"cookie", b""), faults)
        for reader in self._invisible:
            values[reader.place] = {reader.name: {}} | values[reader.place]
        return values

    def _read_headers(self, headers: dict[bytes, bytes], faults: list[Fault]) -> dict[str, Any]:
        values = {}
        for reader in self._headers:
            if (text := headers.get(reader.key)) is not None:
                try:
                    values[reader.name] = reader.read(text.decode("latin-1").strip(" \t"))
                except MalformedValue as malformed:
                    faults.append(("header", "/" + escape(reader.name), malformed.code))
        return values

    def _read_malformed_path(self, path_values: list[str], faults: list[Fault]) -> dict[str, Any]:
        """The path parameters of a path with a malformed one."""
        path = {}
        for (name, _, read), text in zip(self._path, path_values, strict=True):
            try:
                path[name] = read(text)
            except MalformedValue as malformed:
                faults.append(("path", "/" + escape(name), malformed.code))
            except UnicodeDecodeError:
                faults.append(("path", "/" + escape(name), "encoding"))
        return path

    def _malformed(
        self,
        faults: list[Fault],
        validator: RequestValidator | None,
        values: dict[str, Any],
        body: Any,  # noqa: ANN401 - any JSON value
    ) -> RequestRejected:
        """The rejection of malformed values, together with the schema faults of all other places."""
        listed = [fault(*one) for one in faults]
        is_empty = body is ABSENT and not any(values.values())
        if validator is not None and (self._required or not is_empty):
            reported = {"/".join(["", place, *pointer.split("/")[1:2]]) for place, pointer, _ in faults if pointer}
            if not (is_empty and self._required <= reported) and not validator.is_valid(values, body):
                listed += validator.faults(values, body, reported)
        return RequestRejected(422, faults=listed[:MAX_FAULTS])

    def _typed(self, values: dict[str, Any]) -> dict[str, Any]:
        arguments = dict(self._defaults)
        for argument in self._mutable_defaults:  # which a handler may change
            arguments[argument] = copy.deepcopy(arguments[argument])
        path = values["path"]
        for name, argument, _ in self._path:
            arguments[argument] = path[name]
        for place, names in self._names:
            if found := values[place]:
                for name, value in found.items():
                    if name in names:
                        arguments[names[name]] = value
        for argument, deserialize in self._deserializers:
            if (value := arguments[argument]) is not None:
                arguments[argument] = deserialize(value)
        return arguments


def _unrepresentable(error: ValidationError) -> RequestRejected:
    """The rejection of a value that is valid but that its Python type cannot represent, such as the year 0000."""
    places = ["".join("/" + escape(str(step)) for step in found["loc"]) for found in error.errors(include_url=False)]
    return RequestRejected(422, faults=[fault("body", place, "type") for place in dict.fromkeys(places)][:MAX_FAULTS])


def _check_default(parameter: Parameter, deserialize: Callable[[Any], Any]) -> None:
    """Raises DocumentError if the default of an object is not valid."""
    try:
        deserialize(copy.deepcopy(parameter.default))
    except ValueError:
        text = f"the default of parameter {parameter.name!r} does not match its schema: correct it"
        raise parameter.node.error(text) from None
