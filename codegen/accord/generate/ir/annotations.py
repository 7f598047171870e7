"""From the normal form of a schema to the Python annotation of its values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from accord.generate.ir.schemas.normal_form import Schema

Named = Callable[[str], str]

SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None", "any": "object"}


def annotation(schema: Schema, named: Named, instant: str = "datetime", scalars: Mapping[str, str] = SCALARS) -> str:
    """The annotation of a schema's values; `named` writes the class of an object, `instant` the type of a date-time."""
    return union(alternatives(schema, named, instant, scalars))


def union(parts: Iterable[str]) -> str:
    """`A | B | None`: each alternative once, None last."""
    distinct = dict.fromkeys(parts)
    return " | ".join([part for part in distinct if part != "None"] + ["None"] * ("None" in distinct))


def alternatives(schema: Schema, named: Named, instant: str = "datetime", scalars: Mapping[str, str] = SCALARS) -> list[str]:
    """The parts of a union; one part for most schemas."""
    if "$ref" in schema:
        return [named(schema["$ref"].rpartition("/")[2])]
    if "file" in schema:
        return ["File"]
    if "enum" in schema:
        return _literal(schema["enum"])
    if "anyOf" in schema:
        return [part for branch in schema["anyOf"] for part in alternatives(branch, named, instant, scalars)]
    kinds = schema.get("type", "any")
    return [_of_type(kind, schema, named, instant, scalars) for kind in ([kinds] if isinstance(kinds, str) else kinds)]


def _of_type(kind: str, schema: Schema, named: Named, instant: str, scalars: Mapping[str, str]) -> str:
    if kind == "array" and "prefixItems" in schema:
        places = [annotation(place, named, instant, scalars) for place in schema["prefixItems"]]
        if "items" in schema:
            places.append(f"*tuple[{annotation(schema['items'], named, instant, scalars)}, ...]")
        return f"tuple[{', '.join(places) or '()'}]"
    if kind == "array":
        return f"list[{annotation(schema['items'], named, instant, scalars)}]"
    if kind == "object":
        return f"dict[str, {annotation(schema['additionalProperties'], named, instant, scalars)}]"
    return instant if kind == "string" and schema.get("format") == "date-time" else scalars[kind]


def _literal(values: list[Any]) -> list[str]:
    """`Literal["user", "admin"]`, and None apart."""
    names = dict.fromkeys(repr(value) for value in values if value is not None)
    return [*([f"Literal[{', '.join(names)}]"] if names else []), *(["None"] if None in values else [])]
