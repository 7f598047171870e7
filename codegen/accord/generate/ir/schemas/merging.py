"""Equal classes are written once where their names allow: where they end alike and at most one is of `components`.

`OrdersGetNotFound` and `OrdersPatchNotFound` become one class; `CreatePetBody` and `CreateShopBody` stay two, however equal, or
a handler would receive a pet for a shop.
"""

from __future__ import annotations

import json
import re

from accord.generate.ir.schemas.builder import Shapes
from accord.generate.ir.schemas.normal_form import Schema, reference

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z\d]+|\d+")
_ANYTHING = frozenset({"Body", "Item", "Value", "Rest", "OK", "Created", "Accepted", "Default"})  # endings that name no thing


def merge_equal(shapes: Shapes) -> None:
    """Leave one of the equal classes, and let everything refer to it: a component, else the first."""
    while renamed := _equal(shapes):
        for form in (*shapes.objects.values(), *shapes.aliases.values(), *shapes.given):
            _refer(form, renamed)
        for name in renamed:
            del shapes.objects[name]


def _equal(shapes: Shapes) -> dict[str, str]:
    """The names that give way, and the name that stays for each."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name, form in shapes.objects.items():
        text = json.dumps(form, default=str).replace(json.dumps(reference(name)["$ref"]), "itself")
        groups.setdefault((text, _ending(name)), []).append(name)
    renamed: dict[str, str] = {}
    for names in groups.values():
        kept = next((name for name in names if name in shapes.components), names[0])
        renamed |= {name: kept for name in names if name != kept and name not in shapes.components}
    return renamed


def _ending(name: str) -> str:
    """The last words of a name, from the one on that names a thing; a number only tells it from another."""
    words = _WORDS.findall(name.rstrip("0123456789"))
    at = next((at for at in range(len(words) - 1, -1, -1) if words[at] not in _ANYTHING and not words[at].isdecimal()), 0)
    return "".join(words[at:])


def _refer(form: Schema, renamed: dict[str, str]) -> None:
    waiting = [form]
    while waiting:
        here = waiting.pop()
        if (name := str(here.get("$ref", "")).rpartition("/")[2]) in renamed:
            here |= reference(renamed[name])
        if (tags := here.get("discriminator")) is not None:
            tags["mapping"] = {tag: renamed.get(known, known) for tag, known in tags["mapping"].items()}
        waiting += [*here.get("anyOf", ()), *here.get("prefixItems", ()), *here.get("properties", {}).values()]
        waiting += [here[key] for key in ("items", "additionalProperties") if isinstance(here.get(key), dict)]
