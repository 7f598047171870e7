"""The document and its documentation pages over HTTP."""

import re
from collections.abc import Iterator

import pytest
import yaml
from starlette.applications import Starlette
from starlette.testclient import TestClient

from accord.document.document import Document
from accord.openapi.api import API
from accord.runtime.docs import pages
from tests.support.paths import OPENAPI

SMALL = b"""\
openapi: 3.1.1
info: {title: "<Small> & {braced}", version: "1"}
x-accord-problems:
  gone-away:
    title: Gone <away>
    description: See `next_cursor` & <script>alert(1)</script>.
  unused: {}
paths:
  /things/{id}:
    get:
      operationId: getThing
      tags: [some things]
      summary: One <thing>
      responses:
        "404": {$ref: "#/components/responses/GoneAway"}
        "410": {$ref: "#/components/responses/GoneAway"}
components:
  responses:
    GoneAway:
      description: It has gone.
      content:
        application/problem+json:
          schema:
            type: object
            properties:
              type: {const: /problems/gone-away}
"""


def client_of(document: Document) -> TestClient:
    app = Starlette(routes=pages.routes(document, API.of(document)))
    return TestClient(app, follow_redirects=False)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with client_of(Document.load(OPENAPI)) as client:
        yield client


@pytest.fixture(scope="module")
def small() -> Iterator[TestClient]:
    with client_of(Document(SMALL)) as client:
        yield client


def every_path() -> list[str]:
    document = Document(SMALL)
    return [route.path for route in pages.routes(document, API.of(document)) if "{" not in route.path]


class TestDocument:
    def test_the_yaml_is_the_written_file_byte_for_byte(self, client):
        response = client.get("/openapi.yaml")

        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/yaml"
        assert response.content == OPENAPI.read_bytes()

    def test_the_json_is_the_same_document(self, client):
        response = client.get("/openapi.json")

        assert response.headers["Content-Type"] == "application/json"
        assert response.json() == yaml.safe_load(OPENAPI.read_bytes())

    def test_another_document_has_another_etag(self, client, small):
        ours, theirs = client.get("/openapi.yaml"), small.get("/openapi.yaml")

        assert ours.headers["ETag"] != theirs.headers["ETag"]

    def test_the_yaml_and_the_json_have_different_etags(self, client):
        assert client.get("/openapi.yaml").headers["ETag"] != client.get("/openapi.json").headers["ETag"]


@pytest.mark.parametrize("path", every_path())
class TestEveryPage:
    def test_has_a_strong_etag_and_must_be_revalidated(self, small, path):
        response = small.get(path)

        assert response.status_code == 200
        assert re.fullmatch(r'"[0-9a-f]{32}"', response.headers["ETag"])
        assert response.headers["Cache-Control"] == "no-cache"

    def test_head_has_the_same_headers_and_no_body(self, small, path):
        get, head = small.get(path), small.head(path)

        assert head.status_code == 200
        assert head.headers == get.headers
        assert head.content == b""

    @pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', '"a,b" , W/{}', "*"])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_a_client_that_has_it_gets_a_304(self, small, path, known, method):
        etag = small.get(path).headers["ETag"]

        response = small.request(method, path, headers={"If-None-Match": known.format(etag)})

        assert response.status_code == 304
        assert response.headers["ETag"] == etag
        assert response.content == b""

    def test_a_client_that_sends_its_tags_in_two_headers_is_understood(self, small, path):
        etag = small.get(path).headers["ETag"]

        response = small.get(path, headers=[("If-None-Match", '"other"'), ("If-None-Match", etag)])

        assert response.status_code == 304

    @pytest.mark.parametrize("known", ['"other"', 'W/"other"', "other", ""])
    def test_a_client_that_has_something_else_gets_it(self, small, path, known):
        response = small.get(path, headers={"If-None-Match": known})

        assert response.status_code == 200
        assert response.content

    def test_is_only_read(self, small, path):
        response = small.post(path)

        assert response.status_code == 405
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD"}

    def test_is_kept_to_itself_by_the_browser(self, small, path):
        headers = small.get(path).headers

        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]


class TestReaders:
    @pytest.mark.parametrize("path", ["/", "/docs", "/redoc", "/problems", "/coverage", "/console"])
    def test_everything_that_a_page_names_is_served_beside_it(self, client, path):
        page = client.get(path)

        named = re.findall(r'(?:src|href)="(?!data:)([^"#]+)', page.text)

        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert len(named) >= 3
        for address in named:
            assert client.get(address.removeprefix("./")).status_code == 200

    @pytest.mark.parametrize("path", ["/", "/docs", "/redoc", "/problems", "/coverage", "/console"])
    def test_the_title_of_the_document_is_text_and_not_markup(self, small, path):
        assert "&lt;Small&gt; &amp; {braced}" in small.get(path).text

    def test_the_console_runs_only_its_own_script(self, client):
        policy = client.get("/console").headers["Content-Security-Policy"]

        assert "script-src 'self';" in policy
        assert "connect-src 'self';" in policy
        assert re.search(r"style-src +'self';", policy)

    @pytest.mark.parametrize(
        ("path", "media_type"),
        [
            ("/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
            ("/docs/swagger-ui.css", "text/css; charset=utf-8"),
            ("/assets/icon.svg", "image/svg+xml"),
            ("/redoc/logo-mini.svg", "image/svg+xml"),
        ],
    )
    def test_files_have_their_media_type(self, client, path, media_type):
        assert client.get(path).headers["Content-Type"] == media_type


class TestProblems:
    def test_every_problem_of_the_document_has_its_place(self, client):
        slugs = yaml.safe_load(OPENAPI.read_bytes())["x-accord-problems"]

        page = client.get("/problems").text

        assert re.findall(r'<section id="([^"]+)"', page)[: len(slugs)] == list(slugs)

    def test_a_problem_names_its_statuses_and_operations(self, small):
        page = small.get("/problems").text

        assert "404 Not Found" in page
        assert "410 Gone" in page
        assert (
            '<a href="docs#/some%20things/getThing"><span class="method GET">GET</span> <code>/things/{id}</code></a>' in page
        )
        assert "One &lt;thing&gt;" in page

    def test_text_of_the_document_is_not_markup(self, small):
        page = small.get("/problems").text

        assert "Gone &lt;away&gt;" in page
        assert "See <code>next_cursor</code> &amp; &lt;script&gt;alert(1)&lt;/script&gt;." in page

    def test_a_type_leads_to_its_place_below_any_prefix(self, small):
        response = small.get("/problems/gone-away")

        assert response.status_code == 307
        assert response.headers["Location"] == "../problems#gone-away"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.url.join(response.headers["Location"]).raw_path == b"/problems"

    def test_an_unknown_type_is_not_found(self, small):
        assert small.get("/problems/unknown").status_code == 404

    def test_what_every_operation_may_answer_has_its_place_after_them(self, client, small):
        ours, theirs = (re.findall(r'<section id="([^"]+)"', each.get("/problems").text) for each in (client, small))

        assert {"method-not-allowed", "internal-server-error"} < set(ours)
        assert len(ours) == len(set(ours))
        assert theirs[:3] == ["gone-away", "unused", "bad-request"]
        assert small.get("/problems/method-not-allowed").status_code == 307
