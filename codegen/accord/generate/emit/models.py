"""The pydantic models, written by datamodel-code-generator.

What it cannot write (tuples, tagged unions, recursive types, defaults that are not scalars) is written here as text, and its
template of a class includes that.
"""

from __future__ import annotations

import itertools
import json
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from datamodel_code_generator import generate
from datamodel_code_generator.enums import DataModelType, InputFileType, StrictTypes, TargetPydanticVersion, VersionMode
from datamodel_code_generator.format import PythonVersion
from datamodel_code_generator.parser import LiteralType

from accord.generate.emit.datamodel_input import field_input, holds_tuple
from accord.generate.emit.source import docstring, literal
from accord.generate.ir.annotations import annotation
from accord.generate.ir.nodes import Alias, Object, Package, Schema, referenced

TEMPLATES = Path(__file__).parent / "templates"
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
_ALIAS: Schema = {"type": "object", "properties": {"alias": {}}}  # written by the template alone
_PORTION = 1000  # fields that datamodel-code-generator is given at once: it holds 20 kB for each until all are written


class ModelSource(NamedTuple):
    """The lines that import what models need, and the text of each class and alias."""

    imports: list[str]
    classes: list[str]


def model_source(package: Package) -> ModelSource:
    """The models, not formatted, each behind those that it uses.

    Absent properties are pydantic's `MISSING`; types are strict, because the runtime has read the values and nothing may be
    coerced.

    Raises:
        ValueError: datamodel-code-generator has renamed a class.
    """
    mark = _mark(package)
    schemas: dict[str, Schema] = {}
    extras: dict[str, dict[str, Any]] = {}  # the variables of the template that are not in the schema
    uses: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for alias in package.aliases:
        schemas[alias.name], uses[alias.name] = _ALIAS, set()
        extras[alias.name] = {"mark": mark, "alias": f"{alias.name!r}, {_alias(alias)!r}"}
    for model in package.objects:
        schemas[model.name], extras[model.name] = _schema(model, mark), {"mark": mark, **_extras(model)}
        names |= {f"{model.name}.{field.key}": field.name for field in model.fields if field.name != field.key}
        uses[model.name] = referenced(field.schema for field in model.fields if not holds_tuple(field.schema))
    imports: dict[str, None] = {}
    classes: dict[str, str] = {}
    for portion in _portions(schemas):
        header, *texts = _written(portion, extras, names).split(f"# {mark}")
        imports |= dict.fromkeys(line for line in header.splitlines() if line.startswith(("from ", "import ")))
        classes |= {name: text for name, _, text in (text.partition("\n") for text in texts)}
    if renamed := schemas.keys() - classes.keys():
        raise ValueError(f"datamodel-code-generator has renamed {', '.join(sorted(renamed))}")
    return ModelSource(list(imports), [classes[name] for name in ordered(uses)])


def _mark(package: Package) -> str:
    """A beginning of names that occurs nowhere in the document."""
    text, mark = f"{package.objects}{package.aliases}", "Class_"
    while mark in text:
        mark += "_"
    return mark


def ordered(uses: Mapping[str, set[str]]) -> list[str]:
    """The names, each behind those that it uses; where they use each other, in the given order."""
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


def _portions(schemas: dict[str, Schema]) -> Iterator[dict[str, Schema]]:
    """The schemas in groups of about `_PORTION` fields."""
    ends = itertools.accumulate(1 + len(schema["properties"]) for schema in schemas.values())
    for _, group in itertools.groupby(zip(ends, schemas, strict=True), lambda one: one[0] // _PORTION):
        yield {name: schemas[name] for _, name in group}


def _schema(model: Object, mark: str) -> Schema:
    return {
        "type": "object",
        "properties": {field.key: field_input(field.schema, mark) for field in model.fields},
        "required": [field.key for field in model.fields if field.required],
        **({"additionalProperties": False} if model.closed else {}),
    }


def _extras(model: Object) -> dict[str, Any]:
    optional = [field for field in model.fields if not field.required and "default" in field.schema]
    return {
        "about": docstring(model.description) if model.description else "",
        "extra": f"dict[str, {_annotation(model.extra)}]" if model.extra else "",
        "kinds": {field.name: _annotation(field.schema) for field in model.fields if holds_tuple(field.schema)},
        "defaults": {field.name: _default(field.schema) for field in optional},
    }


def _written(schemas: dict[str, Schema], extras: dict[str, dict[str, Any]], names: dict[str, str]) -> str:
    document = {"openapi": "3.1.1", "info": {"title": "", "version": ""}, "paths": {}, "components": {"schemas": schemas}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of constraints that a model does not take, which the validator has
        text = generate(
            json.dumps(document),
            input_file_type=InputFileType.OpenAPI,
            output_model_type=DataModelType.PydanticV2BaseModel,
            target_python_version=PythonVersion.PY_311,
            target_pydantic_version=TargetPydanticVersion.V2_14,
            schema_version_mode=VersionMode.Strict,
            base_class="accord.runtime.Model",
            custom_class_name_generator=lambda name: name,
            aliases={place: field for place, field in names.items() if place.partition(".")[0] in schemas},
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
            custom_template_dir=TEMPLATES,
            extra_template_data=defaultdict(dict, {name: dict(extras[name]) for name in schemas}),
            disable_timestamp=True,
            formatters=[],
        )
    if not isinstance(text, str):
        raise TypeError("datamodel-code-generator wrote several modules where one was asked for")
    return text


def _annotation(schema: Schema) -> str:
    return annotation(schema, str, "Instant", _SCALARS)


def _alias(alias: Alias) -> str:
    schema, text = alias.schema, _annotation(alias.schema)
    if (discriminator := schema.get("discriminator")) is not None:
        return f"Annotated[{text}, Tagged({literal(discriminator['propertyName'])}, {discriminator['mapping']!r})]"
    return f"Annotated[{text}, Rest()]" if "prefixItems" in schema and "items" in schema else text


def _default(schema: Schema) -> str:
    """The default of an absent property as Python source."""
    value: Any = schema["default"]
    simple = "enum" in schema or (schema.get("format") != "date-time" and not {"$ref", "anyOf"} & schema.keys())
    return (
        repr(value)
        if value is None or (simple and isinstance(value, (bool, int, float, str)))
        else f"default({json.dumps(value)!r})"
    )
