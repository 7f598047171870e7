"""Rules: examples, defaults, enumerations and links are valid, and all YAML parsers agree."""

import pytest

from accord.lint.profiles import severities

JSON = "application/json:\n            schema: {$ref: '#/components/schemas/UserCreate'}\n"
LINK = "GET /api/v1/users.200.links.First"


class TestExamples:
    @pytest.mark.parametrize(
        ("edit", "mark", "where", "text"),
        [
            (
                ("{id: 1, name: ada, score: 0.5", "{id: 0, name: ada, score: 0.5"),
                "{id: 0",
                " at /users/0/id",
                "0 is less than the minimum of 1",
            ),
            (("example: ada\n", "example: Ada\n"), "example: Ada", "", '"Ada" does not match "^[a-z]*$"'),
            (("ada: {value: {id: 1", "ada: {value: {id: 0"), "ada: {value", " at /id", "0 is less than the minimum of 1"),
            (
                ("example: {name: ada}", "example: {nmae: ada, name: ada}"),
                "nmae",
                "",
                "Additional properties are not allowed ('nmae' was unexpected)",
            ),
            (
                ("maximum: 60}, example: 1", "maximum: 60}, example: 61"),
                "RetryAfter: {",
                "",
                "61 is greater than the maximum of 60",
            ),
            (("examples: [ada]", "examples: [ada, Ada]"), "Name: {", "", '"Ada" does not match "^[a-z]+$"'),
            (("multipleOf: 0.5", "multipleOf: 0.5, example: 0.3"), "Score: {", "", "0.3 is not a multiple of 0.5"),
            (
                ("2026-02-06T10:30:00Z'}]", "2026-02-30T10:30:00Z'}]"),
                "2026-02-30",
                " at /users/0/created_at",
                '"2026-02-30T10:30:00Z" is not a "date-time"',
            ),
            (
                ("{type: string, enum: [user, admin]", "{type: string, maxLength: 4, enum: [user, admin]"),
                "role: {",
                "",
                '"admin" is longer than 4 characters',
            ),
            (
                ("status: {enum: [404]}", "status: {enum: [604]}"),
                "status: {enum: [604]}",
                "",
                "604 is greater than the maximum of 599",
            ),
        ],
    )
    def test_a_value_that_breaks_its_schema_is_reported(self, broken, edit, mark, where, text):
        document = broken(*edit)

        assert document.at(mark, f"the value{where} does not match its schema, {text}: correct it") in document.findings

    def test_a_default_with_an_impossible_date_is_reported(self, broken):
        instant = "since: {$ref: '#/components/schemas/Instant', default: '2026-02-30T10:30:00Z'}\n        role: {"

        document = broken("        role: {", f"        {instant}")

        text = 'the value does not match its schema, "2026-02-30T10:30:00Z" is not a "date-time": correct it'
        assert document.at("since: {", text) in document.findings

    def test_a_long_value_is_not_repeated(self, broken):
        document = broken("example: {name: ada}", f"example: {{name: {'a' * 300}}}")

        text = "the value at /name does not match its schema, it violates `maxLength`: correct it"
        assert document.findings == [document.at("aaaa", text)]

    def test_a_body_without_an_example_is_reported(self, broken):
        document = broken("            example: {name: grace}\n", "")

        text = "PATCH /api/v1/users/{user_id}.requestBody.application/json has no example: add `example` or `examples`"
        assert document.findings == [document.at(f"          {JSON}      responses:", text)]

    def test_an_example_of_its_schema_is_enough_for_a_body(self, broken):
        schema = "            schema: {$ref: '#/components/schemas/UserCreate'}"
        joined = "            schema: {allOf: [{$ref: '#/components/schemas/UserCreate'}], examples: [{name: grace}]}"

        document = broken(f"{schema}\n            example: {{name: grace}}", joined)

        assert document.findings == []


