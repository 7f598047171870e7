"""The validator reports every fault of every location, and never repeats a value that was sent."""

import pytest

from accord.document.document import Document
from accord.jsonschema.validator import compiled
from accord.problems import fault as fault_module
from accord.problems.fault import fault
from tests.codegen.support.service import WRITER, body, echo, make_client, make_host

CLIENT = make_client(make_host())

EVERYWHERE = """\
  /p/{a}:
    post:
      operationId: everywhere
      parameters:
        - {name: a, in: path, required: true, schema: {type: integer, maximum: 9}}
        - {name: b, in: query, required: true, schema: {type: boolean}}
        - {name: c, in: query, schema: {type: array, items: {type: string, maxLength: 1}, maxItems: 1}}
        - {name: X-D, in: header, required: true, schema: {type: string, pattern: "^d$"}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [e]
              properties: {f: {type: array, items: {type: object, properties: {g/h~: {type: integer}}}}}
              additionalProperties: false
      responses: {'200': {description: Yes., content: {application/json: {schema: {}}}}}
"""


TIME = "must be a date and time with an offset (RFC 3339), such as 2026-02-06T10:30:00Z"
DATE = "must be a date, such as 2026-02-06"


def faults(response):
    assert response.status_code == 422
    return [(fault["in"], fault["pointer"], fault["code"]) for fault in response.json()["errors"]]


def refused(schema: str, value: object):
    return faults(body(schema).post("/p", json=value))


class TestAReference:
    @pytest.mark.parametrize(
        "data",
        ["example: {}", "examples: [{}]", "default: {}", "enum: [{}, {{a: 1}}]", "const: {}", "x-policy: {}", "x-policy: [{}]"],
    )
    def test_is_not_one_where_the_document_contains_data(self, data):
        pet = '{$ref: "#/definitions/Pet"}'
        client = body(f"{{type: object, properties: {{p: {{{data.format(pet)}}}}}}}")

        assert client.post("/p", json={"p": {"$ref": "#/definitions/Pet"}}).status_code == 200


