"""Builds a huge document, the same each time: 300 operations, 1,500 schemas, recursive ones among them.

Schemas of 13 members make 3 MB of YAML. The larger documents that people write have five to ten.

`python -m tests.codegen.support.huge FILE` writes it.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import yaml

OPERATIONS, SCHEMAS = 300, 1500

Members = tuple[int, int]  # at least, at most
USUAL: Members = (5, 10)
_MANY: Members = (13, 13)

_WORDS = [
    "account",
    "address",
    "amount",
    "batch",
    "carrier",
    "charge",
    "customer",
    "invoice",
    "item",
    "ledger",
    "merchant",
    "order",
    "parcel",
    "payment",
    "refund",
    "user",
]


def document(operations: int = OPERATIONS, schemas: int = SCHEMAS, members: Members = _MANY) -> dict[str, Any]:
    """The document as values; smaller numbers build a smaller one of the same kind."""
    chance = random.Random(42)  # noqa: S311 - a fixed sequence, no secret
    names = [f"{chance.choice(_WORDS)}.{chance.choice(_WORDS).title()}{number}" for number in range(schemas)]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Everything of everything", "version": "1.0.0", "description": _text(chance, 200)},
        "paths": {
            f"/{chance.choice(_WORDS)}s{number}" + ("/{id}" if number % 2 else ""): {
                ("get" if number % 3 == 0 else "post"): _operation(chance, number, names)
            }
            for number in range(operations)
        },
        "components": {
            "schemas": {name: _schema(chance, number, names, members) for number, name in enumerate(names)},
            "responses": {
                "Problem": {"description": _text(chance, 6), "content": {"application/problem+json": {"schema": _PROBLEM}}}
            },
        },
    }


_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "maxLength": 200},
        "title": {"type": "string", "maxLength": 200},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "maxLength": 1000},
    },
}


def _operation(chance: random.Random, number: int, names: list[str]) -> dict[str, Any]:
    path = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}] if number % 2 else []
    query = [
        {"name": f"filter{n}", "in": "query", "description": _text(chance, 12), "schema": {"type": "string", "maxLength": 40}}
        for n in range(chance.randrange(4))
    ]
    body = {"required": True, "content": _content(chance, names)}
    return {
        "operationId": f"operation{number}",
        "tags": [_WORDS[number % len(_WORDS)]],
        "summary": _text(chance, 8),
        "description": _text(chance, 60),
        **({"parameters": [*path, *query]} if path or query else {}),
        **({} if number % 3 == 0 else {"requestBody": body}),
        "responses": {
            "200": {"description": _text(chance, 6), "content": _content(chance, names)},
            **{status: {"$ref": "#/components/responses/Problem"} for status in ("400", "404", "422")},
        },
    }


def _content(chance: random.Random, names: list[str]) -> dict[str, Any]:
    return {"application/json": {"schema": _reference(chance.choice(names))}}


def _schema(chance: random.Random, number: int, names: list[str], members: Members) -> dict[str, Any]:
    description = _text(chance, 20)
    # A resource is 25 schemas that refer to each other, and as a whole to the resource before.
    first = number - number % 25
    before, names = names[first - 1] if first else names[number], names[first : first + 25]
    number %= 25
    match number:
        case 0:
            return {"description": description, "oneOf": [_reference(name) for name in _objects(chance, names, 3)]}
        case 1:
            return {
                "description": description,
                "allOf": [
                    _reference(_objects(chance, names, 1)[0]),
                    {"type": "object", "properties": _members(chance, names, 5)},
                ],
            }
        case 2:
            return {
                "description": description,
                "type": "array",
                "items": {"anyOf": [{"type": "string"}, _reference(names[number])]},
            }
        case 3:
            return {"description": description, "type": "string", "enum": chance.sample(_WORDS, 5)}
        case 4:
            return {"description": description, "type": "object", "additionalProperties": _reference(chance.choice(names))}
    properties = _members(chance, names, chance.randint(*members) - 1)
    properties["parent"] = _reference(before if number == 24 else names[number])
    return {"description": description, "type": "object", "required": sorted(properties)[:3], "properties": properties}


def _objects(chance: random.Random, names: list[str], count: int) -> list[str]:
    """Names of plain objects."""
    return chance.sample([name for number, name in enumerate(names) if number % 25 > 4], count)


def _members(chance: random.Random, names: list[str], count: int) -> dict[str, Any]:
    return {f"{chance.choice(_WORDS)}_{n}": _member(chance, names, n) for n in range(count)}


def _member(chance: random.Random, names: list[str], number: int) -> dict[str, Any]:
    kinds: list[dict[str, Any]] = [
        {"type": "string", "maxLength": 100, "pattern": "^[a-z]*$"},
        {"type": "integer", "minimum": 0, "maximum": 1000000},
        {"type": "string", "format": "date-time"},
        {"type": "array", "maxItems": 10, "items": _reference(chance.choice(names))},
        {"type": ["number", "null"]},
        {"type": "object", "additionalProperties": {"type": "number"}},
        _reference(chance.choice(names)),
        {"type": "string", "enum": chance.sample(_WORDS, 3)},
    ]
    return {**kinds[number % len(kinds)], "description": _text(chance, 6)}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _text(chance: random.Random, words: int) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(words)).capitalize() + "."


def text(operations: int = OPERATIONS, schemas: int = SCHEMAS, members: Members = _MANY) -> str:
    """The document as YAML."""
    return yaml.dump(
        document(operations, schemas, members), Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=False
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
