"""Rules: everything has a type and a bound, and request objects are closed."""

import pytest

from accord.document.document import Document
from tests.codegen.lint.conftest import findings_of

NAME = "{type: string, maxLength: 40, pattern: '^[a-z]+$', examples: [ada]}"
SCORE = "{type: number, minimum: 0, maximum: 1, multipleOf: 0.5}"
ID = "{type: integer, format: int64, minimum: 1, maximum: 9007199254740991}"
USERS = "users: {type: array, maxItems: 100, items: {$ref: '#/components/schemas/User'}}"
ROLE = "role: {type: string, enum: [user, admin], default: user}"


class TestBounds:
    @pytest.mark.parametrize(
        ("old", "new", "mark", "text"),
        [
            (NAME, "{pattern: '^[a-z]+$'}", "Name: ", "Name has no `type` and accepts any value: add a `type`"),
            (NAME, "true", "Name: ", "Name has no `type` and accepts any value: add a `type`"),
            (NAME, NAME[:-1] + ", nullable: true}", "Name: ", "Name.nullable is an OpenAPI 3.0 keyword: add 'null' to `type`"),
            (NAME, NAME[:-1] + ", nullable: false}", "Name: ", "Name.nullable is an OpenAPI 3.0 keyword: remove it"),
            ("maxLength: 40, ", "", "Name: ", "Name has no `maxLength`: set it to the longest value you accept"),
            (
                ", pattern: '^[a-z]+$'",
                "",
                "Name: ",
                "Name is request input without a `pattern`: add one, at least `^[^\\u0000]*$`",
            ),
            ("format: int64, minimum: 1, ", "format: int64, ", " Id: ", "Id has no `minimum`: add one"),
            (", maximum: 9007199254740991", "", " Id: ", "Id has no `maximum`: add one"),
            ("format: int64, ", "", " Id: ", "Id has no integer `format`: add `format: int32` or `format: int64`"),
            (
                "format: int64, minimum: 1",
                "format: int32, minimum: 1",
                " Id: ",
                "Id.maximum is out of range for int32: use a number from -2147483648 to 2147483647, or another format",
            ),
            ("{type: number, minimum: 0, ", "{type: number, ", "Score: ", "Score has no `minimum`: add one"),
            ("minimum: 0, maximum: 1, ", "minimum: 0, ", "Score: ", "Score has no `maximum`: add one"),
            ("maxItems: 100, ", "", "users: {type: array", "UserList.users has no `maxItems`: add one"),
            (
                ", items: {$ref: '#/components/schemas/User'}",
                "",
                "users: {type: array",
                "UserList.users has no `items`: add a schema for its elements",
            ),
            (
                "      additionalProperties: false\n",
                "      maxProperties: 9\n",
                "UserCreate:\n",
                "UserCreate is a request object that accepts unknown properties: add `additionalProperties: false`",
            ),
            (
                "additionalProperties: false",
                "maxProperties: 9\n      additionalProperties: true",
                "UserCreate:\n",
                "UserCreate is a request object that accepts unknown properties: add `additionalProperties: false`",
            ),
            (
                "additionalProperties: false",
                "maxProperties: 3\n      propertyNames: {maxLength: 5}\n      additionalProperties: {type: boolean}",
                "UserCreate:\n",
                "UserCreate is an unbounded map in a request: add `maxProperties`, and `propertyNames` with a pattern",
            ),
            (
                "additionalProperties: false",
                "additionalProperties: {type: boolean}",
                "UserCreate:\n",
                "UserCreate is an unbounded map in a request: add `maxProperties`, and `propertyNames` with a pattern",
            ),
            (
                "maxLength: 40",
                "minLength: 41, maxLength: 40",
                "Name: ",
                "Name.minLength is greater than `maxLength` (41 > 40): swap or correct them",
            ),
        ],
    )
    def test_what_is_missing_is_reported(self, broken, old, new, mark, text):
        document = broken(old, new)

        assert document.at(mark, text) in document.findings

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (NAME, "{type: string, enum: [ada, grace]}"),
            ("minimum: 0, maximum: 1", "exclusiveMinimum: 0, exclusiveMaximum: 2"),
            (
                "        name: {$ref: '#/components/schemas/Name'}\n        role",
                "        name: {allOf: [{$ref: '#/components/schemas/Name'}, {minLength: 2}]}\n        role",
            ),
            (ROLE, "role: {anyOf: [{type: boolean}, {$ref: '#/components/schemas/Name'}]}"),
            (ROLE, "role: {allOf: [{$ref: '#/components/schemas/Name'}, {maxLength: 5}]}"),
            (ROLE, "role: {allOf: [{$ref: '#/components/schemas/Name'}], not: {const: root}}"),
            (
                ROLE,
                "role: {type: object, maxProperties: 3, additionalProperties: {type: boolean}, propertyNames: {enum: [a]}}",
            ),
            ("additionalProperties: false", "unevaluatedProperties: false"),
            (
                "additionalProperties: false",
                "maxProperties: 9\n      propertyNames: {pattern: '^[a-z]+$'}\n      additionalProperties: true",
            ),
        ],
    )
    def test_a_bound_may_be_written_in_several_ways(self, broken, old, new):
        document = broken(old, new)

        assert document.findings == []

    def test_a_string_that_is_bounded_at_one_use_and_not_at_another_is_reported_where_it_is_written(self, broken):
        document = broken(NAME, "{type: string, pattern: '^[a-z]+$'}")

        assert document.findings == [document.at("Name: ", "Name has no `maxLength`: set it to the longest value you accept")]

    def test_a_string_that_is_bounded_at_every_use_needs_no_bound_of_its_own(self, broken):
        bounded = "role: {allOf: [{$ref: '#/components/schemas/Text'}, {maxLength: 9}]}"

        document = broken(ROLE, f"{bounded}\n    Text: {{type: string, pattern: '^[a-z]+$'}}")

        assert document.findings == []

    def test_strings_in_responses_need_no_pattern(self, broken):
        document = broken(
            "score: {$ref: '#/components/schemas/Score'}",
            "bio: {type: string, maxLength: 9}\n        score: {$ref: '#/components/schemas/Score'}",
        )

        assert document.findings == []

    def test_a_schema_that_is_not_used_is_read_too(self, broken):
        document = broken("    Id: {", "    Lost: {type: string}\n    Id: {")

        assert document.findings == [document.at("Lost: ", "Lost has no `maxLength`: set it to the longest value you accept")]

    def test_a_schema_may_contain_itself(self, broken):
        document = broken(ROLE, "boss: {$ref: '#/components/schemas/UserCreate'}")

        assert document.findings == []


