"""Python annotations of schemas in normal form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from accord.generate.ir.nodes import Argument, Schema

ClassName = Callable[[str], str]

SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None", "any": "object"}
# Models keep integers too large for a float (Number) and leap seconds (Instant).
_EXACT = {**SCALARS, "number": "Number"}


def annotation(schema: Schema, class_name: ClassName, instant: str = "datetime", scalars: Mapping[str, str] = SCALARS) -> str:
    """The annotation of a schema's values; `class_name` gives the class of an object, `instant` is the type of a date-time."""
    return union(alternatives(schema, class_name, instant, scalars))


def union(annotations: Iterable[str]) -> str:
    """`A | B | None`: each alternative once, None last."""
    distinct = dict.fromkeys(annotations)
    return " | ".join([one for one in distinct if one != "None"] + ["None"] * ("None" in distinct))


def alternatives(
    schema: Schema, class_name: ClassName, instant: str = "datetime", scalars: Mapping[str, str] = SCALARS
) -> list[str]:
    """The alternatives of a union; one for most schemas."""
    if "$ref" in schema:
        return [class_name(schema["$ref"].rpartition("/")[2])]
    if "file" in schema:
        return ["File"]
    if "enum" in schema:
        return _literal(schema["enum"])
    if "anyOf" in schema:
        return [found for branch in schema["anyOf"] for found in alternatives(branch, class_name, instant, scalars)]
    types = schema.get("type", "any")
    return [_of_type(name, schema, class_name, instant, scalars) for name in ([types] if isinstance(types, str) else types)]


def model_name(name: str) -> str:
    """The model of a schema, as the other generated modules refer to it."""
    return f"models.{name}"


def row_name(name: str) -> str:
    """The row of a schema: `UserRow` of `User`."""
    return f"{name}Row"


def model_annotation(schema: Schema) -> str:
    """The type that a value is built as, which preserves what `float` and `datetime` would lose."""
    return annotation(schema, model_name, "Instant", _EXACT)


def optional(name: str, annotations: Iterable[str], *, required: bool) -> Argument:
    """An argument that is None by default unless it is required."""
    return Argument(name, union(annotations)) if required else Argument(name, union([*annotations, "None"]), "None")


def _of_type(name: str, schema: Schema, class_name: ClassName, instant: str, scalars: Mapping[str, str]) -> str:
    if name == "array" and "prefixItems" in schema:
        items = [annotation(item, class_name, instant, scalars) for item in schema["prefixItems"]]
        if "items" in schema:
            items.append(f"*tuple[{annotation(schema['items'], class_name, instant, scalars)}, ...]")
        return f"tuple[{', '.join(items) or '()'}]"
    if name == "array":
        return f"list[{annotation(schema['items'], class_name, instant, scalars)}]"
    if name == "object":
        return f"dict[str, {annotation(schema['additionalProperties'], class_name, instant, scalars)}]"
    return instant if name == "string" and schema.get("format") == "date-time" else scalars[name]


def _literal(values: list[Any]) -> list[str]:
    """`Literal["user", "admin"]`, and None as an alternative of its own."""
    names = dict.fromkeys(repr(value) for value in values if value is not None)
    return [*([f"Literal[{', '.join(names)}]"] if names else []), *(["None"] if None in values else [])]
