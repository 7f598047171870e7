"""The fields of a multipart body: content types, headers and encoding of their parts; files or text."""

from __future__ import annotations

from typing import Any, NamedTuple

from accord.errors import MalformedValue
from accord.jsonschema.content_encoding import coding_of, decoded, is_identity
from accord.jsonschema.schema import in_place
from accord.jsonschema.validator import validator
from accord.openapi.header import Header
from accord.openapi.media_type import content_type, covers, essence, is_range
from accord.openapi.values.form_fields import Member, holds_file
from accord.runtime.bodies.parsed_body import File
from accord.runtime.bodies.parsers import CHARSETS, decode_text
from accord.runtime.parameters.reader import ParameterReader


class Part(NamedTuple):
    """One part; names of headers are in lower case."""

    name: str
    filename: str | None
    headers: dict[str, str]
    content: bytes


class Field:
    """One field, compiled. The parts of an undocumented field are files or text depending on their own headers."""

    def __init__(self, member: Member) -> None:
        one = member.item or member
        encoding = member.encoding
        self._is_undocumented = not one.schemas and not member.content_types
        self._is_file = not self._is_undocumented and holds_file(one.schemas, encoding)
        as_json = member.as_json or bool(one.types & {"object", "array"})
        values = [part.value for part in in_place(*one.schemas)]
        codings = [coding for value in values if (coding := coding_of(value)) is not None]
        self._encoding = next((coding for coding in codings if not is_identity(coding)), None)
        media_types = tuple(value["contentMediaType"] for value in values if "contentMediaType" in value)
        self._allowed = tuple(map(essence, member.content_types or media_types))
        if not self._allowed and not self._is_file and not self._is_undocumented:
            self._allowed = ("application/json",) if as_json else ("text/plain",)
        self._headers = [
            (header.name.lower(), ParameterReader(header), validator(header.schema, "request").is_valid)
            for header in Header.all(encoding.headers if encoding is not None else None)
        ]

    def is_file(self, part: Part) -> bool:
        """Whether the handler receives the part as a file."""
        media_type = essence(part.headers.get("content-type", "text/plain"))
        return self._is_file or (self._is_undocumented and (part.filename is not None or media_type != "text/plain"))

    def faults(self, part: Part) -> list[str]:
        """The keywords of the `encoding` that a part fails."""
        found = ["contentType"] if not self._has_allowed_type(part) else []
        coding = part.headers.get("content-transfer-encoding", "binary").lower()
        is_allowed = is_identity(coding) or coding == self._encoding
        if not is_allowed or (self._encoding is not None and decoded(part.content, self._encoding) is None):
            found.append("contentEncoding")
        if self._read_headers(part) is None:
            found.append("headers")
        return found

    def _has_allowed_type(self, part: Part) -> bool:
        header = part.headers.get("content-type")
        if header is None:
            return not (self._is_file and self._allowed) or self._default_type() is not None
        sent = content_type(header)
        if sent is None or (self._allowed and not any(covers(name, sent.essence) for name in self._allowed)):
            return False
        return self.is_file(part) or sent.parameters.get("charset", "utf-8").lower() in CHARSETS

    def _read_headers(self, part: Part) -> dict[str, Any] | None:
        """The documented headers of a part; None if one is missing or invalid."""
        found: dict[str, Any] = {}
        for key, reader, is_valid in self._headers:
            if key not in part.headers:
                if reader.required:
                    return None
                continue
            try:
                value = reader.read(part.headers[key])
            except MalformedValue:
                return None
            if not is_valid(value):
                return None
            found[reader.name] = value
        return found

    def file(self, part: Part) -> tuple[File, str]:
        """A file, and its JSON instance for validation: the content before decoding."""
        content = part.content if self._encoding is None else decoded(part.content, self._encoding) or b""
        media_type = part.headers.get("content-type") or self._default_type() or "application/octet-stream"
        file = File(content, essence(media_type), part.filename, self._read_headers(part) or {})
        return file, part.content.decode("latin-1")

    def text(self, part: Part) -> str:
        """The text of a part that is not a file.

        Raises:
            RequestRejected: 400, it is not valid in its charset.
        """
        sent = content_type(part.headers.get("content-type", "text/plain"))
        return decode_text(part.content, sent.parameters.get("charset") if sent is not None else None)

    def _default_type(self) -> str | None:
        """The content type of a part without Content-Type: the documented one, if there is only one."""
        return self._allowed[0] if len(self._allowed) == 1 and not is_range(self._allowed[0]) else None
