"""`readOnly` and `writeOnly`, enforced in their direction."""

from __future__ import annotations

from typing import Any

import pytest

from accord.document.document import Document
from accord.fidelity.report import fidelity
from accord.jsonschema.validator import directed, validator
from tests.codegen.support.service import body, echo

HEAD = """
components:
  schemas:
    Pet:
      type: object
      required: [id, secret, name]
      additionalProperties: false
      properties:
        id: {type: integer, readOnly: true}
        secret: {type: string, writeOnly: true}
        name: {type: string}
    Shared: {type: integer, readOnly: true}
    Composed:
      required: [age, name]
      allOf:
        - {$ref: "#/components/schemas/Base"}
        - {type: object, required: [stamp], properties: {stamp: {allOf: [{$ref: "#/components/schemas/Shared"}]}}}
    Base: {type: object, required: [age], properties: {age: {$ref: "#/components/schemas/Shared"}, name: {type: string}}}
    Cat: {type: object, required: [kind], properties: {kind: {type: string}, lives: {type: integer}}}
    Dog: {type: object, required: [kind], properties: {kind: {type: string}, bark: {type: string}}}
    Fish: {type: object, required: [kind], properties: {kind: {const: goldfish}, depth: {type: integer}}}
    Animal:
      discriminator: {propertyName: kind, mapping: {dog: Dog, wolf: "#/components/schemas/Dog"}}
      anyOf: [{$ref: "#/components/schemas/Cat"}, {$ref: "#/components/schemas/Dog"}, {$ref: "#/components/schemas/Fish"}]
    Either:
      oneOf: [{$ref: "#/components/schemas/Cat"}, {type: "null"}]
      discriminator: {propertyName: kind}
    List: {type: array, prefixItems: [{type: string}], items: {$ref: "#/components/schemas/Shared"}}
    Tuple: {type: array, prefixItems: [{type: integer, writeOnly: true}]}
    Choice: {anyOf: [{$ref: "#/components/schemas/Shared"}, {type: string, writeOnly: true}, {type: boolean}]}
    Counts:
      type: object
      patternProperties: {"^n": {$ref: "#/components/schemas/Shared"}}
      additionalProperties: {type: integer, writeOnly: true}
    Named: {properties: {cat: {$ref: "#/components/schemas/Either/oneOf/0"}, either: {$ref: "#/components/schemas/Either"}}}
    Inline:
      discriminator: {propertyName: kind}
      anyOf: [{$ref: "#/components/schemas/Cat"}, {properties: {kind: {const: x}, size: {type: integer}}, required: [kind]}]
    Deep:
      properties:
        size: {$ref: "#/components/schemas/Inline/anyOf/1/properties/size"}
        all: {$ref: "#/components/schemas/Inline"}
    Maybe: {anyOf: [{$ref: "#/components/schemas/Animal"}, {type: "null"}]}
"""


def accepts(name: str, value: Any, direction: Any) -> bool:
    document = Document(f"openapi: 3.1.1\n{HEAD}".encode())
    return validator(document.root.child("components").child("schemas").child(name), direction).is_valid(value)


@pytest.mark.parametrize(
    ("name", "value", "request_", "response"),
    [
        ("Pet", {"secret": "s", "name": "n"}, True, False),
        ("Pet", {"id": 1, "name": "n"}, False, True),
        ("Pet", {"id": 1, "secret": "s", "name": "n"}, False, False),
        ("Pet", {"secret": "s"}, False, False),
        ("Composed", {"name": "n"}, True, False),
        ("Composed", {"name": "n", "age": 1, "stamp": 1}, False, True),
        ("Composed", {"name": "n", "stamp": 1}, False, False),
        ("Composed", {}, False, False),
        ("List", ["a"], True, True),
        ("List", ["a", 1], False, True),
        ("Tuple", [1], True, False),
        ("Tuple", [], True, True),
        ("Choice", 1, False, True),
        ("Choice", "a", True, False),
        ("Choice", True, True, True),
        ("Counts", {"n": 1}, False, True),
        ("Counts", {"a": 1}, True, False),
    ],
)
def test_a_member_of_one_direction_is_rejected_and_not_required_in_the_other(name, value, request_, response):
    assert (accepts(name, value, "request"), accepts(name, value, "response")) == (request_, response)


def test_an_independent_validator_agrees_in_both_directions():
    report = fidelity(Document(f"openapi: 3.1.1\n{HEAD}".encode()), 150)

    assert report.disagreements == []
    assert report.schemas == 25


def test_a_request_is_rejected_because_a_member_is_not_part_of_requests():
    client = body("{$ref: '#/components/schemas/Pet'}", head=HEAD)

    response = client.post("/p", json={"id": 1, "secret": "s", "name": "n"})

    assert response.json()["errors"] == [
        {"in": "body", "pointer": "/id", "code": "readOnly", "message": "is read-only: it cannot be sent"}
    ]


def test_schemas_without_directions_are_not_copied():
    document = Document(b"components: {schemas: {A: {type: object, properties: {readOnly: {type: boolean}}}}}")

    assert directed(document, "request", explaining=False).data is document.data


def test_the_schemas_of_a_direction_are_built_once():
    document = Document(f"openapi: 3.1.1\n{HEAD}".encode())
    before = directed.cache_info().misses

    for name in ("Pet", "Composed"):
        validator(document.node(("components", "schemas", name)), "request")

    assert directed.cache_info().misses == before + 1


@pytest.mark.parametrize(
    "schema",
    [
        "{anyOf: [{$ref: '#/components/schemas/Shared'}, {type: string, pattern: '^[a-z]+$', readOnly: true}]}",
        "{type: array, items: {$ref: '#/components/schemas/Shared'}}",
    ],
)
def test_a_parameter_is_sent_whatever_its_schema(schema):
    answer = "{'200': {description: A., content: {application/json: {schema: {}}}}}"
    operation = f"{{operationId: g, responses: {answer}, parameters: [{{name: x, in: query, schema: {schema}}}]}}"
    client = echo(f"  /p: {{get: {operation}}}\n", head=HEAD)

    assert client.get("/p?x=7").status_code == 200
    assert client.get("/p?x=%20").status_code == 422
