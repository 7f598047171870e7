"""Keyword coverage: every keyword of a document once, with its line and what enforces it."""

from __future__ import annotations

from typing import Any

import pytest

from accord.document.document import Document
from accord.document.pointer import mappings
from accord.openapi.keywords.coverage import KeywordCoverage
from accord.validate.unsupported.document import unsupported
from tests.codegen.support.service import DOCUMENT
from tests.support.paths import OPENAPI

SMALL = """
openapi: 3.1.1
info: {title: Small, version: "1"}
paths:
  /pets:
    post:
      operationId: createPet
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
      responses: {"204": {description: Done.}}
components:
  schemas:
    Pet: {type: object, properties: {name: {type: string, format: phone, minLength: 1}}, $id: pet}
    Unused: {type: string, maxLength: 3}
"""


def entries(text: str) -> dict[str, tuple[set[Any], str]]:
    return {entry.reference: (entry.by, entry.remark) for entry in KeywordCoverage(Document(text.encode())).entries}


def every_keyword(document: Document) -> set[tuple[str | int, ...]]:
    """Found without the grammar: by the mappings that hold keywords. Names and values of links are none."""
    found = {(*pointer, key) for pointer, mapping in mappings(document.data) for key in mapping}
    values = {pointer for pointer in found if "links" in pointer and "requestBody" in pointer[pointer.index("links") : -1]}
    return {
        p
        for p in found - values
        if not {"security", "examples", "dependentRequired"} & set(p[:-1]) and p[0] != "x-accord-files"
    }


@pytest.mark.parametrize("path", [OPENAPI, DOCUMENT], ids=lambda path: path.name)
def test_every_keyword_is_in_it_once(path):
    document = Document.load(path)

    found = [entry.pointer for entry in KeywordCoverage(document).entries]

    assert len(found) == len(set(found))
    assert {pointer for pointer in found if "examples" not in pointer[:-1]} == every_keyword(document)


def test_our_own_document_has_no_unsupported_keyword():
    document = Document.load(OPENAPI)

    assert KeywordCoverage(document).unsupported() == []
    assert all(entry.by for entry in KeywordCoverage(document).entries)


def test_an_entry_has_its_enforcers_and_where_it_is_written():
    found = entries(SMALL)

    name = "#/components/schemas/Pet/properties/name"
    assert found[f"{name}/minLength"] == ({"validator"}, "")
    assert found[f"{name}/format"] == ({"documentation"}, "the format 'phone' is not asserted")
    assert found["#/components/schemas/Unused/maxLength"] == ({"documentation"}, "not used by any operation")
    assert found["#/paths/~1pets/post/operationId"][0] == {"type"}
    [entry] = [entry for entry in KeywordCoverage(Document(SMALL.encode())).entries if entry.keyword == "minLength"]
    assert entry.where == "openapi.yaml:12"


def test_names_of_the_author_are_not_extensions():
    text = SMALL.replace("application/json: {", "x-world/x-vrml: {").replace(
        "{description: Done.}",
        "{description: Done., headers: {x-rate: {schema: {type: integer, maximun: 3}}}, x-words: {maximun: 3}}",
    )

    found = KeywordCoverage(Document(text.encode()))

    assert "#/components/schemas/Pet/properties/name/minLength" in [entry.reference for entry in found.entries]
    assert [finding.where for finding in found.unsupported() if "'maximun' is unknown to OpenAPI 3.1" in finding.text] == [
        "openapi.yaml:9"
    ]


@pytest.mark.parametrize("place", ["", "info", "components/responses/Done"])
def test_a_reference_leads_to_what_is_expected_there(place):
    done = "components:\n  responses: {Done: {description: Done.}}\n"
    text = SMALL.replace("#/components/schemas/Pet", f"#/{place}".rstrip("/")).replace("components:\n", done)

    told = [finding.partition("; or ")[0] for finding in unsupported(Document(text.encode()))]
    assert f"openapi.yaml:8: $ref '{f'#/{place}'.rstrip('/')}' does not lead to a schema: correct the reference" in told


def test_openapi_3_0_ignores_what_is_beside_a_reference():
    text = SMALL.replace("3.1.1", "3.0.4").replace(", $id: pet", "").replace('schemas/Pet"}', 'schemas/Pet", nullable: true}')

    [told] = unsupported(Document(text.encode()))
    assert told.startswith(
        "openapi.yaml:8: OpenAPI 3.0 ignores `nullable` beside a $ref: put the $ref into an `allOf`; or --adopt "
    )
    assert told.endswith("'#/paths/~1pets/post/requestBody/content/application~1json/schema/nullable=apply'")


class TestAHeaderThatOpenapiIgnores:
    TEXT = """
openapi: 3.1.1
info: {title: Small, version: "1"}
paths:
  /pets:
    get:
      operationId: listPets
      parameters: [{name: Accept, in: header, schema: {type: string}}, {name: X-Accept, in: header, schema: {type: string}}]
      responses:
        "204": {description: Done., headers: {content-type: {schema: {const: a/b}}, X-Type: {schema: {const: a/b}}}}
"""

    def test_is_listed(self):
        found = entries(self.TEXT)
        parameters, headers = "#/paths/~1pets/get/parameters", "#/paths/~1pets/get/responses/204/headers"

        for place in (f"{parameters}/0/name", f"{parameters}/0/schema", f"{headers}/content-type/schema"):
            assert found[place] == ({"documentation"}, "OpenAPI ignores this header here")
        assert found[f"{parameters}/0/schema/type"][0] == found[f"{headers}/content-type/schema/const"][0] == {"documentation"}
        assert found[f"{parameters}/1/schema/type"][0] == found[f"{headers}/X-Type/schema/const"][0] == {"validator"}

    def test_is_not_rejected(self):
        assert not unsupported(Document(self.TEXT.encode()))
