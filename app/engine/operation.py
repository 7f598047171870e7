"""One operation, compiled at start: everything that depends on the document alone."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.types import ASGIApp

from app.core.encoded import Encoded, encode
from app.engine import description
from app.engine.binding import Operation as BoundOperation
from app.engine.body import ABSENT, BodyReader
from app.engine.dependencies import Dependencies
from app.engine.document import Document
from app.engine.judge import MOST_FAULTS, Judge, escape, fault
from app.engine.lexis import Reader, unquote
from app.engine.names import snake_case
from app.engine.negotiation import Negotiation
from app.engine.policy import ContractViolation
from app.engine.problems import Headers, Refusal
from app.engine.responses import Body, Empty
from app.engine.security import Scheme, Security

HeaderList = list[tuple[bytes, bytes]]

_NEVER_A_LENGTH = (204, 304)  # RFC 9110, 8.6
_KEPT = {b"etag", b"cache-control", b"content-location", b"expires", b"vary"}


class _Answer(NamedTuple):
    """One documented answer: its pinned headers, the fields with the headers that a handler gives, its media type."""

    constant: Headers
    given: tuple[tuple[str, bytes], ...]
    media: bytes


def _answer(response: description.Response) -> _Answer:
    constant = [(header.name.lower().encode(), header.constant.encode()) for header in response.headers if header.constant]
    if not response.content and response.status not in _NEVER_A_LENGTH:
        constant.append((b"content-length", b"0"))
    given = tuple((header.argument, header.name.lower().encode()) for header in response.handler_headers)
    return _Answer(tuple(constant), given, next(iter(response.content), "").encode())


def _headers(answer: Empty, constant: Headers, given: tuple[tuple[str, bytes], ...]) -> HeaderList:
    """Header values as JSON writes them, without quotes.

    Raises:
        ValueError: a text that no header can hold.
    """
    headers = [*constant]
    for field, name in given:
        value = getattr(answer, field)
        if value is None:
            continue
        if isinstance(value, str):
            if not value.isprintable():
                raise ValueError(f"the header {name.decode()} would hold a control character")
            headers.append((name, value.encode("latin-1")))
        else:
            headers.append((name, encode(value).strip(b'"')))
    return headers


class Operation(APIRoute):
    """A compiled operation. As an `APIRoute` it stands in `app.routes` like any other route."""

    def __init__(
        self,
        document: Document,
        described: description.Operation,
        bound: BoundOperation,
        schemes: Mapping[str, Scheme],
        serve: ASGIApp,
    ) -> None:
        async def endpoint() -> None:
            """FastAPI never calls it: the engine answers before FastAPI's router."""

        endpoint.__name__ = snake_case(described.id)
        super().__init__(
            described.path,
            endpoint,
            methods=[described.method],
            operation_id=described.id,
            tags=[described.tag],
            response_model=None,
            include_in_schema=False,
        )
        self.app = serve
        self.described, self.id = described, described.id
        self.handler = bound.handler
        self.solver = Dependencies.of(bound.handler)
        self.security = Security(described, schemes)
        self.negotiation = Negotiation(described.accepts)
        self._compile_parameters()
        self._compile_bodies(document)
        self._compile_answers()

    def _compile_parameters(self) -> None:
        described = self.described
        readers = {(parameter.place, parameter.name): Reader(parameter) for parameter in described.parameters}
        arguments = {parameter.name: parameter.argument for parameter in described.arguments}
        names = [part[1:-1] for part in described.path.split("/") if part.startswith("{")]
        self._path = [(name, arguments[name], readers["path", name].read) for name in names]
        # Where lists stand in the path, counted from its end because an alias may be longer or shorter.
        segments = described.path.split("/")
        self.path_lists = [
            (index, segments.index(f"{{{name}}}") - len(segments))
            for index, name in enumerate(names)
            if readers["path", name].array
        ]
        self._query = {name: (arguments[name], reader) for (place, name), reader in readers.items() if place == "query"}
        # Without an argument: judged like the others, but read by the engine and not by the handler.
        self._header = [(name, arguments.get(name), reader) for (place, name), reader in readers.items() if place == "header"]
        self._defaults = {p.argument: p.default for p in described.arguments if p.place != "path"}
        self._default_lists = [argument for argument, default in self._defaults.items() if isinstance(default, list)]

    def _compile_bodies(self, document: Document) -> None:
        described = self.described
        limit = int(document.data.get("x-body-limit", 1 << 20))
        self.body = BodyReader(described.bodies, required=described.body_required, limit=limit) if described.bodies else None
        self._judge = Judge(document, described) if described.parameters else None
        self._judges = {name.encode(): Judge(document, described, media.schema) for name, media in described.bodies.items()}
        hints = typing.get_type_hints(self.handler) if described.bodies else {}
        model = hints.get("body")
        # Pydantic is the type, not the judge: one call of its compiled validator gives the handler its object.
        self._typed = TypeAdapter(model).validator.validate_python if model is not None else None

    def _compile_answers(self) -> None:
        responses = self.described.responses
        self._answers: dict[int | str, _Answer] = {response.key: _answer(response) for response in responses.values()}
        self.revalidates = self.described.revalidates
        self.problem_types = {(status, kind) for status, r in self.described.problems.items() for kind in r.problem_types}
        if self.revalidates:
            constant = self._answers[304].constant
            pinned = {name for name, _ in constant}
            usual = self._answers[200]
            self._unchanged = (
                (*constant, *(pair for pair in usual.constant if pair[0] in _KEPT - pinned)),
                tuple(pair for pair in usual.given if pair[1] in _KEPT - pinned),
            )

    def unchanged(self, answer: Empty) -> HeaderList:
        """The headers of a 304: what the document pins, and what caches need of the answer (RFC 9110, 15.4.5)."""
        constant, given = self._unchanged
        return _headers(answer, constant, given)

    def as_written(self, values: list[str], raw_path: bytes) -> list[str]:
        """The path's values with its lists not decoded yet, because an encoded delimiter is data."""
        segments = raw_path.split(b"/")
        for index, place in self.path_lists:
            values[index] = segments[place].decode("ascii")
        return values

    def arguments(
        self,
        values: list[str],
        query_string: bytes,
        headers: dict[bytes, bytes],
        body: Any = ABSENT,  # noqa: ANN401 - any JSON value
        media: bytes = b"",
    ) -> dict[str, Any]:
        """The handler's keyword arguments.

        Raises:
            Refusal: 422 with all faults of path, query, headers and body together.
        """
        path = {name: read(text) for (name, _, read), text in zip(self._path, values, strict=True)}
        faults: list[msgspec.Raw] = []
        query = self._read_query(query_string, faults) if query_string else {}
        parts: dict[str, Any] = {"path": path, "query": query, "header": {}}
        for name, _, reader in self._header:
            if (sent := headers.get(reader.key)) is not None:
                parts["header"][name] = reader.read(sent.decode("latin-1").strip(" \t"))
        judge = self._judge
        if body is not ABSENT:
            parts["body"] = body
            judge = self._judges[media]
        if judge is not None and not judge.is_valid(parts):
            raise Refusal(422, faults=(faults + judge.faults(parts))[:MOST_FAULTS])
        if faults:
            raise Refusal(422, faults=faults[:MOST_FAULTS])
        return self._typed_arguments(parts)

    def _typed_arguments(self, parts: dict[str, Any]) -> dict[str, Any]:
        arguments = dict(self._defaults)
        for argument in self._default_lists:  # a handler may change its list
            arguments[argument] = list(arguments[argument])
        path, query, header = parts["path"], parts["query"], parts["header"]
        for name, argument, _ in self._path:
            arguments[argument] = path[name]
        for name, value in query.items():
            arguments[self._query[name][0]] = value
        for name, given, _ in self._header:
            if given is not None and name in header:
                arguments[given] = header[name]
        if self.body is not None:
            body = parts.get("body", ABSENT)
            if body is ABSENT:
                body = None
            elif self._typed is not None:
                body = self._typed(body)
            arguments["body"] = body
        return arguments

    def _read_query(self, raw: bytes, faults: list[msgspec.Raw]) -> dict[str, Any]:
        """The query's values; names that are unknown or wrongly repeated are faults, never dropped."""
        texts: dict[str, list[str]] = {}
        encoded = b"%" in raw or b"+" in raw
        read: dict[str, Any] = {}
        unknown = False
        if not raw.isascii():
            faults.append(fault("query", "", "encoding"))
            return read
        for part in raw.decode("ascii").split("&"):
            name, _, text = part.partition("=")
            try:
                texts.setdefault(unquote(name) if encoded else name, []).append(text)
            except UnicodeDecodeError:
                unknown = True
        for name, found in texts.items():
            known = self._query.get(name)
            if known is None:
                unknown = True
                continue
            if len(found) > 1 and not known[1].repeats:
                faults.append(fault("query", "/" + escape(name), "repeated"))
            try:
                read[name] = known[1].read_query(found, encoded=encoded)
            except UnicodeDecodeError:
                faults.append(fault("query", "/" + escape(name), "encoding"))
                read[name] = known[1].read_query(found, encoded=False)  # or the judge would call it missing
        if unknown:  # Once, however many: a fault does not repeat what was sent, so all would be the same.
            faults.append(fault("query", "", "unknown"))
        return read

    def encode(self, answer: Empty) -> tuple[bytes | None, HeaderList]:
        """The body (None if the answer has none) and the headers of an answer, Content-Type among them.

        Raises:
            ContractViolation: the document has no such answer.
        """
        status = answer.status
        known = self._answers.get(status)
        if known is None:
            raise ContractViolation(f"{self.id} answered {status}, which is not documented ({self.described.node.where})")
        headers = _headers(answer, known.constant, known.given)
        if not isinstance(answer, Body):
            return None, headers
        headers.append((b"content-type", known.media))
        return answer.body.body if isinstance(answer.body, Encoded) else encode(answer.body), headers
