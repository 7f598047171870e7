"""From a handler's answer to status, headers and body; an answer that the document does not allow is a `ContractViolation`."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from http import HTTPStatus
from typing import Any, NamedTuple

from accord.errors import ContractViolation, HeaderList, Headers
from accord.openapi import response as documented
from accord.openapi.media_type import chosen, covers, essence, kind_of, labels
from accord.openapi.operation import Operation
from accord.openapi.values.encoded import Encoded, encode
from accord.openapi.values.headers import HeaderWriter, header_line, header_writer
from accord.runtime.responses.etags import matches
from accord.runtime.responses.streamed import Streamed
from accord.runtime.responses.streams import Stream, encode_event
from accord.runtime.responses.types import Answer, Binary, Body, Events, Lines, Text

Content = bytes | Stream | None
Response = tuple[int, HeaderList, Content]
BodyWriter = Callable[[Any], bytes | Stream]
FieldWriters = tuple[tuple[str, bytes, HeaderWriter | None], ...]  # a field of the answer, the header's name, its writer

_NO_LENGTH_STATUSES = frozenset({204, 304})  # RFC 9110 8.6
_NO_BODY_STATUSES = frozenset({204, 205, 304})
_LENGTH = b"content-length"
_STATUSES = range(200, 600)
_HEADERS_OF_304 = {b"etag", b"cache-control", b"content-location", b"expires", b"vary"}  # RFC 9110 15.4.5
_PREPARED = (Encoded, Streamed)
_MAX_CLASSES = 1000  # generated classes are few; those that a handler creates per request are not cached


class _AnswerClass(NamedTuple):
    """One class of answers, compiled.

    `statuses` are the allowed ones if the response covers a range, else None. `media_type` is the Content-Type; None if the
    handler chooses one that `media_range` covers. `may_have_length`: the handler may set Content-Length for a streamed body.
    """

    constant_headers: Headers
    fields: FieldWriters
    write_body: BodyWriter | None
    media_type: bytes | None
    media_range: str
    may_have_length: bool
    statuses: frozenset[int] | None
    not_modified: tuple[Headers, FieldWriters]


class ResponseEncoder:
    """Encodes the answers of one operation; the class of an answer is compiled on first use."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._classes: dict[type, _AnswerClass] = {}
        self._varies_by_accept = len(operation.accepts) > 1
        self._revalidates = operation.revalidates
        self.problem_types = {(status, kind) for status, r in operation.problems.items() for kind in r.problem_types}

    def encode(self, answer: Answer, if_none_match: bytes | None) -> Response:
        """Status, headers (with Content-Type) and body; 304 if the client has this answer already.

        Raises:
            ContractViolation: the document does not define this answer.
        """
        compiled = self._classes.get(answer.__class__) or self._compiled_class(answer)
        if self._revalidates and if_none_match is not None and _is_unchanged(answer, if_none_match):
            constant_headers, fields = compiled.not_modified
            return 304, _headers(answer, constant_headers, fields), None
        headers = _headers(answer, compiled.constant_headers, compiled.fields)
        if compiled.statuses is not None:
            self._check_status(answer, compiled, headers)
        if compiled.write_body is None:
            return answer.status, headers, None
        headers.append((b"content-type", compiled.media_type or self._media_type(answer, compiled.media_range)))
        content = compiled.write_body(answer.body)  # type: ignore[attr-defined]  # every class with a writer has a body
        if compiled.may_have_length and isinstance(content, bytes):
            headers = [header for header in headers if header[0] != _LENGTH]
        return answer.status, headers, content

    def _compiled_class(self, answer: Answer) -> _AnswerClass:
        operation, kind = self._operation, answer.__class__
        if not isinstance(answer, Answer):
            raise ContractViolation(f"{operation.id} returned {kind.__name__}, which is not an answer ({operation.node.where})")
        response = operation.responses.get(kind.key) if kind.key else operation.response(answer.status)
        if response is None:
            what = kind.key or answer.status
            raise ContractViolation(f"{operation.id} returned {what}, which is not documented ({operation.node.where})")
        compiled = self._compile(kind, response)
        if len(self._classes) < _MAX_CLASSES:
            self._classes[kind] = compiled
        return compiled

    def _compile(self, kind: type[Answer], response: documented.Response) -> _AnswerClass:
        operation = self._operation
        constant = _constant_headers(response)
        name = chosen(response.content, kind.media) if kind.media else next(iter(response.content), "")
        if name is None:
            text = f"{operation.id} returned {response.key} as {kind.media}, which is not documented ({response.node.where})"
            raise ContractViolation(text)
        has_vary = any(header.name.lower() == "vary" for header in response.headers)
        if self._varies_by_accept and not response.is_error and not has_vary:
            constant.append((b"vary", b"Accept"))
        fields = tuple((h.argument, h.name.lower().encode(), header_writer(h)) for h in response.handler_headers)
        write_body, media_type = _body_writer(kind, name)
        statuses = None
        if response.status is None and kind.key:
            excluded = _NO_BODY_STATUSES if write_body is not None else frozenset()
            statuses = frozenset(s for s in _STATUSES if operation.response(s) is response and s not in excluded)
        elif not response.content and response.status not in _NO_LENGTH_STATUSES:
            constant.append((_LENGTH, b"0"))
        return _AnswerClass(
            constant_headers=tuple(constant),
            fields=fields,
            write_body=write_body,
            media_type=None if "media_type" in kind.__struct_fields__ else media_type.encode(),
            media_range=name,
            may_have_length=any(field[1] == _LENGTH for field in fields),
            statuses=statuses,
            not_modified=self._not_modified(constant, fields) if self._revalidates else ((), ()),
        )

    def _not_modified(self, constant: HeaderList, fields: FieldWriters) -> tuple[Headers, FieldWriters]:
        """The headers of a 304: its own constants, and those of the answer that caches need."""
        own = _constant_headers(self._operation.responses[304])
        names = _HEADERS_OF_304 - {name for name, _ in own}
        kept = [header for header in constant if header[0] in names]
        return (*own, *kept), tuple(field for field in fields if field[1] in names)

    def _check_status(self, answer: Answer, compiled: _AnswerClass, headers: HeaderList) -> None:
        """Raise for a status outside the documented range; a response without a body gets its length."""
        status, operation = answer.status, self._operation
        if compiled.statuses is not None and status not in compiled.statuses:
            text = f"{operation.id} returned {status} as {type(answer).__name__}, which does not allow this status"
            raise ContractViolation(f"{text} ({operation.node.where})")
        if compiled.write_body is None and status not in _NO_LENGTH_STATUSES:
            headers.append((_LENGTH, b"0"))

    def _media_type(self, answer: Answer, media_range: str) -> bytes:
        """The media type that the handler chose within a documented range."""
        media_type: str = answer.media_type  # type: ignore[attr-defined]  # its class was compiled with this field
        name, operation = essence(media_type), self._operation
        is_covered = covers(essence(media_range), name) and "*" not in name and name.count("/") == 1
        if not is_covered or (isinstance(answer, Body) and kind_of(name) != "json"):
            text = f"{operation.id} returned {media_type} where {media_range} is documented ({operation.node.where})"
            raise ContractViolation(text)
        if isinstance(answer, Text) and (charset := labels(media_type).setdefault("charset", "utf-8")) != "utf-8":
            raise ContractViolation(f"{operation.id} returned text in {charset}: text of a media range is sent as UTF-8")
        needs_charset = isinstance(answer, Text) and "charset" not in media_type
        return header_line(b"content-type", f"{media_type}; charset=utf-8" if needs_charset else media_type)[1]


