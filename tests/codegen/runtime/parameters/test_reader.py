"""Parameters apart from styles: cookies, `content`, reserved and empty values, defaults, credentials, handler types."""

from __future__ import annotations

import json

import pytest
from pydantic import BaseModel, ConfigDict

from accord.document.document import Document, DocumentError
from accord.errors import RequestRejected
from accord.openapi.api import API
from accord.runtime.handlers.arguments import Arguments
from tests.codegen.openapi.test_primitives import faults
from tests.codegen.support.service import echo, parameter, raw_call

SESSION = parameter("name: sid, in: cookie, schema: {type: string, maxLength: 9}")
NUMBER = parameter("name: n, in: cookie, required: true, schema: {type: integer}")


class TestAQuery:
    @pytest.mark.parametrize("query", ["n=1&", "&n=1", "n=1&&", "&&n=%31&&"])
    def test_may_have_empty_pairs(self, query):
        assert parameter("name: n, in: query, schema: {type: integer}").get(f"/p?{query}").json() == {"n": 1}

    def test_may_have_empty_pairs_in_a_repeated_name(self):
        service = parameter("name: n, in: query, schema: {type: array, items: {type: integer}}")

        assert service.get("/p?n=1&&n=2&").json() == {"n": [1, 2]}

    @pytest.mark.parametrize("query", ["&", "&&"])
    def test_of_empty_pairs_alone_has_no_parameters(self, query):
        assert parameter("name: n, in: query, schema: {type: integer}").get(f"/p?{query}").json() == {"n": None}

    def test_may_not_have_a_pair_without_a_name(self):
        response = parameter("name: n, in: query, schema: {type: integer}").get("/p?n=1&=")

        assert faults(response) == {("query", "/", "unknown")}


class TestAHeader:
    @pytest.mark.parametrize("name", ["Accept", "content-type", "AUTHORIZATION"])
    def test_that_openapi_ignores_is_left_out(self, name):
        client = parameter(f"name: {name}, in: header, required: true, schema: {{type: integer, pattern: '['}}")

        assert client.get("/p", headers={"Authorization": "x"}).json() == {}

    @pytest.mark.parametrize("place", ["query", "cookie"])
    def test_is_not_left_out_elsewhere(self, place):
        assert parameter(f"name: Accept, in: {place}, schema: {{}}").get("/p").json() == {"accept_": None}


class TestACookie:
    @pytest.mark.parametrize(
        ("header", "value"),
        [
            ("sid=abc", "abc"),
            ("sid=", ""),
            ("sid", ""),
            ("a=1; sid=abc; b=2", "abc"),
            ("a=1;sid=abc;b=2", "abc"),
            (" \tsid=abc\t", "abc"),
            ("; ;sid=abc;;", "abc"),
            ('sid="abc"', "abc"),
            ('sid="', '"'),
            ('sid="a"b', '"a"b'),
            ("sid=a=b", "a=b"),
            ("sid=a+b", "a+b"),
            ("sid=a%20b%3B", "a b;"),
            ("sid=%zz", "%zz"),
            ("SID=x", None),
            ("sid2=x", None),
            ("$sid=x", None),
            ("sid =x", None),
        ],
    )
    def test_is_found_by_its_name(self, header, value):
        assert SESSION.get("/p", headers={"cookie": header}).json() == {"sid": value}

    def test_may_come_in_several_headers(self):
        assert SESSION.get("/p", headers=[("cookie", "a=1"), ("cookie", "sid=abc")]).json() == {"sid": "abc"}

    @pytest.mark.parametrize("header", ["other=1", "\u00e9=\u00e9", "other=1; other=2", "other=%FF", "=", ";", ""])
    def test_that_is_unknown_is_ignored(self, header):
        assert SESSION.get("/p", headers={"cookie": header.encode()}).json() == {"sid": None}

    @pytest.mark.parametrize(
        ("header", "code"),
        [
            (b"sid=a; sid=b", "repeated"),
            (b"sid=\xff", "encoding"),
            (b"sid=%FF", "encoding"),
            (b"sid=0123456789", "maxLength"),
        ],
    )
    def test_that_is_malformed_is_rejected(self, header, code):
        answer = raw_call(SESSION.app, "GET", "/p", [(b"cookie", header)])

        assert faults(answer) == {("cookie", "/sid", code)}

    def test_of_utf8_is_read(self):
        assert SESSION.get("/p", headers={"cookie": "sid=\u00e9".encode()}).json() == {"sid": "\u00e9"}  # type: ignore[arg-type] # httpx sends bytes

    def test_has_its_type_and_may_be_required(self):
        assert NUMBER.get("/p", headers={"cookie": "n=7"}).json() == {"n": 7}
        assert faults(NUMBER.get("/p", headers={"cookie": "n=07"})) == {("cookie", "/n", "type")}
        assert faults(NUMBER.get("/p")) == {("cookie", "/n", "required")}


