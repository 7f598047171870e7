"""Parses bodies that are a single value: text or a file."""

from __future__ import annotations

from typing import Any

from accord.errors import RequestRejected
from accord.jsonschema.types import named_types
from accord.openapi.media_type import ContentType, Media
from accord.openapi.values.primitives import scalar_reader
from accord.runtime.bodies.file import File
from accord.runtime.bodies.parsed_body import BodyParser, ParsedBody

# Supported charsets by their names in Content-Type; UTF-8 is the default.
CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "iso-8859-1": "latin-1"}


def decode_text(raw: bytes, charset: str | None) -> str:
    """Decode text.

    Raises:
        RequestRejected: 400, the bytes are not valid in the charset.
        KeyError: the charset is not in `CHARSETS`.
    """
    try:
        return raw.decode(CHARSETS[(charset or "utf-8").lower()])
    except UnicodeDecodeError:
        raise RequestRejected(400, "The text is not valid in its charset.") from None


def text_parser(media: Media) -> BodyParser:
    """A parser of text, which is converted to a number or boolean if the schema requires one."""
    schemas = [media.schema] if media.schema is not None else []
    convert = scalar_reader(schemas, named_types(*schemas))

    def parse(raw: bytes, sent: ContentType) -> ParsedBody:
        value: Any = convert(decode_text(raw, sent.parameters.get("charset")))
        return ParsedBody(value, value)

    return parse


def parse_file(raw: bytes, sent: ContentType) -> ParsedBody:
    """A body as a file."""
    return ParsedBody(File(raw, sent.essence), raw.decode("latin-1"))
