"""A discriminator never changes what is valid (OpenAPI 3.1.1, 4.8.25): it decides whose faults are reported, and how fast."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from accord.document.document import Document
from accord.jsonschema.discriminator import selecting_tags
from accord.jsonschema.schema import ALTERNATIVES, subschemas
from accord.jsonschema.validator import validator
from accord.openapi.api import API
from accord.runtime.validator import RequestValidator
from tests.codegen.support.service import body

HEAD = """
components:
  schemas:
    Cat: {type: object, required: [hunts], properties: {kind: {type: string}, hunts: {type: boolean}}}
    Dog: {type: object, required: [bark], properties: {kind: {type: string}, bark: {type: boolean}}}
    Lion: {type: object, required: [kind], properties: {kind: {const: lion}, hunts: {type: boolean}}}
    Wolf: {type: object, required: [kind], properties: {kind: {enum: [wolf, dingo]}, bark: {type: boolean}}}
    Fish: {allOf: [{$ref: "#/components/schemas/Lion"}, {properties: {depth: {type: integer}}}]}
    Pet: {type: object, required: [kind], properties: {kind: {enum: [a, Lynx]}}}
    Bird: {allOf: [{$ref: "#/components/schemas/Pet"}]}
    Lynx: {allOf: [{$ref: "#/components/schemas/Pet"}], required: [hunts], properties: {hunts: {type: boolean}}}
    Puma: {$ref: "#/components/schemas/Cat", required: [kind]}
    Mouse: {properties: {kind: {const: mouse}, hunts: {type: boolean}}}
