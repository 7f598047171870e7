"""The filters of models.py.jinja: types, bounds and defaults of pydantic fields.

Types are strict: the runtime has read the values, and nothing may be coerced. An absent property is pydantic's `MISSING`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from accord.generate.emit.source import literal
from accord.generate.ir.annotations import SCALARS, annotation
from accord.generate.ir.nodes import Field, Object, Schema, referenced

_SCALARS = {**SCALARS, "string": "StrictStr", "integer": "StrictInt", "number": "Number", "boolean": "StrictBool"}
_RANGES = {"minimum": "ge", "maximum": "le", "exclusiveMinimum": "gt", "exclusiveMaximum": "lt", "multipleOf": "multiple_of"}
_LENGTHS = {"minLength": "min_length", "maxLength": "max_length", "minItems": "min_length", "maxItems": "max_length"}
_BOUNDS = {**_RANGES, **_LENGTHS, "pattern": "pattern"}


def model_type(schema: Schema) -> str:
    """The annotation of a value."""
    return annotation(schema, str, "Instant", _SCALARS)


def alias_type(schema: Schema) -> str:
    """The annotation of an alias, with the tags of a union and the mark of a tuple that has more items than places."""
    text = model_type(schema)
    if (discriminator := schema.get("discriminator")) is not None:
        return f"Annotated[{text}, Tagged({literal(discriminator['propertyName'])}, {discriminator['mapping']!r})]"
    return f"Annotated[{text}, Rest()]" if "prefixItems" in schema and "items" in schema else text


def field_type(field: Field) -> str:
    """The annotation of a field."""
    text = model_type(field.schema)
    if not field.required and "default" not in field.schema:
        text += " | MISSING"
    return f"Annotated[{text}, Field({options})]" if (options := _options(field)) else text


def field_default(field: Field) -> str:
    """The default of a field that is not required."""
    schema = field.schema
    if "default" not in schema:
        return "MISSING"
    value: Any = schema["default"]
    simple = "enum" in schema or (schema.get("format") != "date-time" and not {"$ref", "anyOf"} & schema.keys())
    if value is None or (simple and isinstance(value, (bool, int, float, str))):
        return literal(value)
    return f"default({literal(json.dumps(value))})"


def _options(field: Field) -> str:
    found: dict[str, Any] = {"alias": field.key} if field.key != field.name else {}
    if "description" in field.schema:
        found["description"] = field.schema["description"]
    return ", ".join(f"{name}={literal(value)}" for name, value in sorted({**found, **_bounds(field.schema)}.items()))


def _bounds(schema: Schema) -> dict[str, str | float]:
    """The bounds of a value of one type. Those deeper inside and of unions are left to the validator."""
    types = schema.get("type")
    scalars = {types} if isinstance(types, str) else set(types or ()) - {"null"}
    if len(scalars) != 1 or schema.get("format") == "date-time":
        return {}
    if not isinstance(types, str) and "number" in scalars:  # pydantic would compare None with the bound
        return {}
    bounds = {name: _bound(key, schema[key], *scalars) for key, name in _BOUNDS.items() if key in schema}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _bound(keyword: str, value: str | float, type_name: str) -> str | float | None:
    """A bound, which of integers is an integer itself; None if pydantic cannot express it."""
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


def ordered(models: Iterable[Object]) -> list[Object]:
    """The models, each behind those that it uses; where they use each other, in the given order."""
    waiting = {model.name: model for model in models}
    uses = {
        name: referenced(field.schema for field in model.fields) & waiting.keys() - {name} for name, model in waiting.items()
    }
    done: dict[str, Object] = {}
    while waiting:
        before = len(done)
        for name in list(waiting):
            if uses[name] <= done.keys():
                done[name] = waiting.pop(name)
        if len(done) == before:
            break
    return [*done.values(), *waiting.values()]
