"""Request bodies: 413, 415, 400, and strict JSON."""

import json
from datetime import datetime

import pytest
from pydantic import BaseModel

from accord.document.document import Document
from accord.document.strict_json import strict_json
from accord.openapi.api import API
from accord.runtime import Empty, Engine, OpenAPIApp, Operation, Service
from tests.codegen.support.service import GONE, Answer, NoAnswer, Observer, body, make_client, make_engine, raw_call


class Since(BaseModel):
    since: datetime


ANY = body("{}")
LIMIT = body("{}", head="x-accord-body-limit: 20")
OPTIONAL = body("{type: object}", required="false")
JSON = [(b"content-type", b"application/json")]


def sent_to(client, *messages: bytes, headers=()) -> Answer:
    return raw_call(client.app, "POST", "/p", [*JSON, *headers], messages)


class TestJson:
    @pytest.mark.parametrize(
        ("raw", "value"),
        [
            *[(b"null", None), (b"true", True), (b"[]", []), (b"{}", {}), (b'""', ""), (b" 1\r\n\t", 1), (b"-0", 0)],
            *[(b'"\\ud83d\\ude00"', "😀"), (b'"\\u0000"', "\0"), ('"é"'.encode(), "é"), (b'{"":0}', {"": 0}), (b"1.5", 1.5)],
            *[(b"9007199254740993", 2**53 + 1), (b"9" * 400, int("9" * 400)), (b'{"a":{"a":1}}', {"a": {"a": 1}})],
        ],
    )
    def test_of_every_kind_is_read(self, raw, value):
        assert strict_json(raw) == value
        assert type(strict_json(raw)) is type(value)

    @pytest.mark.parametrize(
        "raw",
        [
            *[b'{"a":1,"a":2}', b'{"a":1,"\\u0061":2}', b'[{"b":{"a":1,"a":1}}]', b"NaN", b"[NaN]", b"Infinity", b"-Infinity"],
            *[
                b"1e400",
                b"[-1e400]",
                b'{"a":[1E999]}',
                b"\xef\xbb\xbf{}",
                '{"a":1}'.encode("utf-16"),
                '{"a":1}'.encode("utf-16-le"),
            ],
            *['{"a":1}'.encode("utf-32"), b'"\\ud800"', b'"\\udc00"', b'"\\udc00\\ud800"', b'{"\\ud800":1}', b'"\xed\xa0\x80"'],
            *[
                b'"\xff"',
                b'"\xc0\x80"',
                b"[" * 100_000 + b"]" * 100_000,
                b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
                b"9" * 5000,
            ],
            *[
                b"[" * 100_000,
                b'{"a":',
                b"[1",
                b"[1,",
                b'"a',
                b"tru",
                b"{}{}",
                b"{} x",
                b"{}\0",
                b" ",
                b"'a'",
                b"{a:1}",
                b"[1,]",
            ],
            *[
                b'{"a":1,}',
                b"/**/1",
                b"//\n1",
                b"01",
                b"+1",
                b"1.",
                b".5",
                b"1e",
                b"0x1",
                b'"a\nb"',
                b'"\\x"',
                b"\x0c1",
                b"\xa01",
            ],
            *[b"a=1", b"<a/>", b"undefined", b"None", b"True", b"1 2", b'"a" "b"', b"-"],
        ],
    )
    def test_of_any_other_writing_is_rejected(self, raw):
        response = ANY.post("/p", content=raw, headers={"Content-Type": "application/json"})

        assert response.status_code == 400
        assert response.json()["type"] == "/problems/bad-request"

    @pytest.mark.parametrize(("depth", "status"), [(100, 200), (199, 200), (300, 400)])
    def test_is_read_to_a_bounded_depth(self, depth, status):
        response = ANY.post("/p", content=b"[" * depth + b"]" * depth, headers={"Content-Type": "application/json"})

        assert response.status_code == status

    @pytest.mark.parametrize(
        ("raw", "value"), [("1.0", 1), ("1e2", 100), ("-0.0", 0), ("[2.0]", [2]), ('{"a":[{"b":3.0}]}', {"a": [{"b": 3}]})]
    )
    def test_numbers_that_are_integral_are_integers(self, raw, value):
        read = strict_json(raw.encode())

        assert repr(read) == repr(value)

    @pytest.mark.parametrize(
        ("schema", "value", "wanted"),
        [
            ("object", [], "an object"),
            ("object", None, "an object"),
            ("array", {}, "an array"),
            ("string", 1, "a string"),
            ("integer", 1.5, "an integer"),
        ],
    )
    def test_of_the_wrong_type_is_unprocessable(self, schema, value, wanted):
        content = json.dumps(value)

        response = body(f"{{type: {schema}}}").post("/p", content=content, headers={"Content-Type": "application/json"})

        assert response.status_code == 422
        assert response.json()["errors"] == [
            {"in": "body", "pointer": "", "code": "type", "message": f"must be {wanted}"},
        ]

    @pytest.mark.parametrize("text", ["true", "1.5", '"1"', "null", "[1]", "1e400"])
    def test_that_is_no_integer_is_none(self, text):
        assert body("{type: integer}").post("/p", content=text, headers={"Content-Type": "application/json"}).status_code in (
            400,
            422,
        )

    def test_that_is_an_integral_float_reaches_the_handler_as_an_integer(self):
        response = body("{type: integer}").post("/p", content="1.0", headers={"Content-Type": "application/json"})

        assert response.text == '{"body":1}'