POINT = "content: {application/json: {schema: {type: object, required: [x], properties: {x: {type: integer}}}}}"


class TestContent:
    @pytest.mark.parametrize(
        ("place", "path", "headers"),
        [
            ("query", "/p?v=%7B%22x%22:1.0%7D", {}),
            ("query", "/p?v={%22x%22:+1}", {}),
            ("header", "/p", {"v": ' {"x":1} '}),
            ("cookie", "/p", {"cookie": 'a=1; v={"x":1}'}),
            ("cookie", "/p", {"cookie": "v=%7B%22x%22%3A1%7D"}),
        ],
    )
    def test_of_json_is_read_as_a_body_is(self, place, path, headers):
        assert parameter(f"name: v, in: {place}, {POINT}").get(path, headers=headers).json() == {"v": {"x": 1}}

    def test_of_json_in_a_path_is_read(self):
        service = parameter(f"name: v, in: path, required: true, {POINT}", path="/p/{v}")

        assert service.get("/p/%7B%22x%22%3A1%7D").json() == {"v": {"x": 1}}
        assert faults(service.get("/p/%7B")) == {("path", "/v", "syntax")}

    @pytest.mark.parametrize(
        ("text", "pointer", "code"),
        [
            ("", "/v", "syntax"),
            ("x", "/v", "syntax"),
            ("{", "/v", "syntax"),
            ("{%22x%22:NaN}", "/v", "syntax"),
            ("{%22x%22:1,%22x%22:2}", "/v", "syntax"),
            ("%22%FF%22", "/v", "encoding"),
            ("{}", "/v/x", "required"),
            ("{%22x%22:%221%22}", "/v/x", "type"),
            ("null", "/v", "type"),
        ],
    )
    def test_of_invalid_json_is_rejected(self, text, pointer, code):
        service = parameter(f"name: v, in: query, required: true, {POINT}")

        assert faults(service.get(f"/p?v={text}")) == {("query", pointer, code)}

    def test_of_invalid_json_in_a_header_is_rejected(self):
        service = parameter(f"name: v, in: header, required: true, {POINT}")

        assert faults(service.get("/p", headers={"v": "x"})) == {("header", "/v", "syntax")}

    def test_of_text_stays_text(self):
        service = parameter("name: v, in: query, content: {text/plain: {schema: {type: string}}}")

        assert service.get("/p?v=1,2").json() == {"v": "1,2"}
        assert service.get("/p?v=a+b").json() == {"v": "a b"}

    def test_occurs_once(self):
        assert faults(parameter(f"name: v, in: query, {POINT}").get("/p?v={}&v={}")) == {("query", "/v", "repeated")}


class TestReservedCharacters:
    @pytest.mark.parametrize("allowed", ["true", "false"])
    def test_are_data_where_the_query_may_contain_them(self, allowed):
        service = parameter(f"name: v, in: query, allowReserved: {allowed}, schema: {{type: string}}")

        assert service.get("/p?v=:/?@!$'()*,;=[]").json() == {"v": ":/?@!$'()*,;=[]"}
        assert service.get("/p?v=%3A%26%23").json() == {"v": ":&#"}

    def test_are_none_where_they_are_not_allowed_and_the_plus_is_a_space(self):
        assert parameter("name: v, in: query, schema: {type: string}").get("/p?v=a+b%2B").json() == {"v": "a b+"}

    def test_are_all_data_where_they_are_allowed_even_the_plus(self):
        service = parameter("name: v, in: query, allowReserved: true, schema: {type: string}")

        assert service.get("/p?v=a+b%2B%20").json() == {"v": "a+b+ "}

    def test_still_divide_a_list(self):
        schema = "{type: array, items: {type: string}}"
        service = parameter(f"name: v, in: query, allowReserved: true, explode: false, schema: {schema}")

        assert service.get("/p?v=a/b,c+d%2Ce").json() == {"v": ["a/b", "c+d,e"]}


class TestAnEmptyValue:
    @pytest.mark.parametrize(
        "schema", ["{type: integer}", "{type: string, minLength: 3}", "{type: array, minItems: 2, items: {}}"]
    )
    def test_is_an_empty_string_where_it_is_allowed(self, schema):
        service = parameter(f"name: v, in: query, required: true, allowEmptyValue: true, schema: {schema}")

        assert service.get("/p?v=").json() == {"v": ""}
        assert service.get("/p?v").json() == {"v": ""}
        assert faults(service.get("/p")) == {("query", "/v", "required")}

    def test_does_not_excuse_other_values(self):
        service = parameter("name: v, in: query, allowEmptyValue: true, schema: {type: integer, minimum: 3}")

        assert service.get("/p?v=3").json() == {"v": 3}
        assert faults(service.get("/p?v=2")) == {("query", "/v", "minimum")}
        assert faults(service.get("/p?v=%20")) == {("query", "/v", "type")}


