"""Schemas as datamodel-code-generator reads them: its own types where it has them, else ours by their import paths.

Classes are given by name with a mark in front, or it would take some of them for types of Python: `Decimal`.
"""

from __future__ import annotations

import math

from accord.generate.ir.nodes import Schema

_OWN = {
    "number": "accord.runtime.Number",
    "date-time": "accord.runtime.Instant",
    "file": "accord.runtime.File",
}
_ANYTHING: Schema = {"type": "string", "x-python-type": "object"}
_BOUNDS = {
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "minItems", "maxItems", "pattern"),
}


def field_input(schema: Schema, mark: str) -> Schema:
    """The schema of a field, with its description, its default and, if it has one type, its bounds.

    Bounds deeper inside, those of unions, and those that a model cannot express are left to the validator.
    """
    metadata: Schema = {key: schema[key] for key in ("description", "default") if key in schema}
    if holds_tuple(schema):
        return {**_ANYTHING, **metadata}
    found = _type(schema, mark)
    return {**found, **({} if "anyOf" in found else _bounds(schema)), **metadata}


def holds_tuple(schema: Schema) -> bool:
    """Whether the annotation has a tuple, of which datamodel-code-generator would make a class."""
    inner = [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    return "prefixItems" in schema or any(map(holds_tuple, [*inner, *schema.get("anyOf", ())]))


def _type(schema: Schema, mark: str) -> Schema:
    if "$ref" in schema or "file" in schema:
        return _named(schema, mark)
    if "enum" in schema and schema["enum"] != [None]:
        return {"enum": schema["enum"]}
    if "anyOf" in schema:
        return {"anyOf": [_type(branch, mark) for branch in schema["anyOf"]]}
    types = schema.get("type", "null" if "enum" in schema else "any")
    if isinstance(types, str):
        return _of_type(types, schema, mark)
    scalars = [name for name in types if name != "null"]
    if len(scalars) == 1 and "customTypePath" not in (only := _of_type(scalars[0], schema, mark)):
        return {**only, "type": types}
    return {"anyOf": [_of_type(name, schema, mark) for name in types]}


def _named(schema: Schema, mark: str) -> Schema:
    if "file" in schema:
        return {"customTypePath": _OWN["file"]}
    return {"type": "string", "x-python-type": mark + schema["$ref"].rpartition("/")[2]}


def _of_type(name: str, schema: Schema, mark: str) -> Schema:
    if name == "any":
        return _ANYTHING
    if name == "array":
        return {"type": "array", "items": _type(schema["items"], mark)}
    if name == "object":
        return {"type": "object", "additionalProperties": _type(schema["additionalProperties"], mark)}
    own = "date-time" if name == "string" and schema.get("format") == "date-time" else name
    return {"type": name, **({"customTypePath": _OWN[own]} if own in _OWN else {})}


def _bounds(schema: Schema) -> Schema:
    types = schema.get("type")
    only = {types} if isinstance(types, str) else set(types or ()) - {"null"}
    if len(only) != 1 or schema.get("format") == "date-time":
        return {}
    bounds = {key: value for key, value in schema.items() if key in _BOUNDS}
    return {key: bound for key, value in bounds.items() if (bound := _bound(key, value, *only)) is not None}


def _bound(keyword: str, value: str | float, type_name: str) -> str | float | None:
    """A bound, which of integers is an integer itself; None if a model cannot express it."""
    if isinstance(value, str):
        return value
    if keyword == "multipleOf" and (value != int(value) or type_name != "integer"):
        return None
    if type_name == "number":
        return value
    if value != int(value):
        value = math.ceil(value) if "inimum" in keyword else math.floor(value)
        return None if keyword.startswith("exclusive") else value
    return int(value)
