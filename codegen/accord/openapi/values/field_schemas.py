"""The reader of a text whose value is described by several schemas, such as `allOf` and alternatives."""

from __future__ import annotations

from typing import Any

from accord.document.document import Node
from accord.jsonschema.schema import in_place
from accord.jsonschema.validator import validator
from accord.openapi.values.primitives import ScalarReader, scalar


def said(schemas: list[Node], keyword: str) -> list[Node]:
    """The schemas under a keyword of all schemas that apply to one value."""
    return [part.raw_child(keyword) for part in in_place(*schemas) if isinstance(part.value.get(keyword), dict)]


def scalar_of(schemas: list[Node], types: set[str]) -> ScalarReader:
    """The reader of one value of these types; a text that could be a literal or a string becomes what the schemas accept."""
    read = scalar(types or {"string"})
    if "string" not in types or not types & {"integer", "number", "boolean"}:
        return read
    checks = [validator(schema.document, schema, "request").is_valid for schema in schemas]

    def choose(text: str) -> Any:  # noqa: ANN401 - any JSON scalar
        value = read(text)
        # One schema that accepts is enough: alternatives are decided when the whole body is validated.
        return value if any(accepts(value) for accepts in checks) or not any(accepts(text) for accepts in checks) else text

    return choose