class Filter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: int = 3


DOCUMENT = """
openapi: 3.1.1
info: {title: Typed, version: '1'}
paths:
  /p:
    get:
      operationId: get
      security: [{key: []}, {other: []}]
      parameters:
        - name: filter
          in: query
          style: deepObject
          schema: {type: object, default: {size: 5}, properties: {size: {type: integer}}}
        - {name: many, in: query, content: {application/json: {schema: {type: array, default: [], items: {type: object}}}}}
        - {name: free, in: query, style: deepObject, schema: {type: object, default: {a: [1]}}}
      responses: {'204': {description: Done.}}
components:
  securitySchemes:
    key: {type: apiKey, in: query, name: api_key}
    other: {type: apiKey, in: header, name: X-Key}
    unused: {type: apiKey, in: query, name: unused}
"""
HINTS = {"filter": Filter, "many": list[Filter], "free": dict[str, object], "return": None}


def arguments(text=DOCUMENT):
    described = API.of(Document(text.encode()))
    return Arguments(described.operations[0], {}, HINTS, frozenset({"api_key"}))


class TestAHandler:
    def test_receives_objects_of_its_own_types(self):
        read = arguments().read([], b"filter[size]=7&many=[{%22size%22:1}]", {})

        assert (read["filter"], read["many"]) == (Filter(size=7), [Filter(size=1)])

    def test_receives_defaults_of_its_own(self):
        reading = arguments()
        first = reading.read([], b"", {})
        first["filter"].size = 0
        first["many"].append(1)
        first["free"]["a"].append(2)

        assert reading.read([], b"", {}) == {"filter": Filter(size=5), "many": [], "free": {"a": [1]}}

    def test_is_not_started_with_a_default_that_is_none_of_its_type(self):
        with pytest.raises(DocumentError, match=r"openapi.yaml:\d+: the default of parameter 'filter' does not match"):
            arguments(DOCUMENT.replace("default: {size: 5}", "default: {sizes: 5}"))


class TestADefaultThatIsIncluded:
    """By a `$ref`, whose neighbour comes first (JSON Schema, 8.2.3.1), or by `allOf`."""

    HEAD = "components: {schemas: {Limit: {type: integer, default: 5}, Plain: {type: boolean}}}"

    @pytest.mark.parametrize(
        ("schema", "value"),
        [
            ("{$ref: '#/components/schemas/Limit'}", 5),
            ("{$ref: '#/components/schemas/Limit', default: 7}", 7),
            ("{$ref: '#/components/schemas/Plain', default: true}", True),
            ("{allOf: [{$ref: '#/components/schemas/Limit'}]}", 5),
            ("{$ref: '#/components/schemas/Limit', default: 7.0}", 7),
            ("{type: [integer, 'null'], default: 1e2}", 100),
            ("{type: array, items: {type: integer}, default: [1.0, 2]}", [1, 2]),
            ("{type: number, default: 1.0}", 1.0),
            ("{type: array, items: {type: number}, default: [1.0]}", [1.0]),
        ],
    )
    def test_is_what_the_handler_receives(self, schema, value):
        operation = f"operationId: get, parameters: [{{name: a, in: query, schema: {schema}}}]"
        answer = "responses: {'200': {description: Yes., content: {application/json: {schema: {}}}}}"
        client = echo(f"  /p: {{get: {{{operation}, {answer}}}}}\n", head=self.HEAD)

        assert client.get("/p").text == json.dumps({"a": value}, separators=(",", ":"))


class TestAName:
    @pytest.mark.parametrize("name", ["user-id", "a:b", "a.b", "1", "$x", "class"])
    def test_may_have_any_characters(self, name):
        service = parameter(f"name: '{name}', in: path, required: true, schema: {{type: string}}", path=f"'/p/{{{name}}}'")

        assert list(service.get("/p/v").json().values()) == ["v"]


class TestACredential:
    def test_in_the_query_is_no_unknown_name(self):
        assert arguments().read([], b"api_key=secret", {})["many"] == []

    @pytest.mark.parametrize("name", ["X-Key", "unused", "apikey"])
    def test_of_another_scheme_is(self, name):
        with pytest.raises(RequestRejected) as refused:
            arguments().read([], f"api_key=secret&{name}=1".encode(), {})

        assert refused.value.status == 422
