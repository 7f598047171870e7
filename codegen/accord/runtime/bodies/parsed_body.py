"""What parsing a body that is not JSON results in, with its files; and what the parsers share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accord.openapi.media_type import ContentType
from accord.openapi.values.form_fields import Fault


@dataclass(frozen=True, slots=True)
class File:
    """A file that a client sent.

    `media_type` is in lower case and without parameters. `filename` comes from the client: never use it as a path. `headers`
    are the documented headers of the part, by their documented names.
    """

    content: bytes
    media_type: str
    filename: str | None = None
    headers: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class ParsedBody:
    """A body that is not JSON: the value for the handler, the JSON instance to validate, and the faults found so far.

    In the instance, a file is a string with one character per byte, so that its length bounds count bytes.
    """

    value: Any
    instance: Any
    faults: list[Fault] = field(default_factory=list)


# Parses the bytes of a media type that is not JSON.
# Raises `RequestRejected` (400, 413) if they are malformed.
BodyParser = Callable[[bytes, ContentType], ParsedBody]

# A form or multipart body with more fields is too large, even if it is small: each field costs more than its bytes.
MAX_FIELDS = 1000

INVALID_JSON = "A field of the body is not valid JSON."
