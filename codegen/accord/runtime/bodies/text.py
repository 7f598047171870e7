"""Bodies that are one value: texts, and files."""

from __future__ import annotations

from typing import Any

from accord.jsonschema.types import named_types
from accord.openapi.media_type import ContentType, Media
from accord.openapi.values.field_schemas import scalar_of
from accord.runtime.bodies.body import Body, Read
from accord.runtime.bodies.file import File
from accord.runtime.problems.problem import RequestRejected

# By their names in Content-Type. Texts are UTF-8 where it names none.
CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "iso-8859-1": "latin-1"}


def text(raw: bytes, charset: str | None) -> str:
    """Decode a text.

    Raises:
        RequestRejected: 400, the bytes are not of that charset.
        KeyError: nobody knows that charset here.
    """
    try:
        return raw.decode(CHARSETS[(charset or "utf-8").lower()])
    except UnicodeDecodeError:
        raise RequestRejected(400, "The text is not in its charset.") from None


def text_reader(media: Media) -> Read:
    """Reads a text; as the one number or boolean that it is where the schema says so."""
    schemas = [media.schema] if media.schema is not None else []
    lexer = scalar_of(schemas, named_types(*schemas))

    def read(raw: bytes, sent: ContentType) -> Body:
        value: Any = lexer(text(raw, sent.parameters.get("charset")))
        return Body(value, value)

    return read


def read_file(raw: bytes, sent: ContentType) -> Body:
    """Read a file, which nobody looks into."""
    return Body(File(raw, sent.essence), raw.decode("latin-1"))
