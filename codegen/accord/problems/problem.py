"""Errors as RFC 9457 problems, encoded from constant text around the request id."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

import msgspec

from accord.document.document import Document
from accord.errors import ApiError, RequestRejected

encode = msgspec.json.Encoder().encode

# The engine's own problems: title and default detail by status. The type is `/problems/` and the title in kebab-case.
_STANDARD = {
    400: ("Bad request", "The body is not valid JSON."),
    401: ("Unauthorized", "Valid credentials are required."),
    403: ("Forbidden", "The access token does not allow this."),
    404: ("Not found", "There is no such resource."),
    405: ("Method not allowed", "The resource does not support this method."),
    406: ("Not acceptable", "None of the media types in Accept is available."),
    413: ("Content too large", "The body is too large."),
    415: ("Unsupported media type", "The media type of the body is not supported."),
    422: ("Unprocessable content", "The request does not satisfy the contract."),
    429: ("Too many requests", "Rate limit exceeded."),
    431: ("Request header fields too large", "The request headers are too large."),
    500: ("Internal server error", "An unexpected error occurred."),
    501: ("Not implemented", "The method is not implemented."),
    503: ("Service unavailable", "The service is temporarily unavailable."),
    505: ("HTTP version not supported", "The HTTP version is not supported; use HTTP/1.1."),
}


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One type of problem, with its default detail."""

    status: int
    type: str
    title: str
    detail: str

    @property
    def code(self) -> str:
        """The last segment of the type."""
        return self.type.rpartition("/")[2]

    def text(self, detail: str) -> bytes:
        """The encoded problem up to its request id."""
        head = {"type": self.type, "title": self.title, "status": self.status, "detail": detail, "code": self.code}
        return encode(head)[:-1] + b',"instance":"urn:uuid:'


class Problems:
    """Encodes the problems of one document; its `x-accord-problems` may replace the standard titles."""

    def __init__(self, document: Document) -> None:
        catalogue = document.data.get("x-accord-problems", {})
        self._types: dict[int, ProblemType] = {}
        for status, (title, detail) in _STANDARD.items():
            slug = title.lower().replace(" ", "-")
            self._types[status] = ProblemType(status, f"/problems/{slug}", catalogue.get(slug, {}).get("title", title), detail)
        self._default_texts = {status: kind.text(kind.detail) for status, kind in self._types.items()}

    def type_of(self, status: int) -> ProblemType:
        """The engine's own problem of a status, or one derived from the status phrase."""
        if (known := self._types.get(status)) is not None:
            return known
        phrase = HTTPStatus(status).phrase
        return ProblemType(status, f"/problems/{phrase.lower().replace(' ', '-')}", phrase, f"{phrase}.")

    def is_standard(self, status: int) -> bool:
        """Whether the engine has a problem of its own for a status."""
        return status in self._types

    def rejection(self, rejection: RequestRejected, request_id: bytes) -> bytes:
        """The body of a rejection, or of an HTTP error of a FastAPI route."""
        status, detail = rejection.status, rejection.detail
        head = self._default_texts.get(status) if detail is None else None
        head = head or self.type_of(status).text(detail or self.type_of(status).detail)
        if rejection.faults is None:
            return head + request_id + b'"}'
        return head + request_id + b'","errors":' + encode(rejection.faults) + b"}"

    @staticmethod
    def error(error: ApiError, request_id: bytes) -> bytes:
        """The body of an error that a service raised."""
        text = ProblemType(error.status, error.type, error.title, error.detail).text(error.detail) + request_id
        return text + (b'"}' if error.members is None else b'",' + encode(error.members)[1:])
