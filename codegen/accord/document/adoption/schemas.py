"""The readings `apply` and `allow-null` for schemas."""

from __future__ import annotations

import copy
from typing import Any

Schema = dict[str, Any]

# Keywords that may reject null.
_ASSERTIONS = ("$ref", "allOf", "anyOf", "oneOf", "enum", "const", "not", "if", "then", "else", "discriminator")
_ANNOTATIONS = frozenset({"title", "description", "example", "deprecated", "externalDocs", "readOnly", "writeOnly", "default"})
# Members of objects that are not schemas.
_OTHERS = frozenset(
    {"in", "content", "schema", "headers", "schemas", "parameters", "responses", "links", "value", "operationId"}
)


def allow_null(schema: Schema, *, alternative: bool, older: bool) -> None:
    """Make `nullable` in a schema without `type` allow null; `alternative`: in `anyOf` or `oneOf`, `older`: OpenAPI 3.0.

    An alternative without other keywords becomes null itself.
    """
    schema.pop("nullable", None)
    assertions = [key for key in schema if key in _ASSERTIONS]
    if assertions == ["enum"]:
        schema["enum"] = schema["enum"] if None in schema["enum"] else [*schema["enum"], None]
    elif [key for key in assertions if key != "discriminator"] in (["anyOf"], ["oneOf"]):
        schema[assertions[0] if assertions[0] != "discriminator" else assertions[1]].append(_null(older=older))
    elif assertions:
        schema["anyOf"] = [{key: schema.pop(key) for key in assertions}, _null(older=older)]
    elif alternative and is_unrestricted(schema):
        schema.update(_null(older=older))


def is_unrestricted(schema: Schema) -> bool:
    """Whether a schema has no keywords that validate, apart from `nullable`."""
    return not {key for key in schema if not key.startswith("x-")} - _ANNOTATIONS - {"nullable"}


def beside_a_reference(holder: Schema, siblings: list[str], target: Any, *, older: bool) -> Schema:  # noqa: ANN401 - any JSON value
    """The holder of a `$ref` with the keywords beside it applied; it keeps the others."""
    beside = {key: holder.pop(key) for key in siblings}
    if isinstance(target, dict) and _OTHERS & target.keys():
        return {**copy.deepcopy(target), **{key: value for key, value in holder.items() if key != "$ref"}, **beside}
    nullable = beside.pop("nullable", False) is True
    if nullable and "type" in beside:
        beside["nullable"] = True
    return {**beside, "anyOf": [holder, _null(older=older)]} if nullable else {**beside, "allOf": [holder]}


def _null(*, older: bool) -> Schema:
    """The schema of null; OpenAPI 3.0 has no type for it."""
    return {"enum": [None]} if older else {"type": "null"}
