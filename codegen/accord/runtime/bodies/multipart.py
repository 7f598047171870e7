"""Parses `multipart/form-data` (RFC 7578) and other multipart types whose parts have names."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from urllib.parse import unquote

from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    content_disposition_unquote,
)

from accord.document.pointer import escape
from accord.errors import RequestRejected
from accord.openapi.media_type import ContentType, Media, essence, parameters
from accord.openapi.values.form_fields import Members
from accord.runtime.bodies.multipart_part import Field, Part
from accord.runtime.bodies.parsed_body import INVALID_JSON, MAX_FIELDS, ParsedBody

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")  # RFC 2046 5.1.1
_MAX_HEADERS, _MAX_HEADER_BYTES = 16, 8192  # of one part; the bytes of one header line
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_EXTENDED_VALUE = re.compile(r"[uU][tT][fF]-8'[A-Za-z0-9-]*'((?:[^%]|%[0-9A-Fa-f]{2})*)")  # RFC 8187 3.2.1

_BOUNDARY_END = re.compile(rb"(--)?([ \t]*+)(?:\r\n|\Z)")  # the mark of the last boundary, and padding


class _Parser(PushMultipartParser):
    def _create_segment(self, headerlist: list[tuple[str, str]]) -> MultipartSegment:
        """Skip the checks of form-data headers: `_part` checks them for every multipart type."""
        return MultipartSegment(headerlist)


def parts(raw: bytes, boundary: str, *, is_form: bool) -> Iterator[Part]:
    """Split a body into its parts.

    Raises:
        RequestRejected: 400, the body or the headers of a part are malformed; 413, there are too many parts or headers, or
            a header is too long.
    """
    if not _BOUNDARY.fullmatch(boundary):
        raise RequestRejected(400, "Content-Type has no valid boundary.")
    raw = _normalized(raw, boundary.encode())
    parser = _Parser(
        boundary,
        max_header_size=_MAX_HEADER_BYTES,
        max_header_count=_MAX_HEADERS,
        max_segment_count=MAX_FIELDS,
        strict=True,
    )
    headers: list[tuple[str, str]] = []
    content: list[bytes] = []
    try:
        for event in itertools.chain(parser.parse(raw), parser.parse(b"")):  # empty: the body must be complete
            if isinstance(event, MultipartSegment):
                headers, content = event.headerlist, []
            elif event is not None:
                content.append(bytes(event))
            else:
                yield _part(headers, b"".join(content), is_form=is_form)
    except ParserLimitReached:
        raise RequestRejected(413, f"The body has more than {MAX_FIELDS} parts, or a part has too many headers.") from None
    except MultipartError:
        raise RequestRejected(400, "The body is not valid multipart data.") from None


def _normalized(raw: bytes, boundary: bytes) -> bytes:
    """The body without preamble, epilogue and padding after boundaries, which receivers ignore (RFC 2046 5.1.1).

    Raises:
        RequestRejected: 400, the first or last boundary is missing; 413, there are too many parts.
    """
    line = b"\r\n--" + boundary
    end = -2 if raw.startswith(line[2:]) else raw.find(line)  # as if the body followed a line break
    is_clean, spans = end == -2, list[tuple[int, int]]()  # noqa: PLR2004 - as above
    while end != -1 and (found := _BOUNDARY_END.match(raw, end + len(line))) is not None:
        last, padding = found.groups()
        if last and is_clean and not padding and found.end() == len(raw):
            return raw
        if last and (spans or is_clean):  # a preamble alone is not a body
            return b"".join(line[2:] + b"\r\n" + raw[start:end] + b"\r\n" for start, end in spans) + line[2:] + b"--"
        if last:
            break
        if len(spans) == MAX_FIELDS:
            raise RequestRejected(413, f"The body has more than {MAX_FIELDS} parts.")
        is_clean, start, end = is_clean and not padding, found.end(), raw.find(line, found.end())
        spans.append((start, end))
    raise RequestRejected(400, "The body does not begin and end with its boundary.")


def _part(header_list: list[tuple[str, str]], content: bytes, *, is_form: bool) -> Part:
    headers = {name.lower(): value.strip(" \t") for name, value in header_list}
    if len(headers) < len(header_list) or any(map(_CONTROL.search, headers.values())):
        raise RequestRejected(400, "A part repeats a header, or has a control character in one.")
    kind, semicolon, rest = headers.get("content-disposition", "").partition(";")
    found = parameters(semicolon + rest)
    if found is None or "name" not in found or (is_form and kind.strip().lower() != "form-data"):
        raise RequestRejected(400, "A part has no name in its Content-Disposition.")
    name = content_disposition_unquote(found["name"])
    return Part(name, _filename(found), headers, content)


def _filename(found: dict[str, str]) -> str | None:
    """`filename`, as RFC 7578 requires, or else the extended `filename*` of RFC 8187."""
    if "filename" in found:
        name: str = content_disposition_unquote(found["filename"], filename=True)
        return name
    if "filename*" not in found:
        return None
    extended = _EXTENDED_VALUE.fullmatch(found["filename*"])
    if extended is None:
        raise RequestRejected(400, "A part has an invalid file name.")
    try:
        return unquote(extended[1], errors="strict")
    except UnicodeDecodeError:
        raise RequestRejected(400, "A part has an invalid file name.") from None


class MultipartParser:
    """Parses the multipart bodies of one media type."""

    def __init__(self, media: Media) -> None:
        self._members = Members([media.schema] if media.schema is not None else [], media.encoding)
        self._fields = {id(member): Field(member) for member in self._members.all()}
        self._is_form = essence(media.name) == "multipart/form-data"

    def __call__(self, raw: bytes, sent: ContentType) -> ParsedBody:
        """Parse a body. Repeated names and parts that do not match their `encoding` are faults."""
        by_name: dict[str, list[Part]] = {}
        for part in parts(raw, sent.parameters.get("boundary", ""), is_form=self._is_form):
            by_name.setdefault(part.name, []).append(part)
        body = ParsedBody({}, {})
        texts = [pair for name, found in by_name.items() for pair in self._texts(name, found, body)]
        try:
            values = self._members.read(texts, str, body.faults)
        except ValueError:
            raise RequestRejected(400, INVALID_JSON) from None
        body.value |= values
        body.instance |= values
        return body

    def _texts(self, name: str, found: list[Part], body: ParsedBody) -> list[tuple[str, str]]:
        """The texts of the parts of one name. Files and faults are added to the body instead."""
        member = self._members.at(name)
        field = self._fields[id(member)]
        pointer = "/" + escape(name)
        faults = dict.fromkeys(
            ("body", f"{pointer}/{index}" if member.repeats else pointer, code)
            for index, part in enumerate(found)
            for code in field.faults(part)
        )
        body.faults += faults
        if not faults and not field.is_file(found[0]):
            return [(name, field.text(part)) for part in found]
        files = [field.file(part) for part in found]
        if member.repeats:
            body.value[name], body.instance[name] = [file for file, _ in files], [instance for _, instance in files]
        else:
            body.value[name], body.instance[name] = files[0]
            if len(files) > 1:
                body.faults.append(("body", pointer, "repeated"))
        return []
