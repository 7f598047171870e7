"""The landing page: made of the document, and of what the service adds."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient

from accord.document.document import Document
from accord.openapi.api import API
from accord.runtime.docs import pages
from accord.runtime.docs.landing_page import NO_EXTRAS, Extras

DOCUMENT = """\
openapi: 3.1.1
info:
  title: Pets & <owners>
  version: "2.1"
  summary: Keeps `pets`.
  description: |
    First <b>paragraph</b>.

    ## Later

    ![tracker](https://example.com/pixel.png) [run](javascript:alert) [read](https://example.com)
servers: [{url: /v2, description: The server.}]
tags: [{name: zoo animals, description: "Wild ones.\\n\\nMore."}, {name: pets}]
paths:
  /pets/{id}:
    get: {tags: [pets], operationId: getPet, summary: One <pet>, responses: {"200": {description: It.}}}
  /lions:
    get: {tags: [zoo animals], deprecated: true, responses: {"200": {description: It.}}}
"""
SIGN_IN = """\
  /tokens:
    post:
      x-accord-console: sign-in
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/SignIn"}
            example: {name: ada, password: secret}
      responses: {"201": {description: Tokens.}}
  /tokens/{token_id}:
    delete: {x-accord-console: sign-out, responses: {"204": {description: Done.}}}
  /new-tokens:
    post:
      x-accord-console: refresh
      requestBody:
        content:
          application/json: {schema: {type: object, properties: {refreshToken: {type: string}}, example: {refreshToken: abc}}}
      responses: {"201": {description: Tokens.}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}, token: {type: http, scheme: bearer}}
  schemas:
    SignIn:
      type: object
      properties:
        name: {type: string, description: "The `name`."}
        password: {type: string, format: password}
        code: {type: string}
        passkey: {type: object}
"""


def client_of(text: str, extras: Extras = NO_EXTRAS, *, left_out: tuple[str, ...] = ()) -> TestClient:
    document = Document(text.encode())
    routes = pages.routes(document, API.of(document), extras, is_served=lambda path: path not in left_out)
    return TestClient(Starlette(routes=routes))


def landing(text: str, extras: Extras = NO_EXTRAS, *, left_out: tuple[str, ...] = ()) -> str:
    return client_of(text, extras, left_out=left_out).get("/").text


def test_texts_of_the_document_are_markdown_without_html_images_or_scripts():
    page = landing(DOCUMENT)

    assert "<h1>Pets &amp; &lt;owners&gt;</h1>" in page
    assert "Keeps <code>pets</code>." in page
    assert "First &lt;b&gt;paragraph&lt;/b&gt;." in page
    assert "<h3>Later</h3>" in page
    assert '<a href="https://example.com">read</a>' in page
    assert "<img" not in page
    assert 'href="javascript' not in page


def test_operations_are_listed_by_tag_and_lead_to_swagger_ui():
    page = landing(DOCUMENT)

    assert re.findall("<h3>(zoo animals|pets)</h3>", page) == ["zoo animals", "pets"]
    assert '<a href="docs#/pets/getPet">' in page
    assert '<a href="docs#/zoo%20animals/get_lions">' in page  # the name that Swagger UI makes of the path
    assert page.count("deprecated</span>") == 1
    assert '<p class="muted">Wild ones.</p>' in page


def test_a_page_that_is_not_served_is_not_linked():
    everything, less = landing(DOCUMENT), landing(DOCUMENT, left_out=("/redoc",))

    assert everything.count('href="redoc"') == 3
    assert 'href="redoc"' not in less
    assert client_of(DOCUMENT, left_out=("/redoc",)).get("/redoc").status_code == 404


def test_a_service_adds_links_a_changelog_and_the_recent_requests(tmp_path: Path):
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("# Changes\n\n- `getPet` <new>\n")
    links = (("health", "Health", "Whether it runs."),)
    client = client_of(DOCUMENT, Extras(links=links, changelog=changelog, recent_requests=True))

    page = client.get("/").text

    assert '<a href="health">Health</a> <span class="muted">Whether it runs.</span>' in page
    assert '<a href="changelog">' in page
    assert 'id="recent"' in page
    assert "<li><code>getPet</code> &lt;new&gt;</li>" in client.get("/changelog").text
    assert not {"health", "changelog", "recent"} & set(re.findall(r'(?:href|id)="(\w+)"', landing(DOCUMENT)))


def test_webhooks_are_left_out_for_the_generator_that_does_not_read_them():
    webhooks = DOCUMENT + "webhooks: {petLost: {post: {responses: {'204': {description: Read.}}}}}\n"

    assert "del(.webhooks)" in landing(webhooks)
    assert "del(.webhooks)" not in landing(DOCUMENT)


class TestSignIn:
    def test_the_form_has_the_fields_of_the_first_example_and_the_others_apart(self):
        page = landing(DOCUMENT + SIGN_IN)

        form = page[page.index("<form") : page.index("</form>")]
        before, others = form.split("<details>")
        assert re.findall(r'name="(\w+)" type="(\w+)" autocomplete="([\w-]+)"', before) == [
            ("name", "text", "username"),
            ("password", "password", "current-password"),
        ]
        assert re.findall(r'name="(\w+)"', others) == ["code"]
        assert "The <code>name</code>." in before

    def test_it_names_the_operations_and_the_scheme_of_the_token(self):
        page = landing(DOCUMENT + SIGN_IN)

        assert 'data-scheme="token" data-method="POST" data-path="v2/tokens"' in page
        assert 'data-sign-out-method="DELETE" data-sign-out-path="v2/tokens/{token_id}"' in page
        assert 'data-refresh-method="POST" data-refresh-path="v2/new-tokens" data-refresh-property="refreshToken"' in page

    def test_without_a_declared_operation_there_is_none(self):
        assert "<form" not in landing(DOCUMENT)
        assert "<form" not in landing(DOCUMENT + SIGN_IN.replace("x-accord-console: sign-in", "summary: Sign in"))
