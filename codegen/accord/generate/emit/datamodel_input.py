"""Members of the normal form as datamodel-code-generator reads them: its types where it has them, else ours by their paths.

Other classes are given by their names alone, with a mark before them, or it would take some for types of Python: `Decimal`.
"""

from __future__ import annotations

import math

from accord.generate.ir.schemas.normal_form import Schema

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


def part(schema: Schema, mark: str) -> Schema:
    """The schema of a member, with its words and, if it has one type, its bounds.

    Deeper bounds, those of unions, and those that a model does not take are the judge's alone.
    """
    words: Schema = {key: schema[key] for key in ("description", "default") if key in schema}
    if holds_tuple(schema):
        return {**_ANYTHING, **words}
    shape = _shape(schema, mark)
    return {**shape, **({} if "anyOf" in shape else _bounds(schema)), **words}


def holds_tuple(schema: Schema) -> bool:
    """Whether a tuple stands in an annotation, which datamodel-code-generator would make a class of its own there."""
    inner = [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    return "prefixItems" in schema or any(map(holds_tuple, [*inner, *schema.get("anyOf", ())]))


def _shape(schema: Schema, mark: str) -> Schema:
    if "$ref" in schema or "file" in schema:
        return _named(schema, mark)
    if "enum" in schema and schema["enum"] != [None]:
        return {"enum": schema["enum"]}
    if "anyOf" in schema:
        return {"anyOf": [_shape(branch, mark) for branch in schema["anyOf"]]}
    kinds = schema.get("type", "null" if "enum" in schema else "any")
    if isinstance(kinds, str):
        return _of_type(kinds, schema, mark)
    scalars = [kind for kind in kinds if kind != "null"]
    if len(scalars) == 1 and "customTypePath" not in (only := _of_type(scalars[0], schema, mark)):
        return {**only, "type": kinds}
    return {"anyOf": [_of_type(kind, schema, mark) for kind in kinds]}


def _named(schema: Schema, mark: str) -> Schema:
    if "file" in schema:
        return {"customTypePath": _OWN["file"]}
    return {"type": "string", "x-python-type": mark + schema["$ref"].rpartition("/")[2]}


def _of_type(kind: str, schema: Schema, mark: str) -> Schema:
    if kind == "any":
        return _ANYTHING
    if kind == "array":
        return {"type": "array", "items": _shape(schema["items"], mark)}
    if kind == "object":
        return {"type": "object", "additionalProperties": _shape(schema["additionalProperties"], mark)}
    own = "date-time" if kind == "string" and schema.get("format") == "date-time" else kind
    return {"type": kind, **({"customTypePath": _OWN[own]} if own in _OWN else {})}


def _bounds(schema: Schema) -> Schema:
    kinds = schema.get("type")
    sole = {kinds} if isinstance(kinds, str) else set(kinds or ()) - {"null"}
    if len(sole) != 1 or schema.get("format") == "date-time":
        return {}
    bounds = {key: value for key, value in schema.items() if key in _BOUNDS}
    return {key: bound for key, value in bounds.items() if (bound := _bound(key, value, sole)) is not None}


def _bound(keyword: str, value: str | float, kinds: set[str]) -> str | float | None:
    """A bound; one of integers is an integer itself, and steps between integers are not kept."""
    if isinstance(value, str):
        return value
    if keyword == "multipleOf" and (value != int(value) or "integer" not in kinds):
        return None
    if "number" in kinds:
        return value
    if value != int(value):
        value = math.ceil(value) if "inimum" in keyword else math.floor(value)
        return None if keyword.startswith("exclusive") else value
    return int(value)
