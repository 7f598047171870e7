"""The keywords of every object of OpenAPI: what enforces each, and the kind of object under it.

One table for each object, in the order of the specification. A keyword that is not listed is not enforced, and
`accord.openapi.keywords.coverage` reports it.
"""

from __future__ import annotations

from collections.abc import Iterator

from accord.document.document import Node
from accord.openapi.header import is_ignored_header
from accord.openapi.keywords.enforcement import (
    CODED,
    Enforcement,
    Enforcer,
    Keyword,
    Shape,
    beside_a_reference,
    by_dialect,
    by_discriminator,
    by_error_template,
    by_format,
    by_media_type,
    by_nullable,
    by_tag,
)
from accord.openapi.keywords.extensions import PREFIX
from accord.openapi.parameter import is_ignored


def _by(enforcer: Enforcer, remark: str = "") -> Keyword:
    return Keyword(Enforcement(enforcer, remark))


def _under(enforcer: Enforcer, shape: Shape, kind: str) -> Keyword:
    return Keyword(Enforcement(enforcer), shape, kind)


_DOCUMENTATION = _by("documentation")
_DOCUMENTS = _under("documentation", "one", "external documentation")
_UNIVERSAL = {"summary": _DOCUMENTATION, "description": _DOCUMENTATION, "externalDocs": _DOCUMENTS}
_EXAMPLES = {"example": _by("documentation", "answers of the mock"), "examples": _by("documentation", "answers of the mock")}

