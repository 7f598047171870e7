"""The overlay of omitted rejections, and the command that serves it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from accord.cli import mock
from accord.cli.main import main
from accord.document.document import Document
from accord.openapi.api import API
from accord.problems.overlay import PROBLEM, completed, overlay
from app.contract import DOCUMENT

SMALL = """
openapi: 3.0.3
info: {title: Small, version: "1"}
paths:
  /pets:
    post:
      security: [{oauth: [write]}]
      requestBody: {content: {application/json: {schema: {type: string, nullable: true}}}}
      responses: {"200": {description: Done., content: {application/json: {schema: {type: string}}}}, "400": {description: No.}}
    get: {responses: {default: {description: Anything.}}}
components:
  securitySchemes: {oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: /t, scopes: {write: Writing}}}}}
"""


def statuses(text: str) -> dict[str, set[str]]:
    document = Document(text.encode())
    described = API.of(completed(document, overlay(document)))
    return {operation.method: set(map(str, operation.responses)) for operation in described.operations}


def test_adds_the_rejections_that_the_engine_has_and_the_document_omits():
    assert statuses(SMALL) == {"POST": {"200", "400", "401", "403", "406", "413", "415", "422"}, "GET": {"default"}}


def test_adds_nothing_to_a_complete_document():
    assert overlay(Document.load(DOCUMENT))["actions"] == []


def test_adds_a_problem_beside_an_error_that_cannot_be_filled():
    flow = "{type: object, required: [until], properties: {until: {type: integer}}}"
    no = f"{{description: No., content: {{application/json: {{schema: {flow}}}}}}}"
    document = Document(SMALL.replace("{description: No.}", no).encode())

    whole = completed(document, overlay(document))

    assert list(whole.data["paths"]["/pets"]["post"]["responses"]["400"]["content"]) == ["application/json", PROBLEM]
    client = TestClient(mock.application(whole, mock.schemes(whole, "c")))
    sent = {"Authorization": "Bearer c", "Content-Type": "application/json"}
    assert client.post("/pets", content=b"{", headers=sent).headers["content-type"] == PROBLEM


def test_keeps_what_is_written():
    document = Document(SMALL.encode())

    found = completed(document, overlay(document)).data["paths"]["/pets"]["post"]["responses"]

    assert found["400"] == {"description": "No."}
    assert list(found["422"]["content"]) == [PROBLEM]


def test_what_is_written_keeps_its_lines():
    document = Document(SMALL.encode())

    found = completed(document, overlay(document)).root.child("paths").child("/pets").child("get")

    assert found.where == "openapi.yaml:10"


def test_writes_the_added_ones_in_the_format_of_the_documents_own():
    text = SMALL.replace(
        '"400": {description: No.}', '"400": {description: No., content: {text/plain: {schema: {type: string}}}}'
    )
    document = Document(text.encode())

    found = completed(document, overlay(document)).data["paths"]["/pets"]["post"]["responses"]

    assert found["422"]["content"] == {"text/plain": {"schema": {"type": "string"}}}


def test_an_operation_without_responses_may_still_succeed():
    text = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {operationId: a}}}\n"

    assert statuses(text) == {"GET": {"422", "default"}}


def test_an_error_format_that_no_value_fits_is_not_copied():
    text = SMALL.replace(
        '"400": {description: No.}', '"400": {description: No., content: {application/json: {schema: {not: {}}}}}'
    )

    found = overlay(Document(text.encode()))

    assert found["actions"][0]["update"]["components"]["schemas"].keys() == {"AddedProblem"}


class TestTheMock:
    @pytest.fixture
    def client(self):
        document = Document(SMALL.encode())
        served = completed(document, overlay(document))
        return TestClient(mock.application(served, mock.schemes(served, "secret")))

    def test_admits_whoever_has_its_credential(self, client):
        assert client.post("/pets", json=None, headers={"Authorization": "Bearer secret"}).status_code == 200
        assert client.post("/pets", json=None, headers={"Authorization": "Bearer other"}).status_code == 401
        assert client.post("/pets", json=None).status_code == 401

    def test_serves_the_document_that_it_obeys(self, client):
        assert "422" in client.get("/openapi.json").json()["paths"]["/pets"]["post"]["responses"]

    def test_says_how_to_be_admitted(self):
        document = Document(
            b"openapi: 3.1.1\ninfo: {title: T, version: '1'}\npaths: {}\nservers: [{url: 'https://x.org/v1'}]\n"
            b"components: {securitySchemes: {a: {type: http, scheme: basic}, b: {type: apiKey, in: cookie, name: sid}}}"
        )

        shown = mock.greeting(document, mock.schemes(document, "pw"), "http://here")

        assert 'a: curl -u "mock:pw"' in shown
        assert "b: Cookie: sid=pw" in shown

    def test_makes_up_credentials_that_cannot_be_guessed(self):
        document = Document(SMALL.encode())

        assert mock.schemes(document, None)["oauth"].accepted != mock.schemes(document, None)["oauth"].accepted


def test_the_command_prints_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "small.yaml").write_text(SMALL)

    assert main(["complete", str(tmp_path / "small.yaml")]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert printed["overlay"] == "1.0.0"
    assert [action["target"] for action in printed["actions"]] == ["$", '$["paths"]["/pets"]["post"]']
