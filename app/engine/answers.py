"""From a handler's answer to status, headers and body: what the document pins is written here, what it lacks is refused."""

from __future__ import annotations

from typing import NamedTuple

from app.core.encoded import Encoded, encode
from app.engine.description import Operation, Response
from app.engine.policy import ContractViolation
from app.engine.problems import Headers
from app.engine.responses import Body, Empty

HeaderList = list[tuple[bytes, bytes]]

_NEVER_A_LENGTH = (204, 304)  # RFC 9110, 8.6
_KEPT = {b"etag", b"cache-control", b"content-location", b"expires", b"vary"}


class _Answer(NamedTuple):
    """One documented answer: its pinned headers, the fields with the headers that a handler gives, its media type."""

    constant: Headers
    given: tuple[tuple[str, bytes], ...]
    media: bytes


def _answer(response: Response) -> _Answer:
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


class Answers:
    """The answers of one operation, compiled at start."""

    def __init__(self, described: Operation) -> None:
        self._described = described
        responses = described.responses
        self._answers: dict[int | str, _Answer] = {response.key: _answer(response) for response in responses.values()}
        self.revalidates = described.revalidates
        self.problem_types = {(status, kind) for status, r in described.problems.items() for kind in r.problem_types}
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

    def encode(self, answer: Empty) -> tuple[bytes | None, HeaderList]:
        """The body (None if the answer has none) and the headers of an answer, Content-Type among them.

        Raises:
            ContractViolation: the document has no such answer.
        """
        status = answer.status
        known = self._answers.get(status)
        if known is None:
            described = self._described
            raise ContractViolation(f"{described.id} answered {status}, which is not documented ({described.node.where})")
        headers = _headers(answer, known.constant, known.given)
        if not isinstance(answer, Body):
            return None, headers
        headers.append((b"content-type", known.media))
        return answer.body.body if isinstance(answer.body, Encoded) else encode(answer.body), headers
