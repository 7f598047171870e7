"""Routing: the operation of a request."""

import pytest

from accord.document.document import Document, DocumentError
from accord.openapi.api import API
from tests.codegen.support.operations import handlers
from tests.codegen.support.service import ADMIN, echo, make_client, make_host, parameter

CLIENT = make_client(make_host())

TREE = """\
  /a/{x}/c:
    get: {operationId: template, parameters: [{name: x, in: path, required: true, schema: {type: string}}],
          responses: {'200': {description: A., content: {application/json: {schema: {}}}}}}
  /a/b/d:
    get: {operationId: literal,
          responses: {'200': {description: B., content: {application/json: {schema: {}}}}}}
"""


class TestAPath:
    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/v1",
            "/v1/things/",
            "/v1//things",
            "//v1/things",
            "/V1/things",
            "/v1/Things",
            "/v1/things/1/",
            "/v1/things/1/x",
        ],
    )
    def test_that_is_not_exactly_documented_is_not_found(self, path):
        response = CLIENT.get(f"http://testserver{path}")

        assert response.status_code == 404
        assert response.json()["type"] == "/problems/not-found"

    def test_may_be_written_with_percent_encoded_letters(self):
        assert CLIENT.get("/v1/%74hings").status_code == 200

    def test_with_an_encoded_slash_is_one_segment(self):
        client = parameter("name: x, in: path, required: true, schema: {type: string}", path="/p/{x}")

        assert client.get("/p/a%2Fb").json() == {"x": "a/b"}
        assert client.get("/p/a/b").status_code == 404

    def test_with_an_encoded_slash_between_literals_is_not_found(self):
        assert CLIENT.get("/v1%2Fthings").status_code == 404

    def test_with_an_empty_value_is_not_found(self):
        client = parameter("name: x, in: path, required: true, schema: {type: string}", path="/p/{x}/q")

        assert client.get("/p//q").status_code == 404

    def test_that_is_not_utf8_is_not_found(self):
        client = parameter("name: x, in: path, required: true, schema: {type: string}", path="/p/{x}")

        assert client.get("/p/%ff").status_code == 404

    def test_keeps_a_decoded_percent_sign_once(self):
        client = parameter("name: x, in: path, required: true, schema: {type: string}", path="/p/{x}")

        assert client.get("/p/%2541").json() == {"x": "%41"}

    def test_keeps_a_plus_sign(self):
        client = parameter("name: x, in: path, required: true, schema: {type: string}", path="/p/{x}")

        assert client.get("/p/a+b").json() == {"x": "a+b"}
        assert client.get("/p/a+%20b").json() == {"x": "a+ b"}

    def test_prefers_a_literal_to_a_template(self):
        assert CLIENT.get("/v1/things/latest").status_code == 202

    def test_falls_back_to_the_template_where_the_literal_leads_nowhere(self):
        client = echo(TREE)

        assert client.get("/a/b/d").json() == {}
        assert client.get("/a/b/c").json() == {"x": "b"}
        assert client.get("/a/b/e").status_code == 404


SEGMENTS = """\
  /files/{name}.{extension}:
    get: &get
      parameters: &two
        - {name: name, in: path, required: true, schema: {type: string}}
        - {name: extension, in: path, required: true, schema: {type: string}}
      responses: {'200': {description: A., content: {application/json: {schema: {}}}}}
  /files/{extension}.{name}.json: {get: {<<: *get, operationId: b}}
  /files/v{name}:
    get: {<<: *get, operationId: c, parameters: [{name: name, in: path, required: true, schema: {type: integer}}]}
  /files/{other}:
    get: {<<: *get, operationId: d, parameters: [{name: other, in: path, required: true, schema: {type: string}}]}
  /files/v1.json: {get: {<<: *get, operationId: e, parameters: []}}
  /two/{name}-{extension}/x: {get: {<<: *get, operationId: f}}
"""


