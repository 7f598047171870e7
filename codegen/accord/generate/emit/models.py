"""models.py: the objects as pydantic models, written by datamodel-code-generator from the normal form.

What it has no form for (tuples, tagged unions, what holds itself, defaults that are no scalars) is written here as text, and
reaches the module through the template of a class.
"""

from __future__ import annotations

import itertools
import json
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from datamodel_code_generator import generate
from datamodel_code_generator.enums import DataModelType, InputFileType, StrictTypes, TargetPydanticVersion, VersionMode
from datamodel_code_generator.format import PythonVersion
from datamodel_code_generator.parser import LiteralType
from pydantic import BaseModel

from accord.document.document import DocumentError
from accord.generate.emit.datamodel_input import holds_tuple, part
from accord.generate.emit.source import docstring, string
from accord.generate.ir.annotations import annotation
from accord.generate.ir.fields import field_names
from accord.generate.ir.naming import TAKEN
from accord.generate.ir.schemas.builder import Shapes
from accord.generate.ir.schemas.normal_form import Schema, mentioned

Beside = defaultdict[str, dict[str, Any]]  # what the template says of a class

_DOCSTRING = '"""What handlers receive: the objects of the document as pydantic models."""\n'
_TEMPLATES = Path(__file__).parent / "templates"
_IMPORTS = (
    *("typing.Annotated", "typing.Literal", "typing_extensions.TypeAliasType"),
    *("pydantic.StrictBool", "pydantic.StrictInt", "pydantic.StrictStr", "accord.runtime.File"),
    *(f"accord.runtime.{name}" for name in ("Instant", "Number", "Rest", "Tagged", "default")),
)
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
_ALIAS: Schema = {"type": "object", "properties": {"alias": {}}}  # its text is the template's
_PORTION = 1000  # members that datamodel-code-generator is given at once: of each it holds 20 kB until all are written


def models(shapes: Shapes) -> str:
    """The module, not formatted.

    Absent members are pydantic's `MISSING`; types are strict, because the wire's types are checked already and nothing may be
    coerced. Members that are only read are left out: models are what clients send.

    Raises:
        DocumentError: a class would be named otherwise than rows and operations name it.
    """
    if not shapes.objects and not shapes.aliases:
        return _DOCSTRING
    known = {*shapes.objects, *shapes.aliases}
    mark = _mark(shapes)
    source: dict[str, Schema] = dict.fromkeys(shapes.aliases, _ALIAS)
    uses: dict[str, set[str]] = {name: set() for name in source}
    beside: Beside = defaultdict(dict)
    beside |= {name: {"alias": f"{string(name)}, {string(_alias(form))}"} for name, form in shapes.aliases.items()}
    names: dict[str, str] = {}
    for name, form in shapes.objects.items():
        members = {key: member for key, member in form["properties"].items() if "readOnly" not in member}
        fields = _fields(members, form, known)
        names |= {f"{name}.{key}": field for key, field in fields.items() if field != key}
        source[name], beside[name] = _class(form, members, fields, mark)
        uses[name] = mentioned([member for member in members.values() if not holds_tuple(member)])
    imports: dict[str, None] = {}
    classes: dict[str, str] = {}
    for portion in _portions(source):
        header, *texts = _written(portion, beside, names, mark).split(f"# {mark}")
        imports |= dict.fromkeys(line for line in header.splitlines() if line.startswith(("from ", "import ")))
        classes |= {name: text for name, _, text in (text.partition("\n") for text in texts)}
    if renamed := known - classes.keys():
        listed = ", ".join(sorted(renamed))
        raise DocumentError(f"{shapes.document.name}:1: a class cannot be named {listed}: rename that schema")
    return "\n".join([_DOCSTRING, *imports, "", *(classes[name] for name in ordered(uses))])


def _mark(shapes: Shapes) -> str:
    """A beginning of names that occurs nowhere in the document."""
    text, mark = f"{shapes.objects}{shapes.aliases}", "Class_"
    while mark in text:
        mark += "_"
    return mark


def ordered(uses: Mapping[str, set[str]]) -> list[str]:
    """The names, each behind those that it uses; where they use each other, as they are given."""
    done: dict[str, None] = {}
    waiting = list(uses)
    while waiting:
        left = []
        for name in waiting:
            if uses[name] <= {name} | done.keys():
                done[name] = None
            else:
                left.append(name)
        if len(left) == len(waiting):
            return [*done, *left]
        waiting = left
    return list(done)


