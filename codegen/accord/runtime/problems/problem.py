"""Every error as one RFC 9457 problem, encoded from constant text around the request id."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

import msgspec

from accord.document.document import Document
from accord.runtime.errors import ApiError, RequestRejected

encode = msgspec.json.Encoder().encode

# What the gate itself may answer: title and usual detail. The type is `/problems/` and the title in kebab-case.
_STANDARD = {
    400: ("Bad request", "The body is not valid JSON."),
    401: ("Unauthorized", "A valid access token is required."),
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
class Kind:
    """One type of problem."""

    status: int
    type: str
    title: str
    detail: str

    @property
    def code(self) -> str:
        """The last part of the type."""
        return self.type.rpartition("/")[2]

    def text(self, detail: str) -> bytes:
        """The problem up to its instance."""
        head = {"type": self.type, "title": self.title, "status": self.status, "detail": detail, "code": self.code}
        return encode(head)[:-1] + b',"instance":"urn:uuid:'


class Problems:
    """Encodes problems; titles come from the document's `x-problems` where it names them."""

    def __init__(self, document: Document) -> None:
        catalogue = document.data.get("x-problems", {})
        self._kinds: dict[int, Kind] = {}
        for status, (title, detail) in _STANDARD.items():
            slug = title.lower().replace(" ", "-")
            self._kinds[status] = Kind(status, f"/problems/{slug}", catalogue.get(slug, {}).get("title", title), detail)
        self._usual = {status: kind.text(kind.detail) for status, kind in self._kinds.items()}

    def kind(self, status: int) -> Kind:
        """The problem that the gate has for a status, or a plain one."""
        if (known := self._kinds.get(status)) is not None:
            return known
        phrase = HTTPStatus(status).phrase
        return Kind(status, f"/problems/{phrase.lower().replace(' ', '-')}", phrase, f"{phrase}.")

    def type_of(self, status: int) -> str:
        """The type with which the gate answers a status."""
        return self._kinds[status].type

    def known(self, status: int) -> bool:
        """Whether the gate has a problem for this status."""
        return status in self._kinds

    def refusal(self, refusal: RequestRejected, request_id: bytes) -> bytes:
        """The body for a refusal of the gate, or for an error of an ordinary route with a status of its own."""
        status, detail = refusal.status, refusal.detail
        usual = self._usual.get(status) if detail is None else None
        head = usual or self.kind(status).text(detail or self.kind(status).detail)
        if refusal.faults is None:
            return head + request_id + b'"}'
        return head + request_id + b'","errors":' + encode(refusal.faults) + b"}"

    @staticmethod
    def error(error: ApiError, request_id: bytes) -> bytes:
        """The body for an error that a service raised."""
        return Kind(error.status, error.type, error.title, error.detail).text(error.detail) + request_id + b'"}'
