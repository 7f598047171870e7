"""Generated types accept every valid value, and serialize it unchanged."""

from __future__ import annotations

import importlib
import itertools
import json
import random
from typing import Any, Literal

import pytest
from pydantic import TypeAdapter

from accord.document.document import Document, Node
from accord.generate.ir import annotations as types
from accord.generate.ir.annotations import annotation
from accord.generate.ir.naming import class_name
from accord.generate.ir.schemas.builder import SchemaBuilder
from accord.generate.package import write
from accord.jsonschema.validator import validator
from accord.runtime.handlers import pydantic_base as model

SCALARS = [
    None,
    True,
    False,
    0,
    1,
    3,
    -7,
    2**53 + 1,
    10**40,
    0.5,
    2.5,
    "",
    "a",
    "b",
    "abc",
    "son",
    "cat",
    "boat",
    "Car",
    "card",
    "12",
]
KINDS = {type(None): ("null",), bool: ("boolean",), int: ("integer", "number"), float: ("number",), str: ("string",)}
INSTANT = "2020-01-02T03:04:05Z"


def guess(node: Node, chance: random.Random, depth: int = 0) -> Any:
    """A value that may satisfy a schema; the validator decides."""
    if not isinstance(node.value, dict) or depth > 6 or chance.random() < 0.03:
        return chance.choice(SCALARS)
    schema = node.value
    if schema.get("format") == "date-time":
        return INSTANT
    found: list[Any] = []
    if node.reference is not None:
        found.append(guess(node.document.at(node.reference, node), chance, depth + 1))
    found += [guess(node.raw_child("allOf").raw_child(n), chance, depth + 1) for n in range(len(schema.get("allOf", ())))]
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            found.append(guess(node.raw_child(keyword).raw_child(chance.randrange(len(schema[keyword]))), chance, depth + 1))
    found += [guess(node.raw_child(keyword), chance, depth + 1) for keyword in ("then", "else") if keyword in schema]
    if "enum" in schema or "const" in schema:
        return chance.choice(schema.get("enum", [schema.get("const")]))
    kinds = schema.get("type", "object" if {"properties", "additionalProperties"} & schema.keys() else None)
    kind = chance.choice(kinds) if isinstance(kinds, list) else kinds
    if kind == "object" or any(isinstance(value, dict) for value in found):
        return thing(node, chance, depth, [value for value in found if isinstance(value, dict)])
    if kind == "array":
        return listing(node, chance, depth)
    fitting = [scalar for scalar in SCALARS if kind in KINDS[type(scalar)]]
    return chance.choice([*found, *fitting] or SCALARS)


def thing(node: Node, chance: random.Random, depth: int, parts: list[dict[str, Any]]) -> dict[str, Any]:
    made = {key: value for part in parts for key, value in part.items()}
    named = node.value.get("properties", {})
    for key in named:
        if isinstance(named[key], dict) and named[key].get("readOnly"):
            continue
        if chance.random() < 0.3 or key in node.value.get("required", ()):
            made[key] = guess(node.raw_child("properties").raw_child(key), chance, depth + 1)
    held = [node.raw_child("additionalProperties")] if isinstance(node.value.get("additionalProperties"), dict) else []
    if "patternProperties" in node.value:
        held += [node.raw_child("patternProperties").raw_child(key) for key in node.value["patternProperties"]]
    for key in chance.sample(["x-a", "name1", "s2", "zz", "city", "change"], chance.randrange(3)):
        made[key] = guess(chance.choice(held), chance, depth + 1) if held else chance.choice(SCALARS)
    return made


def listing(node: Node, chance: random.Random, depth: int) -> list[Any]:
    places = node.raw_child("prefixItems") if "prefixItems" in node.value else None
    first = [places.raw_child(n) for n in range(len(places.value))] if places is not None else []
    items = node.raw_child("items") if "items" in node.value else Node(node.document, node.pointer, value=True)
    return [guess(one, chance, depth + 1) for one in [*first, *[items] * 3][: chance.randrange(len(first) + 3)]]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["types", "names"])
class TestEverySchema:
    def test_takes_what_the_validator_takes_and_loses_nothing_of_it(self, name, documents, settings):
        made = settings(documents / name / "openapi.yaml")
        write(made)
        document = Document.load(made.document)
        models = importlib.import_module(f"{made.output.name}.models")
        builder, chance = SchemaBuilder(document), random.Random(7)  # noqa: S311 - a fixed sequence, no secret
        names: dict[str, Any] = {"models": models, "Literal": Literal, "Instant": model.Instant, "Number": model.Number}
        root = document.root.raw_child("components").raw_child("schemas")
        for key in sorted(root.value.keys() - {"Everything"}):  # which only gathers the others
            form = builder.normalize(root.raw_child(key), class_name(key))
            kind = eval(  # noqa: S307 - what codegen wrote
                annotation(form, lambda known: f"models.{known}", "Instant", {**types.SCALARS, "number": "Number"}), names
            )
            adapter: TypeAdapter[Any] = TypeAdapter(kind)
            compiled = validator(root.raw_child(key), "request")
            guesses = (guess(root.raw_child(key), chance) for _ in range(2000))
            taken = list(itertools.islice((value for value in guesses if compiled.is_valid(value)), 60))
            assert len(taken) >= 10, key
            for value in taken:
                typed = adapter.validator.validate_python(value)
                assert json.loads(adapter.dump_json(typed, exclude_unset=True)) == value, (key, value)
