"""The classes of objects: models that handlers receive, and rows that they return."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel

from accord.generate.ir.annotations import row_name
from accord.generate.ir.naming import MODELS_TAKEN, field_names
from accord.generate.ir.nodes import Alias, Field, Object, Schema, reachable, referenced
from accord.generate.ir.schemas.builder import SchemaBuilder

# Names in annotations and defaults, which a field of the same name would hide, and attributes of pydantic's classes.
_MODEL_TAKEN = frozenset({"default", "str", "list", "dict", "tuple", "object", *MODELS_TAKEN, *dir(BaseModel)})
_ROW_TAKEN = frozenset(
    {"self", "str", "int", "float", "bool", "list", "dict", "tuple", "object", "datetime", "Literal", "msgspec", "final"}
)


def models(builder: SchemaBuilder) -> tuple[Object, ...]:
    """The models, in the order of the document. Read-only properties are left out: models are what clients send."""
    found = []
    for name, schema in builder.objects.items():
        properties = _properties(schema, without="readOnly")
        extra = schema.get("additionalProperties")
        extra = extra if isinstance(extra, dict) and extra else None
        used = referenced([*properties.values(), *([extra] if extra else [])])
        fields = _fields(schema, properties, _MODEL_TAKEN | used)
        closed = schema.get("additionalProperties") is False
        found.append(Object(name, schema.get("description", ""), fields, closed, extra))
    return tuple(found)


def aliases(builder: SchemaBuilder) -> tuple[Alias, ...]:
    """The types that are not classes."""
    return tuple(Alias(name, schema) for name, schema in builder.aliases.items())


def rows(builder: SchemaBuilder, returned: Iterable[Schema]) -> tuple[Object | Alias, ...]:
    """A row for each object and alias that a response holds. Write-only properties are left out: rows are what clients read."""
    schemas = {**builder.objects, **builder.aliases}
    held = reachable(referenced(returned), lambda name: referenced([schemas[name]]))
    classes = [_row(name, schema) for name, schema in builder.objects.items() if name in held]
    return (*classes, *(alias for alias in aliases(builder) if alias.name in held))


def _row(name: str, schema: Schema) -> Object | Alias:
    properties = _properties(schema, without="writeOnly")
    if any(not key.isprintable() or "\\" in key or '"' in key for key in properties):
        return Alias(name, {"type": "object", "additionalProperties": {}})  # msgspec cannot rename a field to such a key
    fields = _fields(schema, properties, _ROW_TAKEN | set(map(row_name, referenced(properties.values()))))
    ordered = tuple(sorted(fields, key=lambda field: not field.required))
    return Object(name, schema.get("description") or f"A `{name}` in a response.", ordered)


def _properties(schema: Schema, *, without: str) -> dict[str, Schema]:
    return {key: value for key, value in schema["properties"].items() if without not in value}


def _fields(schema: Schema, properties: dict[str, Schema], taken: frozenset[str]) -> tuple[Field, ...]:
    names = field_names(properties, taken)
    return tuple(Field(names[key], key, value, key in schema["required"]) for key, value in properties.items())
