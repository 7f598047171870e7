"""The schemas that datamodel-code-generator reads: types that it does not have are given by their import paths.

Classes are given by prefixed names: otherwise it would read some of them as types of Python, such as `Decimal`.
"""

from __future__ import annotations

import math

from accord.generate.ir.nodes import Object, Schema

_RUNTIME = {
    "number": "accord.runtime.Number",
    "date-time": "accord.runtime.Instant",
    "file": "accord.runtime.File",
}
_ANYTHING: Schema = {"type": "string", "x-python-type": "object"}
_BOUNDS = {
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "minItems", "maxItems", "pattern"),
}


def object_input(model: Object, prefix: str) -> Schema:
    """The schema of a class; `prefix` precedes the names of the classes that it uses."""
    return {
        "type": "object",
        "properties": {field.key: _field_input(field.schema, prefix) for field in model.fields},
        "required": [field.key for field in model.fields if field.required],
        **({"additionalProperties": False} if model.closed else {}),
    }


def holds_tuple(schema: Schema) -> bool:
    """Whether the annotation has a tuple, of which datamodel-code-generator would make a class."""
    inner = [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    return "prefixItems" in schema or any(map(holds_tuple, [*inner, *schema.get("anyOf", ())]))


def _field_input(schema: Schema, prefix: str) -> Schema:
    """The schema of a field, with its description, its default and, if it has one type, its bounds.

    Bounds deeper inside, those of unions, and those that a model cannot express are left to the validator.
    """
    metadata: Schema = {key: schema[key] for key in ("description", "default") if key in schema}
    if holds_tuple(schema):
        return {**_ANYTHING, **metadata}
    found = _type(schema, prefix)
    return {**found, **({} if "anyOf" in found else _bounds(schema)), **metadata}


def _type(schema: Schema, prefix: str) -> Schema:
    if "$ref" in schema or "file" in schema:
        return _named(schema, prefix)
    if "enum" in schema and schema["enum"] != [None]:
        return {"enum": schema["enum"]}
    if "anyOf" in schema:
        return {"anyOf": [_type(branch, prefix) for branch in schema["anyOf"]]}
    types = schema.get("type", "null" if "enum" in schema else "any")
    if isinstance(types, str):
        return _of_type(types, schema, prefix)
    scalars = [name for name in types if name != "null"]
    if len(scalars) == 1 and "customTypePath" not in (only := _of_type(scalars[0], schema, prefix)):
        return {**only, "type": types}
    return {"anyOf": [_of_type(name, schema, prefix) for name in types]}


def _named(schema: Schema, prefix: str) -> Schema:
    if "file" in schema:
        return {"customTypePath": _RUNTIME["file"]}
    return {"type": "string", "x-python-type": prefix + schema["$ref"].rpartition("/")[2]}


def _of_type(name: str, schema: Schema, prefix: str) -> Schema:
    if name == "any":
        return _ANYTHING
    if name == "array":
        return {"type": "array", "items": _type(schema["items"], prefix)}
    if name == "object":
        return {"type": "object", "additionalProperties": _type(schema["additionalProperties"], prefix)}
    runtime = "date-time" if name == "string" and schema.get("format") == "date-time" else name
    return {"type": name, **({"customTypePath": _RUNTIME[runtime]} if runtime in _RUNTIME else {})}


def _bounds(schema: Schema) -> Schema:
    types = schema.get("type")
    scalars = {types} if isinstance(types, str) else set(types or ()) - {"null"}
    if len(scalars) != 1 or schema.get("format") == "date-time":
        return {}
    bounds = {key: _bound(key, value, *scalars) for key, value in schema.items() if key in _BOUNDS}
    return {key: bound for key, bound in bounds.items() if bound is not None}


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
