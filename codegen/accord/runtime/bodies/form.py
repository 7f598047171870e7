"""Parses HTML forms (`application/x-www-form-urlencoded`)."""

from __future__ import annotations

import re

from accord.errors import RequestRejected
from accord.openapi.media_type import ContentType, Media
from accord.openapi.values.form_fields import Fault, Members
from accord.openapi.values.primitives import unquote
from accord.runtime.bodies.parsed_body import INVALID_JSON, MAX_FIELDS, BodyParser, ParsedBody

_INVALID_ENCODING = re.compile(rb"%(?![0-9A-Fa-f]{2})")


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