class TestMeaning:
    @pytest.mark.parametrize(
        ("old", "new", "mark", "text"),
        [
            (
                "Id: {type: integer, format: int64",
                "Id: {type: string, format: int64",
                " Id: ",
                "Id.format has no effect, int64 is a format for integers: remove it or correct the type",
            ),
            (
                ", pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+Z$'",
                "",
                "Instant: ",
                "Instant is a `date-time` without a `pattern`: add one that limits year, seconds, fraction and offset",
            ),
            (
                "multipleOf: 0.5",
                "multipleOf: 0.1",
                "Score: ",
                (
                    "Score.multipleOf is 0.1, which a binary float cannot represent exactly: "
                    "use an integer, 0.5 or 0.25, or a smaller unit"
                ),
            ),
            (
                "        role: {",
                "        homeTown: {",
                "homeTown: {",
                "UserCreate.homeTown is not snake_case: use lowercase words joined by `_`",
            ),
            (
                "required: [name]",
                "required: [nmae]",
                "required: [nmae",
                "UserCreate.required[0] requires 'nmae', which is not in `properties`: define it or remove it",
            ),
            (
                "required: [name]",
                "required: [name, role]",
                "role: {",
                (
                    "UserCreate.role.default is the default of a required property: "
                    "make the property optional or remove the default"
                ),
            ),
        ],
    )
    def test_a_contradiction_is_reported(self, broken, old, new, mark, text):
        document = broken(old, new)

        assert document.at(mark, text) in document.findings

    def test_a_schema_that_is_defined_elsewhere_has_the_names_of_there_and_is_closed_like_all_others(self, broken):
        there = "      externalDocs: {url: 'https://example.com/users'}\n      required: [name]"
        elsewhere = broken("      additionalProperties: false\n      required: [name]", there)
        renamed = broken("        role: {", "        homeTown: {")

        assert any("accepts unknown properties" in finding for finding in elsewhere.findings)
        assert any("is not snake_case" in finding for finding in renamed.findings)
        assert findings_of(Document(renamed.text.replace("      required: [name]", there, 1).encode())) == []

    def test_quarters_are_exact(self, broken):
        document = broken("multipleOf: 0.5", "multipleOf: 0.25")

        assert document.findings == []
