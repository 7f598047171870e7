"""Places in a document: JSON Pointers, `$ref`s, and the mappings that are not examples or other free values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar
from urllib.parse import quote, unquote

Key = str | int
Pointer = tuple[Key, ...]
K = TypeVar("K", str, int)

# The member of a document that holds its other files, so that everything has a pointer: `x-accord-files/common.yaml/User`.
FILES = "x-accord-files"


def escape(name: str) -> str:
    """A name as a reference token of a JSON Pointer (RFC 6901, 3)."""
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name


def unescape(token: str) -> str:
    """The name that a reference token of a JSON Pointer stands for."""
    return token.replace("~1", "/").replace("~0", "~") if "~" in token else token


def tokens(text: str) -> list[str]:
    """The unescaped reference tokens of a JSON Pointer such as `/users/0/name`."""
    return [unescape(token) for token in text.split("/")[1:]]


def escape_fragment(key: Key) -> str:
    """A key as a reference token in the fragment of a `$ref` (RFC 6901, 6)."""
    return escape(str(key)).replace("%", "%25")


def unescape_fragment(token: str) -> str:
    """The name that a reference token in the fragment of a `$ref` stands for."""
    return unescape(unquote(token))


def fragment(pointer: Pointer) -> str:
    """A place as a readable fragment: `#/components/schemas/Pet`."""
    return "#" + "".join(f"/{escape_fragment(key)}" for key in pointer)


def fragment_tokens(reference: str) -> list[str]:
    """The unescaped reference tokens in the fragment of a `$ref`."""
    return [unescape_fragment(token) for token in reference.split("/")[1:]]


def reference_to(pointer: Pointer, rest: str = "") -> str:
    """A `$ref` to a place, followed by `rest`. It is a URI, so spaces and non-ASCII letters are percent-encoded (RFC 3986)."""
    return "#" + quote(fragment(pointer)[1:] + rest, safe="/?:@!$&'()*+,;=~%")


def key_of(value: Any, name: str) -> Key | None:  # noqa: ANN401 - any JSON value
    """The key or index of a mapping or list that a name stands for; None if the value has no such member."""
    if isinstance(value, dict):
        return name if name in value else None
    return int(name) if isinstance(value, list) and name.isdecimal() and int(name) < len(value) else None


def value_at(value: Any, pointer: Iterable[Key]) -> Any:  # noqa: ANN401 - any JSON value
    """The part of a value at a place.

    Raises:
        KeyError: there is no such place.
    """
    for key in pointer:
        try:
            value = value[key]
        except (IndexError, TypeError):
            raise KeyError(key) from None
    return value


def resolve(value: Any, text: str) -> Any:  # noqa: ANN401 - any JSON value
    """The part of a value that a JSON Pointer names, which must exist."""
    for token in text.split("/")[1:]:
        value = value[int(token)] if isinstance(value, list) else value[unescape(token)]
    return value


# A mapping with one of these keys is an object of OpenAPI or a schema.
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

# Values under these keys are free: a member named `$ref` or `nullable` has no meaning there.
FREE = frozenset({"example", "examples", "default", "const", "enum", "value"})
# The keys of these mappings are names chosen by the author.
NAMED = frozenset(
    {
        *("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"),
        *("schemas", "responses", "parameters", "requestBodies", "headers", "securitySchemes", "links", "callbacks"),
        *("pathItems", "paths", "webhooks", "content", "encoding", "variables", "mapping"),
    }
)


def mappings(value: Any, pointer: Pointer = (), *, named: bool = False) -> Iterator[tuple[Pointer, dict[str, Any]]]:  # noqa: ANN401 - any JSON value
    """Every mapping of keywords in a part of a document, without those in examples, defaults and extensions.

    Mappings of names are included only where they are written as a `$ref`.
    """
    if isinstance(value, list):
        for index, item in _nested(enumerate(value)):
            yield from mappings(item, (*pointer, index))
    elif isinstance(value, dict):
        if not named or isinstance(value.get("$ref"), str):
            yield pointer, value
        for key, item in _nested(value.items()):
            if named or not (key in FREE or key.startswith("x-")):
                yield from mappings(item, (*pointer, key), named=not named and key in NAMED)
            elif key == FILES and not pointer:
                for name, file in item.items():
                    yield from collected(file, (key, name))
            elif key == "examples" and isinstance(item, dict):  # each may be a reference, and so may the mapping
                held = (((), item), *(((name,), one) for name, one in item.items()))
                yield from (((*pointer, key, *name), one) for name, one in held if isinstance(one, dict) and "$ref" in one)


def _nested(members: Iterable[tuple[K, Any]]) -> list[tuple[K, Any]]:
    """The members that are mappings or lists."""
    return [(key, item) for key, item in members if isinstance(item, (dict, list))]


def copied(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A copy of a value, with the same strings and numbers. `copy.deepcopy` takes five times as long."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def holds_names(pointer: Pointer) -> bool:
    """Whether the keys of a mapping at a place are names chosen by the author, so that a `$ref` there replaces the mapping."""
    named = False
    for key in pointer:
        named = not named and (key in NAMED or key == "examples")
    return named and pointer[-1] != "mapping"


def collected(value: Any, pointer: Pointer) -> Iterator[tuple[Pointer, dict[str, Any]]]:  # noqa: ANN401 - any JSON value
    """The mappings of another file, which may be a collection whose keys are names, even `default`."""
    members = value.values() if isinstance(value, dict) else ()
    if members and value.keys() <= _EXAMPLE:
        return
    if members and all(isinstance(member, dict) for member in members) and not _OBJECTS & value.keys():
        for name, member in value.items():
            yield from collected(member, (*pointer, name))
    else:
        yield from mappings(value, pointer)