class TestSize:
    def test_at_the_limit_is_read(self):
        assert sent_to(LIMIT, b'"' + b"a" * 18 + b'"').status == 200
        assert sent_to(LIMIT, b'"' + b"a" * 10, b"a" * 8 + b'"').status == 200

    def test_beyond_the_limit_is_rejected(self):
        answer = sent_to(LIMIT, b'"' + b"a" * 19 + b'"')

        assert answer.status == 413
        assert answer.json()["type"] == "/problems/content-too-large"
        assert answer.json()["detail"] == "The body is larger than 20 bytes."

    @pytest.mark.parametrize("length", [b"21", b"9" * 30])
    def test_that_is_announced_is_rejected_before_it_is_read(self, length):
        answer = sent_to(LIMIT, b"{}", headers=[(b"content-length", length)])

        assert answer.status == 413
        assert answer.reads == 0

    def test_is_counted_while_reading_because_the_announcement_may_lie(self):
        answer = sent_to(LIMIT, *[b"a" * 8] * 100, headers=[(b"content-length", b"5")])

        assert answer.status == 413
        assert answer.reads == 3

    def test_of_one_endless_chunk_stops_at_the_first(self):
        assert sent_to(LIMIT, b"a" * 1000, b"a").reads == 1

    def test_of_an_operation_without_a_body_is_not_looked_at(self):
        answer = raw_call(make_engine().serve, "GET", "/v1/things/7", [(b"content-length", b"99999999")], [b"a" * 999])

        assert answer.status == 200
        assert answer.reads == 0