class TestASegment:
    @pytest.mark.parametrize(
        ("path", "values"),
        [
            ("/files/a.txt", {"name": "a", "extension": "txt"}),
            ("/files/a.tar.gz", {"name": "a.tar", "extension": "gz"}),
            ("/files/a.b.json", {"name": "b", "extension": "a"}),
            ("/files/v1.json", {}),
            ("/files/x1.txt", {"name": "x1", "extension": "txt"}),
            ("/files/v12", {"name": 12}),
            ("/files/%7612", {"name": 12}),
            ("/files/v", {"other": "v"}),
            ("/files/abc", {"other": "abc"}),
            ("/files/a%2Eb", {"other": "a.b"}),
            ("/files/.txt", {"other": ".txt"}),
            ("/files/a.", {"other": "a."}),
            ("/files/a%2Fb.%C3%A9", {"name": "a/b", "extension": "\u00e9"}),
            ("/two/a-b/x", {"name": "a", "extension": "b"}),
            ("/two/a%2Db-c+d/x", {"name": "a-b", "extension": "c+d"}),
            ("/two/%0A-b/x", {"name": "\n", "extension": "b"}),
            ("/two/a%2Db/x", {"name": "a", "extension": "b"}),
            ("/two/a%2db%2dc/x", {"name": "a-b", "extension": "c"}),
        ],
    )
    def test_may_contain_several_parameters_and_the_most_text_wins(self, path, values):
        assert echo(SEGMENTS).get(path).json() == values

    @pytest.mark.parametrize("path", ["3.png", "3%2Epng", "3%2epng", "%33.%70ng", "%33%2E%70%6Eg"])
    def test_may_have_its_text_percent_encoded(self, path):
        client = parameter("name: y, in: path, required: true, schema: {type: integer}", path="/tile/{y}.png")

        assert client.get(f"/tile/{path}").json() == {"y": 3}
        assert client.get(f"/%74ile/{path}").json() == {"y": 3}

    @pytest.mark.parametrize("path", ["%C3%A9-3_~", "%c3%a9-3_~", "%c3%A9%2d3%5f%7E"])
    def test_is_read_in_either_case_of_hex_digits(self, path):
        client = parameter("name: y, in: path, required: true, schema: {type: integer}", path="/tile/\u00e9-{y}_~")

        assert client.get(f"/tile/{path}").json() == {"y": 3}

    @pytest.mark.parametrize("path", ["3%3Apng", "3%2Fpng", "3%25%32%45png"])
    def test_does_not_take_encoded_reserved_characters_for_its_text(self, path):
        client = parameter("name: y, in: path, required: true, schema: {type: integer}", path="/tile/{y}:png")

        assert client.get(f"/tile/{path}").status_code == 404

    @pytest.mark.parametrize(
        "path", ["/two/a/x", "/two/-b/x", "/two/a-/x", "/two/a-b", "/two/a-b/y", "/two/a-%FF/x", "/files/"]
    )
    def test_that_has_not_the_text_between_is_not_found(self, path):
        assert echo(SEGMENTS).get(path).status_code == 404

    def test_is_validated(self):
        response = echo(SEGMENTS).get("/files/vx")

        assert [(fault["in"], fault["pointer"]) for fault in response.json()["errors"]] == [("path", "/name")]

    def test_with_a_brace_outside_a_parameter_stops_the_start(self):
        with pytest.raises(DocumentError, match=r"openapi.yaml:\d+: path '/p/{x': '{x' has a brace that is no parameter's"):
            parameter("name: x, in: query, schema: {type: string}", path="'/p/{x'")

    def test_of_other_names_is_the_same_resource(self):
        answer = "responses: {'200': {description: A., content: {application/json: {schema: {}}}}}"
        one = f"operationId: a, {answer}, parameters: [{{name: a, in: path, required: true, schema: {{type: string}}}}]"
        client = echo(f"  /v{{a}}: {{get: {{{one}}}}}\n  /v{{b}}: {{post: {{{one.replace('a,', 'b,')}}}}}\n")

        assert client.get("/v1").json() == {"a": "1"}
        assert client.post("/v2").json() == {"b": "2"}
        assert client.put("/v1").headers["Allow"] == "GET, HEAD, OPTIONS, POST"


SERVERS = """\
  /p:
    get: &get
      operationId: a
      responses: {'200': {description: A., content: {application/json: {schema: {}}}}}
    post: {<<: *get, operationId: b, servers: [{url: 'https://example.com/other/'}]}
  /q/{x}:
    servers: [{url: /inner}]
    get: {<<: *get, operationId: c, parameters: [{name: x, in: path, required: true, schema: {type: string}}]}
"""
HEAD = """\
servers:
  - url: https://example.com/api/{version}
    variables: {version: {enum: [v1, v2], default: v1}}
  - url: 'https://example.com/a%20b'
"""


class TestAServer:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/api/v1/p"),
            ("GET", "/api/v2/p"),
            ("GET", "/a%20b/p"),
            ("POST", "/other/p"),
            ("GET", "/inner/q/1"),
        ],
    )
    def test_has_every_path_below_its_own(self, method, path):
        assert echo(SERVERS, head=HEAD).request(method, path).status_code == 200

    @pytest.mark.parametrize(
        ("method", "path"), [("GET", "/p"), ("GET", "/api/v3/p"), ("POST", "/p"), ("GET", "/q/1"), ("GET", "/api/v1/q/1")]
    )
    def test_has_no_path_elsewhere(self, method, path):
        assert echo(SERVERS, head=HEAD).request(method, path).status_code == 404

    def test_allows_what_it_has(self):
        client = echo(SERVERS, head=HEAD)

        assert client.put("/api/v1/p").headers["Allow"] == "GET, HEAD, OPTIONS"
        assert client.put("/other/p").headers["Allow"] == "OPTIONS, POST"

    @pytest.mark.parametrize(
        ("url", "path"),
        [
            (".", "/z"),
            ("./", "/z"),
            ("./test", "/test/z"),
            ("v1", "/v1/z"),
            ("../v1/", "/v1/z"),
            ("/a/../c", "/c/z"),
            ("https://example.com/a/./b/../c", "/a/c/z"),
            ("//example.com/x", "/x/z"),
            ("{base}/v2", "/b/v2/z"),
        ],
    )
    def test_may_have_a_relative_url(self, url, path):
        head = f"servers: [{{url: '{url}', variables: {{base: {{default: b}}}}}}]"

        assert echo(SERVERS + "  /z: {get: {<<: *get, operationId: d}}\n", head=head).get(path).status_code == 200

    def test_has_the_aliases_too(self):
        client = echo(SERVERS, head=HEAD + "x-accord-alias: {/z: /p}")

        assert client.get("/api/v1/z").status_code == 200
        assert client.get("/z").status_code == 404

    def test_whose_path_is_another_operation_s_stops_the_start(self):
        with pytest.raises(DocumentError, match=r"openapi.yaml:\d+: GET /z is also a \(openapi.yaml:\d+\): remove one"):
            echo(SERVERS + "  /z: {get: {<<: *get, operationId: d}}\n", head="x-accord-alias: {/z: /p}")


