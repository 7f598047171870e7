"""YAML and JSON texts as values, with the line where each of them stands; and which mappings are no free values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

import yaml

Key = str | int
Pointer = tuple[Key, ...]

# Where the other files of a document stand in it, so that everything has one pointer: `x-files/common.yaml/User`.
FILES = "x-files"


def escaped(key: Key) -> str:
    """A key as a step of a JSON Pointer in a `$ref` (RFC 6901, 6)."""
    return str(key).replace("~", "~0").replace("/", "~1").replace("%", "%25")


def unescaped(step: str) -> str:
    """The key that a step of a JSON Pointer in a `$ref` stands for."""
    return unquote(step).replace("~1", "/").replace("~0", "~")


def reference_to(pointer: Pointer, rest: str = "") -> str:
    """A `$ref` to a place, and `rest` from there; a URI, which holds neither spaces nor letters beyond ASCII (RFC 3986)."""
    return "#" + quote("".join(f"/{escaped(key)}" for key in pointer) + rest, safe="/?:@!$&'()*+,;=~%")


class SyntaxFault(Exception):
    """The text cannot be read; `line` is counted from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


class _Loader(yaml.CSafeLoader):
    """YAML 1.2 core scalars only: `no`, `12:30:00` and bare dates are strings, as every other OpenAPI tool reads them."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML reads it per class


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan", "-+0123456789."),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first))


def read(raw: bytes) -> tuple[Any, dict[Pointer, int]]:
    """The value of a YAML or JSON text (an empty one is `{}`), and the line of every place in it.

    Raises:
        SyntaxFault: it is neither, or a mapping has a key twice.
    """
    lines: dict[Pointer, int] = {}
    try:
        node = yaml.compose(_as_yaml(raw), Loader=_Loader)
        return (_value(node, (), lines) if node is not None else {}), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SyntaxFault(mark.line + 1 if mark else 1, str(error.problem)) from None
    except yaml.YAMLError as error:
        raise SyntaxFault(1, str(error)) from None
    except RecursionError:
        raise SyntaxFault(1, "a YAML alias stands inside its own anchor, or the text is nested too deeply") from None


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\t', re.DOTALL)
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]")


def _as_yaml(raw: bytes) -> bytes:
    """JSON is YAML but for tabs between its tokens and surrogates within its strings; no line moves."""
    if not raw.lstrip().startswith((b"{", b"[")):
        return raw
    try:
        json.loads(raw)
    except ValueError:
        return raw

    def token(found: re.Match[str]) -> str:
        if found[0] == "\t":
            return " "
        text: str = json.loads(found[0])
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + _UNPRINTABLE.sub(lambda one: f"\\U{ord(one[0]):08x}", quoted) + '"'

    return _TOKEN.sub(token, raw.decode("utf-8-sig")).encode()


def _value(node: yaml.Node, pointer: Pointer, lines: dict[Pointer, int]) -> Any:  # noqa: ANN401 - any JSON value
    lines.setdefault(pointer, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        merged: list[yaml.Node] = []
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise SyntaxFault(line, "a key is a text, not a list or a mapping: write a text")
            key = str(key_node.value)
            if key == "<<" and not key_node.style:  # YAML's merge key: below, so that written members win
                merged += value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
                continue
            if key in mapping:
                raise SyntaxFault(line, f"the key {key!r} stands twice in one mapping: remove one")
            lines[*pointer, key] = line
            mapping[key] = _value(value_node, (*pointer, key), lines)
        for other in merged:
            held = _value(other, pointer, lines)
            mapping = {**held, **mapping} if isinstance(held, dict) else mapping
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*pointer, index), lines) for index, item in enumerate(node.value)]
    try:
        return _scalar(str(node.value), node.tag.rpartition(":")[2])
    except ValueError:
        text = f"{node.value[:40]!r} is no number that JSON has: write another, or quote it"
        raise SyntaxFault(node.start_mark.line + 1, text) from None


def _scalar(text: str, kind: str) -> str | float | bool | None:
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int":
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if kind == "float":
        if not math.isfinite(number := float(text)):
            raise ValueError(text)
        return number
    return None if kind == "null" else text


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