_SCHEMA_ASSERTIONS = (
    *("type", "enum", "const", "minLength", "maxLength", "pattern", "required", "dependentRequired", "$anchor"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minContains", "maxContains"),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
)
_SCHEMA_ONE = (
    *("items", "contains", "additionalProperties", "propertyNames", "unevaluatedItems", "unevaluatedProperties"),
    *("not", "if", "then", "else"),
)
_SCHEMA_LIST = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMA_NAMED = ("properties", "patternProperties", "dependentSchemas", "$defs")
_SCHEMA_UNSUPPORTED = {
    "$id": "schemas are found by their place in the document: remove it",
    "$dynamicRef": "write a $ref",
    "$dynamicAnchor": "remove it",
    "$vocabulary": "remove it",
    "definitions": "write $defs",
    "dependencies": "write dependentRequired or dependentSchemas",
    "additionalItems": "write prefixItems and items",
}

SCHEMA: dict[str, Keyword] = {
    "$ref": _under("validator", "value", "schema"),
    **{name: _by("validator") for name in _SCHEMA_ASSERTIONS},
    **{name: _under("validator", "one", "schema") for name in _SCHEMA_ONE},
    **{name: _under("validator", "list", "schema") for name in _SCHEMA_LIST},
    **{name: _under("validator", "named", "schema") for name in _SCHEMA_NAMED},
    "readOnly": _by("validator", "on members: not part of requests"),
    "writeOnly": _by("validator", "on members: not part of responses"),
    "nullable": Keyword(by_nullable),
    "format": Keyword(by_format),
    "discriminator": Keyword(by_discriminator, "one", "discriminator"),
    "$schema": Keyword(by_dialect),
    "default": _by("type", "the value that the handler gets for an absent member or parameter"),
    "contentEncoding": _by("engine", CODED),
    "contentMediaType": _by("engine", CODED),
    "contentSchema": _under("documentation", "one", "schema"),
    **dict.fromkeys(("title", "description", "deprecated", "$comment", "xml"), _DOCUMENTATION),
    "externalDocs": _DOCUMENTS,
    **_EXAMPLES,
    **{
        name: _by("unsupported", f"the keyword `{name}` is not enforced: {remedy}")
        for name, remedy in _SCHEMA_UNSUPPORTED.items()
    },
}


OBJECTS: dict[str, dict[str, Keyword]] = {
    "document": {
        "openapi": _by("validator", "decides the dialect of schemas"),
        "info": _under("documentation", "one", "info"),
        "jsonSchemaDialect": Keyword(by_dialect),
        "servers": _under("engine", "list", "server"),
        "paths": _under("engine", "extensible", "path item"),
        "webhooks": _under("type", "named", "path item"),
        "components": _under("documentation", "one", "components"),
        "security": _by("engine"),
        "tags": _under("documentation", "list", "tag"),
        "externalDocs": _DOCUMENTS,
        "$self": _DOCUMENTATION,
        "x-accord-alias": _by("engine"),
        "x-accord-body-limit": _by("engine"),
        "x-accord-problems": _by("responses"),
        "x-accord-error-template": _by("responses"),
    },
    "info": {
        **dict.fromkeys(("title", "summary", "description", "termsOfService", "version"), _DOCUMENTATION),
        "contact": _under("documentation", "one", "contact"),
        "license": _under("documentation", "one", "license"),
    },
    "contact": dict.fromkeys(("name", "url", "email"), _DOCUMENTATION),
    "license": dict.fromkeys(("name", "identifier", "url"), _DOCUMENTATION),
    "tag": {**dict.fromkeys(("name", "parent", "kind"), _DOCUMENTATION), **_UNIVERSAL},
    "external documentation": dict.fromkeys(("description", "url"), _DOCUMENTATION),
    "server": {
        "name": _DOCUMENTATION,
        "url": _by("engine", "its path"),
        "variables": _under("engine", "named", "server variable"),
        **_UNIVERSAL,
    },
    "server variable": {"enum": _by("engine"), "default": _by("engine"), "description": _DOCUMENTATION},
    "components": {
        name: _under("documentation", "named", kind)
        for name, kind in (
            ("schemas", "schema"),
            ("responses", "response"),
            ("parameters", "parameter"),
            ("examples", "example"),
            ("requestBodies", "request body"),
            ("headers", "header"),
            ("securitySchemes", "security scheme"),
            ("links", "link"),
            ("callbacks", "callback"),
            ("pathItems", "path item"),
        )
    },
    "path item": {
        **_UNIVERSAL,
        **{
            method: _under("engine", "one", "operation")
            for method in ("get", "put", "post", "delete", "options", "head", "patch", "trace")
        },
        "servers": _under("engine", "list", "server"),
        "parameters": _under("engine", "list", "parameter"),
    },
    "operation": {
        **_UNIVERSAL,
        "tags": _by("type", "the protocol of a module of handlers"),
        "operationId": _by("type"),
        "parameters": _under("engine", "list", "parameter"),
        "requestBody": _under("engine", "one", "request body"),
        "responses": _under("type", "extensible", "response"),
        "callbacks": _under("type", "named", "callback"),
        "deprecated": _by("responses", "the header Deprecation"),
        "security": _by("engine"),
        "servers": _under("engine", "list", "server"),
        "x-accord-sunset": _by("responses", "the header Sunset"),
        "x-accord-deprecation": _by("responses", "the header Deprecation"),
        "x-accord-step-up": _by("engine", "the service's `step_up`"),
        "x-accord-console": _by("documentation", "the page /console"),
    },
    "parameter": {
        **_UNIVERSAL,
        **{name: _by("engine") for name in ("name", "in", "required", "allowEmptyValue", "style", "explode", "allowReserved")},
        "deprecated": _DOCUMENTATION,
        "schema": _under("validator", "one", "schema"),
        "content": _under("engine", "named", "media type"),
        **_EXAMPLES,
    },
    "request body": {**_UNIVERSAL, "content": _under("engine", "named", "media type"), "required": _by("engine")},
    "media type": {
        "schema": Keyword(by_media_type, "one", "schema"),
        "encoding": _under("engine", "named", "encoding"),
        **_EXAMPLES,
    },
    "encoding": {
        **{name: _by("engine") for name in ("contentType", "style", "explode", "allowReserved")},
        "headers": _under("engine", "named", "header"),
    },
    "response": {
        **_UNIVERSAL,
        "headers": _under("type", "named", "header"),
        "content": _under("type", "named", "media type"),
        "links": _under("type", "named", "link"),
        "x-accord-error-template": Keyword(by_error_template),
    },
    "callback": {},  # its keys are expressions
    "example": dict.fromkeys(
        ("summary", "description", "value", "externalValue", "dataValue", "serializedValue"), _DOCUMENTATION
    ),
    "link": {
        **_UNIVERSAL,
        **{name: _by("type", "a helper that fills the next operation's arguments") for name in ("operationRef", "operationId")},
        "parameters": _by("type"),
        "requestBody": _by("type"),
        "server": _DOCUMENTATION,
    },
    "header": {
        **_UNIVERSAL,
        **{name: _by("responses") for name in ("required", "style", "explode")},
        "deprecated": _DOCUMENTATION,
        "schema": _under("validator", "one", "schema"),
        "content": _under("responses", "named", "media type"),
        **_EXAMPLES,
    },
    "schema": SCHEMA,
    "discriminator": {"propertyName": Keyword(by_tag), "mapping": Keyword(by_tag)},
    "security scheme": {
        **_UNIVERSAL,
        **{name: _by("engine") for name in ("type", "name", "in", "scheme")},
        **dict.fromkeys(("bearerFormat", "openIdConnectUrl"), _DOCUMENTATION),
        "flows": _under("documentation", "one", "flows"),
    },
    "flows": {
        name: _under("documentation", "one", "flow")
        for name in ("implicit", "password", "clientCredentials", "authorizationCode")
    },
    "flow": dict.fromkeys(("authorizationUrl", "tokenUrl", "refreshUrl", "scopes"), _DOCUMENTATION),
}


def is_left_out(kind: str, node: Node) -> bool:
    """Whether OpenAPI ignores a parameter or response header at this place."""
    if kind == "parameter":
        return is_ignored(node)
    return kind == "header" and is_ignored_header(str(node.pointer[-1])) and node.pointer[:2] != ("components", "headers")


def enforcement_of(kind: str, node: Node, keyword: str) -> Enforcement | None:
    """What enforces a keyword of an object; None if the keyword is unknown."""
    if is_left_out(kind, node):
        return Enforcement("documentation", "OpenAPI ignores this header here")
    if (ignored := beside_a_reference(node, keyword)) is not None:
        return ignored
    known = OBJECTS[kind].get(keyword)
    if known is None:
        if keyword == "$ref":
            return Enforcement("engine")
        if keyword.startswith(PREFIX):
            return Enforcement(
                "unsupported", f"there is no extension `{keyword}` of a {kind}: correct its name or place, or remove it"
            )
        return Enforcement("documentation", "an extension") if keyword.startswith("x-") else None
    return known.enforcement(node, keyword) if callable(known.enforcement) else known.enforcement


def children(known: Keyword, node: Node, keyword: str) -> Iterator[Node]:
    """The objects under a keyword."""
    child = node.raw_child(keyword)
    if known.shape == "one":
        yield child
        return
    child = child.resolved()  # the list or mapping itself may be a reference
    if known.shape == "list" and isinstance(child.value, list):
        yield from (child.raw_child(index) for index in range(len(child.value)))
    elif known.shape in ("named", "extensible") and isinstance(child.value, dict):
        names = (name for name in child.value if known.shape == "named" or not name.startswith("x-"))
        yield from (child.raw_child(name) for name in names)


def parts(schema: Node) -> Iterator[Node]:
    """The schemas inside a schema."""
    for keyword in schema.value:
        known = SCHEMA.get(keyword)
        if known is not None and known.kind == "schema":
            yield from (child for child in children(known, schema, keyword) if isinstance(child.value, dict))