class TestFaults:
    def test_of_all_places_are_reported_at_once(self):
        value = {"f": [{"g/h~": 1}, {"g/h~": "secret"}], "extra": "secret"}

        response = echo(EVERYWHERE).post("/p/10?c=xx&c=y&other=secret", json=value, headers={"X-D": "secret"})

        assert sorted(faults(response)) == [
            ("body", "/e", "required"),
            ("body", "/extra", "additionalProperties"),
            ("body", "/f/1/g~1h~0", "type"),
            ("header", "/X-D", "pattern"),
            ("path", "/a", "maximum"),
            ("query", "/b", "required"),
            ("query", "/c", "maxItems"),
            ("query", "/c/0", "maxLength"),
            ("query", "/other", "unknown"),
        ]
        assert "secret" not in response.text

    def test_are_none_in_a_good_request(self):
        response = echo(EVERYWHERE.replace("[e]", "[f]")).post("/p/9?b=true", json={"f": []}, headers={"x-d": "d"})

        assert response.json() == {"a": 9, "b": True, "c": None, "x_d": "d", "body": {"f": []}}

    def test_are_at_most_a_hundred(self):
        response = body("{type: array, items: {type: integer}}").post("/p", json=["a"] * 5000)

        assert len(faults(response)) == 100

    def test_are_at_most_a_hundred_with_those_of_the_query(self):
        response = CLIENT.get("/v1/things?" + "&".join(["page=0", "tags=abcdef"] * 200))

        assert len(faults(response)) == 100

    @pytest.mark.parametrize(("email", "code"), [("x", "format"), ("A@b.de", "pattern")])
    def test_of_format_and_pattern_are_one(self, email, code):
        response = CLIENT.post("/v1/things", json={"name": "a", "email": email}, headers=WRITER)

        assert faults(response) == [("body", "/email", code)]

    def test_of_format_and_pattern_together_are_one(self):
        response = CLIENT.post("/v1/things", json={"name": "a", "email": "EX AMPLE"}, headers=WRITER)

        assert faults(response) == [("body", "/email", "format")]

    def test_of_one_field_do_not_hide_those_of_another(self):
        schema = "{properties: {a: {format: date, pattern: '^x'}, b: {pattern: '^x'}}}"

        assert refused(schema, {"a": "y", "b": "y"}) == [("body", "/a", "format"), ("body", "/b", "pattern")]

    @pytest.mark.parametrize(
        ("schema", "value", "code", "message"),
        [
            ("{type: string}", 1, "type", "must be a string"),
            ("{type: [string, 'null']}", 1, "type", "must be a string or null"),
            ("{type: ['null', boolean, integer]}", "secret", "type", "must be true or false, an integer or null"),
            ("{enum: [a, b]}", "secret", "enum", "must be one of: a, b"),
            ("{enum: [1, null, 'a, b', '']}", "secret", "enum", 'must be one of: 1, null, "a, b", ""'),
            ("{enum: [a]}", "secret", "enum", "must be a"),
            (f"{{enum: {[*range(11)]}}}", "secret", "enum", "must be one of the allowed values"),
            (f"{{enum: [{'a' * 60}, {'b' * 60}]}}", "secret", "enum", "must be one of the allowed values"),
            ('{enum: ["a\\u0007", b]}', "secret", "enum", "must be one of the allowed values"),
            ("{anyOf: [{type: integer}, {type: 'null'}]}", "secret", "type", "must be an integer or null"),
            ("{anyOf: [{format: uuid}, {format: date}]}", "secret", "format", "must be a UUID or a date, such as 2026-02-06"),
            ("{allOf: [{maximum: 5}, {maximum: 9}]}", 10, "maximum", "is too large"),
            ("{const: a}", "secret", "const", "must be a"),
            ("{const: null}", "secret", "const", "must be null"),
            ("{const: {a: [1]}}", "secret", "const", 'must be {"a":[1]}'),
            ("{minLength: 2}", "s", "minLength", "must be at least 2 characters long"),
            ("{minLength: 1}", "", "minLength", "must be at least 1 character long"),
            ("{maxLength: 2}", "secret", "maxLength", "must be at most 2 characters long"),
            ("{pattern: '^a$'}", "a\n", "pattern", "must match the pattern ^a$"),
            (f"{{pattern: '^a{'b?' * 60}$'}}", "secret", "pattern", "does not match the required pattern"),
            ("{format: email}", "secret", "format", "must be a valid e-mail address"),
            ("{format: date-time}", "2024-01-01", "format", TIME),
            ("{format: date-time}", "2024-01-01 00:00:00Z", "format", TIME),
            ("{format: date}", "2024-02-30", "format", DATE),
            ("{format: date}", "-001-01-01", "format", DATE),
            ("{format: date}", "20-6-01-01", "format", DATE),
            ("{format: date}", "2026-02-1-", "format", DATE),
            ("{format: date}", "2026-02-0.", "format", DATE),
            ("{format: date-time}", "-001-01-01T08:30:06Z", "format", TIME),
            ("{format: email}", "A <a@b.de>", "format", "must be a valid e-mail address"),
            ("{format: idn-email}", "A <a@b.de>", "format", "must be a valid e-mail address"),
            ("{format: uuid}", "secret", "format", "must be a UUID"),
            ("{format: ipv4}", "256.1.1.1", "format", "must be an IPv4 address"),
            ("{format: iri}", "sec ret", "format", "must be in the format iri"),
            ("{minimum: 2}", 1, "minimum", "must be at least 2"),
            ("{maximum: 2}", 9, "maximum", "must be at most 2"),
            ("{maximum: 9007199254740991}", 2**60, "maximum", "must be at most 9007199254740991"),
            ("{type: integer, format: int32}", 2**40, "maximum", "must be at most 2147483647"),
            ("{minimum: 0.5}", 0, "minimum", "must be at least 0.5"),
            ("{exclusiveMinimum: 2}", 2, "exclusiveMinimum", "must be greater than 2"),
            ("{exclusiveMaximum: 2}", 2, "exclusiveMaximum", "must be less than 2"),
            ("{multipleOf: 5}", 7, "multipleOf", "must be a multiple of 5"),
            ("{multipleOf: 0.01}", 0.005, "multipleOf", "must be a multiple of 0.01"),
            ("{minItems: 1}", [], "minItems", "must have at least 1 item"),
            ("{maxItems: 1}", [1, 2], "maxItems", "must have at most 1 item"),
            ("{uniqueItems: true}", ["secret", "secret"], "uniqueItems", "must not contain the same item twice"),
            (
                "{uniqueItems: true}",
                [{"a": 1, "b": 2}, {"b": 2, "a": 1}],
                "uniqueItems",
                "must not contain the same item twice",
            ),
            ("{contains: {const: 1}}", ["secret"], "contains", "has too few or too many of the required items"),
            ("{minProperties: 1}", {}, "minProperties", "must have at least 1 property"),
            ("{maxProperties: 0}", {"secret": 1}, "maxProperties", "must have at most 0 properties"),
            ("{not: {const: 1}}", 1, "not", "is not allowed"),
            ("{oneOf: [{const: 1}, {type: integer}]}", 1, "oneOf", "must match exactly one of the allowed schemas"),
            ("{anyOf: [{const: 1}, {const: 2}]}", 3, "const", "must be 1 or 2"),
            ("{if: {minimum: 5}, then: {multipleOf: 5}}", 7, "multipleOf", "must be a multiple of 5"),
            ("{$ref: '#/components/schemas/Never'}", 1, "not", "is not allowed"),
        ],
    )
    def test_name_their_keyword_and_its_bound(self, schema, value, code, message):
        response = body(schema, head="components: {schemas: {Never: false}}").post("/p", json=value)

        fault = response.json()["errors"][0]
        assert (fault["code"], fault["pointer"], fault["message"]) == (code, "", message)
        assert "secret" not in response.text

    @pytest.mark.parametrize(
        ("schema", "value", "pointer", "code", "message"),
        [
            ("{additionalProperties: false}", {"name": "secret"}, "/name", "additionalProperties", "is not a known property"),
            ("{properties: {a: false}}", {"a": "secret"}, "/a", "properties", "is not allowed"),
            ("{patternProperties: {^a: false}}", {"ab": "secret"}, "/ab", "patternProperties", "is not allowed"),
            ("{prefixItems: [{}, false]}", [1, "secret"], "/1", "prefixItems", "is not an allowed item"),
            ("{prefixItems: [{}], items: false}", [1, "secret"], "/1", "items", "is not an allowed item"),
            ("{prefixItems: [{}], unevaluatedItems: false}", [1, "secret"], "/1", "unevaluatedItems", "is not an allowed item"),
            (
                "{properties: {a: {}}, unevaluatedProperties: false}",
                *({"name": "secret"}, "/name", "unevaluatedProperties", "is not a known property"),
            ),
            ("{dependentRequired: {a: [b]}}", {"a": "secret"}, "/b", "dependentRequired", "is required when a is present"),
            (
                "{propertyNames: {maxLength: 1}}",
                *({"a": 1, "name": "secret"}, "/name", "propertyNames", "has a name that must be at most 1 character long"),
            ),
            ("{propertyNames: false}", {"name": "secret"}, "/name", "propertyNames", "is not allowed"),
        ],
    )
    def test_name_the_member_that_is_wrong(self, schema, value, pointer, code, message):
        response = body(schema).post("/p", json=value)

        assert response.json()["errors"] == [{"in": "body", "pointer": pointer, "code": code, "message": message}]

    def test_of_unknown_members_are_one_each(self):
        schema = (
            "{properties: {a: {}, o: {additionalProperties: false}}, patternProperties: {^x-: {}}, additionalProperties: false}"
        )
        value = {"a": 1, "x-1": 1, "is_admin": "secret", "role": "secret", "o": {"b/c": "secret", "d": "secret"}}

        assert sorted(refused(schema, value)) == [
            ("body", "/is_admin", "additionalProperties"),
            ("body", "/o/b~1c", "additionalProperties"),
            ("body", "/o/d", "additionalProperties"),
            ("body", "/role", "additionalProperties"),
        ]

    def test_of_unknown_members_are_at_most_a_hundred(self):
        value = {f"name{number}": 1 for number in range(5000)}

        assert len(refused("{properties: {a: {}}, required: [a], additionalProperties: false}", value)) == 100

    @pytest.mark.parametrize(
        ("name", "pointer"),
        [
            ("a" * 101, "/" + "a" * 99 + "…"),
            ("a" * 100, "/" + "a" * 100),
            ("/" * 5000, "/" + "~1" * 49 + "…"),
            ("a\u202eb\x07\n", "/a\\u202eb\\u0007\\u000a"),
            ('{"password":"secret"}', "/…"),
            ("<script>", "/…"),
            ("élan vital", "/élan vital"),
        ],
    )
    def test_show_names_within_bounds_and_without_control_characters(self, name, pointer):
        [(_, told, _)] = refused("{additionalProperties: false}", {name: 1})

        assert told == pointer

    @pytest.mark.parametrize(
        ("schema", "value", "pointer", "code"),
        [
            ('{required: ["a\'b"]}', {}, "/a'b", "required"),
            ("{required: ['a\"b']}", {}, '/a"b', "required"),
            ("{required: [a/b~c]}", {}, "/a~1b~0c", "required"),
            ("{required: ['x is y']}", {}, "/x is y", "required"),
            ("{required: [é]}", {}, "/é", "required"),
            ("{properties: {a: {required: [b]}}}", {"a": {}}, "/a/b", "required"),
            ("{items: {required: [b]}}", [{"b": 1}, {}], "/1/b", "required"),
            ("{dependentRequired: {a: [b]}}", {"a": 1}, "/b", "dependentRequired"),
            ("{prefixItems: [{type: integer}, {type: string}]}", [1, 2], "/1", "type"),
            ("{properties: {'': {type: integer}}}", {"": "a"}, "/", "type"),
        ],
    )
    def test_point_at_their_place(self, schema, value, pointer, code):
        assert refused(schema, value) == [("body", pointer, code)]

    def test_of_references_point_into_the_request_not_into_the_schema(self):
        client = body(
            "{$ref: '#/components/schemas/Tree'}",
            head="components: {schemas: {Tree: {type: object, "
            "properties: {next: {$ref: '#/components/schemas/Tree'}, n: {type: integer}}}}}",
        )

        assert client.post("/p", json={"next": {"next": {"n": 1}}}).status_code == 200
        assert faults(client.post("/p", json={"next": {"next": {"n": "a"}}})) == [("body", "/next/next/n", "type")]

    @pytest.mark.parametrize("value", [2**53, 2**63, -(2**63) - 1, 10**400])
    def test_of_huge_integers_are_exact(self, value):
        client = body("{type: integer, minimum: -9007199254740991, maximum: 9007199254740991}")

        assert client.post("/p", json=value).status_code == 422
        assert client.post("/p", json=2**53 - 1).status_code == 200

    def test_in_thousands_of_places_are_remembered_within_bounds(self):
        client = body("{type: array, items: {type: integer}}")

        for start in range(0, 9000, 1500):
            value = [1] * start + ["a"] * 10
            assert faults(client.post("/p", json=value))[0] == ("body", f"/{start}", "type")