def _is_unchanged(answer: Answer, if_none_match: bytes) -> bool:
    etag: str = answer.etag if answer.status == HTTPStatus.OK else ""  # type: ignore[attr-defined]  # required to revalidate
    return etag != "" and matches(if_none_match.decode("latin-1"), etag)


def _constant_headers(response: documented.Response) -> HeaderList:
    return [(header.name.lower().encode(), header.constant.encode()) for header in response.headers if header.constant]


def _headers(answer: Answer, constant: Headers, fields: FieldWriters) -> HeaderList:
    """The constant headers, and those that the answer has as fields.

    Raises:
        ValueError: a value contains a control character.
    """
    headers = [*constant]
    for field, name, write in fields:
        value = getattr(answer, field)
        if value is None:
            continue
        if write is not None:
            headers += [header_line(name, text) for text in write(value)]
        elif isinstance(value, str):
            headers.append(header_line(name, value))
        else:
            headers.append((name, encode(value).strip(b'"')))
    return headers


def _body_writer(kind: type[Answer], media_type: str) -> tuple[BodyWriter | None, str]:
    """How the bodies of a class are written, and their Content-Type."""
    if issubclass(kind, Text):
        parameters = labels(media_type)
        content_type = media_type if "charset" in parameters else f"{media_type}; charset=utf-8"
        return _text_writer(parameters.get("charset", "utf-8")), content_type
    for base, write in ((Body, _write_json), (Binary, _write_binary), (Lines, _write_lines), (Events, _write_events)):
        if issubclass(kind, base):
            return write, media_type
    return None, media_type


def _write_json(body: Any) -> bytes | Stream:  # noqa: ANN401 - anything that can be encoded as JSON
    if isinstance(body, _PREPARED):
        return body.body if isinstance(body, Encoded) else Stream(body.parts(), _bytes)
    return encode(body)


def _bytes(part: Any) -> bytes:  # noqa: ANN401 - what a handler returned
    if not isinstance(part, (bytes, bytearray, memoryview)):
        raise TypeError(f"a binary body must be bytes, not {type(part).__name__}")
    return bytes(part)


def _write_binary(body: Any) -> bytes | Stream:  # noqa: ANN401 - bytes or an iterable of bytes
    return Stream(body, _bytes) if isinstance(body, AsyncIterable) else _bytes(body)


def _text_writer(charset: str) -> BodyWriter:
    def encode_text(part: Any) -> bytes:  # noqa: ANN401 - what a handler returned
        return bytes(part.encode(charset))

    return lambda body: Stream(body, encode_text) if isinstance(body, AsyncIterable) else encode_text(body)


def _write_lines(body: Any) -> Stream:  # noqa: ANN401 - an iterable of values
    return Stream(body, lambda value: encode(value) + b"\n")


def _write_events(body: Any) -> Stream:  # noqa: ANN401 - an iterable of events
    return Stream(body, encode_event, sends_head_first=True)
