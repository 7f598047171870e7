"""Bodies that the service sends by itself, the inverse of `bodies/`: what the judge sees of them, and their bytes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import msgspec
from pydantic import MISSING, BaseModel

from accord.openapi.encoded import encode
from accord.openapi.header_values import text
from accord.openapi.media_type import Media, essence
from accord.runtime.bodies.file import File
from accord.runtime.parameters.serialize import query_texts


class Written(NamedTuple):
    """A body: its JSON value as it is judged, files as texts of one character for each byte; its Content-Type and bytes."""

    judged: Any
    content_type: str
    content: bytes


def plain(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """The JSON value of a model, a row or anything else that has one."""
    return msgspec.json.decode(encode(value))


def written(media: Media, body: object) -> Written:
    """Write a body in a media type.

    Raises:
        TypeError: it has no form in it.
    """
    match media.kind:
        case "form":
            return _form(media, plain(body))
        case "multipart":
            return _multipart(media, dict(_members(body)))
        case "text":
            return Written(body, f"{media.name}; charset=utf-8", text(body).encode())
        case "binary":
            if not isinstance(body, File):
                raise TypeError(f"a body of {media.name} is a File, not {type(body).__name__}")
            return Written(body.content.decode("latin-1"), body.media_type if media.is_range else media.name, body.content)
        case _:
            content = encode(body)
            return Written(msgspec.json.decode(content), media.name, content)


def _form(media: Media, members: Mapping[str, Any]) -> Written:
    pairs: list[str] = []
    for name, value in members.items():
        encoding = media.encoding.get(name)
        if encoding is not None and encoding.styled:
            style = encoding.style or "form"
            explode = style == "form" if encoding.explode is None else encoding.explode
            pairs += query_texts(value, style, name, explode=explode)
        else:
            items = value if isinstance(value, list) else [value]
            pairs += [f"{quote_plus(name)}={quote_plus(_text(item))}" for item in items]
    return Written(members, media.name, "&".join(pairs).encode())


def _multipart(media: Media, members: Mapping[str, Any]) -> Written:
    boundary = secrets.token_hex(16)
    parts = []
    for name, value in members.items():
        encoding = media.encoding.get(name)
        usual = encoding.content_types[0] if encoding is not None and encoding.content_types else None
        for item in value if isinstance(value, list) else [value]:
            kind, content, filename = usual, _text(item).encode() if not isinstance(item, File) else item.content, ""
            if isinstance(item, File):
                kind, filename = item.media_type, f'; filename="{_quoted(item.filename)}"' if item.filename is not None else ""
            elif kind is None:
                kind = "application/json" if isinstance(item, (dict, list)) else "text/plain; charset=utf-8"
            head = f'Content-Disposition: form-data; name="{_quoted(name)}"{filename}\r\nContent-Type: {kind}\r\n\r\n'
            parts.append(f"--{boundary}\r\n{head}".encode() + content + b"\r\n")
    judged = {name: _judged(value) for name, value in members.items()}
    return Written(judged, f"{essence(media.name)}; boundary={boundary}", b"".join(parts) + f"--{boundary}--\r\n".encode())


def _members(body: object) -> Iterator[tuple[str, Any]]:
    """The members of an object by their names in the document: files as they are, everything else as JSON."""
    if isinstance(body, BaseModel):
        fields: dict[str, Any] = {field.alias or name: getattr(body, name) for name, field in type(body).model_fields.items()}
        body = {**fields, **(body.model_extra or {})}
    members: Mapping[str, Any] = body if isinstance(body, Mapping) else plain(body)
    for name, value in members.items():
        if value is not MISSING:
            files = isinstance(value, File) or (isinstance(value, list) and any(isinstance(item, File) for item in value))
            yield name, value if files else plain(value)


def _judged(value: Any) -> Any:  # noqa: ANN401 - any JSON value, or files
    if isinstance(value, list):
        return [_judged(item) for item in value]
    return value.content.decode("latin-1") if isinstance(value, File) else value


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else text(value)


def _quoted(name: str) -> str:
    """A name in quotes (HTML, multipart/form-data)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
