"""The generated types that receive valid bodies, by the schemas that validate them."""

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
from accord.runtime.bodies.file import File
from accord.runtime.handlers.binding import Operation

_FILE = "application/octet-stream"


class Receiver:
    """Turns a valid body of one media type into the argument of the handler."""

    def __init__(self, media: Media, schema: Node, kind: object) -> None:
        self._binary = media.kind == "binary"
        self._files: set[str] = set()
        if media.kind == "multipart":
            described = Members([schema], media.encoding).known.items()
            self._files = {n for n, m in described if holds_file((m.item or m).schemas, m.encoding)}
        self._build = deserializer(kind)

    def takes(self, value: typing.Any) -> bool:  # noqa: ANN401 - any JSON value
        """Whether it accepts a value that the engine accepts; for the engine, files are texts with one character per byte.

        Python's dates begin with the year 1, so values that are rejected only for the year 0000 are ignored.
        """
        if self._binary:
            value = _one_file(value)
        elif self._files and isinstance(value, dict):
            value = {name: _file(item) if name in self._files else item for name, item in value.items()}
        try:
            self._build(value)
        except ValidationError as error:
            return all(fault["msg"].endswith("year 0 is out of range") for fault in error.errors())
        return True


def receivers(document: Document, package: str) -> dict[Pointer, list[Receiver]]:
    """The receivers of every body of a generated package, by the place of the schema."""
    operations = importlib.import_module(f"{package}.operations")
    classes = {
        found.operation_id: found
        for found in vars(operations).values()
        if isinstance(found, type) and issubclass(found, Operation) and found is not Operation
    }
    found: dict[Pointer, list[Receiver]] = {}
    for operation in API.of(document).operations:
        made = classes[operation.id]
        hints = typing.get_type_hints(vars(made)["Handler"].__call__, vars(operations))
        for media in operation.bodies.values():
            if media.schema is not None and "body" in hints:
                schema = media.schema.resolved()
                kind = made.bodies.get(media.name, hints["body"])
                found.setdefault(schema.pointer, []).append(Receiver(media, schema, kind))
    return found


def _file(value: typing.Any) -> typing.Any:  # noqa: ANN401 - any JSON value
    """A file, or a list of files; values other than texts cannot occur in such a body, so any file will do."""
    return [_file(item) for item in value] if isinstance(value, list) else _one_file(value)


def _one_file(value: typing.Any) -> File:  # noqa: ANN401 - any JSON value
    return File(value.encode() if isinstance(value, str) else b"", _FILE)
