"""The pydantic models, written by datamodel-code-generator, and the filters of models.py.jinja.

Types are strict: the runtime has read the values, and nothing may be coerced. An absent property is pydantic's `MISSING`.
"""

from __future__ import annotations

import itertools
import json
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from datamodel_code_generator import generate
from datamodel_code_generator.enums import DataModelType, InputFileType, StrictTypes, TargetPydanticVersion, VersionMode
from datamodel_code_generator.format import PythonVersion
from datamodel_code_generator.parser import LiteralType

from accord.generate.emit.datamodel_input import holds_tuple, object_input
from accord.generate.emit.source import docstring, literal
from accord.generate.ir.annotations import SCALARS, annotation
from accord.generate.ir.nodes import Object, Package, Schema, referenced

TEMPLATES = Path(__file__).parent / "templates"
_SCALARS = {**SCALARS, "string": "StrictStr", "integer": "StrictInt", "number": "Number", "boolean": "StrictBool"}
_PORTION = 1000  # fields in one call of datamodel-code-generator, which keeps 20 kB for each until it returns


class ModelSource(NamedTuple):
    """The import statements that the classes need, and the text of each class."""

    imports: list[str]
    classes: list[str]


def model_source(package: Package) -> ModelSource:
    """The classes of models.py, not formatted, each behind those that it uses.

    Raises:
        ValueError: datamodel-code-generator has renamed a class.
    """
    prefix = _prefix(package)
    imports: dict[str, None] = {}
    classes: dict[str, str] = {}
    for portion in _portions(package.objects):
        header, *texts = _written(portion, prefix).split(f"# {prefix}")
        imports |= dict.fromkeys(line for line in header.splitlines() if line.startswith(("from ", "import ")))
        classes |= {name: text for name, _, text in (text.partition("\n") for text in texts)}
    if renamed := {model.name for model in package.objects} - classes.keys():
        raise ValueError(f"datamodel-code-generator has renamed {', '.join(sorted(renamed))}")
    return ModelSource(list(imports), [classes[model.name] for model in ordered(package.objects)])


def alias_type(schema: Schema) -> str:
    """The annotation of an alias, with the tags of a union and the mark of a tuple that has more items than places."""
    text = _model_type(schema)
    if (discriminator := schema.get("discriminator")) is not None:
        return f"Annotated[{text}, Tagged({literal(discriminator['propertyName'])}, {discriminator['mapping']!r})]"
    return f"Annotated[{text}, Rest()]" if "prefixItems" in schema and "items" in schema else text


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


def _prefix(package: Package) -> str:
    """A prefix for the names of classes that occurs nowhere in the document."""
    text, prefix = f"{package.objects}{package.aliases}", "Class_"
    while prefix in text:
        prefix += "_"
    return prefix


def _portions(models: Iterable[Object]) -> Iterator[list[Object]]:
    """The models in groups of about `_PORTION` fields."""
    models = list(models)
    ends = itertools.accumulate(1 + len(model.fields) for model in models)
    for _, group in itertools.groupby(zip(ends, models, strict=True), lambda one: one[0] // _PORTION):
        yield [model for _, model in group]


def _written(models: list[Object], prefix: str) -> str:
    """The module of the models; each class follows a comment with its prefixed name."""
    schemas = {model.name: object_input(model, prefix) for model in models}
    document = {"openapi": "3.1.1", "info": {"title": "", "version": ""}, "paths": {}, "components": {"schemas": schemas}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about bounds that a model cannot express: the validator checks them
        text = generate(
            json.dumps(document),
            input_file_type=InputFileType.OpenAPI,
            output_model_type=DataModelType.PydanticV2BaseModel,
            target_python_version=PythonVersion.PY_311,
            target_pydantic_version=TargetPydanticVersion.V2_14,
            schema_version_mode=VersionMode.Strict,
            base_class="accord.runtime.Model",
            custom_class_name_generator=lambda name: name,
            aliases={f"{model.name}.{one.key}": one.name for model in models for one in model.fields if one.name != one.key},
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
            custom_template_dir=TEMPLATES,
            extra_template_data=defaultdict(dict, {model.name: {"prefix": prefix, **_additions(model)} for model in models}),
            disable_timestamp=True,
            formatters=[],
        )
    if not isinstance(text, str):
        raise TypeError("datamodel-code-generator wrote several modules instead of one")
    return text


def _additions(model: Object) -> dict[str, Any]:
    """The source that datamodel-code-generator has no form for, as variables of its template."""
    return {
        "docstring": docstring(model.description) if model.description else "",
        "extra": f"dict[str, {_model_type(model.extra)}]" if model.extra is not None else "",
        "tuples": {field.name: _model_type(field.schema) for field in model.fields if holds_tuple(field.schema)},
        "defaults": {
            field.name: _default(field.schema) for field in model.fields if not field.required and "default" in field.schema
        },
    }


def _model_type(schema: Schema) -> str:
    """The annotation of a value."""
    return annotation(schema, str, "Instant", _SCALARS)


def _default(schema: Schema) -> str:
    """The default of a field that is not required."""
    value: Any = schema["default"]
    simple = "enum" in schema or (schema.get("format") != "date-time" and not {"$ref", "anyOf"} & schema.keys())
    if value is None or (simple and isinstance(value, (bool, int, float, str))):
        return literal(value)
    return f"default({literal(json.dumps(value))})"