class TestMediaType:
    @pytest.mark.parametrize(
        "sent",
        [
            "application/json",
            "APPLICATION/JSON",
            "application/json;charset=utf-8",
            'application/json ; charset=UTF-8 ; profile="a;b"',
            "application/json;",
        ],
    )
    def test_documented_is_read_whatever_its_parameters(self, sent):
        assert ANY.post("/p", content='"é"'.encode(), headers={"Content-Type": sent}).json() == {"body": "é"}

    @pytest.mark.parametrize(
        "sent",
        [
            *["", "text/plain", "application/jsonx", "application/vnd.x+json", "application/x-www-form-urlencoded", "json"],
            *["application/*", "*/*", "multipart/form-data", "application/json, text/plain", "text/plain; a=application/json"],
            *["application/merge-patch+json", "application/json; charset=latin-1", "application/json; charset", "*/json"],
            "application/json; charset=utf-8; charset=utf-8",
        ],
    )
    def test_that_is_not_documented_is_rejected_with_those_that_are(self, sent):
        response = ANY.post("/p", content=b"{}", headers={"Content-Type": sent})

        assert response.status_code == 415
        assert response.headers["Accept"] == "application/json"
        assert response.json()["type"] == "/problems/unsupported-media-type"

    def test_that_is_missing_is_rejected(self):
        assert ANY.post("/p", content=b"{}").status_code == 415
        assert raw_call(ANY.app, "POST", "/p", [(b"transfer-encoding", b"chunked")], [b"{}"]).status == 415
        assert raw_call(ANY.app, "POST", "/p", [], [b"{}"]).status == 415

    @pytest.mark.parametrize(("coding", "status"), [("gzip", 415), ("br, gzip", 415), ("identity", 200), ("Identity", 200)])
    def test_with_a_coding_is_rejected(self, coding, status):
        headers = {"Content-Type": "application/json", "Content-Encoding": coding}

        response = ANY.post("/p", content=b"{}", headers=headers)

        assert response.status_code == status
        assert ("Accept" in response.headers) == (status == 415)

    def test_that_is_sent_twice_is_rejected(self):
        assert sent_to(ANY, b"{}", headers=JSON).status == 415

    def test_chooses_the_schema_of_the_body(self):
        client = body("{type: object}}, application/merge-patch+json: {schema: {type: array}")

        assert client.post("/p", content="[]", headers={"Content-Type": "application/merge-patch+json"}).status_code == 200
        assert client.post("/p", content="[]", headers={"Content-Type": "application/json"}).status_code == 422
        assert client.post("/p", content="x", headers={"Content-Type": "a/b"}).headers["Accept"] == (
            "application/json, application/merge-patch+json"
        )


class TestNoBody:
    @pytest.mark.parametrize("headers", [{}, {"Content-Type": "application/json"}, {"Content-Length": "0"}])
    def test_where_one_is_required_is_rejected(self, headers):
        response = ANY.post("/p", headers=headers)

        assert response.status_code == 400
        assert response.json()["detail"] == "A body is required."

    @pytest.mark.parametrize("headers", [{}, {"Content-Type": "application/json"}])
    def test_where_none_is_required_is_none(self, headers):
        assert OPTIONAL.post("/p", headers=headers).json() == {"body": None}

    def test_of_a_wrong_media_type_is_rejected_all_the_same(self):
        assert OPTIONAL.post("/p", headers={"Content-Type": "text/plain"}).status_code == 415

    def test_is_not_null(self):
        assert OPTIONAL.post("/p", content="null", headers={"Content-Type": "application/json"}).status_code == 422


class TestAClientThatLeaves:
    @pytest.mark.parametrize("messages", [[GONE], [b'{"a"', b":", GONE]])
    def test_before_its_body_is_complete_is_not_answered(self, messages):
        observer = Observer()
        engine = make_engine(observer=observer)
        headers = [*JSON, (b"authorization", b"Bearer writer")]

        with pytest.raises(NoAnswer):
            raw_call(engine.serve, "POST", "/v1/things", headers, messages)

        assert observer.statuses == [499]
        assert observer.errors == []


class TestTheReader:
    def test_leaves_other_values_alone(self):
        value = {"a": [1, 1.25, "1.0", None, True, {"b": [[], {}, -2.5e-7, 10**30]}]}

        assert strict_json(json.dumps(value).encode()) == value


class TestWhatNoPythonTypeHolds:
    def test_is_rejected_with_its_place_and_is_no_fault_of_the_service(self):
        text = (
            "openapi: 3.1.1\ninfo: {title: T, version: '1'}\npaths:\n  /p:\n    post:\n      operationId: post\n"
            "      requestBody: {required: true, content: {application/json: {schema: {type: object, properties:"
            " {since: {type: string, format: date-time}}}}}}\n      responses: {'204': {description: Done.}}\n"
        )
        described = API.of(Document(text.encode()))

        async def handler(_: object, *, body: Since) -> Empty:
            raise AssertionError(body)

        service = Service(schemes={}, call=lambda _: None)
        client = make_client(OpenAPIApp(Engine(described, {"post": Operation(handler)}, service)))

        response = client.post("/p", json={"since": "0000-01-01T00:00:00Z"})

        assert response.status_code == 422
        assert [(f["in"], f["pointer"], f["code"]) for f in response.json()["errors"]] == [("body", "/since", "type")]
