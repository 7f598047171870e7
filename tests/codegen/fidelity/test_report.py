"""The validator agrees with an independent one, and a validator without one keyword is caught by that keyword."""

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest

from accord.cli.main import main
from accord.document.document import Document
from accord.fidelity.models import body_models
from accord.fidelity.report import fidelity
from accord.generate.package import write
from tests.contract.contract import OPERATIONS
from tests.support.paths import OPENAPI

FEATURES = Path(__file__).parents[1] / "features"

# The keyword that the validator lacks, and a schema that uses it.
FORGOTTEN = [
    ("type", "{type: integer}"),
    ("type", "{type: [string, 'null'], minLength: 1}"),
    ("enum", "{enum: [a, b, 1]}"),
    ("const", "{const: {a: [1]}}"),
    ("minimum", "{type: integer, minimum: 3}"),
    ("maximum", "{type: number, maximum: 3.5}"),
    ("exclusiveMinimum", "{type: number, exclusiveMinimum: 3}"),
    ("exclusiveMaximum", "{type: integer, exclusiveMaximum: 3}"),
    ("multipleOf", "{type: number, multipleOf: 0.01}"),
    ("minLength", "{type: string, minLength: 3}"),
    ("maxLength", "{type: string, maxLength: 20}"),
    ("pattern", "{type: string, pattern: '^[a-z]+$'}"),
    ("format date", "{type: string, format: date}"),
    ("format email", "{type: string, format: email}"),
    ("format uuid", "{type: string, format: uuid}"),
    ("format idn-email", "{type: string, format: idn-email}"),
    ("format uri-template", "{type: string, format: uri-template}"),
    ("format int32", "{type: integer, format: int32}"),
    ("format int64", "{type: integer, format: int64}"),
    ("minItems", "{type: array, minItems: 2, items: {type: integer}}"),
    ("maxItems", "{type: array, maxItems: 4, items: {type: integer}}"),
    ("uniqueItems", "{type: array, uniqueItems: true, items: {type: integer}}"),
    ("contains", "{type: array, contains: {const: 1}}"),
    ("minContains", "{type: array, contains: {const: 1}, minContains: 2}"),
    ("maxContains", "{type: array, contains: {const: 1}, maxContains: 2}"),
    ("unevaluatedItems", "{type: array, prefixItems: [{const: 1}], unevaluatedItems: false}"),
    ("required", "{type: object, required: [a], properties: {a: {type: integer}}}"),
    ("additionalProperties", "{type: object, properties: {a: {}}, additionalProperties: false}"),
    ("unevaluatedProperties", "{type: object, allOf: [{properties: {a: {}}}], unevaluatedProperties: false}"),
    ("minProperties", "{type: object, minProperties: 2}"),
    ("maxProperties", "{type: object, maxProperties: 2}"),
    ("dependentRequired", "{type: object, properties: {a: {}, b: {}}, dependentRequired: {a: [b]}}"),
    ("not", "{type: integer, not: {const: 3}}"),
    ("oneOf", "{oneOf: [{type: integer}, {type: number, minimum: 5}]}"),
]

# Where the forgotten keyword only brings in schemas, what is missed is a keyword of those.
BROUGHT_IN = [
    ("properties", "minimum", "{type: object, properties: {a: {minimum: 3}}}"),
    ("patternProperties", "minimum", "{type: object, patternProperties: {'^x': {minimum: 3}}}"),
    ("propertyNames", "maxLength", "{type: object, propertyNames: {maxLength: 3}}"),
    ("items", "minimum", "{type: array, items: {minimum: 3}}"),
    ("dependentSchemas", "required", "{type: object, properties: {a: {}}, dependentSchemas: {a: {required: [b]}}}"),
    ("then", "multipleOf", "{type: integer, if: {minimum: 5}, then: {multipleOf: 5}}"),
    ("else", "multipleOf", "{type: integer, if: {minimum: 5}, else: {multipleOf: 3}}"),
    ("anyOf", "required", "{type: object, anyOf: [{required: [a]}, {required: [b]}]}"),
    ("prefixItems", "const", "{type: array, prefixItems: [{const: 1}]}"),
    ("allOf", "maximum", "{type: integer, allOf: [{maximum: 7}]}"),
]


def document(schema: str) -> Document:
    return Document(f"openapi: 3.1.0\ncomponents:\n  schemas:\n    Subject: {schema}\n".encode())


def without(value, keyword):
    if isinstance(value, list):
        return [without(item, keyword) for item in value]
    if isinstance(value, dict):
        return {key: without(item, keyword) for key, item in value.items() if key != keyword}
    return value


def forgetting(keyword):
    """The validator of the engine without one keyword."""
    return lambda schema, _direction: jsonschema_rs.Draft202012Validator(without(schema.value, keyword), validate_formats=True)


