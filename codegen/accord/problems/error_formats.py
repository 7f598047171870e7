"""The error format of each response in the document: a problem, another JSON object, text, or no body."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec

from accord.document.document import DocumentError
from accord.document.pointer import Pointer
from accord.errors import Headers
from accord.jsonschema.sampling import NoValue, Sampler
from accord.jsonschema.validator import validator
from accord.openapi.api import API
from accord.openapi.keywords.extensions import ERROR_TEMPLATE
from accord.openapi.media_type import Media, covers, essence
from accord.openapi.operation import Operation
from accord.openapi.response import ENGINE_HEADERS, PROBLEM_HEADERS, Response
from accord.openapi.values.headers import header_line, header_values, scalar_text
from accord.problems.declared_template import declared, declared_template
from accord.problems.error_template import ID
from accord.problems.fault import fault
from accord.problems.guessed_template import guessed_template
from accord.problems.problem import Problems, ProblemType

_PROBLEM = "application/problem+json"
_STATUSES = (400, 401, 403, 406, 413, 415, 422, 429, 500, 503)  # of the engine's own responses for an operation

Write = Callable[[str | None, bytes, list[msgspec.Raw] | None], bytes]


class Format(NamedTuple):
    """How one type of error is written if it is not a problem; `write` is None if it has no body."""

    headers: Headers
    write: Write | None


class ErrorFormats:
    """The error formats of one document, each compiled once.

    `findings` has one line for each response whose format cannot be written; a problem is sent there instead. `only_problems`:
    the document has no other format.
    """

    def __init__(self, problems: Problems, operations: Iterable[Operation]) -> None:
        self.findings: list[str] = []
        self._problems = problems
        self._formats: dict[tuple[object, ...], Format | None] = {}
        self._unsupported = set[tuple[Pointer, int]]()
        self._accepts_problems: dict[tuple[object, ...], bool] = {}
        operations = list(operations)
        for operation in operations:
            for status in _STATUSES:
                self.format(operation, problems.type_of(status))
        self._common = _common(operations)
        errors = (one for operation in operations for one in operation.responses.values() if one.is_error)
        self.only_problems = not any(self._formats.values()) and all(_PROBLEM in one.content for one in errors)

    def format(self, operation: Operation | None, kind: ProblemType) -> Format | None:
        """The format of an error; None if it is a problem. Without an operation, the one that all errors share."""
        response = operation.response(kind.status) if operation is not None else self._common
        if response is None:
            return None
        key = (response.node.pointer, kind.status, kind.type)
        if key not in self._formats:
            try:
                self._formats[key] = self._compiled(response, kind)
            except NoValue as error:
                self._formats[key] = None
                self._unsupported.add((response.node.pointer, kind.status))
                self.findings.append(f"{error}; rejections with {kind.status} are sent as {_PROBLEM}")
        return self._formats[key]

    def is_unsupported(self, response: Response, status: int) -> bool:
        """Whether the format of a response cannot be written, so that a problem is sent instead."""
        return (response.node.pointer, status) in self._unsupported

    def _compiled(self, response: Response, kind: ProblemType) -> Format | None:
        if not response.content:
            return Format((*self._headers(response), (b"content-length", b"0")), None)
        media = _media(response)
        if media is not None and self._is_problem(response, media, kind):
            return None
        if media is None:
            names = ", ".join(response.content)
            raise NoValue(f"{response.node.where}: errors cannot be encoded as {names}: document a JSON media type as well")
        name = media.name
        if media.is_range:
            name = "application/json" if _as_json(media) else "text/plain; charset=utf-8"
        headers = (*self._headers(response), (b"content-type", name.encode()))
        return Format(headers, self._writer(response, media, kind))

    def check(self, operation: Operation, response: Response) -> None:
        """Hold what a declared template makes of a response against its schema, for each status that it answers.

        Raises:
            NoValue: the template is invalid, or does not match the schema.
        """
        template, media = declared(response), _media(response)
        statuses = dict.fromkeys((*_STATUSES, *([response.status] if response.status is not None else [])))
        for kind in map(self._problems.type_of, statuses):
            if template is None or media is None or not _as_json(media) or operation.response(kind.status) is not response:
                continue
            if not self._is_problem(response, media, kind):
                declared_template(template, media.schema, kind)

    def _is_problem(self, response: Response, media: Media, kind: ProblemType) -> bool:
        """Whether the schema of a media type accepts the problem itself."""
        if media.name != _PROBLEM or ERROR_TEMPLATE in response.node.value:
            return False
        if media.schema is None:
            return True
        key = (media.schema.resolved().pointer, kind.status, kind.type)
        if key not in self._accepts_problems:
            problem = msgspec.json.decode(kind.text(kind.detail) + ID.encode() + b'"}')
            if kind.status == 422:  # noqa: PLR2004
                problem["errors"] = [msgspec.json.decode(fault("query", "/name", "type"))]
            self._accepts_problems[key] = validator(media.schema, "response").is_valid(problem)
        return self._accepts_problems[key]

    def _writer(self, response: Response, media: Media, kind: ProblemType) -> Write:
        if _as_json(media):
            if (written := declared(response)) is not None:
                return declared_template(written, media.schema, kind).write
            if media.schema is not None:
                template, unknown = guessed_template(media.schema, kind)
                for name in dict.fromkeys(unknown):
                    text = f"the meaning of the error member {name!r} is unknown, so it contains the detail"
                    finding = f"{media.node.where}: {text}: write `{ERROR_TEMPLATE}`"
                    self.findings += [finding] if finding not in self.findings else []
                return template.write
            problem = kind.text
            return lambda detail, request_id, _: problem(detail or kind.detail) + request_id + b'"}'
        if media.schema is None or validator(media.schema, "response").is_valid(kind.detail):
            return lambda detail, _, __: (detail or kind.detail).encode()
        constant = scalar_text(Sampler("response").value(media.schema)).encode()
        return lambda _, __, ___: constant

    @staticmethod
    def _headers(response: Response) -> Headers:
        """The required headers that nothing else sets: constants of the document, or values generated from their schemas."""
        found = []
        for header in response.headers:
            name = header.name.lower()
            if header.constant is not None:
                found.append((name.encode(), header.constant.encode()))
            elif header.required and name not in ENGINE_HEADERS | PROBLEM_HEADERS:
                sample = Sampler("response").value(header.schema)
                found += [header_line(name.encode(), text) for text in header_values(header, sample)]
        return tuple(found)


def _media(response: Response) -> Media | None:
    """The media type in which an error is written."""
    media = response.content.get(_PROBLEM)
    return media or next((one for one in response.content.values() if _as_json(one) or one.kind == "text"), None)


def template_faults(api: API) -> Iterator[DocumentError]:
    """What is wrong with the error templates of a document."""
    formats = ErrorFormats(Problems(api.document), ())
    for operation in api.operations:
        for response in operation.responses.values():
            if response.is_error and declared(response) is not None:
                try:
                    formats.check(operation, response)
                except NoValue as error:
                    yield error


def _as_json(media: Media) -> bool:
    return media.kind == "json" or covers(essence(media.name), "application/json")


def _common(operations: list[Operation]) -> Response | None:
    """A response in the format that all errors of the document share, if there is one and it is not a problem."""
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
