"""rows.py: the objects of success answers as msgspec structs, filled by the rows of statements."""

from __future__ import annotations

import keyword
from collections.abc import Iterable

from app.engine.description import python_name
from codegen.shapes import Schema
from codegen.text import docstring, string
from codegen.types import annotation

# What annotations and defaults name; a member of the same name would hide it from the fields below.
_TAKEN = frozenset({"str", "int", "float", "bool", "list", "dict", "object", "datetime", "Literal", "msgspec", "final"})


def rows(objects: dict[str, Schema], answered: Iterable[Schema]) -> str:
    """The module: one row for each object that an answer holds, in the order of `objects`."""
    reachable: set[str] = set()
    for schema in answered:
        _reach(schema, objects, reachable)
    classes = "\n\n".join(_row(name, objects[name]) for name in objects if name in reachable)
    return f'''"""What handlers answer: checked by type, never validated. Fields stand in the order of the document."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, final

import msgspec

{classes}'''


def row_name(name: str) -> str:
    """The row of a schema: `UserRow` of `User`."""
    return f"{name}Row"


def _reach(schema: Schema, objects: dict[str, Schema], reachable: set[str]) -> None:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in reachable:
            reachable.add(name)
            for member in objects[name]["properties"].values():
                _reach(member, objects, reachable)
    for branch in schema.get("anyOf", ()):
        _reach(branch, objects, reachable)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            _reach(schema[key], objects, reachable)


def _row(name: str, schema: Schema) -> str:
    required = [_field(key, member, required=True) for key, member in schema["properties"].items() if key in schema["required"]]
    optional = [
        _field(key, member, required=False) for key, member in schema["properties"].items() if key not in schema["required"]
    ]
    described = docstring(schema.get("description") or f"A `{name}` to answer with.")
    return f"""
@final
class {row_name(name)}(msgspec.Struct):
{described}
{"".join(required + optional)}"""


def _field(key: str, schema: Schema, *, required: bool) -> str:
    field = _field_name(key)
    kind = annotation(schema, row_name)
    if not required:
        kind = f"{kind} | msgspec.UnsetType"
    arguments = [] if required else ["default=msgspec.UNSET"]
    arguments += [f"name={string(key)}"] if field != key else []
    if not arguments:
        return f"    {field}: {kind}\n"
    value = "msgspec.UNSET" if field == key else f"msgspec.field({', '.join(arguments)})"
    return f"    {field}: {kind} = {value}\n"


def _field_name(key: str) -> str:
    """The member's name, if Python lets it be the name of a field."""
    fits = key.isidentifier() and not keyword.iskeyword(key) and not key.startswith("__") and key not in _TAKEN
    return key if fits else python_name(key, _TAKEN)
