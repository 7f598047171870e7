"""rows.py: the objects of success answers as msgspec structs, filled by the rows of statements."""

from __future__ import annotations

import re
from collections.abc import Iterable

from accord.generate.emit.source import docstring, string
from accord.generate.ir.annotations import annotation
from accord.generate.ir.fields import field_names
from accord.generate.ir.schemas.builder import Shapes
from accord.generate.ir.schemas.normal_form import Schema, mentioned

# What annotations and defaults name; a member of the same name would hide it from the fields below.
_TAKEN = frozenset(
    {"self", "str", "int", "float", "bool", "list", "dict", "tuple", "object", "datetime", "Literal", "msgspec", "final"}
)


def rows(shapes: Shapes, answered: Iterable[Schema]) -> str:
    """The module: one row for each object that an answer holds, in the order of `objects`.

    Members that are only written are left out: rows are what clients read.
    """
    held = _reached(list(answered), shapes)
    classes = "\n\n".join(_row(name, form) for name, form in shapes.objects.items() if name in held)
    aliases = "\n".join(
        f"{row_name(name)} = TypeAliasType({string(row_name(name))}, {string(annotation(form, row_name))})"
        for name, form in shapes.aliases.items()
        if name in held
    )
    return f'''"""What handlers answer: checked by type, never validated. Fields stand in the order of the document."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, final

import msgspec
from typing_extensions import TypeAliasType

{classes}

{aliases}'''


def row_name(name: str) -> str:
    """The row of a schema: `UserRow` of `User`."""
    return f"{name}Row"


def _row(name: str, schema: Schema) -> str:
    members = {key: member for key, member in schema["properties"].items() if "writeOnly" not in member}
    if any(not key.isprintable() or "\\" in key or '"' in key for key in members):
        # No field of msgspec can be written under such a name.
        return f'{row_name(name)} = TypeAliasType("{row_name(name)}", "dict[str, object]")\n'
    kinds = {key: annotation(member, row_name) for key, member in members.items()}
    used = set(re.findall(r"\w+Row\b", " ".join(kinds.values())))
    names = field_names(members, lambda field: field in _TAKEN or field in used)
    ordered = sorted(members, key=lambda key: key not in schema["required"])
    fields = "".join(_field(names[key], key, kinds[key], required=key in schema["required"]) for key in ordered)
    return f"""
@final
class {row_name(name)}(msgspec.Struct):
{docstring(schema.get("description") or f"A `{name}` to answer with.")}
{fields}"""


def _field(name: str, key: str, kind: str, *, required: bool) -> str:
    renamed = [f"name={string(key)}"] if name != key else []
    if required:
        return f"    {name}: {kind} = msgspec.field({renamed[0]})\n" if renamed else f"    {name}: {kind}\n"
    default = f"msgspec.field({', '.join(['default=msgspec.UNSET', *renamed])})" if renamed else "msgspec.UNSET"
    return f"    {name}: {kind} | msgspec.UnsetType = {default}\n"


def _reached(forms: list[Schema], shapes: Shapes) -> set[str]:
    """The names of all objects and aliases that the forms hold, however deep."""
    found: set[str] = set()
    waiting = mentioned(forms)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= mentioned([shapes.objects[name] if name in shapes.objects else shapes.aliases[name]])
    return found
