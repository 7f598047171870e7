"""Values of schemas: each is built, accepted by an independent judge, full, and the same each time."""

import itertools
import json

import pytest

from app.engine.document import Document
from app.engine.values import NoValue, Values
from codegen.oracle import Oracle

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
    JSON: {anyOf: [{type: object, additionalProperties: {$ref: '#/components/schemas/JSON'}}, {type: array,
           items: {$ref: '#/components/schemas/JSON'}}, {type: string}]}
    Twice: {type: object, required: [inner], properties: {inner: {type: object, required: [outer], properties: {
            outer: {oneOf: [{$ref: '#/components/schemas/Twice'}, {type: integer}]}}}}}
    Subject: SCHEMA
"""

SCHEMAS = [
    *("true", "{}", "{type: string}", "{type: integer}", "{type: number}", "{type: boolean}", "{type: 'null'}"),
    *("{type: object}", "{type: array}", "{type: [string, 'null']}", "{type: ['null', integer]}", "{nullable: true, type: string}"),
    # numbers
    *("{minimum: 5}", "{type: integer, minimum: -3, maximum: -2}", "{type: integer, exclusiveMinimum: 3, exclusiveMaximum: 5}"),
    *("{type: number, exclusiveMinimum: 0, exclusiveMaximum: 1}", "{type: number, exclusiveMinimum: 0.25, maximum: 0.26}"),
    *("{type: number, multipleOf: 0.01, minimum: 0.005}", "{type: integer, multipleOf: 7, minimum: 100}"),
    *("{type: number, maximum: -1.5}", "{type: number, exclusiveMaximum: -10}", "{type: integer, maximum: -10}"),
    *("{allOf: [{multipleOf: 4}, {multipleOf: 6}, {minimum: 1, type: integer}]}", "{type: number, multipleOf: 1.5, not: {const: 1.5}}"),
    *("{type: integer, format: int32, minimum: 1}", "{type: integer, minimum: 9007199254740993}", "{type: number, minimum: 1.0e+300}"),
    *("{type: integer, not: {enum: [1, 2, 3]}}", "{type: number, not: {type: integer}}", "{type: integer, minimum: 1.5}"),
    # strings
    *("{minLength: 40}", "{type: string, maxLength: 0}", "{type: string, minLength: 2, maxLength: 2}", "{type: string, maxLength: 1}"),
    *("{pattern: '^[a-z]{3}-[0-9]+$'}", "{pattern: 'ab', minLength: 12}", r"{pattern: '^\\d{3}\\.\\w\\s$'}", "{pattern: '^(a|bc)*$', minLength: 9}"),
    *(r"{pattern: '^\p{L}+$', minLength: 4}", r"{pattern: '^\p{Lu}\P{Lu}$'}", r"{pattern: '^[\p{L}\d_-]{2,4}$'}", r"{pattern: '^\p{Script=Greek}+$'}"),
    *(r"{pattern: '^\x41é[^a-z]\/$'}", r"{pattern: '^(?:x|y){2}[^\d]$'}", "{pattern: '^[^\\x00]*$', minLength: 3}", "{pattern: ''}"),
    *("{pattern: '^(?=.*[A-Z])(?=.*[0-9])(?=.*[a-z]).{8,12}$'}", "{pattern: '^(?!abc)[a-c]{3}$'}", r"{pattern: '^(a|b)\1$'}", r"{pattern: '^(?<q>[xy])-$'}"),
    *("{allOf: [{pattern: '^[a-f0-9]+$'}, {pattern: '[a-f]'}, {minLength: 8, maxLength: 8}]}", "{pattern: '^a{2,}b?$', maxLength: 4}"),
    *("{pattern: '^[a-z]+$', minLength: 30, maxLength: 30}", "{pattern: '^[a-z]*(-[a-z]+)*$', minLength: 17, maxLength: 18}"),
    *("{pattern: '^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$', format: date}", "{format: email, maxLength: 6}", "{format: email, minLength: 90}"),
    *("{format: email, pattern: '@example\\.org$'}", "{format: uri, pattern: '^ftp:'}", r"{pattern: '^[^\s@]+@[^\s@]+$'}", r"{pattern: '\bcat\b'}"),
    *(f"{{type: string, format: {name}}}" for name in (
        "date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uuid", "uri",
        "uri-reference", "iri", "iri-reference", "uri-template", "json-pointer", "relative-json-pointer", "regex", "byte",
        "binary", "password", "unheard-of")),
    *("{format: uri, minLength: 60, maxLength: 60}", "{format: uri-reference, maxLength: 1}", "{format: hostname, minLength: 130}"),
    *("{contentEncoding: base64, minLength: 20}", "{type: string, contentMediaType: application/json}", "{format: date-time, minLength: 24}"),
    # what the author gives
    *("{type: string, example: hello}", "{type: integer, examples: [7]}", "{type: integer, default: 3}", "{const: {a: 1}}", "{enum: [x, y]}"),
    *("{type: integer, example: wrong}", "{enum: [1, a, null], type: string}", "{allOf: [{enum: [a, b]}, {enum: [b, c]}]}", "{const: null}"),
    # objects
    *("{type: object, required: [a], properties: {a: {type: integer}, b: {type: string}}, additionalProperties: false}",),
    *("{type: object, required: [a, b]}", "{type: object, minProperties: 3}", "{type: object, required: [x], additionalProperties: {type: integer}}"),
    *("{type: object, additionalProperties: {type: integer}, minProperties: 2}", "{type: object, maxProperties: 1, properties: {a: {}, b: {}, c: {}}}"),
    *("{type: object, patternProperties: {'^x-[a-z]+$': {type: integer}}, additionalProperties: false, minProperties: 2}",),
    *("{type: object, propertyNames: {pattern: '^[A-Z]{2}$'}, minProperties: 2}", "{type: object, maxProperties: 0, properties: {a: {}}}"),
    *("{type: object, propertyNames: {enum: [red, green]}, additionalProperties: {type: integer}, minProperties: 2}",),
    *("{type: object, properties: {a: {type: integer}}, dependentRequired: {a: [b], b: [c]}}",),
    *("{type: object, properties: {a: {const: 1}}, dependentSchemas: {a: {required: [b], properties: {b: {const: 2}}}}}",),
    *("{type: object, properties: {a: {}}, dependentSchemas: {a: false}}", "{type: object, properties: {a: {}, b: {}}, not: {required: [b]}}"),
    *("{type: object, properties: {a: false, b: {type: integer}}}", "{type: object, properties: {foo: {type: number}}, patternProperties: {^f: {minimum: 3}}}"),
    *("{allOf: [{type: object, properties: {a: {type: integer}}}, {type: object, properties: {b: {type: string}}, required: [b]}], unevaluatedProperties: false}",),
    *("{type: object, unevaluatedProperties: {type: integer}, required: [z]}", "{minProperties: 1, type: object, propertyNames: {maxLength: 1}}"),
    *("{type: object, properties: {a: {}, b: {}}, not: {required: [a, b]}}", "{type: object, properties: {'a/b~c%d': {type: integer}}, required: ['a/b~c%d']}"),
    # arrays
    *("{type: array, items: {type: integer}}", "{type: array, items: {type: string}, minItems: 4, uniqueItems: true}", "{type: array, items: false}"),
    *("{type: array, items: {type: boolean}, uniqueItems: true, minItems: 2}", "{type: array, maxItems: 0, items: {}}", "{type: array, minItems: 60, uniqueItems: true, items: {type: integer, minimum: 5}}"),
    *("{type: array, prefixItems: [{type: integer}, {const: b}], items: false}", "{type: array, prefixItems: [{type: integer}], items: {type: string}, minItems: 3}"),
    *("{type: array, contains: {const: 7}, items: {type: integer}}", "{type: array, contains: {type: string}, minContains: 2, maxContains: 2, items: {type: [integer, string]}, minItems: 4}"),
    *("{type: array, contains: {const: 1}, minContains: 0}", "{type: array, prefixItems: [{type: integer}], contains: {type: string}}"),
    *("{type: array, prefixItems: [{type: integer}], unevaluatedItems: false}", "{type: array, unevaluatedItems: {type: integer}, minItems: 2}"),
    *("{type: array, uniqueItems: true, prefixItems: [{enum: [1, 2]}, {const: 1}], minItems: 2}", "{type: array, items: {$ref: '#/components/schemas/Name'}, minItems: 2, uniqueItems: true}"),
    *("{type: array, items: {type: object, required: [id], properties: {id: {type: integer}}}, minItems: 3, uniqueItems: true}",),
    # alternatives
    *("{allOf: [{type: integer}, {minimum: 10}, {maximum: 11}]}", "{anyOf: [{type: integer, minimum: 5}, {type: string}]}", "{oneOf: [false, {type: integer}]}"),
    *("{oneOf: [{type: integer}, {type: number, minimum: 10}]}", "{oneOf: [{required: [a]}, {required: [b]}], type: object, properties: {a: {}, b: {}}}"),
    *("{type: integer, oneOf: [{multipleOf: 3}, {multipleOf: 5}], minimum: 15}", "{type: integer, anyOf: [{maximum: 1}, {minimum: 9}], not: {maximum: 8}}"),
    *("{type: object, properties: {a: {enum: [x, y]}}, required: [a], if: {properties: {a: {const: x}}}, then: {required: [b]}, else: {required: [c]}}",),
    *("{type: integer, if: {minimum: 5}, then: {multipleOf: 5}, else: false}", "{type: integer, if: {minimum: 5}, then: false, else: {multipleOf: 2}}"),
    *("{not: {type: string}}", "{not: {type: [string, object, array, 'null', boolean]}}", "{type: string, not: {pattern: '^t'}}"),
    *("{allOf: [{oneOf: [{const: 1}, {const: 2}]}, {oneOf: [{const: 2}, {const: 3}]}]}", "{allOf: [{anyOf: [{type: string}, {type: integer}]}, {type: integer}]}"),
    *("{$ref: '#/components/schemas/Name', description: Beside.}", "{$ref: '#/components/schemas/Name', pattern: '^x'}"),
    *("{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Name'}]}", "{anyOf: [{$ref: '#/components/schemas/Endless'}, {type: integer}]}"),
    *("{$defs: {a: {type: integer}}, type: array, items: {$ref: '#/components/schemas/Subject/$defs/a'}}",),
    # recursion
    *(f"{{$ref: '#/components/schemas/{name}'}}" for name in ("Tree", "List", "Chain", "Ping", "Pong", "JSON", "Twice")),
    *("{type: object, required: [t], properties: {t: {type: array, minItems: 2, items: {$ref: '#/components/schemas/Tree'}}}}",),
    *("{type: array, minItems: 3, uniqueItems: true, items: {$ref: '#/components/schemas/Chain'}}", "{$ref: '#/components/schemas/Tree', required: [left]}"),
]  # fmt: skip


def subject(schema: str):
    document = Document(COMPONENTS.replace("SCHEMA", schema).encode())
    return document.root.child("components").child("schemas").raw_child("Subject")


def unsatisfied(schema: str):
    try:
        Values().value(subject(schema))
    except NoValue as error:
        return str(error)
    return None


def all_valid(schema: str, values: list[object]) -> bool:
    node = subject(schema)
    judge = Oracle(node.document).judge(node)
    return all(judge.is_valid(value) for value in values)


class TestAValue:
    @pytest.mark.parametrize("schema", SCHEMAS)
    def test_is_accepted_by_another_judge_and_the_same_each_time(self, schema):
        value = Values().value(subject(schema))

        assert all_valid(schema, [value])
        assert json.dumps(value) == json.dumps(Values().value(subject(schema)))

    @pytest.mark.parametrize("schema", SCHEMAS)
    def test_has_others_beside_it_that_are_distinct_and_accepted(self, schema):
        values = list(itertools.islice(Values().variants(subject(schema)), 25))

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
        assert Values().value(subject(schema)) == value

    @pytest.mark.parametrize("kind", ["Cat", "Dog"])
    def test_names_the_branch_that_its_discriminator_says(self, kind):
        other = "Dog" if kind == "Cat" else "Cat"
        value = Values().value(
            subject(
                f"{{oneOf: [{{$ref: '#/components/schemas/{kind}'}}, {{type: string}}],"
                f" discriminator: {{propertyName: kind, mapping: {{my-{kind}: '#/components/schemas/{kind}', x: {other}}}}}}}"
            )
        )

        assert value == {"kind": f"my-{kind}", "claws": 1}

    def test_leaves_out_what_does_not_exist_in_its_direction(self):
        schema = "{type: object, properties: {id: {type: integer, readOnly: true}, password: {type: string, writeOnly: true}, n: {const: 1}}}"

        assert Values("request").value(subject(schema)) == {"password": "text", "n": 1}
        assert Values("response").value(subject(schema)) == {"id": 1, "n": 1}
        assert Values().value(subject(schema)) == {"id": 1, "password": "text", "n": 1}


class TestNoValue:
    @pytest.mark.parametrize(
        "schema",
        [
            *("false", "{allOf: [{type: string}, {type: integer}]}", "{type: integer, minimum: 2, maximum: 1}"),
            *("{type: string, pattern: '^a$', minLength: 2}", "{const: 1, type: string}", "{$ref: '#/components/schemas/Endless'}"),
            *("{type: array, minItems: 3, uniqueItems: true, items: {type: boolean}}", "{type: object, required: [a], properties: {a: false}}"),
            *("{not: {}}", "{not: {}, enum: [1]}", "{enum: [1], not: {const: 1}}", "{type: object, minProperties: 1, additionalProperties: false}"),
            *("{pattern: '^(?=a)b$', type: string}", "{oneOf: [{}, {}]}", "{type: array, contains: {const: 1}, items: {const: 2}}"),
        ],
    )  # fmt: skip
    def test_is_told_with_the_line(self, schema):
        lines = COMPONENTS.splitlines()
        line = next(number for number, text in enumerate(lines, 1) if "SCHEMA" in text)

        assert (unsatisfied(schema) or "").startswith(f"openapi.yaml:{line}: no value")
