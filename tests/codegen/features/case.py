"""One request and what must become of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

JSON = {"Content-Type": "application/json"}
BOUNDARY = "x-7"


@dataclass(frozen=True, slots=True)
class Case:
    """`feature` is a keyword of the grammar as `kind/keyword`.

    Either the handler receives exactly `arguments`, those left out that are None, or the request is refused with `status` and,
    if that is 422, with `faults`. `answer` is what the handler answers, if not 204, or a function of its arguments that does;
    `headers` and `answered` are what the client sees of it, `violation` what the service is told.
    """

    feature: str
    method: str
    url: str
    sent: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    repeated: tuple[tuple[str, str], ...] = ()  # headers that are sent beside `sent`
    arguments: dict[str, Any] | None = None
    status: int = 204
    faults: tuple[str, ...] = ()  # `query/page type`
    answer: Any = None
    headers: dict[str, str | None] = field(default_factory=dict)
    answered: bytes | None = None
    violation: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the document allows it."""
        return self.status < 400 and not self.violation

    @property
    def name(self) -> str:
        """The name of its test."""
        return f"{self.feature}: {self.method} {self.url} {(self.body or b'')[:40]!r} {self.status}"

    def takes(self, **arguments: Any) -> Case:
        """Accepted with these arguments."""
        return replace(self, arguments=arguments)

    def answers(self, answer: Any, status: int = 200, body: Any = None, **headers: str | None) -> Case:
        """Accepted, and answered so; a header of None must be absent."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answered = body if body is None or isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
        return replace(self, answer=answer, status=status, headers=named, answered=answered)

    def violates(self, answer: Any, text: str) -> Case:
        """Answered 500, because this answer is none of the document; the service is told so in these words."""
        return replace(self, answer=answer, status=500, violation=text)

    def refused(self, *faults: str, status: int = 422, **headers: str | None) -> Case:
        """Refused."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, status=status, faults=faults, headers=named)


def get(feature: str, url: str, repeated: tuple[tuple[str, str], ...] = (), **sent: str) -> Case:
    """A GET; `X_Number` is the header `X-Number`."""
    return Case(feature, "GET", url, _named(sent), repeated=repeated)


def send(feature: str, method: str, url: str, body: bytes | str | None = None, media: str | None = None, **sent: str) -> Case:
    """Any request."""
    content = body.encode() if isinstance(body, str) else body
    headers = {"Content-Type": media} if media is not None else {}
    return Case(feature, method, url, headers | _named(sent), content)


def post_json(feature: str, url: str, value: Any, media: str = "application/json", method: str = "POST") -> Case:
    """A JSON body."""
    return send(feature, method, url, json.dumps(value), media)


def parts(*written: tuple[str | bytes, ...]) -> bytes:
    """A multipart body; each part has a name, a text, and its headers."""
    found = b""
    for name, content, *headers in written:
        disposition = f'Content-Disposition: form-data; name="{name!s}"'
        head = "\r\n".join([disposition, *map(str, headers)]).encode()
        raw = content if isinstance(content, bytes) else content.encode()
        found += f"--{BOUNDARY}\r\n".encode() + head + b"\r\n\r\n" + raw + b"\r\n"
    return found + f"--{BOUNDARY}--\r\n".encode()


def encoded(text: str) -> str:
    """A text as one segment of a path."""
    return quote(text, safe="")


def _named(sent: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in sent.items()}