"""
MAPPED = "mapping: {tom: Cat, rex: '#/components/schemas/Dog'}"
# Keyword, alternatives, and what stands beside them; a word is a schema by its name.
UNIONS = {
    "Two": ("oneOf", "Cat Dog", ""),
    "Mapped": ("anyOf", "Cat Dog", MAPPED),
    "Exact": ("oneOf", "Lion Wolf", ""),
    "Nullable": ("oneOf", "Lion {type:'null'} Wolf", ""),
    "Renamed": ("oneOf", "Lion Wolf", "mapping: {x: Wolf, y: Lion}"),
    "Inherited": ("anyOf", "Bird Lynx", "mapping: {a: Bird}"),
    "Siblings": ("anyOf", "Puma Cat", "mapping: {tom: Cat, puma: Puma}"),
    "Same": ("oneOf", "Lion Fish Wolf", ""),
    "Partly": ("oneOf", "Lion Dog Mouse", ""),
    "Untagged": ("anyOf", "Mouse Wolf", ""),
    "Inline": ("oneOf", "{type:object,required:[kind],properties:{kind:{const:a}}} Wolf {minProperties:1}", ""),
    "Closed": ("unevaluatedProperties: false, oneOf", "Mouse Dog", ""),
    "Nested": ("oneOf", "Exact Two", ""),
    "Both": ("oneOf: [{$ref: '#/components/schemas/Cat'}], anyOf", "Dog Cat", ""),
}


def _union(keyword: str, alternatives: str, beside: str) -> str:
    listed = [
        one.replace(":", ": ") if one[0] == "{" else f"{{$ref: '#/components/schemas/{one}'}}" for one in alternatives.split()
    ]
    return f"{{{keyword}: [{', '.join(listed)}], discriminator: {{propertyName: kind, {beside}}}}}"


HEAD += "".join(f"    {name}: {_union(*union)}\n" for name, union in UNIONS.items())
DOCUMENT = Document(f"openapi: 3.1.1\n{HEAD}".encode())
KINDS = ("Cat", "Dog", "lion", "wolf", "dingo", "mouse", "x", "y", "tom", "rex", "a", 1)
PARTS: tuple[dict[str, Any], ...] = (
    {},
    {"hunts": True},
    {"bark": True},
    {"hunts": True, "bark": True},
    {"hunts": 1},
    {"bark": "x"},
    {"depth": "x"},
)
VALUES: list[Any] = [
    *(None, 7, "lion", []),
    *({**part, **kind} for part, kind in itertools.product(PARTS, ({}, *({"kind": kind} for kind in KINDS)))),
]


@pytest.mark.parametrize("direction", ["request", "response"])
@pytest.mark.parametrize("name", UNIONS)
def test_what_is_valid_is_what_the_alternatives_say(name, direction):
    node = DOCUMENT.root.child("components").child("schemas").child(name)
    plain = Draft202012Validator({**DOCUMENT.data, "$ref": f"#/components/schemas/{name}"})

    found = {json.dumps(value): validator(node, direction).is_valid(value) for value in VALUES}

    assert found == {json.dumps(value): plain.is_valid(value) for value in VALUES}
    assert len(set(found.values())) == 2


def faults(name: str, value: Any) -> list[str]:
    response = body(f"{{properties: {{a: {{$ref: '#/components/schemas/{name}'}}, b: {{type: integer}}}}}}", head=HEAD).post(
        "/p", json=value
    )
    assert response.status_code == 422
    return [f"{fault['pointer']} {fault['code']}" for fault in response.json()["errors"]]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Two", {"kind": "Cat", "hunts": 1}, ["/a/hunts type"]),
        ("Two", {"kind": "Cat"}, ["/a/hunts required"]),
        ("Two", {"kind": "tiger"}, ["/a/kind enum"]),
        ("Two", {}, ["/a/kind required"]),
        ("Two", 7, ["/a type"]),
        ("Mapped", {"kind": "rex"}, ["/a/bark required"]),
        ("Mapped", {"kind": "Dog"}, ["/a/kind enum"]),
        ("Exact", {"kind": "dingo", "bark": 1}, ["/a/bark type"]),
        ("Exact", {"kind": "x"}, ["/a/kind enum"]),
        ("Exact", {"hunts": True}, ["/a/kind required"]),
        ("Nullable", {"kind": "x"}, ["/a/kind enum"]),
        ("Nullable", 7, ["/a type"]),
        ("Renamed", {"kind": "x"}, ["/a/kind enum"]),
        ("Partly", {"kind": "Dog", "bark": 1}, ["/a/bark type"]),
        ("Partly", {"kind": "lion", "hunts": 1}, ["/a/hunts type"]),
    ],
)
def test_a_fault_is_that_of_the_alternative_that_is_named(name, value, expected):
    assert faults(name, {"a": value}) == expected


def test_an_alternative_that_fits_by_another_name_is_not_reported_beside_other_faults():
    assert faults("Two", {"a": {"kind": "Dog", "hunts": True}, "b": "x"}) == ["/b type"]
    assert faults("Two", {"a": {"hunts": True}, "b": "x"}) == ["/b type"]


def test_a_value_that_fits_two_alternatives_is_rejected_by_them():
    assert faults("Two", {"a": {"kind": "Dog", "hunts": True, "bark": True}}) == ["/a oneOf"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Two", [["Cat"], ["Dog"]]),
        ("Mapped", [["tom"], ["rex"]]),
        ("Exact", [["lion"], ["wolf", "dingo"]]),
        ("Renamed", [["lion"], ["wolf", "dingo"]]),  # what is mapped is not admitted
        ("Inherited", [["a"], ["Lynx"]]),  # both admit both
        ("Siblings", [["puma"], ["tom"]]),
        ("Partly", [["lion"], ["Dog"], ["mouse"]]),
        ("Inline", [["a"], ["wolf", "dingo"], []]),
        ("Nested", [[], []]),
    ],
)
def test_the_tags_of_an_alternative_are_those_that_select_it_and_that_it_admits(name, expected):
    node = DOCUMENT.root.child("components").child("schemas").child(name)

    assert [selecting_tags(node, alternative) for alternative in subschemas(node, *ALTERNATIVES)] == expected


RECURSIVE = """
openapi: 3.1.1
components:
  schemas:
    Expression:
      oneOf: [{$ref: "#/components/schemas/Not"}, {$ref: "#/components/schemas/Both"}]
      discriminator: {propertyName: op, mapping: {not: Not, both: Both}}
    Not: {type: object, required: [op, of], properties: {op: NOT, of: {$ref: "#/components/schemas/Expression"}}}
    Both: {type: object, required: [op, of, on], properties: {op: BOTH, of: {$ref: "#/components/schemas/Expression"}}}
paths:
  /p: {post: {requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Expression"}}}}}}
"""


@pytest.mark.parametrize(("no", "both", "depth"), [("{const: not}", "{const: both}", 150), ("{type: string}", "{}", 17)])
def test_faults_are_listed_in_linear_time_where_a_schema_contains_itself(no, both, depth):
    document = Document(RECURSIVE.replace("NOT", no).replace("BOTH", both).encode())
    (operation,) = API.of(document).operations
    validator = RequestValidator(operation, operation.bodies["application/json"].schema)
    value: Any = 7
    for _ in range(depth):
        value = {"op": "not", "of": value}

    start = time.process_time()
    (fault,) = validator.faults({}, value)

    assert msgspec.json.decode(fault)["pointer"] == "/of" * depth
    assert time.process_time() - start < 1
