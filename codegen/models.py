"""models.py: the objects as pydantic models, written by datamodel-code-generator."""

from __future__ import annotations

import ast
import json
import warnings

from datamodel_code_generator import generate
from datamodel_code_generator.enums import (
    DataModelType,
    InputFileType,
    StrictTypes,
    TargetPydanticVersion,
    VersionMode,
)
from datamodel_code_generator.format import PythonVersion
from datamodel_code_generator.parser import LiteralType

from app.engine.document import Document, DocumentError
from codegen.shapes import Schema

DOCSTRING = '"""What handlers receive: the objects of the document as pydantic models."""\n'

# Pydantic warns of members whose names begin so, even of those renamed with an underscore behind.
_PROTECTED = ("model_validate", "model_dump")

_DOCUMENTATION = ("description", "default")
_SHAPE = ("$ref", "type", "format", "enum")


def models(document: Document, objects: dict[str, Schema]) -> str:
    """The module, not formatted.

    Absent members are pydantic's `MISSING`; types are strict, because the wire's types are checked already and nothing may be
    coerced. The models are what a handler receives, not the judge, so schema validators are not generated.

    Raises:
        DocumentError: a class would be named otherwise than the operations name it.
    """
    if not objects:
        return DOCSTRING
    source = {
        "openapi": "3.1.1",
        "info": {"title": "", "version": ""},
        "paths": {},
        "components": {"schemas": {name: _model(schema) for name, schema in objects.items()}},
    }
    members = {key for schema in objects.values() for key in schema["properties"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of constraints that a model does not take: the engine's judge has them all
        generated = generate(
            json.dumps(source),
            input_file_type=InputFileType.OpenAPI,
            output_model_type=DataModelType.PydanticV2BaseModel,
            target_python_version=PythonVersion.PY_311,
            target_pydantic_version=TargetPydanticVersion.V2_14,
            schema_version_mode=VersionMode.Strict,
            strict_types=list(StrictTypes),
            use_annotated=True,
            enum_field_as_literal=LiteralType.All,
            use_missing_sentinel=True,
            strict_nullable=True,
            collapse_root_models=True,
            use_site_models_for_constrained_refs=True,
            intersect_allof_keywords=True,
            read_unevaluated_properties=True,
            use_standard_collections=True,
            use_union_operator=True,
            use_object_type=True,
            use_schema_description=True,
            aliases={key: f"field_{key}" for key in sorted(members) if key.startswith(_PROTECTED)},
            treat_dot_as_module=False,
            disable_timestamp=True,
            custom_file_header=DOCSTRING,
            formatters=[],
        )
    if not isinstance(generated, str):
        raise TypeError("datamodel-code-generator wrote several modules where one was asked for")
    written = {node.name for node in ast.parse(generated).body if isinstance(node, ast.ClassDef)}
    for name in objects:
        if name not in written:
            line = document.line(("components", "schemas", name))
            raise DocumentError(f"{document.name}:{line}: the class {name} cannot be named so: rename its schema")
    return generated


def _model(schema: Schema) -> Schema:
    """An object whose members keep their bounds; deeper ones would become classes of their own, so they go without."""
    members = {
        key: _bare(member) if _is_union(member) else {**member, **_inner(member)}
        for key, member in schema["properties"].items()
    }
    extra = schema.get("additionalProperties")
    return {**schema, "properties": members, **({"additionalProperties": _bare(extra)} if isinstance(extra, dict) else {})}


def _is_union(schema: Schema) -> bool:
    kinds = schema.get("type")
    return isinstance(kinds, list) and len(set(kinds) - {"null"}) > 1


def _bare(schema: Schema) -> Schema:
    """A schema without bounds."""
    return {key: schema[key] for key in (*_SHAPE, *_DOCUMENTATION) if key in schema} | _inner(schema)


def _inner(schema: Schema) -> Schema:
    inner: Schema = {key: _bare(schema[key]) for key in ("items", "additionalProperties") if key in schema}
    if "anyOf" in schema:
        inner["anyOf"] = [_bare(branch) for branch in schema["anyOf"]]
    return inner