class TestLinks:
    @pytest.mark.parametrize(
        ("old", "new", "mark", "text"),
        [
            (
                "              operationId: getUser",
                "              operationId: getUsr",
                "getUsr",
                ".operationId is 'getUsr', which is not an operation: correct it",
            ),
            (
                "{user_id: $response",
                "{id: a, user_id: $response",
                "{id: a, user_id",
                ".parameters.id sets 'id', which is not a parameter of getUser: correct or remove it",
            ),
            (
                "{user_id: $response",
                "{If-None-Match: $response",
                "First:",
                " does not set the path parameter 'user_id' of getUser: add it to `parameters`",
            ),
            (
                "#/users/0/id}",
                "#/users/0/ident}",
                "ident}",
                ".parameters.user_id is $response.body#/users/0/ident, which is not defined here: correct it",
            ),
            (
                "$response.body#/users/0/id",
                "$response.header.ETag",
                "$response.header",
                ".parameters.user_id is $response.header.ETag, which is not defined here: correct it",
            ),
            (
                "$response.body#/users/0/id",
                "$request.query.page",
                "$request.query",
                ".parameters.user_id is $request.query.page, which is not defined here: correct it",
            ),
            (
                "#/users/0/id}",
                "#/users/0/id}\n              requestBody: {a: 1}",
                "requestBody: {a",
                ".requestBody is sent to getUser, which takes no body: remove it",
            ),
            (
                "operationId: getUser\n              parameters",
                "operationRef: '#/paths/~1api~1v1~1users/get'\n              parameters",
                "First:",
                " has no operationId: identify the target by operationId",
            ),
        ],
    )
    def test_a_link_that_cannot_be_followed_is_reported(self, broken, old, new, mark, text):
        document = broken(old, new)

        assert document.at(mark, f"{LINK}{text}") in document.findings

    def test_a_link_with_a_body_that_finds_nothing_is_reported(self, broken):
        document = broken("requestBody: $request.body\n", "requestBody: $request.body#/nmae\n")

        text = "is $request.body#/nmae, which is not defined here: correct it"
        assert document.findings == [document.at("#/nmae", f"POST /api/v1/users.201.links.Created.requestBody {text}")]

    @pytest.mark.parametrize("expression", ["$request.query.page_size", "$response.header.X-Request-ID", "$method"])
    def test_a_link_that_finds_its_values_is_followed(self, broken, expression):
        document = broken("{user_id: $response.body#/users/0/id}", f"{{user_id: {expression}}}")

        assert document.findings == []


class TestScalars:
    @pytest.mark.parametrize(
        ("written", "read"),
        [
            *(("no", "false"), ("Yes", "true"), ("on", "true"), ("y", "true"), ("N", "false"), ("2026-02-06", "a date")),
            *(("12:30:00", "an integer"), ("0777", "an integer"), ("1e3", "a string"), ("0o17", "a string")),
        ],
    )
    def test_a_scalar_that_yaml_1_1_reads_differently_is_reported(self, broken, written, read):
        document = broken("examples: [ada]", f"x-note: {written}, examples: [ada]")

        text = f"the value {written} is {read} for YAML 1.1 parsers: quote it"
        assert document.findings == [document.at("x-note", text)]

    @pytest.mark.parametrize("written", ["'no'", '"12:30:00"', "nothing", "true", "null", "12", "1.5"])
    def test_what_both_read_alike_is_left_alone(self, broken, written):
        document = broken("examples: [ada]", f"x-note: {written}, examples: [ada]")

        assert document.findings == []

    def test_a_key_that_is_not_a_string_is_reported(self, broken):
        document = broken("        '403':", "        403:")

        assert document.findings == [document.at("  403:", "the key 403 is not a string for every YAML parser: quote it")]


class TestAnchors:
    RESPONSE = "headers: {X-Request-ID: {$ref: '#/components/headers/RequestId'}}"

    def test_in_an_operation_are_reported(self, broken):
        document = broken(self.RESPONSE, self.RESPONSE.replace("headers: ", "headers: &id "))

        assert document.findings == [document.at("&id", "the anchor 'id' is not in `components`: define it there")]

    def test_on_a_scalar_are_reported(self, broken):
        document = broken("title: Users,", "title: &title Users,")

        assert document.findings == [document.at("&title", "the anchor 'title' is not in `components`: define it there")]

    def test_in_components_are_not(self, broken):
        document = broken("\n  headers:\n", "\n  headers: &headers\n")

        assert document.findings == []

    def test_are_not_merged(self, broken):
        document = broken("headers: {X-Request-ID: {$ref: '#/components/headers/RequestId'}}", "headers: {<<: {}}")

        what = "the merge key `<<` is an ordinary name for YAML 1.2 parsers"
        text = f"{what}: write out the properties, or use an alias for all of them"
        assert document.at("<<", text) in document.findings

    @pytest.mark.parametrize(("aliases", "reported"), [(50, False), (51, True)])
    def test_of_mappings_have_a_limit(self, broken, aliases, reported):
        document = broken("openapi: 3.1.1\n", f"openapi: 3.1.1\nx-set: [&set {{}}, &text a, *text{', *set' * aliases}]\n")

        what = "is alias 51 of a mapping or sequence, openapi-generator accepts 50"
        assert (document.at("x-set", f"`*set` {what}: write out the values of some") in document.findings) is reported

    def test_are_not_checked_in_documents_without_any(self):
        assert severities("common")["anchors-are-components"] == "off"
