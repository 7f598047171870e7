"""What every way of reading a body has in common: what it is told, and what it makes of the bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accord.openapi.media_type import ContentType
from accord.openapi.values.form_fields import Fault


@dataclass(slots=True)
class Body:
    """A body that is not JSON: what the handler receives, what the judge sees in its place, and what is wrong already.

    A file is a string to the judge, of one character for each byte, so that bounds of its length count bytes.
    """

    value: Any
    judged: Any
    faults: list[Fault] = field(default_factory=list)


# Makes a `Body` of the bytes of a media type that is not JSON.
# Raises `RequestRejected` (400, 413) where they are not what the media type says.
Read = Callable[[bytes, ContentType], Body]

# A form or multipart body of more members is too large, whatever its size: each costs more than its bytes.
MOST_MEMBERS = 1000

NOT_JSON = "A field of the body is not valid JSON."
