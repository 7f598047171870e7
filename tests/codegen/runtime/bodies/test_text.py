"""Text and binary bodies, and the choice among several media types."""

import base64
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel

from accord.document.document import Document
from accord.openapi.api import API
from accord.runtime import File
from accord.runtime.bodies.deserialize import deserializers
from accord.runtime.handlers.binding import Operation
from accord.runtime.responses.types import Answer
from tests.codegen.support.bodies import FORM, faults, post, service

TEXT = service("{text/plain: {schema: {type: string, maxLength: 3}}}")
ANY_TEXT = service("{text/*: {}}")
NUMBER = service("{text/plain: {schema: {type: [integer, boolean], maximum: 9}}}")
FILE = service("{application/octet-stream: {schema: {type: string, format: binary, minLength: 1, maxLength: 3}}}")
IMAGES = service("{image/*: {schema: {maxLength: 3}}}")
ANYTHING = service("{'*/*': {}}", required=False)
SEVERAL = service(
    "{application/json: {schema: {type: integer}}, application/problem+json: {schema: {type: string}}, text/csv: {},"
    f" text/*: {{schema: {{maxLength: 1}}}}, image/*: {{}}, {FORM}: {{schema: {{type: object}}}}}}"
)


class TestAText:
    @pytest.mark.parametrize(
        ("client", "content_type", "raw", "value"),
        [
            *[
                (TEXT, "text/plain", "é€😀".encode(), "é€😀"),
                (TEXT, "text/plain; charset=UTF-8", b"a", "a"),
                (TEXT, "text/plain", b"", ""),
            ],
            *[(TEXT, "text/plain; charset=us-ascii", b"a", "a"), (TEXT, 'text/plain; charset="iso-8859-1"', b"\xe9", "é")],
            *[(ANY_TEXT, "text/html", b"<a>", "<a>"), (ANY_TEXT, "text/x", b"\0", "\0")],
            *[(NUMBER, "text/plain", b"-5", -5), (NUMBER, "text/plain", b"true", True)],
        ],
    )
    def test_is_a_string_of_its_charset(self, client, content_type, raw, value):
        assert post(client, content_type, raw).json() == {"body": value}

    @pytest.mark.parametrize(
        ("client", "content_type", "raw", "status"),
        [
            *[(TEXT, "text/plain", b"\xff", 400), (TEXT, "text/plain; charset=us-ascii", "é".encode(), 400)],
            *[(TEXT, "text/plain; charset=utf-16", b"a\0", 415), (TEXT, "text/plain; charset=utf-7", b"a", 415)],
            *[(TEXT, "text/html", b"a", 415), (TEXT, "text/plain", b"abcd", 422), (TEXT, "text/*", b"a", 415)],
            *[(NUMBER, "text/plain", b"01", 422), (NUMBER, "text/plain", b"10", 422), (NUMBER, "text/plain", b"", 422)],
        ],
    )
    def test_that_does_not_fit_is_rejected(self, client, content_type, raw, status):
        assert post(client, content_type, raw).status == status


class TestAFile:
    @pytest.mark.parametrize(
        ("client", "content_type", "encoded", "media_type"),
        [
            *[
                (FILE, "application/octet-stream", "/w0K", "application/octet-stream"),
                (IMAGES, "image/PNG", "/w==", "image/png"),
            ],
            *[
                (IMAGES, "image/svg+xml; charset=x", "", "image/svg+xml"),
                (ANYTHING, "application/json", "AA==", "application/json"),
            ],
            *[(ANYTHING, FORM, "JQ==", FORM), (ANYTHING, "multipart/form-data", "YQ==", "multipart/form-data")],
        ],
    )
    def test_is_passed_on_with_its_media_type(self, client, content_type, encoded, media_type):
        answer = post(client, content_type, base64.b64decode(encoded))

        assert answer.json() == {"body": {"content": encoded, "media_type": media_type, "filename": None, "headers": {}}}

    @pytest.mark.parametrize(
        ("client", "content_type", "raw", "code"),
        [
            *[
                (FILE, "application/octet-stream", b"", "minLength"),
                (FILE, "application/octet-stream", b"\xff" * 4, "maxLength"),
            ],
            *[(FILE, "application/octet-stream", "éé".encode(), "maxLength"), (IMAGES, "image/png", b"1234", "maxLength")],
        ],
    )
    def test_has_its_bytes_counted(self, client, content_type, raw, code):
        assert faults(post(client, content_type, raw)) == [("", code)]

    @pytest.mark.parametrize(
        ("client", "content_type"),
        [
            *[
                (FILE, "image/png"),
                (IMAGES, "text/plain"),
                (IMAGES, "image/*"),
                (IMAGES, "image"),
                (IMAGES, "image/"),
                (IMAGES, "/png"),
            ],
            *[
                (ANYTHING, ""),
                (ANYTHING, "*/*"),
                (ANYTHING, "a"),
                (ANYTHING, "a/b, c/d"),
                (ANYTHING, "a/b; c"),
                (ANYTHING, "a/b/c"),
            ],
        ],
    )
    def test_of_another_media_type_or_of_none_is_rejected(self, client, content_type):
        assert post(client, content_type, b"1").status == 415

    def test_that_is_not_sent_is_none(self):
        assert ANYTHING.post("/p").json() == {"body": None}


