"""Rules: what some generators drop, reject or cannot name; rules that look through `allOf` and alternatives."""

import pytest

NAME = "Name: {type: string, maxLength: 40, pattern: '^[a-z]+$', examples: [ada]}"
MEMBER = "name: {$ref: '#/components/schemas/Name'}\n        role"
ROLE = "role: {type: string, enum: [user, admin], default: user}"
REQUIRED = "required: [name]\n"


class TestGenerators:
    @pytest.mark.parametrize(
        ("old", "new", "mark", "text"),
        [
            (
                MEMBER,
                "name: {$ref: '#/components/schemas/Name', minLength: 2}\n        role",
                "minLength: 2",
                "UserCreate.name has `minLength` beside `$ref`: combine them with `allOf` in a named schema",
            ),
            (
                "requestBody: $request.body\n",
                "requestBody: {name: $request.body#/name}\n",
                "requestBody: {name",
                (
                    "POST /api/v1/users.201.links.Created.requestBody is not a string: "
                    "use one runtime expression, or explain it in `description`"
                ),
            ),
            (
                "enum: [user, admin]",
                "enum: [user, -admin]",
                "-admin",
                "UserCreate.role.enum has '-admin', which is not an identifier: name the values with `x-enum-varnames`",
            ),
            (
                "x-enum-varnames: [NOT_FOUND]",
                "x-enum-varnames: [NOT_FOUND, LOST]",
                "LOST",
                (
                    "NotFound.application/problem+json.allOf[1].type.x-enum-varnames does not name each value: "
                    "list one distinct name per value"
                ),
            ),
            (
                "x-enum-varnames: [NOT_FOUND]",
                "x-enum-varnames: [not-found]",
                "[not-found]",
                (
                    "NotFound.application/problem+json.allOf[1].type.x-enum-varnames has 'not-found', "
                    "which is not an identifier: use letters, digits and `_`"
                ),
            ),
            (
                "status: {enum: [404]}",
                "status: {const: 404}",
                "{const: 404}",
                (
                    "NotFound.application/problem+json.allOf[1].status.const is combined with another schema of the property: "
                    "use an `enum` with one value"
                ),
            ),
            (
                ROLE,
                ROLE[:-1] + ", writeOnly: true}",
                "writeOnly",
                "UserCreate.role.writeOnly has no effect, the property is in no response: remove it",
            ),
            (
                ROLE,
                "role: {anyOf: [{$ref: '#/components/schemas/Name'}, {type: 'null'}]}",
                "role: {anyOf",
                "UserCreate.role.anyOf is a union with null: use a type array, as in `type: [string, 'null']`",
            ),
            (
                "      security: [{bearer: []}]\n",
                "",
                "operationId: getUser\n      tags",
                "GET /api/v1/users/{user_id} does not declare its security: add `security`, or `security: []` if it is public",
            ),
        ],
    )
    def test_what_some_of_them_misread_is_reported(self, broken, old, new, mark, text):
        document = broken(old, new)

        assert text in [finding.split(": ", 1)[1] for finding in document.findings]
        assert mark in document.text

    def test_a_secret_that_responses_lack_may_be_write_only(self, broken):
        document = broken(
            "name: {$ref: '#/components/schemas/Name'}\n        score",
            "name: {type: string, maxLength: 9, writeOnly: true}\n        score",
        )

        assert not [finding for finding in document.findings if "writeOnly" in finding]


class TestCompositions:
    @pytest.mark.parametrize(
        ("written", "text"),
        [
            (
                "anyOf: [{maxLength: 4}, {minLength: 2}], pattern: '^a*$'",
                "has no `maxLength`: set it to the longest value you accept",
            ),
            (
                "oneOf: [{pattern: '^a$'}, {minLength: 2}], maxLength: 4",
                "is request input without a `pattern`: add one, at least `^[^\\u0000]*$`",
            ),
            (
                "anyOf: [{minLength: 5}], maxLength: 4, pattern: '^a*$'",
                "is greater than `maxLength` (5 > 4): swap or correct them",
            ),
        ],
    )
    def test_a_bound_that_one_alternative_lacks_is_reported(self, broken, written, text):
        document = broken(ROLE, f"role: {{type: string, {written}}}")

        assert any(finding.endswith(text) for finding in document.findings), document.findings

    def test_a_bound_that_every_alternative_has_is_enough(self, broken):
        role = "role: {type: string, anyOf: [{maxLength: 4, pattern: '^a*$'}, {maxLength: 9, pattern: '^b*$'}]}"

        assert broken(ROLE, role).findings == []

    def test_a_part_that_rejects_the_properties_of_another_is_reported(self, broken):
        schema = "schema: {$ref: '#/components/schemas/UserCreate'}\n            example: {name: grace}"
        joined = schema.replace("{$ref", "{allOf: [{$ref").replace(
            "'}\n", "'}, {type: object, properties: {note: {type: boolean}}}]}\n"
        )
        document = broken(schema, joined)

        text = "UserCreate.additionalProperties rejects 'note', which a schema combined with it defines"
        assert document.findings[0].endswith(f"{text}: use `unevaluatedProperties: false` on the combined schema instead")

    def test_a_required_property_that_no_part_describes_is_reported(self, broken):
        document = broken(
            "properties: {type: {enum: [/problems/not-found]",
            "required: [why], properties: {type: {enum: [/problems/not-found]",
        )

        text = "requires 'why', which is not in `properties`: define it or remove it"
        assert any(finding.endswith(text) for finding in document.findings), document.findings

    def test_each_alternative_of_a_problem_is_validated(self, broken):
        kind = "{type: object, properties: {type: {enum: [/problems/KIND], x-enum-varnames: [A]}, status: {enum: [STATUS]}}}"
        one, other = (kind.replace("KIND", k).replace("STATUS", s) for k, s in (("not-found", "404"), ("forbidden", "410")))
        written = kind.replace("KIND", "not-found").replace("STATUS", "404").replace("[A]", "[NOT_FOUND]")

        document = broken(f"- {written}", f"- oneOf: [{one}, {other}]")

        found = [finding.split(": ", 1)[1] for finding in document.findings]
        assert "NotFound restricts `status` to 410 in a 404 response: set its `enum` to [404]" in found
