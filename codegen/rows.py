"""rows.py: the objects of success answers as msgspec structs, filled by the rows of statements."""

from __future__ import annotations

import keyword
from collections.abc import Iterable

from app.engine.names import python_name
from codegen.shapes import Schema
from codegen.text import docstring, string
from codegen.types import annotation

# What annotations and defaults name; a member of the same name would hide it from the fields below.
_TAKEN = frozenset({"self", "str", "int", "float", "bool", "list", "dict", "object", "datetime", "Literal", "msgspec", "final"})


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
    members = schema["properties"]
    names = _field_names(list(members))
    ordered = sorted(members, key=lambda key: key not in schema["required"])
    fields = "".join(_field(names[key], key, members[key], required=key in schema["required"]) for key in ordered)
    return f"""
@final
class {row_name(name)}(msgspec.Struct):
{docstring(schema.get("description") or f"A `{name}` to answer with.")}
{fields}"""


def _field(name: str, key: str, schema: Schema, *, required: bool) -> str:
    kind = annotation(schema, row_name)
    renamed = [f"name={string(key)}"] if name != key else []
    if required:
        return f"    {name}: {kind} = msgspec.field({renamed[0]})\n" if renamed else f"    {name}: {kind}\n"
    default = f"msgspec.field({', '.join(['default=msgspec.UNSET', *renamed])})" if renamed else "msgspec.UNSET"
    return f"    {name}: {kind} | msgspec.UnsetType = {default}\n"


def _field_names(keys: list[str]) -> dict[str, str]:
    """The fields of members: their own names where Python allows; the others give way."""
    names = {key: key for key in keys if _fits(key)}
    for key in keys:
        if key not in names:
            name = python_name(key, _TAKEN)
            while name in names.values():
                name += "_"
            names[key] = name
    return names


def _fits(key: str) -> bool:
    return key.isidentifier() and not keyword.iskeyword(key) and not key.startswith("__") and key not in _TAKEN
