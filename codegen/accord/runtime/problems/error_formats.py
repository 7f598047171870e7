"""The engine's own refusals in the format that the document has for them: a problem, another JSON, a text, or no body."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from accord.document.document import Document
from accord.document.pointer import Pointer
from accord.jsonschema.sampling import NoValue, Sampler
from accord.jsonschema.validator import validator
from accord.openapi.extensions import ERROR_MEMBERS
from accord.openapi.media_type import Media, covers, essence
from accord.openapi.operation import Operation
from accord.openapi.response import ENGINE_HEADERS, PROBLEM_HEADERS, Response
from accord.runtime.problems.error_template import Template
from accord.runtime.problems.error_vocabulary import ID
from accord.runtime.problems.problem import Headers, Kind, Problems
from accord.runtime.responses.headers import line, text, writer
from accord.runtime.validator import fault

_PROBLEM = "application/problem+json"
_STATUSES = (400, 401, 403, 406, 413, 415, 422, 429, 500, 503)  # what the gate answers for an operation

Write = Callable[[str | None, bytes, list[msgspec.Raw] | None], bytes]


class Format(NamedTuple):
    """How one kind of error is written where that is no problem; `write` is None where it has no body."""

    headers: Headers
    write: Write | None


class Refusals:
    """The formats of one document, each compiled once.

    `findings` has a line for each response whose format cannot be written; problems are answered there. `plain` says that
    there is no other format than problems.
    """

    def __init__(self, document: Document, problems: Problems, operations: Iterable[Operation]) -> None:
        self.findings: list[str] = []
        self._document, self._problems = document, problems
        self._formats: dict[tuple[object, ...], Format | None] = {}
        self._unwritten = set[tuple[Pointer, int]]()
        self._sound: dict[tuple[object, ...], bool] = {}
        operations = list(operations)
        for operation in operations:
            for status in _STATUSES:
                self.format(operation, problems.kind(status))
        self._common = _common(operations)
        errors = (one for operation in operations for one in operation.responses.values() if one.is_error)
        self.plain = not any(self._formats.values()) and all(_PROBLEM in one.content for one in errors)

    def format(self, operation: Operation | None, kind: Kind) -> Format | None:
        """The format of an error; None if it is a problem. Without an operation, that of all errors of the document."""
        response = operation.response(kind.status) if operation is not None else self._common
        if response is None:
            return None
        key = (response.node.pointer, kind.status, kind.type)
        if key not in self._formats:
            try:
                self._formats[key] = self._compiled(response, kind)
            except NoValue as error:
                self._formats[key] = None
                self._unwritten.add((response.node.pointer, kind.status))
                self.findings.append(f"{error}; refusals with {kind.status} are answered as {_PROBLEM}")
        return self._formats[key]

    def is_unwritten(self, response: Response, status: int) -> bool:
        """Whether its format cannot be written, so that problems are answered where it is documented."""
        return (response.node.pointer, status) in self._unwritten

    def _compiled(self, response: Response, kind: Kind) -> Format | None:
        if not response.content:
            return Format((*self._headers(response), (b"content-length", b"0")), None)
        media = response.content.get(_PROBLEM)
        if media is not None and self._is_sound(media, kind):
            return None
        media = media or next((one for one in response.content.values() if _as_json(one) or one.kind == "text"), None)
        if media is None:
            names = ", ".join(response.content)
            raise NoValue(f"{response.node.where}: nobody knows how an error is written as {names}: document JSON beside it")
        name = media.name
        if media.is_range:
            name = "application/json" if _as_json(media) else "text/plain; charset=utf-8"
        headers = (*self._headers(response), (b"content-type", name.encode()))
        return Format(headers, self._writer(media, kind))

    def _is_sound(self, media: Media, kind: Kind) -> bool:
        """Whether the problem itself is what the document describes."""
        if media.schema is None:
            return True
        key = (media.schema.resolved().pointer, kind.status, kind.type)
        if key not in self._sound:
            problem = msgspec.json.decode(kind.text(kind.detail) + ID.encode() + b'"}')
            if kind.status == 422:  # noqa: PLR2004
                problem["errors"] = [msgspec.json.decode(fault("query", "/name", "type"))]
            self._sound[key] = validator(self._document, media.schema, "response").is_valid(problem)
        return self._sound[key]

    def _writer(self, media: Media, kind: Kind) -> Write:
        if _as_json(media):
            if media.schema is not None:
                template = Template(media.schema, kind)
                for name in dict.fromkeys(template.guessed):
                    said = f"what {name!r} of an error holds is not known, so it holds the detail: say so in `{ERROR_MEMBERS}`"
                    self.findings += [line for line in (f"{media.node.where}: {said}",) if line not in self.findings]
                return template.write
            plain = kind.text
            return lambda detail, request_id, _: plain(detail or kind.detail) + request_id + b'"}'
        if media.schema is None or validator(media.schema.document, media.schema, "response").is_valid(kind.detail):
            return lambda detail, _, __: (detail or kind.detail).encode()
        constant = text(Sampler("response").value(media.schema)).encode()
        return lambda _, __, ___: constant

    @staticmethod
    def _headers(response: Response) -> Headers:
        """The headers that the document requires and nobody else gives: pinned ones, and values of their schemas."""
        found = []
        for header in response.headers:
            name = header.name.lower()
            if header.constant is not None:
                found.append((name.encode(), header.constant.encode()))
            elif header.required and name not in ENGINE_HEADERS | PROBLEM_HEADERS:
                write = writer(header) or (lambda value: [text(value)])
                found += [line(name.encode(), part) for part in write(Sampler("response").value(header.schema))]
        return tuple(found)


def _as_json(media: Media) -> bool:
    return media.kind == "json" or covers(essence(media.name), "application/json")


def _common(operations: list[Operation]) -> Response | None:
    """A response in the one format that all errors of the document have, if that is no problem."""
    found: dict[object, Response] = {}
    for operation in operations:
        for key, response in operation.responses.items():
            if key != "default" and str(key)[0] != "4":
                continue
            media = next(iter(response.content.values()), None)
            if media is None or media.schema is None or not _as_json(media) or _PROBLEM in response.content:
                return None
            found[media.name, media.schema.resolved().pointer] = response
    return next(iter(found.values())) if len(found) == 1 else None
