"""Parses bodies that need no parts: HTML forms (`application/x-www-form-urlencoded`), text and files."""

from __future__ import annotations

import re
from typing import Any

from accord.errors import RequestRejected
from accord.jsonschema.types import named_types
from accord.openapi.media_type import ContentType, Media
from accord.openapi.values.form_fields import Fault, Members
from accord.openapi.values.primitives import scalar_reader, unquote
from accord.runtime.bodies.parsed_body import INVALID_JSON, MAX_FIELDS, BodyParser, File, ParsedBody

_INVALID_ENCODING = re.compile(rb"%(?![0-9A-Fa-f]{2})")
# Supported charsets by their names in Content-Type; UTF-8 is the default.
CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "iso-8859-1": "latin-1"}


def form_parser(media: Media) -> BodyParser:
    """A parser of forms, by their schema and its `encoding`."""
    fields = Members([media.schema] if media.schema is not None else [], media.encoding)

    def parse(raw: bytes, _: ContentType) -> ParsedBody:
        if _INVALID_ENCODING.search(raw):
            raise RequestRejected(400, "The form has an invalid percent-encoding.")
        if raw.count(b"&") >= MAX_FIELDS:
            raise RequestRejected(413, f"The form has more than {MAX_FIELDS} fields.")
        faults: list[Fault] = []
        try:
            pairs = (pair.partition("=") for pair in raw.decode().split("&") if pair)
            values = fields.read(((unquote(name), text) for name, _, text in pairs), unquote, faults)
        except UnicodeDecodeError:
            raise RequestRejected(400, "The form is not valid UTF-8.") from None
        except ValueError:
            raise RequestRejected(400, INVALID_JSON) from None
        return ParsedBody(values, values, faults)

    return parse


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
