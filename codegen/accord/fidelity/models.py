"""The generated types that bodies are deserialized into, by the schema that validates the body first."""

from __future__ import annotations

import importlib
import typing

from pydantic import ValidationError

from accord.document.document import Document, Node
from accord.document.pointer import Pointer
from accord.openapi.api import API
from accord.openapi.media_type import Media
from accord.openapi.values.form_fields import Members, holds_file
from accord.runtime.bodies.deserialize import deserializer
from accord.runtime.bodies.parsed_body import File
from accord.runtime.handlers.binding import Operation

_BINARY = "application/octet-stream"


class BodyModel:
    """The type of the argument that a handler gets for a body of one media type."""

    def __init__(self, media: Media, schema: Node, kind: object) -> None:
        self._binary = media.kind == "binary"
        self._files: set[str] = set()
        if media.kind == "multipart":
            described = Members([schema], media.encoding).known.items()
            self._files = {n for n, m in described if holds_file((m.item or m).schemas, m.encoding)}
        self._build = deserializer(kind)

    def accepts(self, value: typing.Any) -> bool:  # noqa: ANN401 - any JSON value
        """Whether it accepts a value that the runtime accepts. To the runtime a file is a string with one character per byte.

        Dates in Python begin with year 1: a value that is rejected only for the year 0000 counts as accepted.
        """
        if self._binary:
            value = _file(value)
        elif self._files and isinstance(value, dict):
            value = {name: _files(item) if name in self._files else item for name, item in value.items()}
        try:
            self._build(value)
        except ValidationError as error:
            return all(fault["msg"].endswith("year 0 is out of range") for fault in error.errors())
        return True


def body_models(document: Document, package: str) -> dict[Pointer, list[BodyModel]]:
    """The models of all bodies in a generated package, by the pointer of the schema."""
    operations = importlib.import_module(f"{package}.operations")
    classes = {
        found.operation_id: found
        for found in vars(operations).values()
        if isinstance(found, type) and issubclass(found, Operation) and found is not Operation
    }
    models: dict[Pointer, list[BodyModel]] = {}
    for operation in API.of(document).operations:
        generated = classes[operation.id]
        hints = typing.get_type_hints(vars(generated)["Handler"].__call__, vars(operations))
        for media in operation.bodies.values():
            if media.schema is not None and "body" in hints:
                schema = media.schema.resolved()
                kind = generated.bodies.get(media.name, hints["body"])
                models.setdefault(schema.pointer, []).append(BodyModel(media, schema, kind))
    return models


def _files(value: typing.Any) -> typing.Any:  # noqa: ANN401 - any JSON value
    return [_files(item) for item in value] if isinstance(value, list) else _file(value)


def _file(value: typing.Any) -> File:  # noqa: ANN401 - any JSON value
    """A file with the content of a string; other values cannot be sent as a file, so an empty one replaces them."""
    return File(value.encode() if isinstance(value, str) else b"", _BINARY)
