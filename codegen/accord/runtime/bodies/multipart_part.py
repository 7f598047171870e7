"""What the parts of one name in a multipart body are to be: their content types, their headers, files or texts."""

from __future__ import annotations

from typing import Any, NamedTuple

import jsonschema_rs

from accord.document.document import Document, Node
from accord.jsonschema.content_encoding import coding_of, decoded, is_identity
from accord.jsonschema.schema import in_place
from accord.jsonschema.validator import validator
from accord.openapi.media_type import content_type, covers, essence, is_range
from accord.openapi.values.form_fields import Member, holds_file
from accord.runtime.bodies.file import File
from accord.runtime.bodies.text import CHARSETS, text


class RawPart(NamedTuple):
    """One part as it was sent; names of headers are in lower case."""

    name: str
    filename: str | None
    headers: dict[str, str]
    content: bytes


class _Header:
    """A documented header of a part."""

    def __init__(self, document: Document, name: str, header: Node) -> None:
        self.name, self.key = name, name.lower()
        self._required = header.value.get("required", False)
        schema = header.raw_child("schema")
        self._member = Member([schema])
        self._judge: jsonschema_rs.Draft202012Validator = validator(document, schema, "request")

    def read(self, headers: dict[str, str]) -> Any:  # noqa: ANN401 - any JSON value
        """Its value, a list split at its commas."""
        sent = headers[self.key]
        return self._member.read([each.strip(" \t") for each in sent.split(",")] if self._member.repeats else [sent], str)

    def sent(self, headers: dict[str, str]) -> bool:
        """Whether it is there, as the document says."""
        return self.key in headers and self.allows(headers)

    def allows(self, headers: dict[str, str]) -> bool:
        """Whether it is sent as the document says."""
        if self.key not in headers:
            return not self._required
        try:
            return self._judge.is_valid(self.read(headers))
        except ValueError:
            return False


class Part:
    """The parts of one name, compiled; `undescribed` ones are files or texts by what they say themselves."""

    def __init__(self, document: Document, member: Member) -> None:
        one = member.item or member
        encoding = member.encoding
        self._undescribed = not one.schemas and not member.content_types
        self._file = not self._undescribed and holds_file(one.schemas, encoding)
        as_json = member.as_json or bool(one.types & {"object", "array"})
        values = [part.value for part in in_place(*one.schemas)]
        codings = [coding for value in values if (coding := coding_of(value)) is not None]
        self._coding = next((coding for coding in codings if not is_identity(coding)), None)
        media_types = tuple(value["contentMediaType"] for value in values if "contentMediaType" in value)
        self._allowed = tuple(map(essence, member.content_types or media_types))
        if not self._allowed and not self._file and not self._undescribed:
            self._allowed = ("application/json",) if as_json else ("text/plain",)
        described = encoding.headers.named() if encoding is not None and encoding.headers is not None else ()
        # OpenAPI ignores Content-Type here: `contentType` says it.
        self._headers = [_Header(document, name, header) for name, header in described if name.lower() != "content-type"]

    def is_file(self, part: RawPart) -> bool:
        """Whether the handler receives it as a file."""
        sent = essence(part.headers.get("content-type", "text/plain"))
        return self._file or (self._undescribed and (part.filename is not None or sent != "text/plain"))

    def faults(self, part: RawPart) -> list[str]:
        """The keywords of the encoding that refuse a part."""
        found = ["contentType"] if not self._allows(part) else []
        coding = part.headers.get("content-transfer-encoding", "binary").lower()
        known = is_identity(coding) or coding == self._coding
        if not known or (self._coding is not None and decoded(part.content, self._coding) is None):
            found.append("contentEncoding")
        if not all(header.allows(part.headers) for header in self._headers):
            found.append("headers")
        return found

    def _allows(self, part: RawPart) -> bool:
        sent = part.headers.get("content-type")
        if sent is None:  # It is what the document says, if that is one thing.
            return not (self._file and self._allowed) or self._usual() is not None
        read = content_type(sent)
        if read is None or (self._allowed and not any(covers(name, read.essence) for name in self._allowed)):
            return False
        return self.is_file(part) or read.parameters.get("charset", "utf-8").lower() in CHARSETS

    def file(self, part: RawPart) -> tuple[File, str]:
        """A file, and what the judge sees of it: what was sent."""
        content = part.content if self._coding is None else decoded(part.content, self._coding) or b""
        sent = part.headers.get("content-type") or self._usual() or "application/octet-stream"
        headers = {header.name: header.read(part.headers) for header in self._headers if header.sent(part.headers)}
        return File(content, essence(sent), part.filename, headers), part.content.decode("latin-1")

    def text(self, part: RawPart) -> str:
        """The text of a part that is no file.

        Raises:
            RequestRejected: 400, it is not in its charset.
        """
        sent = content_type(part.headers.get("content-type", "text/plain"))
        return text(part.content, sent.parameters.get("charset") if sent is not None else None)

    def _usual(self) -> str | None:
        """The content type of a part that names none, if only one is documented."""
        return self._allowed[0] if len(self._allowed) == 1 and not is_range(self._allowed[0]) else None
