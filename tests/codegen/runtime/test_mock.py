"""Operations without a handler: mock responses from the document, validated and marked."""

from __future__ import annotations

import pytest

from accord.document.document import Document
from accord.openapi.api import API
from accord.runtime import Engine, Mocked, OpenAPIApp, Service, bind
from tests.codegen.support.service import ADMIN, Tokens, description, make_client

DOCUMENT = """
openapi: 3.1.1
info: {title: Mocked, version: "1"}
paths:
  /pets/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 1}}]
      responses:
        "404": {description: None., content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}}
        "200":
          description: The pet.
          headers:
            ETag: {required: true, schema: {type: string, pattern: '^"[0-9]+"$'}}
            X-Age: {schema: {type: integer}, example: 7}
            X-Other: {schema: {type: integer}}
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Pet"}
              examples: {wrong: {value: {name: 1}}, tom: {value: {name: Tom}}, tim: {value: {name: Tim}}}
            text/csv: {schema: {type: string, minLength: 4}}
        "422": {description: Wrong., content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}}
        5XX: {description: A fault., content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}}
    delete:
      operationId: removePet
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {"204": {description: Gone.}}
  /picture: {get: {responses: {"200": {description: It., content: {image/*: {}}}}}}
  /anything: {get: {responses: {default: {description: It., content: {application/json: {schema: {const: 1}}}}}}}
  /lines:
    get:
      responses:
        "200": {description: Some., content: {application/jsonl: {schema: {$ref: "#/components/schemas/Error"}}}}
components:
  schemas:
    Pet: {type: object, required: [name], properties: {name: {type: string}, pin: {type: string, writeOnly: true}}}
    Error: {type: object, required: [code, message], properties: {code: {type: integer}, message: {type: string}}}
"""


@pytest.fixture(scope="module")
def client():
    described = API.of(Document(DOCUMENT.encode()))
    service = Service(schemes={}, call=lambda exchange: exchange, responses="raise")
    return make_client(OpenAPIApp(Engine(described, bind(described, (), mock=Mocked), service)))


def test_answers_with_the_first_example_that_the_schema_accepts(client):
    response = client.get("/pets/1")

    assert (response.status_code, response.json()) == (200, {"name": "Tom"})
    assert response.headers["X-Mock"] == "true"


def test_gives_the_headers_that_are_required_or_have_an_example(client):
    headers = client.get("/pets/1").headers

    assert headers["ETag"].startswith('"')
    assert headers["X-Age"] == "7"
    assert "X-Other" not in headers


@pytest.mark.parametrize(
    ("prefer", "status", "body"),
    [
        ("example=tim", 200, {"name": "Tim"}),
        ("example=wrong", 200, {"name": "Tom"}),
        ("code=404", 404, None),
        ("code=503", 503, None),
        ("wait=1, code=404; foo=bar", 404, None),
        ("code=302", 200, {"name": "Tom"}),
        ("code=abc, example=none", 200, {"name": "Tom"}),
    ],
)
def test_answers_as_the_client_prefers_where_that_is_documented(client, prefer, status, body):
    response = client.get("/pets/1", headers={"Prefer": prefer})

    assert response.status_code == status
    if body is None:
        assert set(response.json()) == {"code", "message"}
    else:
        assert response.json() == body


def test_answers_in_the_media_type_that_the_client_accepts(client):
    response = client.get("/pets/1", headers={"Accept": "text/csv"})

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(response.text) >= 4


@pytest.mark.parametrize(
    ("method", "path", "status", "media"),
    [
        ("DELETE", "/pets/1", 204, None),
        ("GET", "/picture", 200, "image/png"),
        ("GET", "/anything", 200, "application/json"),
        ("GET", "/lines", 200, "application/jsonl"),
    ],
)
def test_answers_whatever_is_documented(client, method, path, status, media):
    response = client.request(method, path)

    assert (response.status_code, response.headers.get("Content-Type")) == (status, media)


def test_rejects_as_the_service_will_and_in_the_document_s_own_format(client):
    response = client.get("/pets/0")

    assert (response.status_code, response.json()["code"]) == (422, 422)
    assert client.get("/pets/1?x=1").status_code == 422
    assert client.post("/pets/1").headers["Allow"] == "DELETE, GET, HEAD, OPTIONS"


def test_the_same_request_has_the_same_answer(client):
    assert (
        client.get("/pets/1", headers={"Accept": "text/csv"}).text == client.get("/pets/1", headers={"Accept": "text/csv"}).text
    )


def test_in_a_service_only_what_has_no_handler_is_mocked():
    service = Service(schemes={"bearer": Tokens()}, call=lambda exchange: exchange, responses="raise")
    client = make_client(OpenAPIApp(Engine(description(), bind(description(), (), mock=Mocked), service)))

    assert client.get("/v1/things/7").headers["X-Mock"] == "true"
    assert client.delete("/v1/things/7").status_code == 401
    assert client.delete("/v1/things/7", headers=ADMIN).status_code == 204
    problem = client.post("/v1/things", json={"name": "x"}, headers={"Authorization": "Bearer writer", "Prefer": "code=409"})
    assert (problem.status_code, problem.json()["type"]) == (409, "/problems/gone-away")
