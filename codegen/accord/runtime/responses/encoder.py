"""From a handler's answer to status, headers and body: what the document pins is written here, what it lacks is refused."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from http import HTTPStatus
from typing import Any, NamedTuple

from accord.openapi.media_type import chosen, covers, essence, kind_of, labels
from accord.openapi.operation import Operation
from accord.openapi.response import Response
from accord.runtime.problems.problem import Headers
from accord.runtime.responses.encoded import Encoded, encode
from accord.runtime.responses.etags import names
from accord.runtime.responses.headers import Write, line, writer
from accord.runtime.responses.streams import Stream, event
from accord.runtime.responses.types import Answer, Binary, Body, Events, Lines, Text
from accord.runtime.responses.validation import ContractViolation

HeaderList = list[tuple[bytes, bytes]]
Content = bytes | Stream | None
Given = tuple[tuple[str, bytes, Write | None], ...]

_NEVER_A_LENGTH = frozenset({204, 304})  # RFC 9110, 8.6
_NEVER_A_BODY = frozenset({204, 205, 304})
_LENGTH = b"content-length"
_STATUSES = range(200, 600)
_KEPT = {b"etag", b"cache-control", b"content-location", b"expires", b"vary"}
_MOST_CLASSES = 1000  # generated ones are few; classes that somebody makes for each request are not remembered


class _Answer(NamedTuple):
    """One class of answers, compiled: pinned headers, fields with the headers that a handler gives, the writer of its body.

    `statuses` are those that an answer of a range may have, None where there is one only; `media` is the media type as it is
    sent, None where the handler gives it for the range `covered`; `sized`: the handler may know the length of a body in parts.
    """

    constant: Headers
    given: Given
    write: Callable[[Any], bytes | Stream] | None
    media: bytes | None
    covered: str
    sized: bool
    statuses: frozenset[int] | None
    kept: tuple[Headers, Given]


def _json(body: Any) -> bytes:  # noqa: ANN401 - whatever has a JSON form
    return body.body if isinstance(body, Encoded) else encode(body)


def _bytes(part: Any) -> bytes:  # noqa: ANN401 - what a handler gives
    if not isinstance(part, (bytes, bytearray, memoryview)):
        raise TypeError(f"bytes are answered here, not {type(part).__name__}")
    return bytes(part)


def _binary(body: Any) -> bytes | Stream:  # noqa: ANN401 - bytes or parts
    return Stream(body, _bytes) if isinstance(body, AsyncIterable) else _bytes(body)


def _text(charset: str) -> Callable[[Any], bytes | Stream]:
    def encoded(part: Any) -> bytes:  # noqa: ANN401 - what a handler gives
        return bytes(part.encode(charset))

    return lambda body: Stream(body, encoded) if isinstance(body, AsyncIterable) else encoded(body)


def _lines(body: Any) -> Stream:  # noqa: ANN401 - an iterable of values
    return Stream(body, lambda value: encode(value) + b"\n")


def _events(body: Any) -> Stream:  # noqa: ANN401 - an iterable of events
    return Stream(body, event, at_once=True)


def _writer(kind: type[Answer], media: str) -> tuple[Callable[[Any], bytes | Stream] | None, str]:
    """How bodies of a class are written, and the media type that is sent with them."""
    if issubclass(kind, Text):
        given = labels(media)
        return _text(given.get("charset", "utf-8")), media if "charset" in given else f"{media}; charset=utf-8"
    for base, write in ((Body, _json), (Binary, _binary), (Lines, _lines), (Events, _events)):
        if issubclass(kind, base):
            return write, media
    return None, media


def _headers(answer: Answer, constant: Headers, given: Given) -> HeaderList:
    """The pinned headers and the given ones.

    Raises:
        ValueError: a text that no header can hold.
    """
    headers = [*constant]
    for field, name, write in given:
        value = getattr(answer, field)
        if value is None:
            continue
        if write is not None:
            headers += [line(name, part) for part in write(value)]
        elif isinstance(value, str):
            if not value.isprintable():
                raise ValueError(f"the header {name.decode()} would hold a control character")
            headers.append((name, value.encode("latin-1")))
        else:
            headers.append((name, encode(value).strip(b'"')))
    return headers


class Answers:
    """The answers of one operation; the class of an answer is compiled when it is first answered."""

    def __init__(self, described: Operation) -> None:
        self._described = described
        self._known: dict[type, _Answer] = {}
        self._vary = len(described.accepts) > 1
        self.revalidates = described.revalidates
        self.problem_types = {(status, kind) for status, r in described.problems.items() for kind in r.problem_types}

    def unchanged(self, answer: Answer, sent: bytes) -> HeaderList | None:
        """The headers of a 304 if `If-None-Match` names the answer: pinned ones, and what caches need (RFC 9110, 15.4.5)."""
        if answer.status != HTTPStatus.OK or not names(sent.decode("latin-1"), answer.etag):  # type: ignore[attr-defined]  # `revalidates` promises it
            return None
        constant, given = self._of(answer).kept
        return _headers(answer, constant, given)

    def encode(self, answer: Answer) -> tuple[Content, HeaderList]:
        """The body (None if the answer has none) and the headers of an answer, Content-Type among them.

        Raises:
            ContractViolation: the document has no such answer.
        """
        known = self._known.get(answer.__class__) or self._of(answer)
        headers = _headers(answer, known.constant, known.given)
        if known.statuses is not None:
            self._check_status(answer, known, headers)
        if known.write is None:
            return None, headers
        headers.append((b"content-type", known.media or self._media_type(answer, known.covered)))
        content = known.write(answer.body)  # type: ignore[attr-defined]  # every class with a writer has one
        if known.sized and isinstance(content, bytes):
            headers = [pair for pair in headers if pair[0] != _LENGTH]
        return content, headers

    def _of(self, answer: Answer) -> _Answer:
        """Find the response that a class of answers belongs to."""
        kind = answer.__class__
        if (known := self._known.get(kind)) is not None:
            return known
        described = self._described
        if not isinstance(answer, Answer):
            raise ContractViolation(f"{described.id} answered {kind.__name__}, which is no answer ({described.node.where})")
        response = described.responses.get(kind.key) if kind.key else described.response(answer.status)
        if response is None:
            what = kind.key or answer.status
            raise ContractViolation(f"{described.id} answered {what}, which is not documented ({described.node.where})")
        known = self._compiled(kind, response)
        if len(self._known) < _MOST_CLASSES:
            self._known[kind] = known
        return known

    def _compiled(self, kind: type[Answer], response: Response) -> _Answer:
        described = self._described
        constant = [(header.name.lower().encode(), header.constant.encode()) for header in response.headers if header.constant]
        name = chosen(response.content, kind.media) if kind.media else next(iter(response.content), "")
        if name is None:
            raise ContractViolation(
                f"{described.id} answered {response.key} as {kind.media}, which is not documented ({response.node.where})"
            )
        if self._vary and not response.is_error and all(header.name.lower() != "vary" for header in response.headers):
            constant.append((b"vary", b"Accept"))
        given = tuple((header.argument, header.name.lower().encode(), writer(header)) for header in response.handler_headers)
        write, media = _writer(kind, name)
        statuses = None
        if response.status is None and kind.key:
            never = _NEVER_A_BODY if write is not None else frozenset()
            statuses = frozenset(s for s in _STATUSES if described.response(s) is response and s not in never)
        elif not response.content and response.status not in _NEVER_A_LENGTH:
            constant.append((_LENGTH, b"0"))
        return _Answer(
            tuple(constant),
            given,
            write,
            None if "media_type" in kind.__struct_fields__ else media.encode(),
            name,
            any(pair[1] == _LENGTH for pair in given),
            statuses,
            self._unchanged(tuple(constant), given) if self.revalidates else ((), ()),
        )

    def _unchanged(self, constant: Headers, given: Given) -> tuple[Headers, Given]:
        pins = self._described.responses[304].headers
        pinned = tuple((header.name.lower().encode(), header.constant.encode()) for header in pins if header.constant)
        names = _KEPT - {name for name, _ in pinned}
        return (*pinned, *(pair for pair in constant if pair[0] in names)), tuple(one for one in given if one[1] in names)

    def _check_status(self, answer: Answer, known: _Answer, headers: HeaderList) -> None:
        """What an answer of a range may not be is refused; one without a body has its length."""
        status, described = answer.status, self._described
        if known.statuses is not None and status not in known.statuses:
            what = f"{described.id} answered {status} as {type(answer).__name__}"
            raise ContractViolation(f"{what}, which it is not or may not be with a body ({described.node.where})")
        if known.write is None and status not in _NEVER_A_LENGTH:
            headers.append((_LENGTH, b"0"))

    def _media_type(self, answer: Answer, covered: str) -> bytes:
        """The media type that the handler gives for a range."""
        media_type: str = answer.media_type  # type: ignore[attr-defined]  # the class was compiled so
        plain = essence(media_type)
        fits = covers(essence(covered), plain) and "*" not in plain and plain.count("/") == 1
        if not fits or (isinstance(answer, Body) and kind_of(plain) != "json"):
            where = self._described.node.where
            raise ContractViolation(f"{self._described.id} answered {media_type} where {covered} is documented ({where})")
        if isinstance(answer, Text) and (charset := labels(media_type).setdefault("charset", "utf-8")) != "utf-8":
            raise ContractViolation(f"{self._described.id} answered a text in {charset}: texts of a range are sent in UTF-8")
        typed = f"{media_type}; charset=utf-8" if isinstance(answer, Text) and "charset" not in media_type else media_type
        return line(b"content-type", typed)[1]
