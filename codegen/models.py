"""models.py: the objects as pydantic models."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from pydantic import BaseModel

from codegen.fields import field_names
from codegen.forms import Schema
from codegen.naming import TAKEN
from codegen.shapes import Shapes
from codegen.text import docstring, string
from codegen.types import annotation

_SCALARS = {
    "string": "StrictStr",
    "integer": "StrictInt",
    "number": "Number",
    "boolean": "StrictBool",
    "null": "None",
    "any": "object",
}
# Names of annotations and defaults, which a field of the same name would hide, and those of pydantic's own attributes.
_TAKEN = frozenset({"default", "str", "list", "dict", "tuple", "object", *TAKEN, *dir(BaseModel)})

_CONSTRAINTS = {
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "pattern": "pattern",
}


def models(shapes: Shapes) -> str:
    """The module, not formatted.

    Absent members are pydantic's `MISSING`; types are strict, because the wire's types are checked already and nothing may be
    coerced. Members that are only read are left out: models are what clients send.
    """
    known = {*shapes.objects, *shapes.aliases}
    classes = "\n\n".join(_model(name, schema, known) for name, schema in shapes.objects.items())
    aliases = "\n".join(
        f"{name} = TypeAliasType({string(name)}, {string(_alias(form))})" for name, form in shapes.aliases.items()
    )
    return f'''"""What handlers receive: the objects of the document as pydantic models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import MISSING, Field, StrictBool, StrictInt, StrictStr
from typing_extensions import TypeAliasType

from app.engine.files import File
from app.engine.model import Instant, Model, Number, Rest, Tagged, default

{classes}

{aliases}
'''


def _annotation(schema: Schema) -> str:
    return annotation(schema, str, "Instant", _SCALARS)


def _alias(form: Schema) -> str:
    kind = _annotation(form)
    if (tags := form.get("discriminator")) is not None:
        return f"Annotated[{kind}, Tagged({string(tags['propertyName'])}, {tags['mapping']!r})]"
    return f"Annotated[{kind}, Rest()]" if "prefixItems" in form and "items" in form else kind


def _model(name: str, schema: Schema, known: set[str]) -> str:
    members = {key: member for key, member in schema["properties"].items() if "readOnly" not in member}
    kinds = {key: _annotation(member) for key, member in members.items()}
    extra = schema.get("additionalProperties")
    used = known.intersection(
        re.findall(r"\w+", " ".join([*kinds.values(), _annotation(extra) if isinstance(extra, dict) else ""]))
    )
    names = field_names(members, lambda field: field in _TAKEN or field in used)
    fields = "".join(
        _field(names[key], key, member, kinds[key], required=key in schema["required"]) for key, member in members.items()
    )
    about = docstring(schema["description"]) if schema.get("description") else ""
    kept = f"    __pydantic_extra__: dict[str, {_annotation(extra)}]\n" if isinstance(extra, dict) and extra else ""
    closed = ', extra="forbid"' if extra is False else ""
    return f"\nclass {name}(Model{closed}):\n{about}{kept}{fields}" + ("" if about or kept or fields else "    pass\n")


def _field(name: str, key: str, schema: Schema, kind: str, *, required: bool) -> str:
    about = {"alias": string(key)} if name != key else {}
    if schema.get("description"):
        about["description"] = string(schema["description"])
    limits = _limits(schema)
    if schema.get("type") == "number" or (limits and isinstance(schema.get("type"), list) and "number" in schema["type"]):
        # Its bounds go to itself: what stands beside it is no number.
        number = f"Annotated[Number, Field({_arguments(limits)})]" if limits else "Number"
        kind = kind.replace("Number", number, 1)
    else:
        about |= limits
    written = "" if required else _default(schema)
    kind = f"{kind} | MISSING" if written == "MISSING" else kind
    annotated = f"Annotated[{kind}, Field({_arguments(about)})]" if about else kind
    return f"    {name}: {annotated}{f' = {written}' if written else ''}\n"


def _arguments(about: dict[str, str]) -> str:
    return ", ".join(f"{key}={about[key]}" for key in sorted(about))


def _limits(schema: Schema) -> dict[str, str]:
    """The bounds of a member of one type, null aside; deeper ones and those of unions are the judge's alone."""
    kinds = schema.get("type")
    sole = {kinds} if isinstance(kinds, str) else set(kinds or ()) - {"null"}
    if len(sole) != 1 or schema.get("format") == "date-time" or "prefixItems" in schema:
        return {}
    found = {}
    for keyword, argument in _CONSTRAINTS.items():
        value = schema.get(keyword)
        if isinstance(value, str):
            found[argument] = string(value)
        elif value is not None and (bound := _bound(keyword, value, sole)) is not None:
            found[argument] = bound
    return found


def _bound(keyword: str, value: float, kinds: set[str]) -> str | None:
    """A bound as Python; one of integers is an integer itself, and steps between integers are not kept."""
    if keyword == "multipleOf" and (value != int(value) or "integer" not in kinds):
        return None
    if "number" in kinds:
        return repr(value)
    if value != int(value):
        value = math.ceil(value) if "inimum" in keyword else math.floor(value)
        return None if keyword.startswith("exclusive") else str(value)
    return str(int(value))


def _default(schema: Schema) -> str:
    """What an absent member is: the document's default, or `MISSING`."""
    if "default" not in schema:
        return "MISSING"
    value: Any = schema["default"]
    simple = "enum" in schema or (schema.get("format") != "date-time" and not {"$ref", "anyOf"} & schema.keys())
    if value is None or (simple and isinstance(value, (bool, int, float, str))):
        return string(value) if isinstance(value, str) else repr(value)
    return f"default({string(json.dumps(value))})"
