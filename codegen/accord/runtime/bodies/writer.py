"""Encodes bodies that the service sends itself: the inverse of the parsers of this package."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import msgspec
from pydantic import MISSING, BaseModel

from accord.openapi.media_type import Media, essence
from accord.openapi.values.encoded import encode
from accord.openapi.values.headers import scalar_text
from accord.runtime.bodies.parsed_body import File
from accord.runtime.parameters.serialize import query_parameter


class EncodedBody(NamedTuple):
    """A body: the JSON instance to validate (files as strings with one character per byte), Content-Type and bytes."""

    instance: Any
    content_type: str
    content: bytes


def to_json(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """The JSON value of a model, a row, or any other value that can be encoded."""
    return msgspec.json.decode(encode(value))


def encode_body(media: Media, body: object) -> EncodedBody:
    """Encode a body in a media type.

    Raises:
        TypeError: it cannot be encoded in this media type.
    """
    match media.kind:
        case "form":
            return _form(media, to_json(body))
        case "multipart":
            return _multipart(media, dict(_fields(body)))
        case "text":
            return EncodedBody(body, f"{media.name}; charset=utf-8", scalar_text(body).encode())
        case "binary":
            if not isinstance(body, File):
                raise TypeError(f"a body of {media.name} must be a File, not {type(body).__name__}")
            return EncodedBody(body.content.decode("latin-1"), body.media_type if media.is_range else media.name, body.content)
        case _:
            content = encode(body)
            return EncodedBody(msgspec.json.decode(content), media.name, content)


def _form(media: Media, members: Mapping[str, Any]) -> EncodedBody:
    pairs: list[str] = []
    for name, value in members.items():
        encoding = media.encoding.get(name)
        if encoding is not None and encoding.styled:
            style = encoding.style or "form"
            explode = style == "form" if encoding.explode is None else encoding.explode
            pairs += query_parameter(value, style, name, explode=explode)
        else:
            items = value if isinstance(value, list) else [value]
            pairs += [f"{quote_plus(name)}={quote_plus(_text(item))}" for item in items]
    return EncodedBody(members, media.name, "&".join(pairs).encode())


def _multipart(media: Media, members: Mapping[str, Any]) -> EncodedBody:
    boundary = secrets.token_hex(16)
    parts = []
    for name, value in members.items():
        encoding = media.encoding.get(name)
        documented = encoding.content_types[0] if encoding is not None and encoding.content_types else None
        for item in value if isinstance(value, list) else [value]:
            kind, content, filename = documented, _text(item).encode() if not isinstance(item, File) else item.content, ""
            if isinstance(item, File):
                kind, filename = item.media_type, f'; filename="{_quoted(item.filename)}"' if item.filename is not None else ""
            elif kind is None:
                kind = "application/json" if isinstance(item, (dict, list)) else "text/plain; charset=utf-8"
            head = f'Content-Disposition: form-data; name="{_quoted(name)}"{filename}\r\nContent-Type: {kind}\r\n\r\n'
            parts.append(f"--{boundary}\r\n{head}".encode() + content + b"\r\n")
    instance = {name: _instance(value) for name, value in members.items()}
    return EncodedBody(
        instance, f"{essence(media.name)}; boundary={boundary}", b"".join(parts) + f"--{boundary}--\r\n".encode()
    )


def _fields(body: object) -> Iterator[tuple[str, Any]]:
    """The fields of an object by their documented names: files as they are, everything else as JSON."""
    if isinstance(body, BaseModel):
        declared: dict[str, Any] = {field.alias or name: getattr(body, name) for name, field in type(body).model_fields.items()}
        body = {**declared, **(body.model_extra or {})}
    members: Mapping[str, Any] = body if isinstance(body, Mapping) else to_json(body)
    for name, value in members.items():
        if value is not MISSING:
            has_files = isinstance(value, File) or (isinstance(value, list) and any(isinstance(item, File) for item in value))
            yield name, value if has_files else to_json(value)


def _instance(value: Any) -> Any:  # noqa: ANN401 - any JSON value, or files
    if isinstance(value, list):
        return [_instance(item) for item in value]
    return value.content.decode("latin-1") if isinstance(value, File) else value


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else scalar_text(value)


def _quoted(name: str) -> str:
    """A name within quotes (HTML Standard, multipart/form-data)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
