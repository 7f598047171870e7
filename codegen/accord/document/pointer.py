"""Places of a document, the references to them, and which mappings are no free values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

Key = str | int
Pointer = tuple[Key, ...]

# Where the other files of a document stand in it, so that everything has one pointer: `x-accord-files/common.yaml/User`.
FILES = "x-accord-files"


def escaped(key: Key) -> str:
    """A key as a step of a JSON Pointer in a `$ref` (RFC 6901, 6)."""
    return str(key).replace("~", "~0").replace("/", "~1").replace("%", "%25")


def unescaped(step: str) -> str:
    """The key that a step of a JSON Pointer in a `$ref` stands for."""
    return unquote(step).replace("~1", "/").replace("~0", "~")


def reference_to(pointer: Pointer, rest: str = "") -> str:
    """A `$ref` to a place, and `rest` from there; a URI, which holds neither spaces nor letters beyond ASCII (RFC 3986)."""
    return "#" + quote("".join(f"/{escaped(key)}" for key in pointer) + rest, safe="/?:@!$&'()*+,;=~%")


# Mappings under these keys say that what holds them is an object of OpenAPI or a schema.
_OBJECTS = frozenset(
    {
        *("properties", "patternProperties", "dependentSchemas", "$defs", "definitions", "items", "contains", "not"),
        *("if", "then", "else", "additionalProperties", "propertyNames", "unevaluatedItems", "unevaluatedProperties"),
        *("discriminator", "xml", "externalDocs", "schema", "content", "headers", "encoding", "links", "variables"),
        *("responses", "requestBody", "callbacks", "components", "paths", "webhooks", "info", "flows", "schemas"),
        *("parameters", "requestBodies", "securitySchemes", "pathItems", "get", "put", "post", "delete", "patch"),
        *("options", "head", "trace"),
    }
)

_EXAMPLE = frozenset({"summary", "description", "value", "externalValue"})

# Under these keys anything may stand, so that a member named `$ref` or `nullable` is none.
FREE = frozenset({"example", "examples", "default", "const", "enum", "value"})
# The members of these are named by the author.
NAMED = frozenset(
    {
        *("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"),
        *("schemas", "responses", "parameters", "requestBodies", "headers", "securitySchemes", "links", "callbacks"),
        *("pathItems", "paths", "webhooks", "content", "encoding", "variables", "mapping"),
    }
)


def mappings(value: Any, pointer: Pointer = (), *, named: bool = False) -> Iterator[tuple[Pointer, dict[str, Any]]]:  # noqa: ANN401 - any JSON value
    """Every mapping of keywords or of names in a part of a document; what examples, defaults and extensions hold is none.

    Of mappings of names only those are told that a `$ref` stands for.
    """
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from mappings(item, (*pointer, index))
    elif isinstance(value, dict):
        if not named or isinstance(value.get("$ref"), str):
            yield pointer, value
        for key, item in value.items():
            if named or not (key in FREE or key.startswith("x-")):
                yield from mappings(item, (*pointer, key), named=not named and key in NAMED)
            elif key == FILES and not pointer:
                for name, file in item.items():
                    yield from collected(file, (key, name))
            elif key == "examples" and isinstance(item, dict):  # named ones may be references, and so may all of them
                held = (((), item), *(((name,), one) for name, one in item.items()))
                yield from (((*pointer, key, *name), one) for name, one in held if isinstance(one, dict) and "$ref" in one)


def holds_names(pointer: Pointer) -> bool:
    """Whether the keys of what stands at a place are named by the author, and a `$ref` among them is none of those names."""
    named = False
    for key in pointer:
        named = not named and (key in NAMED or key == "examples")
    return named and pointer[-1] != "mapping"


def collected(value: Any, pointer: Pointer) -> Iterator[tuple[Pointer, dict[str, Any]]]:  # noqa: ANN401 - any JSON value
    """The mappings of another file, which may be a collection whose members are named by the author, `default` among them."""
    members = value.values() if isinstance(value, dict) else ()
    if members and value.keys() <= _EXAMPLE:
        return
    if members and all(isinstance(member, dict) for member in members) and not _OBJECTS & value.keys():
        for name, member in value.items():
            yield from collected(member, (*pointer, name))
    else:
        yield from mappings(value, pointer)
