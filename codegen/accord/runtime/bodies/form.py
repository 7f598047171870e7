"""Bodies that are an HTML form's: `application/x-www-form-urlencoded`."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from accord.openapi.media_type import ContentType, Media
from accord.openapi.values.form_fields import Fault, Members
from accord.runtime.bodies.body import MOST_MEMBERS, NOT_JSON, Body, Read
from accord.runtime.problems.problem import RequestRejected

_BROKEN = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def _decode(text: str) -> str:
    if "%" not in text:
        return text.replace("+", " ")
    return unquote_to_bytes(text.replace("+", " ")).decode()


def form_reader(media: Media) -> Read:
    """Reads forms as their schema and its `encoding` describe them; names that are wrongly repeated are faults."""
    members = Members([media.schema] if media.schema is not None else [], media.encoding)

    def read(raw: bytes, _: ContentType) -> Body:
        if _BROKEN.search(raw):
            raise RequestRejected(400, "The form has a percent sign that encodes nothing.")
        if raw.count(b"&") >= MOST_MEMBERS:
            raise RequestRejected(413, f"The form has more than {MOST_MEMBERS} members.")
        faults: list[Fault] = []
        try:
            pairs = (pair.partition("=") for pair in raw.decode().split("&") if pair)
            values = members.read(((_decode(name), text) for name, _, text in pairs), _decode, faults)
        except UnicodeDecodeError:
            raise RequestRejected(400, "The form is not UTF-8.") from None
        except ValueError:
            raise RequestRejected(400, NOT_JSON) from None
        return Body(values, values, faults)

    return read
