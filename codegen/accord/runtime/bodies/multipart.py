"""Bodies of several parts: `multipart/form-data` (RFC 7578), and other kinds whose parts have names."""

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

from accord.document.document import Document
from accord.document.pointer import escape
from accord.openapi.media_type import ContentType, Media, essence, parameters
from accord.openapi.values.form_fields import Members
from accord.runtime.bodies.body import MOST_MEMBERS, NOT_JSON, Body
from accord.runtime.bodies.multipart_part import Part, RawPart
from accord.runtime.problems.problem import RequestRejected

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")  # RFC 2046, 5.1.1
_MOST_HEADERS, _LONGEST_HEADER = 16, 8192  # of one part; a line's length in bytes
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_EXTENDED = re.compile(r"[uU][tT][fF]-8'[A-Za-z0-9-]*'((?:[^%]|%[0-9A-Fa-f]{2})*)")  # RFC 8187, 3.2.1

_LINE_END = re.compile(rb"(--)?([ \t]*+)(?:\r\n|\Z)")  # of a boundary: the last one's mark, and padding


class _Parser(PushMultipartParser):
    def _create_segment(self, headerlist: list[tuple[str, str]]) -> MultipartSegment:
        """Leave the judgement of a part's headers to `_part`, which also reads parts that are no form's."""
        return MultipartSegment(headerlist)


def parts(raw: bytes, boundary: str, *, form: bool) -> Iterator[RawPart]:
    """Split a body.

    Raises:
        RequestRejected: 400, the body or the headers of a part are malformed; 413, parts or headers are too many or too long.
    """
    if not _BOUNDARY.fullmatch(boundary):
        raise RequestRejected(400, "Content-Type has no boundary.")
    raw = _canonical(raw, boundary.encode())
    parser = _Parser(
        boundary,
        max_header_size=_LONGEST_HEADER,
        max_header_count=_MOST_HEADERS,
        max_segment_count=MOST_MEMBERS,
        strict=True,
    )
    headers: list[tuple[str, str]] = []
    content: list[bytes] = []
    try:
        for event in itertools.chain(parser.parse(raw), parser.parse(b"")):  # no more bytes: the end must have come
            if isinstance(event, MultipartSegment):
                headers, content = event.headerlist, []
            elif event is not None:
                content.append(bytes(event))
            else:
                yield _part(headers, b"".join(content), form=form)
    except ParserLimitReached:
        raise RequestRejected(413, f"The body has more than {MOST_MEMBERS} parts, or a part has too many headers.") from None
    except MultipartError:
        raise RequestRejected(400, "The body is not a valid multipart.") from None


def _canonical(raw: bytes, boundary: bytes) -> bytes:
    """The body without what receivers ignore (RFC 2046, 5.1.1): preamble, epilogue, and padding after its boundaries.

    Raises:
        RequestRejected: 400, there is no first or no last boundary; 413, there are too many parts.
    """
    line = b"\r\n--" + boundary
    end = -2 if raw.startswith(line[2:]) else raw.find(line)  # as if a line ended before the body
    clean, spans = end == -2, list[tuple[int, int]]()  # noqa: PLR2004 - as above
    while end != -1 and (found := _LINE_END.match(raw, end + len(line))) is not None:
        last, padding = found.groups()
        if last and clean and not padding and found.end() == len(raw):
            return raw
        if last and (spans or clean):  # a preamble alone is not a body
            return b"".join(line[2:] + b"\r\n" + raw[one:other] + b"\r\n" for one, other in spans) + line[2:] + b"--"
        if last:
            break
        if len(spans) == MOST_MEMBERS:
            raise RequestRejected(413, f"The body has more than {MOST_MEMBERS} parts.")
        clean, start, end = clean and not padding, found.end(), raw.find(line, found.end())
        spans.append((start, end))
    raise RequestRejected(400, "The body does not begin and end with its boundary.")


def _part(sent: list[tuple[str, str]], content: bytes, *, form: bool) -> RawPart:
    headers = {name.lower(): value.strip(" \t") for name, value in sent}
    if len(headers) < len(sent) or any(map(_CONTROL.search, headers.values())):
        raise RequestRejected(400, "A part has a header twice, or one with control characters.")
    kind, semicolon, rest = headers.get("content-disposition", "").partition(";")
    found = parameters(semicolon + rest)
    if found is None or "name" not in found or (form and kind.strip().lower() != "form-data"):
        raise RequestRejected(400, "A part has no Content-Disposition that names it.")
    name = content_disposition_unquote(found["name"])
    return RawPart(name, _filename(found), headers, content)


def _filename(found: dict[str, str]) -> str | None:
    """The plain name, as RFC 7578 wants it; the extended one of RFC 8187 only where it stands alone."""
    if "filename" in found:
        name: str = content_disposition_unquote(found["filename"], filename=True)
        return name
    if "filename*" not in found:
        return None
    extended = _EXTENDED.fullmatch(found["filename*"])
    if extended is None:
        raise RequestRejected(400, "A part has a malformed file name.")
    try:
        return unquote(extended[1], errors="strict")
    except UnicodeDecodeError:
        raise RequestRejected(400, "A part has a malformed file name.") from None


class MultipartReader:
    """Reads the multipart bodies of one media type; made once at start."""

    def __init__(self, document: Document, media: Media) -> None:
        self._members = Members([media.schema] if media.schema is not None else [], media.encoding)
        self._parts = {id(member): Part(document, member) for member in self._members.all()}
        self._form = essence(media.name) == "multipart/form-data"

    def __call__(self, raw: bytes, sent: ContentType) -> Body:
        """Read one; names that are wrongly repeated and parts that are not as their encoding says are faults."""
        named: dict[str, list[RawPart]] = {}
        for part in parts(raw, sent.parameters.get("boundary", ""), form=self._form):
            named.setdefault(part.name, []).append(part)
        body = Body({}, {})
        texts = [pair for name, found in named.items() for pair in self._texts(name, found, body)]
        try:
            read = self._members.read(texts, str, body.faults)
        except ValueError:
            raise RequestRejected(400, NOT_JSON) from None
        body.value |= read
        body.judged |= read
        return body

    def _texts(self, name: str, found: list[RawPart], body: Body) -> list[tuple[str, str]]:
        """The texts of the parts of one name; files, and what is refused already, are added to the body instead."""
        member = self._members.at(name)
        part = self._parts[id(member)]
        pointer = "/" + escape(name)
        refused = dict.fromkeys(
            ("body", f"{pointer}/{index}" if member.repeats else pointer, code)
            for index, one in enumerate(found)
            for code in part.faults(one)
        )
        body.faults += refused
        if not refused and not part.is_file(found[0]):
            return [(name, part.text(one)) for one in found]
        files = [part.file(one) for one in found]
        if member.repeats:
            body.value[name], body.judged[name] = [file for file, _ in files], [seen for _, seen in files]
        else:
            body.value[name], body.judged[name] = files[0]
            if len(files) > 1:
                body.faults.append(("body", pointer, "repeated"))
        return []
