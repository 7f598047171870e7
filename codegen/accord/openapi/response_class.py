"""The class of responses with a media type: what a handler returns for it."""

from __future__ import annotations

from typing import Literal

from accord.jsonschema.types import types_of
from accord.openapi.media_type import Media, covers, essence, is_lines

ResponseClass = Literal["Empty", "Body", "Text", "Binary", "Lines", "Events"]


def response_class(media: Media | None) -> ResponseClass:
    """The name of the class in `accord.runtime`.

    A range such as `*/*` whose schema is that of a JSON object, array, number or boolean is answered in JSON.
    """
    if media is None:
        return "Empty"
    name = essence(media.name)
    if name == "text/event-stream":
        return "Events"
    if is_lines(name):
        return "Lines"
    if media.kind == "json" or (media.is_range and covers(name, "application/json") and _structured(media)):
        return "Body"
    return "Text" if media.kind == "text" else "Binary"


def _structured(media: Media) -> bool:
    schema = media.schema.resolved() if media.schema is not None else None
    if schema is None or not isinstance(schema.value, dict):
        return False
    return "string" not in types_of(schema) or "properties" in schema.value
