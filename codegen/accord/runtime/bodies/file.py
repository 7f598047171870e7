"""Files: bodies, and parts of multipart bodies, that the engine passes on without looking into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class File:
    """What a client sent as a file.

    `media_type` is in lower case and without parameters. `filename` is what the client says: never use it as a path.
    `headers` are those that the document describes for the part, by their names there.
    """

    content: bytes
    media_type: str
    filename: str | None = None
    headers: Mapping[str, object] = field(default_factory=dict)
