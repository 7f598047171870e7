"""Merges equal classes where their names allow it: where they end alike and at most one of them is of `components`.

`OrdersGetNotFound` and `OrdersPatchNotFound` become one class. `CreatePetBody` and `CreateShopBody` remain two even if they are
equal, or a handler would receive a pet for a shop.
"""

from __future__ import annotations

import json
import re

from accord.generate.ir.nodes import Schema, children
from accord.generate.ir.schemas.builder import SchemaBuilder
from accord.generate.ir.schemas.normal_form import reference

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z\d]+|\d+")
_GENERIC = frozenset({"Body", "Item", "Value", "Rest", "OK", "Created", "Accepted", "Default"})  # endings that name no thing


def merge_equal(builder: SchemaBuilder) -> None:
    """Keep one of the equal classes, a component if there is one, else the first; and refer to it everywhere."""
    while renamed := _equal(builder):
        for schema in (*builder.objects.values(), *builder.aliases.values(), *builder.requested):
            _rename(schema, renamed)
        for name in renamed:
            del builder.objects[name]


def _equal(builder: SchemaBuilder) -> dict[str, str]:
    """The classes to remove, and the class that replaces each of them."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name, schema in builder.objects.items():
        text = json.dumps(schema, default=str).replace(json.dumps(reference(name)["$ref"]), "itself")
        groups.setdefault((text, _ending(name)), []).append(name)
    renamed: dict[str, str] = {}
    for names in groups.values():
        kept = next((name for name in names if name in builder.components), names[0])
        renamed |= {name: kept for name in names if name != kept and name not in builder.components}
    return renamed


def _ending(name: str) -> str:
    """The last words of a name, from the last one that names a thing; a number only distinguishes it from another."""
    words = _WORDS.findall(name.rstrip("0123456789"))
    at = next((at for at in range(len(words) - 1, -1, -1) if words[at] not in _GENERIC and not words[at].isdecimal()), 0)
    return "".join(words[at:])


def _rename(schema: Schema, renamed: dict[str, str]) -> None:
    waiting = [schema]
    while waiting:
        here = waiting.pop()
        if (name := str(here.get("$ref", "")).rpartition("/")[2]) in renamed:
            here |= reference(renamed[name])
        if (discriminator := here.get("discriminator")) is not None:
            mapping = discriminator["mapping"]
            discriminator["mapping"] = {tag: renamed.get(known, known) for tag, known in mapping.items()}
        waiting += children(here)
