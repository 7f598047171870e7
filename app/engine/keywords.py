"""The keywords of schemas: what the judge enforces, what is documentation by nature; everything else is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from app.engine.document import Node
from app.engine.text import Pointer

Direction = Literal["request", "response", "both"]

ENFORCED = frozenset(
    {
        *("type", "enum", "const", "format"),
        *("minLength", "maxLength", "pattern"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *(
            "items",
            "prefixItems",
            "contains",
            "minContains",
            "maxContains",
            "minItems",
            "maxItems",
            "uniqueItems",
            "unevaluatedItems",
        ),
        *("properties", "required", "additionalProperties", "patternProperties", "propertyNames", "unevaluatedProperties"),
        *("minProperties", "maxProperties", "dependentRequired", "dependentSchemas"),
        *("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$ref", "$defs"),
    }
)
DOCUMENTATION = frozenset(
    {
        *("title", "description", "default", "deprecated", "example", "examples", "externalDocs", "$comment", "xml"),
        *("readOnly", "writeOnly", "contentEncoding", "contentMediaType", "contentSchema", "discriminator"),
    }
)
REMEDIES = {
    "nullable": "add 'null' to `type` (OpenAPI 3.1)",
    "$id": "schemas are found by their place in the document: remove it",
    "$anchor": "schemas are found by their place in the document: remove it",
    "$dynamicRef": "write a $ref",
    "$dynamicAnchor": "remove it",
    "$schema": "remove it: schemas are JSON Schema 2020-12",
    "definitions": "write $defs",
    "dependencies": "write dependentRequired or dependentSchemas",
    "additionalItems": "write prefixItems and items",
}
# Asserted by the judge, or no more than a hint of the width or the display of a value.
FORMATS = frozenset(
    {
        *("date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uuid"),
        *("uri", "uri-reference", "iri", "iri-reference", "uri-template", "json-pointer", "relative-json-pointer", "regex"),
        *("int32", "int64", "float", "double", "password", "binary"),
    }
)
_ONE = (
    "items",
    "contains",
    "additionalProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "not",
    "if",
    "then",
    "else",
)
_LIST = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "dependentSchemas", "$defs")


def refused(schema: Node, direction: Direction, seen: set[Pointer]) -> Iterator[tuple[int, str]]:
    """Line and text of everything in a schema, and in what it leads to, that nobody would enforce."""
    if schema.pointer in seen or not isinstance(schema.value, dict):
        return
    seen.add(schema.pointer)
    for keyword in schema.value:
        yield from _keyword(schema, str(keyword), direction)
    if (reference := schema.reference) is not None:
        yield from refused(schema.document.at(reference, schema), direction, seen)
    for part in parts(schema):
        yield from refused(part, direction, seen)


def parts(schema: Node) -> Iterator[Node]:
    """The schemas inside a schema."""
    for keyword in _ONE:
        if isinstance(schema.value.get(keyword), dict):
            yield schema.raw_child(keyword)
    for keyword in _LIST:
        if isinstance(schemas := schema.value.get(keyword), list):
            yield from (schema.raw_child(keyword).raw_child(index) for index in range(len(schemas)))
    for keyword in _NAMED:
        if isinstance(schemas := schema.value.get(keyword), dict):
            yield from (schema.raw_child(keyword).raw_child(name) for name in schemas)


def _keyword(schema: Node, keyword: str, direction: Direction) -> Iterator[tuple[int, str]]:
    line, value = _line(schema, keyword), schema.value[keyword]
    if keyword in REMEDIES:
        yield line, f"the keyword `{keyword}` is not enforced: {REMEDIES[keyword]}"
    elif keyword not in ENFORCED and keyword not in DOCUMENTATION and not keyword.startswith("x-"):
        yield line, f"the keyword {keyword!r} is unknown to JSON Schema 2020-12 and OpenAPI: correct it, or begin it with `x-`"
    elif keyword == "format" and value not in FORMATS:
        yield line, f"the format {value!r} is checked by nobody: write a `pattern` and remove it"
    elif keyword == "discriminator" and not {"oneOf", "anyOf"} & schema.value.keys():
        yield line, "a `discriminator` without `oneOf` or `anyOf` decides nothing: list the alternatives"
    elif keyword in ("exclusiveMinimum", "exclusiveMaximum") and isinstance(value, bool):
        yield line, f"`{keyword}: {str(value).lower()}` is OpenAPI 3.0: write the bound itself under `{keyword}` (OpenAPI 3.1)"


def _line(node: Node, key: str) -> int:
    return node.document.line((*node.pointer, key))
