"""Validates responses against the document, under a policy: `off`, `log`, `sample(p)` or `raise`."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import jsonschema_rs
import msgspec

from accord.document.document import Document
from accord.document.pointer import Pointer
from accord.errors import ContractViolation, HeaderList, MalformedValue
from accord.jsonschema.validator import validator
from accord.openapi.media_type import Media, chosen, kind_of, labels
from accord.openapi.operation import Operation
from accord.openapi.response import Response
from accord.runtime.parameters.reader import header_reader

HeaderReader = Callable[[list[str]], Any]

_SAMPLE = re.compile(r"sample\((0?\.[0-9]+|0|1(?:\.0+)?)\)")


@dataclass(frozen=True, slots=True)
class Policy:
    """The share of responses that are validated, and whether a violation is sent as 500 or only reported."""

    share: float
    is_strict: bool

    @classmethod
    def of(cls, text: str) -> Policy:
        """Parse `off`, `log` (every response), `sample(0.01)` (one in a hundred) or `raise`.

        Raises:
            ValueError: any other text.
        """
        if (sample := _SAMPLE.fullmatch(text)) is not None:
            return cls(float(sample[1]), is_strict=False)
        if text not in ("off", "log", "raise"):
            raise ValueError(f"the response policy must be off, log, sample(p) with p from 0 to 1, or raise, not {text!r}")
        return cls(0.0 if text == "off" else 1.0, is_strict=text == "raise")


class _Body:
    """The bodies of one media type. Binary ones are checked against `minLength` and `maxLength`, which count bytes here."""

    def __init__(self, media: Media) -> None:
        is_json = media.schema is not None and (media.is_range or media.kind in ("json", "text"))
        self._validator = validator(media.schema, "response") if is_json and media.schema is not None else None
        schema = media.schema.resolved().value if media.schema is not None else {}
        bounds = schema if isinstance(schema, dict) else {}
        self._min_length, self._max_length = bounds.get("minLength", 0), bounds.get("maxLength")

    def fault(self, body: bytes, media_type: str) -> tuple[str, str] | None:
        """The keyword that a body fails and the place where; None if it is valid."""
        kind = kind_of(media_type)
        if kind in ("json", "text"):
            try:
                charset = labels(media_type).get("charset", "utf-8")
                value = msgspec.json.decode(body) if kind == "json" else body.decode(charset)
            except (ValueError, LookupError):
                return "syntax", ""
            return self._schema_fault(value)
        if len(body) < self._min_length:
            return "minLength", ""
        return ("maxLength", "") if self._max_length is not None and len(body) > self._max_length else None

    def _schema_fault(self, value: Any) -> tuple[str, str] | None:  # noqa: ANN401 - any JSON value
        if self._validator is None or self._validator.is_valid(value):
            return None
        error = next(iter(self._validator.iter_errors(value)))
        place = "/".join(map(str, error.instance_path))
        return str(error.schema_path[-1]) if error.schema_path else "schema", place


class _Response:
    """One documented response, compiled."""

    def __init__(self, response: Response) -> None:
        self.where = response.node.where
        self.bodies = {name: _Body(media) for name, media in response.content.items()}
        self.required = [header.name.lower().encode() for header in response.headers if header.required]
        self.headers: dict[bytes, tuple[HeaderReader, jsonschema_rs.Draft202012Validator]] = {
            header.name.lower().encode(): (header_reader(header), validator(header.schema, "response"))
            for header in response.headers
        }

    def body(self, media_type: str) -> _Body | None:
        """The documented body of a media type."""
        if (exact := self.bodies.get(media_type)) is not None:
            return exact
        name = chosen(self.bodies, media_type)
        return self.bodies[name] if name is not None else None


# Operations share most of their responses, and each test may create an application: a response is compiled once per document.
_compiled: WeakKeyDictionary[Document, dict[Pointer, _Response]] = WeakKeyDictionary()


def _compile(response: Response) -> _Response:
    known = _compiled.setdefault(response.node.document, {})
    if response.node.pointer not in known:
        known[response.node.pointer] = _Response(response)
    return known[response.node.pointer]


class ResponseValidator:
    """Validates the responses of one operation: status, headers, media type and body."""

    def __init__(self, operation: Operation, policy: Policy) -> None:
        self._operation, self._share = operation, policy.share
        self._is_first = True
        self._responses: dict[int, _Response | None] = {
            status: _compile(response) for status, response in operation.responses.items() if isinstance(status, int)
        }

    def is_due(self) -> bool:
        """Whether to validate this response: the first after a start, then a random sample, so that no pattern escapes it."""
        if self._is_first:
            self._is_first = False
            return True
        return self._share == 1 or random.random() < self._share  # noqa: S311 - not a secret

    def _documented(self, status: int) -> _Response | None:
        """The response documented for a status, its range or `default`."""
        if status not in self._responses:
            response = self._operation.response(status)
            self._responses[status] = _compile(response) if response is not None else None
        return self._responses[status]

    def violation(self, status: int, headers: HeaderList, body: object) -> ContractViolation | None:
        """The first difference between a response and the document. Of a streamed body, only the media type is checked."""
        found = self._difference(status, headers, body)
        return ContractViolation(f"{self._operation.id} returned {status}{found}") if found is not None else None

    def _difference(self, status: int, headers: HeaderList, body: object) -> str | None:
        response = self._documented(status)
        if response is None:
            if status == 500:  # noqa: PLR2004 - an unexpected error, which no document needs to mention
                return None
            return f", which is not documented ({self._operation.node.where})"
        sent: dict[bytes, list[str]] = {}
        for name, value in headers:
            sent.setdefault(name.lower(), []).append(value.decode("latin-1"))
        for name in response.required:
            if name not in sent:
                return f" without the header {name.decode()} ({response.where})"
        for name, (read, header_validator) in response.headers.items():
            if (lines := sent.get(name)) is not None and not _is_valid(lines, read, header_validator):
                return f" with {name.decode()}: {', '.join(lines)} ({response.where})"
        return _body_difference(response, sent.get(b"content-type", [None])[0], body)


def _is_valid(lines: list[str], read: HeaderReader, header_validator: jsonschema_rs.Draft202012Validator) -> bool:
    try:
        return header_validator.is_valid(read(lines))
    except MalformedValue:
        return False


def _body_difference(response: _Response, media_type: str | None, body: object) -> str | None:
    if body is None:
        return f" without its body ({response.where})" if response.bodies else None
    documented = response.body(media_type) if media_type is not None else None
    if documented is None or media_type is None:
        return f" with a body of type {media_type} ({response.where})"
    if isinstance(body, bytes) and (fault := documented.fault(body, media_type)) is not None:
        keyword, place = fault
        return f" with a body that fails {keyword} at /{place} ({response.where})"
    return None