class TestAnAlias:
    def test_answers_identically(self):
        aliased, named = CLIENT.get("/latest/things/7"), CLIENT.get("/v1/things/7")

        assert aliased.content == named.content
        assert aliased.headers["ETag"] == named.headers["ETag"]

    def test_has_the_same_methods(self):
        assert CLIENT.put("/latest/things/7").headers["Allow"] == CLIENT.put("/v1/things/7").headers["Allow"]

    def test_is_of_whole_segments(self):
        client = echo(TREE.replace("/a/b/d", "/abc"), head="x-accord-alias: {/z: /a}")

        assert client.get("/z/1/c").status_code == 200
        assert client.get("/zbc").status_code == 404
        assert client.get("/abc").status_code == 200


class TestAMethod:
    @pytest.mark.parametrize("method", ["PUT", "PATCH", "TRACE", "QUERY", "CONNECT", "get", "PROPFIND"])
    def test_that_is_not_documented_has_the_complete_allow(self, method):
        response = CLIENT.request(method.encode() if method == "get" else method, "/v1/things/7")

        assert response.status_code == 405
        assert response.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS"
        assert response.json()["type"] == "/problems/method-not-allowed"

    @pytest.mark.parametrize(
        ("path", "allow"),
        [
            ("/v1/things", "GET, HEAD, OPTIONS, POST"),
            ("/v1/things/7", "DELETE, GET, HEAD, OPTIONS"),
            ("/v1/me", "GET, HEAD, OPTIONS"),
        ],
    )
    def test_options_is_answered_for_every_path(self, path, allow):
        response = CLIENT.options(path)

        assert response.status_code == 204
        assert response.headers["Allow"] == allow
        assert response.content == b""
        assert "Content-Type" not in response.headers

    def test_options_of_an_unknown_path_is_not_found(self):
        assert CLIENT.options("/v1/nothing").status_code == 404

    def test_options_needs_no_credentials(self):
        client = make_client(make_host())

        assert client.options("/v1/things/7").status_code == 204

    def test_documented_as_options_reaches_its_handler(self):
        answer = "{description: A., content: {application/json: {schema: {}}}}"
        client = echo(f"  /p:\n    options: {{operationId: o, responses: {{'200': {answer}}}}}")

        assert client.options("/p").json() == {}

    def test_documented_as_head_is_not_answered_by_get(self):
        operation = (
            "{operationId: %s, responses: {'200': {description: A., content: {application/json: {schema: {}}}, "
            "headers: {X-M: {required: true, schema: {const: %s}}}}}}"
        )
        client = echo(f"  /p:\n    get: {operation % ('g', 'true')}\n    head: {operation % ('h', 'h')}\n")

        assert client.head("/p").headers["X-M"] == "h"
        assert client.get("/p").headers["X-M"] == "true"


class TestHead:
    @pytest.mark.parametrize(
        "path", ["/v1/things", "/v1/things/7", "/v1/me", "/v1/nothing", "/v1/things/x", "/v1/things/latest"]
    )
    def test_has_the_headers_of_get_and_no_body(self, path):
        got, headed = CLIENT.get(path), CLIENT.head(path)

        assert headed.status_code == got.status_code
        assert headed.content == b""
        strip = {"x-request-id"}
        assert {k: v for k, v in headed.headers.items() if k not in strip} == {
            k: v for k, v in got.headers.items() if k not in strip
        }

    def test_revalidates_like_get(self):
        assert CLIENT.head("/v1/things/7", headers={"If-None-Match": '"one"'}).status_code == 304

    def test_of_a_path_without_get_is_rejected(self):
        client = echo("  /p:\n    post: {operationId: p, responses: {'204': {description: A.}}}")

        assert client.head("/p").status_code == 405
        assert client.head("/p").headers["Allow"] == "OPTIONS, POST"


class TestTheDocument:
    def test_is_what_the_operations_come_from(self):
        described = API.of(Document(b"openapi: 3.1.1\npaths: {}\n"))

        assert described.operations == ()
        assert len(handlers()) == 6
        assert CLIENT.delete("/v1/things/7", headers=ADMIN).status_code == 204
