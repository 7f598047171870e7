"""What a document means under each reading."""

from __future__ import annotations

import pytest

from accord.generate.adoption import adoption, check_document
from accord.validate.openapi import validity
from tests.codegen.document.adoption.documents import HEAD, adopted, body, client, document, document_of


class TestReadings:
    def test_nullable_beside_a_reference_allows_null_and_what_it_refers_to(self, tmp_path):
        rest = "components: {schemas: {N: {type: string, maxLength: 2}}}"
        text = body("{type: object, properties: {n: {$ref: '#/components/schemas/N', nullable: true}}}", rest=rest)
        served = client(adopted(tmp_path, text))

        answers = [served.post("/x", json={"n": value}).status_code for value in (None, "ab", "abc")]

        assert answers == [204, 204, 422]

    def test_an_alternative_that_is_nullable_alone_is_null(self, tmp_path):
        rest = "components: {schemas: {N: {type: object, required: [m], properties: {m: {type: integer}}}}}"
        text = body("{type: object, properties: {c: {anyOf: [{$ref: '#/components/schemas/N'}, {nullable: true}]}}}", rest=rest)
        served = client(adopted(tmp_path, text))

        answers = [served.post("/x", json={"c": value}).status_code for value in (None, {"m": 1}, "nonsense")]

        assert answers == [204, 204, 422]

    @pytest.mark.parametrize(
        "schema",
        [
            "{enum: [a], nullable: true}",
            "{allOf: [{type: string}], nullable: true}",
            "{allOf: [{type: string}, {nullable: true, description: Perhaps.}]}",
            "{oneOf: [{type: string}], nullable: true}",
        ],
    )
    def test_nullable_without_a_type_allows_null(self, schema, tmp_path):
        served = client(adopted(tmp_path, body(f"{{type: object, properties: {{c: {schema}}}}}")))

        answers = [served.post("/x", json={"c": value}).status_code for value in (None, "a", 1)]

        assert answers == [204, 204, 422]

    def test_a_media_type_that_is_not_read_is_415_while_another_is_served(self, tmp_path):
        text = body("{type: object}").replace(
            "{application/json: {schema: {type: object}}}",
            "{application/json: {schema: {type: object}}, application/xml: {schema: {type: object}}}",
        )
        served = client(adopted(tmp_path, text))

        refused_answer = served.post("/x", content=b"<a/>", headers={"Content-Type": "application/xml"})

        assert refused_answer.status_code == 415
        assert served.post("/x", json={}).status_code == 204
        assert refused_answer.headers["Accept"] == "application/json"

    def test_one_parameter_that_no_style_writes_does_not_keep_others_from_being_served(self, tmp_path):
        nested = "{name: f, in: query, schema: {type: array, items: {type: object}}}"
        text = f"openapi: 3.0.3\n{HEAD}paths:\n  /a: {{get: {{operationId: a, parameters: [{nested}], responses: "
        text += "{'204': {description: ok}}}}\n  /b: {get: {operationId: b, responses: {'204': {description: ok}}}}\n"
        served = client(adopted(tmp_path, text))

        assert [served.get(path).status_code for path in ("/a", "/b", "/a?f=1")] == [204, 204, 422]

    @pytest.mark.parametrize("place", ["parameters/query:f", "parameters", "security"])
    def test_an_operation_that_would_be_weaker_is_not_served(self, place):
        text = "paths: {/a: {get: {operationId: a, parameters: [{name: f, in: query, required: true, schema: {}}], "
        text += "security: [{k: []}], responses: {'204': {description: ok}}}}}"

        read = document(text, "3.1.1", f"#/paths/~1a/get/{place}=drop")

        assert read.data["paths"] == {"/a": {}}

    @pytest.mark.parametrize("name", ["parameters", "security", "requestBody"])
    def test_a_property_of_a_schema_may_have_any_name(self, name):
        text = f"paths: {{}}\ncomponents: {{schemas: {{A: {{properties: {{{name}: {{type: any}}, b: {{}}}}}}}}}}"

        read = document(text, "3.1.1", f"#/components/schemas/A/properties/{name}=drop")

        assert read.data["components"]["schemas"]["A"] == {"properties": {"b": {}}}

    @pytest.mark.parametrize("place", ["#/security/0", "#/security"])
    def test_leaving_out_the_only_security_alternative_never_opens_an_operation(self, place):
        text = "security: [{k: []}]\npaths: {/a: {get: {responses: {'204': {description: ok}}}}, "
        text += "/b: {get: {security: [], responses: {'204': {description: ok}}}}}\n"

        read = document(text, "3.1.1", f"{place}=drop")

        assert read.data["paths"]["/a"] == {}
        assert "get" in read.data["paths"]["/b"]

    def test_what_refers_to_something_that_is_left_out_is_left_out_too(self):
        text = "paths: {/a: {get: {operationId: a, parameters: [{$ref: '#/components/parameters/P'}, "
        text += "{name: q, in: query, schema: {type: sting}}], responses: {'204': {description: ok}}}}}\n"
        text += "components: {parameters: {P: {name: p, in: query, schema: {}}}}"

        read = document(text, "3.1.1", "#/components/parameters/P=drop")

        assert [one["name"] for one in read.data["paths"]["/a"]["get"]["parameters"]] == ["q"]
        assert "parameters/query:q/schema/type=drop" in validity(read)[0]  # named where it was written

    def test_an_undeclared_parameter_of_a_path_is_a_string(self, tmp_path):
        text = f"openapi: 3.1.1\n{HEAD}paths: {{'/a/{{b}}': {{get: {{responses: {{'204': {{description: ok}}}}}}}}}}"

        assert client(adopted(tmp_path, text)).get("/a/x").status_code == 204

    def test_a_keyword_of_openapi_3_1_is_kept_in_3_0(self, tmp_path):
        served = client(adopted(tmp_path, body("{type: object, patternProperties: {'^x': {type: integer}}}")))

        assert [served.post("/x", json={"xa": value}).status_code for value in (1, "a")] == [204, 422]

    def test_an_operation_whose_only_security_scheme_leads_nowhere_is_not_served(self, tmp_path):
        paths = "paths: {/a: {get: {responses: {'204': {description: ok}}}}}\n"
        text = f"openapi: 3.1.1\n{HEAD}security: [{{k: []}}]\n{paths}components: {{securitySchemes: {{k: {{$ref: 'https://example.com/schemes#/k'}}}}}}"

        assert client(adopted(tmp_path, text)).get("/a").status_code == 404

    @pytest.mark.parametrize("version", ["3.0.4", "3.1.1"])
    def test_a_pattern_is_wrong_where_the_engine_cannot_read_it(self, version):
        schema = r"{type: object, properties: {a: {pattern: '^(\[\x01-\x09])*$'}, b: {pattern: '^[a-z'}}}"

        [found] = adoption(document_of(body(schema, version))).findings

        assert found.text.startswith("the pattern '^[a-z' cannot be read: a `[` is not closed")
        assert found.readings[0].word == "drop"

    def test_a_keyword_that_is_kept_hides_no_other(self):
        kept = "patternProperties: {'^x': {type: integer}}"
        text = f"paths: {{}}\ncomponents: {{schemas: {{A: {{type: object, {kept}, properties: {{c: {{const: a, {kept}}}}}}}}}}}"

        found = adoption(document(text)).readings

        places = ["patternProperties", "properties/c/const", "properties/c/patternProperties"]
        assert sorted(one.place.rpartition("/A/")[2] for one in found) == places


def test_documentation_of_openapi_3_2_is_taken():
    text = "$self: https://example.com/api\ntags: [{name: a, summary: A, kind: nav, parent: b}, {name: b}]\n"
    text += "servers: [{url: /, name: here}]\npaths: {/x: {get: {tags: [a], responses: {'200': {summary: ok, content: "
    text += "{application/json: {examples: {e: {dataValue: 1, serializedValue: '1'}}}}}}}}}\n"

    assert check_document(document(text, "3.2.0")) == []
    assert len(check_document(document(text, "3.1.1"))) == 9
