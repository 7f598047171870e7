"""What the schemas of one value say of how its text is read: an `allOf` or alternatives may describe it in several places."""

from __future__ import annotations

from typing import Any

from accord.document.document import Node
from accord.jsonschema.schema import in_place
from accord.jsonschema.validator import validator
from accord.openapi.values.primitives import ScalarReader, scalar


def said(schemas: list[Node], keyword: str) -> list[Node]:
    """What schemas of one value say under a keyword that holds a schema."""
    return [part.raw_child(keyword) for part in in_place(*schemas) if isinstance(part.value.get(keyword), dict)]


def scalar_of(schemas: list[Node], types: set[str]) -> ScalarReader:
    """The reader of one value of these types; of a text that is a literal and a string too, what the schemas accept."""
    read = scalar(types or {"string"})
    if "string" not in types or not types & {"integer", "number", "boolean"}:
        return read
    judges = [validator(schema.document, schema, "request").is_valid for schema in schemas]

    def choose(text: str) -> Any:  # noqa: ANN401 - any JSON scalar
        value = read(text)
        # Alternatives are told apart by the whole body's judge, so one that accepts will do.
        return value if any(accepts(value) for accepts in judges) or not any(accepts(text) for accepts in judges) else text

    return choose
