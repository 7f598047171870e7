"""Samples of schemas: valid by an independent validator, complete and deterministic."""

import itertools
import json
from pathlib import Path

import pytest

from accord.document.document import Document
from accord.fidelity.reference_validator import ReferenceValidator
from accord.jsonschema.sampling import NoValue, Sampler
from accord.jsonschema.sampling.constraints import conjunctions
from accord.jsonschema.schema import properties

COMPONENTS = """
openapi: 3.1.0
components:
  schemas:
    Name: {type: string, minLength: 3, maxLength: 5}
    Tree: {type: object, required: [value], properties: {value: {type: integer}, left: {$ref: '#/components/schemas/Tree'},
           children: {type: array, items: {$ref: '#/components/schemas/Tree'}}}}
    List: {oneOf: [{type: object, required: [head, tail], additionalProperties: false, properties: {
             head: {type: integer}, tail: {$ref: '#/components/schemas/List'}}}, {type: 'null'}]}
    Chain: {type: object, required: [next], properties: {next: {anyOf: [{$ref: '#/components/schemas/Chain'}, {type: 'null'}]}}}
    Endless: {type: object, required: [next], properties: {next: {$ref: '#/components/schemas/Endless'}}}
    Ping: {type: object, required: [pong], properties: {pong: {$ref: '#/components/schemas/Pong'}}}
    Pong: {type: object, properties: {ping: {$ref: '#/components/schemas/Ping'}, n: {type: integer}}}
    Cat: {type: object, required: [kind, claws], properties: {kind: {type: string}, claws: {type: integer}}}
    Dog: {type: object, required: [kind, claws], properties: {kind: {type: string}, claws: {type: integer}}}
    Lynx: {type: object, required: [kind], properties: {kind: {const: lynx}}}
    JSON: {anyOf: [{type: object, additionalProperties: {$ref: '#/components/schemas/JSON'}}, {type: array,
           items: {$ref: '#/components/schemas/JSON'}}, {type: string}]}
    Twice: {type: object, required: [inner], properties: {inner: {type: object, required: [outer], properties: {
            outer: {oneOf: [{$ref: '#/components/schemas/Twice'}, {type: integer}]}}}}}
    Subject: SCHEMA
"""

SCHEMAS = [line for line in (Path(__file__).parent / "schemas.txt").read_text().splitlines() if not line.startswith("# ")]


def subject(schema: str):
    document = Document(COMPONENTS.replace("SCHEMA", schema).encode())
    return document.root.child("components").child("schemas").raw_child("Subject")


def unsatisfied(schema: str):
    try:
        Sampler("response").value(subject(schema))
    except NoValue as error:
        return str(error)
    return None


def all_valid(schema: str, values: list[object]) -> bool:
    node = subject(schema)
    validator = ReferenceValidator(node.document, "response").of(node)
    return all(validator.is_valid(value) for value in values)


class TestAValue:
    @pytest.mark.parametrize("schema", SCHEMAS)
    def test_is_accepted_by_another_validator_and_the_same_each_time(self, schema):
        value = Sampler("response").value(subject(schema))

        assert all_valid(schema, [value])
        assert json.dumps(value) == json.dumps(Sampler("response").value(subject(schema)))

    @pytest.mark.parametrize("schema", SCHEMAS)
    def test_has_others_beside_it_that_are_distinct_and_accepted(self, schema):
        values = list(itertools.islice(Sampler("response").variants(subject(schema)), 25))

        assert all_valid(schema, values)
        assert len({json.dumps(value, sort_keys=True) for value in values}) == len(values)

    @pytest.mark.parametrize(
        ("schema", "value"),
        [
            ("{type: string, example: hello, default: bye}", "hello"),
            ("{type: string, examples: [1, hello]}", "hello"),
            ("{type: integer, example: wrong, default: 3}", 3),
            ("{type: object, properties: {a: {type: integer, example: 4}, b: {const: 1}}}", {"a": 4, "b": 1}),
            ("{type: object, properties: {a: {example: 1}}, example: {a: 2}}", {"a": 2}),
            ("{type: array, items: {type: integer, minimum: 5}, minItems: 3, uniqueItems: true}", [5, 6, 7]),
            ("{type: array, items: {enum: [a]}}", ["a"]),
            ("{$ref: '#/components/schemas/Tree', example: {value: 9}}", {"value": 9}),
            ("{$ref: '#/components/schemas/Tree'}", {"value": 1, "children": []}),
            ("{$ref: '#/components/schemas/Chain'}", {"next": None}),
            ("{type: number, multipleOf: 0.1, minimum: 0.25, maximum: 0.35}", 0.3),
            ("{type: object, additionalProperties: {type: integer}}", {"key": 1}),
        ],
    )
    def test_is_the_author_s_own_where_it_is_right_and_full_where_it_is_built(self, schema, value):
        assert Sampler("response").value(subject(schema)) == value

    @pytest.mark.parametrize("kind", ["Cat", "Dog"])
    def test_has_the_tag_of_its_discriminator(self, kind):
        other = "Dog" if kind == "Cat" else "Cat"
        value = Sampler("response").value(
            subject(
                f"{{oneOf: [{{$ref: '#/components/schemas/{kind}'}}, {{type: string}}],"
                f" discriminator: {{propertyName: kind, mapping: {{my-{kind}: '#/components/schemas/{kind}', x: {other}}}}}}}"
            )
        )

        assert value == {"kind": f"my-{kind}", "claws": 1}

    def test_is_first_tried_with_the_constant_of_its_alternative(self):
        schema = "{oneOf: [{$ref: '#/components/schemas/Lynx'}], discriminator: {propertyName: kind}}"
        first = next(conjunctions((subject(schema),), {}, 0))

        assert properties(*first.nodes)["kind"][-1].value == {"const": "lynx"}

    def test_leaves_out_what_does_not_exist_in_its_direction(self):
        schema = (
            "{type: object, properties: {id: {type: integer, readOnly: true},"
            " password: {type: string, writeOnly: true}, n: {const: 1}}}"
        )

        assert Sampler("request").value(subject(schema)) == {"password": "text", "n": 1}
        assert Sampler("response").value(subject(schema)) == {"id": 1, "n": 1}


class TestNoValue:
    @pytest.mark.parametrize(
        "schema",
        [
            "false",
            "{allOf: [{type: string}, {type: integer}]}",
            "{type: integer, minimum: 2, maximum: 1}",
            "{type: string, pattern: '^a$', minLength: 2}",
            "{const: 1, type: string}",
            "{$ref: '#/components/schemas/Endless'}",
            "{type: array, minItems: 3, uniqueItems: true, items: {type: boolean}}",
            "{type: object, required: [a], properties: {a: false}}",
            "{not: {}}",
            "{not: {}, enum: [1]}",
            "{enum: [1], not: {const: 1}}",
            "{type: object, minProperties: 1, additionalProperties: false}",
            "{pattern: '^(?=a)b$', type: string}",
            "{oneOf: [{}, {}]}",
            "{type: array, contains: {const: 1}, items: {const: 2}}",
        ],
    )
    def test_is_reported_with_the_line(self, schema):
        lines = COMPONENTS.splitlines()
        line = next(number for number, text in enumerate(lines, 1) if "SCHEMA" in text)

        assert (unsatisfied(schema) or "").startswith(f"openapi.yaml:{line}: no valid value")