def test_names_that_clients_make_up_are_not_kept():
    kept = fault_module._cached_fault.cache_info().currsize  # noqa: SLF001 - memory shows nowhere else

    told = [fault("body", f"/{number}{'a' * 5000}", "type") for number in range(10)]
    told += [fault("body", f"/{number}", "additionalProperties") for number in range(10)]

    assert fault_module._cached_fault.cache_info().currsize == kept  # noqa: SLF001
    assert all(len(bytes(one)) < 1200 for one in told)


class TestSchemasThatSayTheSame:
    DOCUMENT = Document(b"""
openapi: 3.1.1
components:
  schemas:
    One: {type: object, properties: {id: {type: integer, readOnly: true}}}
    Same: {type: object, properties: {id: {type: integer, readOnly: true}}}
    Other: {type: object, properties: {id: {type: string}}}
    List: {type: array, items: {$ref: "#/components/schemas/One"}}
    Lists: {items: {$ref: "#/components/schemas/One"}, type: array}
    Listed: {type: array, items: {$ref: "#/components/schemas/One"}}
""")

    def of(self, name, direction="response"):
        return compiled(self.DOCUMENT.root.child("components").child("schemas").child(name), direction)

    def test_are_compiled_once_for_each_direction(self):
        assert self.of("One") is self.of("Same") is self.of("One")
        assert self.of("List") is self.of("Listed")
        assert self.of("One", "request") is self.of("Same", "request")
        assert len({self.of("One"), self.of("One", "request"), self.of("Other")}) == 3
