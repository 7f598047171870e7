"""Cross-origin requests (Fetch, 3.2): which origins may read responses, and what they may send.

Starlette's middleware would answer a rejected preflight in plain text, omit `Vary` for origins that are not allowed, and cost
every request 9 us. As a part of the engine, CORS headers are also validated like all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from starlette.types import Scope

from accord.document.document import Document
from accord.errors import HeaderList, Headers
from accord.jsonschema.validator import validator
from accord.openapi.deprecation import deprecation_headers
from accord.openapi.operation import Operation
from accord.openapi.paths.router import Resource
from accord.openapi.response import Response
from accord.runtime.parameters.reader import header_reader

VARY = (b"vary", b"Origin")
# CORS-safelisted response-header names (Fetch, 2.2.2): pages may read these anyway.
_SAFELISTED = frozenset({"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified"})
_ANYTHING: HeaderList = [
    (b"access-control-allow-methods", b"*"),
    (b"access-control-allow-headers", b"*, Authorization"),  # which `*` does not include
]
_MAX_AGE = (b"access-control-max-age", b"600")


class Cors:
    """Allows some origins to read responses. Other origins get the same responses without CORS headers.

    The response to a preflight from an allowed origin lists the methods and headers that the document defines for the path;
    the browser compares. Credentials are never allowed, so `*` includes any method and header of a path that is not defined.

    Raises:
        DocumentError: the document has a constant `Vary` that does not allow `Origin`.
    """

    def __init__(self, document: Document, operations: Sequence[Operation], origins: Sequence[str]) -> None:
        self._document = document
        responses = [response for operation in operations for response in operation.responses.values()]
        self._check_vary(responses)
        own = (name.decode().title() for operation in operations for name, _ in deprecation_headers(operation))
        names = (header.name for response in responses for header in response.headers)
        read = _joined(name for name in ("X-Request-ID", *own, *names) if name.lower() not in _SAFELISTED)
        self._granted: dict[bytes, Headers] = {
            origin.encode(): ((b"access-control-allow-origin", origin.encode()), (b"access-control-expose-headers", read))
            for origin in origins
        }

    def granted(self, scope: Scope) -> tuple[Headers, bool]:
        """The headers for the request's origin, none if it is not listed, and whether the request is a preflight."""
        granted: Headers = ()
        is_preflight = False
        for name, value in scope["headers"]:
            if name == b"origin":
                granted = self._granted.get(value, ())
            elif name == b"access-control-request-method":
                is_preflight = scope["method"] == "OPTIONS"
        return granted, is_preflight and granted != ()

    def preflight(self, resource: Resource[Any] | None) -> HeaderList:
        """The headers of the response to a preflight: the methods and request headers of a path."""
        if resource is None:
            return [*_ANYTHING, _MAX_AGE]
        sent = _joined(self._sent(resource.written.values()))
        allowed = [(b"access-control-allow-methods", resource.allow), (b"access-control-allow-headers", sent), _MAX_AGE]
        return [header for header in allowed if header[1]]

    def _sent(self, operations: Iterable[Operation]) -> Iterator[str]:
        """The request headers that operations read: credentials, media types and header parameters.

        `Accept` and others are safelisted (Fetch, 2.2.2) only up to 128 bytes of harmless characters, so they are listed too.
        """
        schemes = dict(self._document.root.named("components", "securitySchemes"))
        for operation in operations:
            for name, _ in (requirement for alternative in operation.security for requirement in alternative):
                scheme = schemes[name].value
                if scheme.get("in", "header") == "header":
                    yield scheme.get("name", "Authorization")
            if operation.accepts:
                yield "Accept"
            if operation.bodies:
                yield "Content-Type"
            yield from (parameter.name for parameter in operation.parameters if parameter.place == "header")

    def _check_vary(self, responses: Iterable[Response]) -> None:
        for header in {id(one.node): one for response in responses for one in response.headers}.values():
            if header.name.lower() == "vary" and header.constant is not None:
                headers: HeaderList = [(b"vary", header.constant.encode())]
                vary_by_origin(headers)
                value = header_reader(header)([headers[0][1].decode()])
                if not validator(header.schema, "response").is_valid(value):
                    text = f"Vary is {headers[0][1].decode()!r} where other origins may read responses: allow it"
                    raise header.node.error(text)


def vary_by_origin(headers: HeaderList) -> None:
    """Add `Origin` to the `Vary` header, if it is not there."""
    at = None
    for index, (name, value) in enumerate(headers):
        if name == b"vary":
            if value == b"*" or b"origin" in value.lower():
                return
            at = index
    if at is None:
        headers.append(VARY)
    else:
        headers[at] = (b"vary", headers[at][1] + b", Origin")


def _joined(names: Iterable[str]) -> bytes:
    """Header names in order, each once, whatever its case."""
    return ", ".join(name for _, name in sorted({name.lower(): name for name in names}.items())).encode()
