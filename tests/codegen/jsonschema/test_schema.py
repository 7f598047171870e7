"""The one view of a schema: what is included, which types and values it admits, and equality of values."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from accord.document.document import Document, Node
from accord.document.pointer import fragment, fragment_tokens, key_of, resolve, tokens
from accord.fidelity.reference_validator import ReferenceValidator
from accord.jsonschema.equality import canonical_json, common
from accord.jsonschema.sampling import Sampler
from accord.jsonschema.schema import allowed_values, conjuncts, in_place, is_marked, member_schemas, property_names
from accord.jsonschema.types import admitted_types, intersection, named_types, types_of

COMPONENTS = """
    Name: {type: string}
    Animal: {title: Animal, properties: {kind: {type: string}}}
    Cat: {title: Cat, allOf: [{$ref: '#/components/schemas/Animal'}, {title: own, properties: {claws: {type: integer}}}]}
    Circle: {title: Circle, allOf: [{$ref: '#/components/schemas/Circle'}]}
    Secret: {allOf: [{readOnly: true}]}
"""


def schema(text: str) -> Node:
    document = f"openapi: 3.1.0\ncomponents:\n  schemas:{COMPONENTS}    Tested: {text}\n"
    return Document(document.encode()).node(("components", "schemas", "Tested"))


def titles(nodes: Any) -> list[str]:
    return [node.value["title"] for node in nodes if "title" in node.value]


class TestWhatIsIncluded:
    @pytest.mark.parametrize(
        ("order", "expected"),
        [
            ("as written", ["whole", "Cat", "Animal", "own", "last"]),
            ("nearest first", ["whole", "last", "Cat", "own", "Animal"]),
            ("included first", ["Animal", "own", "Cat", "last", "whole"]),
        ],
    )
    def test_is_in_the_requested_order(self, order, expected):
        tested = schema("{title: whole, allOf: [{$ref: '#/components/schemas/Cat'}, {title: last}]}")

        assert titles(conjuncts(tested, order=order)) == expected

    def test_comes_once_and_a_circle_ends(self):
        twice = schema("{allOf: [{$ref: '#/components/schemas/Circle'}, {$ref: '#/components/schemas/Circle'}]}")

        assert titles(conjuncts(twice)) == ["Circle"]

    def test_what_may_apply_includes_alternatives_and_conditions(self):
        alternative = "anyOf: [{title: b, then: {title: c}, if: {title: d}}]"
        tested = schema(f"{{title: a, {alternative}, dependentSchemas: {{x: {{title: e}}}}, not: {{title: f}}}}")

        assert set(titles(in_place(tested))) == {"a", "b", "c", "d", "e"}
        assert titles(conjuncts(tested)) == ["a"]

    def test_a_member_is_described_by_its_name_and_by_patterns_else_by_the_rest(self):
        tested = schema("{properties: {ab: {title: n}}, patternProperties: {^a: {title: p}}, additionalProperties: {title: r}}")

        assert titles(member_schemas(tested, "ab")) == ["n", "p"]
        assert titles(member_schemas(tested, "ac")) == ["p"]
        assert titles(member_schemas(tested, "b")) == ["r"]
        assert property_names(schema("{$ref: '#/components/schemas/Cat'}")) == ["kind", "claws"]


class TestTypes:
    @pytest.mark.parametrize(
        ("text", "types"),
        [
            ("{type: [string, 'null']}", {"string", "null"}),
            ("{type: number, allOf: [{type: integer}]}", {"integer"}),
            ("{enum: [1, a]}", {"integer", "string"}),
            ("{anyOf: [{type: integer}, {type: boolean}], type: [integer, string]}", {"integer"}),
            ("{anyOf: [{properties: {}}, {items: {}}]}", {"object", "array"}),
            ("{minimum: 1}", {"number"}),
            ("{}", {"string"}),
        ],
    )
    def test_of_a_schema(self, text, types):
        assert types_of(schema(text)) == types

    def test_that_are_named_need_not_be_admitted(self):
        tested = schema("{type: string, allOf: [{type: integer}]}")

        assert admitted_types(tested) == set()
        assert named_types(tested) == {"string", "integer"}
        assert named_types(schema("{}")) == set()

    def test_a_number_includes_integers(self):
        assert intersection(["string", "number"], ["integer"]) == ["integer"]
        assert intersection(["integer", "string"], ["number"]) == ["integer"]
        assert intersection(["integer", "number"], ["number"]) == ["integer", "number"]


class TestEquality:
    def test_is_that_of_json_schema(self):
        assert canonical_json({"b": 1.0, "a": [True]}) == canonical_json({"a": [True], "b": 1})
        assert canonical_json(1) != canonical_json(True)  # noqa: FBT003 - the value that is compared
        assert common([[1, True, "a"], [True, "a"]]) == [True, "a"]

    def test_decides_which_values_a_schema_allows(self):
        assert allowed_values(schema("{enum: [1, 2], allOf: [{enum: [true, 2.0]}]}")) == (2,)


class TestMembersOfOneDirection:
    def test_are_marked_also_by_what_they_include(self):
        assert is_marked("readOnly", schema("{$ref: '#/components/schemas/Secret'}"))

    def test_are_not_sampled_for_the_other(self):
        tested = schema("{type: object, properties: {id: {$ref: '#/components/schemas/Secret'}, n: {type: integer}}}")
        found = list(itertools.islice(Sampler("request").variants(tested), 5))

        assert found
        assert all("id" not in value for value in found)
        assert all(ReferenceValidator(tested.document, "request").of(tested).is_valid(value) for value in found)


class TestPointers:
    def test_are_read_and_written_by_the_same_rules(self):
        pointer = ("paths", "/a~b%c", 0)

        assert fragment(pointer) == "#/paths/~1a~0b%25c/0"
        assert tuple(fragment_tokens(fragment(pointer))) == ("paths", "/a~b%c", "0")
        assert tokens("/x~1y/0") == ["x/y", "0"]
        assert resolve({"x/y": [3]}, "/x~1y/0") == 3
        assert [key_of([3], "0"), key_of([3], "1"), key_of({"0": 1}, "0"), key_of("a", "0")] == [0, None, "0", None]