class TestSeveralMediaTypes:
    @pytest.mark.parametrize(
        ("content_type", "raw", "value"),
        [
            *[("application/json", b"1", 1), ("application/problem+json; x=y", b'"1"', "1"), ("text/csv", b"1,2", "1,2")],
            *[("TEXT/CSV", b"1,2", "1,2"), ("text/plain", b"1", "1"), (FORM, b"a=1", {"a": "1"})],
        ],
    )
    def test_are_chosen_by_the_most_specific_name(self, content_type, raw, value):
        assert post(SEVERAL, content_type, raw).json() == {"body": value}

    @pytest.mark.parametrize(
        ("content_type", "raw", "status"),
        [
            *[("application/json", b'"1"', 422), ("application/problem+json", b"1", 422), ("text/plain", b"12", 422)],
            *[("application/xml", b"1", 415), ("application/ld+json", b"1", 415), ("application/json", b"a=1", 400)],
        ],
    )
    def test_are_validated_each_by_its_schema(self, content_type, raw, status):
        assert post(SEVERAL, content_type, raw).status == status

    def test_are_missing_when_none_of_them_was_sent(self):
        answer = post(SEVERAL, "a/b", b"1")

        assert answer.headers["accept"] == f"application/json, application/problem+json, text/csv, text/*, image/*, {FORM}"

    def test_are_built_each_as_its_own_type(self):
        class One(BaseModel):
            a: str

        class Other(BaseModel):
            a: str

        class Post(Operation):
            operation_id = "post"
            bodies: ClassVar = {"application/json": One, FORM: Other}

        async def handler(_: object, *, body: "One | Other | File | str") -> Answer: ...

        handler.__annotations__["body"] = One | Other | File | str
        content = f"{{application/json: {{}}, {FORM}: {{}}, text/plain: {{}}, '*/*': {{}}}}"
        paths = f"paths: {{/p: {{post: {{operationId: post, requestBody: {{content: {content}}}, responses: {{}}}}}}}}"
        (described,) = API.of(Document(f"openapi: 3.1.1\ninfo: {{title: A, version: '1'}}\n{paths}".encode())).operations

        made: Any = deserializers(described, Post(handler))

        assert type(made["application/json"]({"a": "1"})) is One
        assert type(made[FORM]({"a": "1"})) is Other
        assert (made["text/plain"], made["*/*"]) == (None, None)

    def test_are_models_with_files(self):
        class Upload(BaseModel):
            picture: File
            more: list[File]

        class Post(Operation):
            operation_id = "post"
            bodies: ClassVar = {"multipart/form-data": Upload}

        async def handler(_: object, *, body: object) -> Answer: ...

        paths = "paths: {/p: {post: {operationId: post, requestBody: {content: {multipart/form-data: {}}}, responses: {}}}}"
        (described,) = API.of(Document(f"openapi: 3.1.1\ninfo: {{title: A, version: '1'}}\n{paths}".encode())).operations
        picture = File(b"\xff", "image/png", "a.png")

        make: Any = deserializers(described, Post(handler))["multipart/form-data"]
        made = make({"picture": picture, "more": [picture]})

        assert made.picture is picture
        assert made.more == [picture]