class TestAValidatorWithoutAKeyword:
    @pytest.mark.parametrize(("keyword", "schema"), FORGOTTEN)
    def test_a_keyword_is_caught_by_it_with_the_line(self, keyword, schema):
        report = fidelity(document(schema), 150, compile_=forgetting(keyword.partition(" ")[0]))

        found = [found for found in report.disagreements if found.accepted and found.title == keyword]
        assert [found.where for found in found] == ["openapi.yaml:4"]

    @pytest.mark.parametrize(("keyword", "inner", "schema"), BROUGHT_IN)
    def test_a_keyword_that_brings_in_schemas_is_caught_by_theirs(self, keyword, inner, schema):
        report = fidelity(document(schema), 150, compile_=forgetting(keyword))

        assert inner in {found.title for found in report.disagreements}

    @pytest.mark.parametrize("schema", [schema for *_, schema in [*FORGOTTEN, *BROUGHT_IN]])
    def test_nothing_is_not_caught(self, schema):
        report = fidelity(document(schema), 150)

        assert report.disagreements == []
        assert report.valid > 0
        assert report.invalid > 5

    def test_nullable_means_null_to_both(self):
        report = fidelity(document("{type: integer, nullable: true, maximum: 3}"), 150)

        assert report.disagreements == []

    def test_a_keyword_is_shown_by_the_smallest_example(self):
        report = fidelity(document("{type: array, items: {type: string, maxLength: 2}}"), 500, compile_=forgetting("maxLength"))

        (found,) = report.disagreements
        assert len(json.loads(found.example)) == 1
        assert len(json.loads(found.example)[0]) == 3

    def test_that_a_property_is_read_only_is_caught(self):
        schema = "{type: object, properties: {a: {type: integer, readOnly: true}}}"

        report = fidelity(document(schema), 150, compile_=forgetting("readOnly"))

        assert report.disagreements
        assert fidelity(document(schema), 150).disagreements == []


@pytest.mark.slow
class TestDocumentsWithEveryFeature:
    """Both validators agree, and the generated models take every body that the engine accepts."""

    @pytest.mark.parametrize("name", ["features.yaml", "features30.yaml"])
    def test_of_the_engine(self, settings, name):
        self.compare(settings(FEATURES / name))

    @pytest.mark.parametrize("name", ["hostile", "names", "outward", "shapes", "styles", "types"])
    def test_of_the_generator(self, settings, documents, name):
        self.compare(settings(documents / name / "openapi.yaml"))

    def compare(self, made):
        write(made)

        report = fidelity(Document.load(made.document), 40, models=made.output.name)

        assert report.disagreements == []
        assert report.schemas > 4


class TestBodies:
    def report(self, settings, content, schemas="{}"):
        made = settings(
            "openapi: 3.0.4\ninfo: {title: A, version: '1'}\npaths:\n  /x:\n    post:\n      operationId: send\n"
            f"      requestBody: {{required: true, content: {content}}}\n      responses: {{'204': {{description: Yes.}}}}\n"
            f"components:\n  schemas: {schemas}\n"
        )
        write(made)
        return fidelity(Document.load(made.document), 100, models=made.output.name)

    @pytest.mark.parametrize("schema", ["{type: string, format: binary}", "{}"])
    def test_that_are_files_are_files_to_their_models(self, schema, settings):
        report = self.report(settings, f"{{application/octet-stream: {{schema: {schema}}}}}")

        assert report.disagreements == []
        assert report.valid > 0

    def test_with_files_among_their_parts_are_too(self, settings):
        many = "{type: array, items: {type: string, format: byte}}"
        parts = f"{{name: {{type: string}}, file: {{type: string, format: binary}}, more: {many}}}"
        report = self.report(settings, f"{{multipart/form-data: {{schema: {{type: object, properties: {parts}}}}}}}")

        assert report.disagreements == []
        assert report.valid > 0

    def test_whose_schemas_lead_back_to_themselves_are_validated(self, settings):
        report = self.report(
            settings,
            "{application/json: {schema: {$ref: '#/components/schemas/Pet'}}}",
            "{Pet: {type: object, required: [kind], properties: {kind: {type: string}}, discriminator: {propertyName: kind},"
            " oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]},"
            " Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, required: [claws]}]},"
            " Dog: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, required: [bark]}]}}",
        )

        assert report.disagreements == []
        assert report.valid > 0


@pytest.mark.slow
class TestOurDocument:
    def test_gets_the_same_verdicts_from_both(self):
        report = fidelity(Document.load(OPENAPI), 50, models="app.schemas")

        assert report.disagreements == []
        assert report.valid > 1000
        assert report.invalid > 1000

    @pytest.mark.slow
    def test_gets_the_same_verdicts_from_both_in_three_hundred_instances_of_each_schema(self):
        report = fidelity(Document.load(OPENAPI), 300, seed=1, models="app.schemas")

        assert report.disagreements == []
        assert report.valid + report.invalid > 150 * report.schemas

    def test_has_a_model_for_every_body_that_takes_what_the_engine_accepts(self):
        bodies = {schema["$ref"].rpartition("/")[2] for operation in OPERATIONS for schema in operation.bodies.values()}

        assert {pointer[-1] for pointer in body_models(Document.load(OPENAPI), "app.schemas")} == bodies

    @pytest.mark.slow
    def test_finds_a_model_that_rejects_what_the_engine_accepts(self):
        text = OPENAPI.read_text()
        wider = text.replace("'^[a-zA-Z0-9_]+$'", "'^[a-zA-Z0-9_ -]+$'")
        assert wider != text

        report = fidelity(Document(wider.encode()), 50, models="app.schemas")

        assert {found.title for found in report.disagreements} == {"model of app.schemas"}


class TestTheCommand:
    def test_prints_the_count_and_succeeds_without_disagreements(self, tmp_path, capsys):
        file = tmp_path / "api.yaml"
        file.write_text("openapi: 3.1.0\ninfo: {title: A, version: '1'}\ncomponents: {schemas: {A: {type: integer}}}\n")

        code = main(["fidelity", str(file), "--per-schema", "50"])

        expected = r"api.yaml: 1 schemas, \d+ instances \(\d+ valid, \d+ invalid\), 0 disagreements.*\n"
        assert re.fullmatch(expected, capsys.readouterr().out)
        assert code == 0

    def test_reports_an_unreadable_document_in_one_line(self, tmp_path, capsys):
        code = main(["fidelity", str(tmp_path / "none.yaml")])

        assert (code, len(capsys.readouterr().err.splitlines())) == (1, 1)
