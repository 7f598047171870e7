"""Files: bodies, or parts of multipart bodies, whose content is passed to the handler unread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
