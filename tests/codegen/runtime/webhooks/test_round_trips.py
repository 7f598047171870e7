"""What the service serializes, it parses back to the same values."""

from __future__ import annotations

import base64

import pytest

from accord.document.document import Document
from accord.openapi.api import API
from accord.openapi.expressions import expand, expressions
from accord.runtime import File
from accord.runtime.bodies.writer import encode_body
from accord.runtime.parameters.serialize import query_parameter
from tests.codegen.support.service import body, parameter

LIST = "schema: {type: array, items: {type: string}}"
OBJECT = "schema: {type: object, properties: {a: {type: integer}, b: {type: string}}, additionalProperties: false}"


@pytest.mark.parametrize(
    ("style", "explode", "schema", "value"),
    [
        ("form", True, "schema: {type: string}", "a b&c=d,ü"),
        ("form", True, "schema: {type: boolean}", True),
        ("form", False, LIST, ["a,b", "c d", "e|f", "&"]),
        ("spaceDelimited", False, LIST, ["a,b", "e|f", "&+"]),
        ("pipeDelimited", False, LIST, ["a,b", "c d", "&"]),
        ("form", True, LIST, ["a,b", "c"]),
        ("form", True, OBJECT, {"a": 1, "b": "x,y&z"}),
        ("form", False, OBJECT, {"a": 1, "b": "x,y&z"}),
        ("spaceDelimited", False, OBJECT, {"a": 1, "b": "x"}),
        ("deepObject", True, OBJECT, {"a": 1, "b": "x]&"}),
    ],
)
def test_query_parameters_are_read_as_they_are_written(style, explode, schema, value):
    client = parameter(f"name: v, in: query, style: {style}, explode: {str(explode).lower()}, {schema}")

    answer = client.get(f"/p?{'&'.join(query_parameter(value, style, 'v', explode=explode))}")

    assert answer.json() == {"v": value}


@pytest.mark.parametrize(("style", "item"), [("spaceDelimited", "a b"), ("pipeDelimited", "a|b")])
def test_a_delimiter_within_an_item_is_rejected(style, item):
    with pytest.raises(ValueError, match=f"contains the delimiter of the style {style}"):
        query_parameter([item], style, "v", explode=False)


@pytest.mark.parametrize(
    ("media", "schema", "value"),
    [
        ("application/json", "{type: object}", {"a": [1, None]}),
        ("text/plain", "{type: string}", "so ü\r\n"),
        ("text/plain", "{type: number}", 1.5),
        (
            "application/x-www-form-urlencoded",
            "{type: object, properties: {a: {type: array, items: {type: integer}}}}",
            {"a": [1, 2]},
        ),
        ("application/x-www-form-urlencoded", "{type: object, properties: {a: {type: object}}}", {"a": {"b": 'c"&'}}),
        (
            "multipart/form-data",
            "{type: object, properties: {'a\"': {type: string}, n: {type: integer}}}",
            {'a"': "x\r\n", "n": 3},
        ),
        ("multipart/form-data", "{type: object, properties: {l: {type: array, items: {type: string}}}}", {"l": ["a", "b"]}),
    ],
)
def test_bodies_are_read_as_they_are_written(media, schema, value):
    made = encode_body(described(media, schema), value)

    answer = body(schema, media=media).post("/p", content=made.content, headers={"Content-Type": made.content_type})

    assert answer.json() == {"body": value}
    assert made.instance == value


def test_a_styled_member_of_a_form_is_written_in_its_style():
    form = "application/x-www-form-urlencoded"
    media = described(form, "{type: object}, encoding: {a: {style: pipeDelimited, explode: false}, b: {style: deepObject}}")

    assert encode_body(media, {"a": ["x", "y"], "b": {"c": 1}}).content == b"a=x%7Cy&b[c]=1"


def test_files_keep_their_bytes_and_their_media_type():
    file = File(bytes(range(256)), "image/png", "a.png")

    whole = encode_body(described("image/*", "{}"), file)
    parts = encode_body(
        described("multipart/form-data", "{type: object, properties: {f: {type: string, format: binary}}}"), {"f": file}
    )

    assert (whole.content, whole.content_type, len(whole.instance)) == (file.content, "image/png", 256)
    client = body("{type: object, properties: {f: {type: string, format: binary}}}", media="multipart/form-data")
    sent = client.post("/p", content=parts.content, headers={"Content-Type": parts.content_type}).json()["body"]["f"]
    assert (base64.b64decode(sent["content"]), sent["media_type"], sent["filename"]) == (file.content, "image/png", "a.png")


def test_bytes_are_not_a_file():
    with pytest.raises(TypeError, match="must be a File, not bytes"):
        encode_body(described("image/png", "{}"), b"")


def test_a_url_begins_with_its_first_value_and_quotes_the_others():
    text = "{$request.body#/url}/x?id={$response.body#/id}"

    assert expressions(text) == ["$request.body#/url", "$response.body#/id"]
    values = {"$request.body#/url": "https://a.example/b", "$response.body#/id": "1&2"}
    assert expand(text, values) == "https://a.example/b/x?id=1%262"
    assert expand("$request.body#/url", values) == "https://a.example/b"


def described(media: str, schema: str):
    """A media type as a document describes it."""
    text = (
        "openapi: 3.1.1\ninfo: {title: T, version: '1'}\npaths:\n  /p:\n    post:\n"
        f"      requestBody: {{content: {{{media}: {{schema: {schema}}}}}}}\n      responses: {{'204': {{description: Y}}}}\n"
    )
    return API.of(Document(text.encode())).operations[0].bodies[media]