def _portions(source: dict[str, Schema]) -> Iterator[dict[str, Schema]]:
    """The schemas in groups of about `_PORTION` members."""
    ends = itertools.accumulate(1 + len(schema["properties"]) for schema in source.values())
    for _, group in itertools.groupby(zip(ends, source, strict=True), lambda one: one[0] // _PORTION):
        yield {name: source[name] for _, name in group}


def _fields(members: dict[str, Schema], form: Schema, known: set[str]) -> dict[str, str]:
    """The field of each member; none is named as a class that an annotation beside it mentions."""
    extra = form.get("additionalProperties")
    used = known & mentioned([*members.values(), *([extra] if isinstance(extra, dict) else [])])
    return field_names(members, lambda field: field in _TAKEN or field in used)


def _class(form: Schema, members: dict[str, Schema], fields: dict[str, str], mark: str) -> tuple[Schema, dict[str, Any]]:
    """An object as datamodel-code-generator reads it, and what the template says of it."""
    extra = form.get("additionalProperties")
    schema: Schema = {
        "type": "object",
        "properties": {key: part(member, mark) for key, member in members.items()},
        "required": [key for key in form["required"] if key in members],
    }
    if extra is False:
        schema["additionalProperties"] = False
    defaults = {key: _default(member) for key, member in members.items() if "default" in member}
    return schema, {
        "about": docstring(form["description"]).rstrip() if form.get("description") else "",
        "extra": f"dict[str, {_annotation(extra)}]" if isinstance(extra, dict) and extra else "",
        "kinds": {fields[key]: _annotation(member) for key, member in members.items() if holds_tuple(member)},
        "defaults": {fields[key]: text for key, text in defaults.items() if key not in schema["required"]},
    }


def _written(source: dict[str, Schema], beside: Beside, names: dict[str, str], mark: str) -> str:
    said: Beside = defaultdict(dict, {name: {**beside[name], "mark": mark} for name in source})
    document = {"openapi": "3.1.1", "info": {"title": "", "version": ""}, "paths": {}, "components": {"schemas": source}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of constraints that a model does not take: the engine's judge has them all
        text = generate(
            json.dumps(document),
            input_file_type=InputFileType.OpenAPI,
            output_model_type=DataModelType.PydanticV2BaseModel,
            target_python_version=PythonVersion.PY_311,
            target_pydantic_version=TargetPydanticVersion.V2_14,
            schema_version_mode=VersionMode.Strict,
            base_class="accord.runtime.Model",
            custom_class_name_generator=lambda name: name,
            aliases={place: field for place, field in names.items() if place.partition(".")[0] in source},
            strict_types=list(StrictTypes),
            use_annotated=True,
            enum_field_as_literal=LiteralType.All,
            use_missing_sentinel=True,
            strict_nullable=True,
            collapse_root_models=True,
            use_standard_collections=True,
            use_union_operator=True,
            use_object_type=True,
            treat_dot_as_module=False,
            additional_imports=list(_IMPORTS),
            custom_template_dir=_TEMPLATES,
            extra_template_data=said,
            disable_timestamp=True,
            formatters=[],
        )
    if not isinstance(text, str):
        raise TypeError("datamodel-code-generator wrote several modules where one was asked for")
    return text


def _annotation(schema: Schema) -> str:
    return annotation(schema, str, "Instant", _SCALARS)


def _alias(form: Schema) -> str:
    kind = _annotation(form)
    if (tags := form.get("discriminator")) is not None:
        return f"Annotated[{kind}, Tagged({string(tags['propertyName'])}, {tags['mapping']!r})]"
    return f"Annotated[{kind}, Rest()]" if "prefixItems" in form and "items" in form else kind


def _default(schema: Schema) -> str:
    """What an absent member is by the document."""
    value: Any = schema["default"]
    simple = "enum" in schema or (schema.get("format") != "date-time" and not {"$ref", "anyOf"} & schema.keys())
    if value is None or (simple and isinstance(value, (bool, int, float, str))):
        return string(value) if isinstance(value, str) else repr(value)
    return f"default({string(json.dumps(value))})"
