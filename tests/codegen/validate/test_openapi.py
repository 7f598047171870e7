"""Validity of documents in several files and of other versions; see also tests/codegen/validate/broken."""

from __future__ import annotations

import pytest

from accord.document.adoption.readings import Reading
from accord.document.document import Document
from accord.generate.adoption import check_document
from accord.validate.openapi import validity

TYPES = '"array", "boolean", "integer", "null", "number", "object", "string"'
UNKNOWN = "{!r} is not known here: correct its name, remove it, or begin it with `x-`"
HEAD = "openapi: {version}\ninfo: {{title: T, version: '1'}}\n"


def faults(text: str, version: str = "3.1.1", **files: str) -> list[str]:
    raw = (HEAD.format(version=version) + text).encode()
    found = validity(Document(raw, "openapi.yaml", lambda name: files[name.partition(".")[0]].encode()))
    return [finding.partition("; or --adopt ")[0] for finding in found]


def test_faults_of_other_files_are_reported_with_their_own_lines():
    found = faults(
        "paths:\n  /a: {$ref: 'paths.yaml#/A'}\n  /b: {$ref: 'paths.yaml#/B'}\n",
        paths="A:\n  get: {operationId: a, reponses: {}}\nB:\n  get:\n    operationId: b\n    responses:\n"
        "      '200':\n        description: x\n        content: {application/json: {schema: {$ref: 'models.yaml#/M'}}}\n",
        models="M:\n  type: strin\n",
    )

    assert found == [
        f'models.yaml:2: "strin" is not one of {TYPES}: write one of those',
        f"paths.yaml:2: {UNKNOWN.format('reponses')}",
    ]


def test_faults_of_structure_of_schemas_and_of_meaning_are_reported_at_once():
    found = faults(
        "paths:\n  /a/{b}:\n    get: {operationId: a, responses: {'200': {description: x}}, parameters: [\n"
        "      {name: q, in: query, schema: {type: strin}},\n      {name: q, in: query, schema: {minimum: a}},\n"
        "      {name: b, in: path, required: false, schema: {}}]}\n"
    )

    assert [fault.partition(": ")[0] for fault in found] == [f"openapi.yaml:{line}" for line in (6, 7, 7, 8)]
    assert found[-1] == "openapi.yaml:8: `required`: true was expected: write that"


def test_a_reference_to_a_component_of_another_kind_is_reported_where_the_validator_fails():
    text = (
        "paths:\n  /a:\n    get:\n      responses: {'200': {description: x}}\n      parameters:\n"
        "        - {$ref: '#/components/schemas/S'}\ncomponents: {schemas: {S: {type: object}}}\n"
    )

    found = check_document(Document((HEAD.format(version="3.1.1") + text).encode()))

    reported = [f"{finding.where}: {finding.text}" for finding in found]
    assert reported == ["openapi.yaml:8: $ref '#/components/schemas/S' does not lead to a parameter: correct the reference"]


def test_a_path_item_may_have_fields_beside_its_reference():
    text = (
        "paths:\n  /b/{id}:\n    parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n    x-note: 1\n"
        "    $ref: 'items.yaml#/P'\n"
    )
    items = "P:\n  get: {operationId: b, responses: {'204': {description: d}}}\n"

    assert [faults(text, version, items=items) for version in ("3.0.4", "3.1.1")] == [[], []]
    assert faults(text, items=items.replace("responses", "reponses")) == [f"items.yaml:2: {UNKNOWN.format('reponses')}"]


def test_other_files_are_validated_by_the_rules_of_their_version():
    schema = "{type: array, nullable: true, items: {type: string}}"
    response = f"description: ok\ncontent: {{application/json: {{schema: {schema}}}}}\n"

    assert faults("paths: {/x: {get: {responses: {'200': {$ref: ok.yaml}}}}}", "3.0.4", ok=response) == []


def test_what_openapi_3_0_ignores_beside_a_reference_is_left_to_keyword_coverage():
    text = (
        "paths: {}\ncomponents:\n  schemas:\n    A:\n      properties:\n"
        "        a: {$ref: '#/components/schemas/B', required: true}\n"
        "    B: {type: object, required: [x], properties: {x: {type: string}}}\n"
    )
    document = Document((HEAD.format(version="3.0.4") + text).encode())

    [found] = check_document(document)
    assert (found.where, found.text) == (
        "openapi.yaml:8",
        "OpenAPI 3.0 ignores `required` beside a $ref: put the $ref into an `allOf`",
    )
    ignored = Reading("#/components/schemas/A/properties/a/required", "drop", reason="not ours")
    assert check_document(document.reread((ignored,))) == []


def test_schemas_of_other_files_are_validated_too():
    found = faults(
        "paths: {}\ncomponents: {schemas: {A: {$ref: 'models.yaml#/M'}}}",
        models="M:\n  items: {$ref: 'more.yaml'}\n",
        more="type: strin\n",
    )

    assert [fault.partition(": ")[0] for fault in found] == ["more.yaml:1"]


@pytest.mark.parametrize("version", ["3.0.4", "3.1.0", "3.1.1", "3.2.0"])
def test_a_plain_document_is_valid_in_every_version(version):
    assert faults("paths: {/a: {get: {operationId: a, responses: {'200': {description: x}}}}}", version) == []


def test_what_is_new_in_openapi_3_2_is_rejected_with_its_line():
    found = faults("paths:\n  /a:\n    query: {operationId: a, responses: {'200': {description: x}}}\n", "3.2.0")

    assert found == ["openapi.yaml:5: 'query' is not supported (OpenAPI 3.2 is taken where it equals 3.1): remove it"]


@pytest.mark.parametrize("version", ["2.0", "4.0.0", "'3'", "{}"])
def test_another_version_is_rejected(version):
    assert faults("paths: {}", version) == [
        "openapi.yaml:1: `openapi` names no known version: write 3.1.1, or 3.0.4 for an older document"
    ]


def test_the_keywords_of_openapi_3_0_are_valid_there_only():
    schema = "paths: {}\ncomponents: {schemas: {A: {type: integer, minimum: 1, exclusiveMinimum: true, nullable: true}}}"

    assert faults(schema, "3.0.4") == []
    assert len(faults(schema, "3.1.1")) == 1
