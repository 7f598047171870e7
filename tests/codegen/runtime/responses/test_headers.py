"""Response headers: every style is serialized, and validated, as documented."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel

from accord.runtime.responses.types import Empty
from tests.codegen.support.service import Observer, answering, raw_call


class Point(msgspec.Struct):
    x: int
    y: str


class Model(BaseModel):
    x: int
    y: str


INSTANT = datetime(2026, 2, 6, 10, 30, tzinfo=UTC)
OBJECT = (
    "schema: {type: object, required: [x, y], properties: {x: {type: integer}, y: {type: string}}, additionalProperties: false}"
)
LIST = "schema: {type: array, items: {type: integer}, minItems: 1}"


def head(header: str, value: Any, name: str = "X-A", policy: str = "raise") -> tuple[int, list[str], list[str]]:
    """Status, the lines of a header with this description (YAML) and value, and what the policy found."""
    described = f"{{'204': {{description: Y, headers: {{{name}: {{{header}}}}}}}}}"
    observer = Observer()
    sent: list[Any] = []
    engine = answering(described, None, observer=observer, responses=policy)
    (operation,) = engine.operations
    field = operation.definition.responses[204].headers[0].argument
    kind = msgspec.defstruct(
        "NoContent", [(field, Any)], bases=(Empty,), namespace={"status": 204, "headers": ((field, name),)}
    )

    async def handler(_: object) -> Any:
        return kind(value)

    operation.handler = handler

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        async def noted(message: Any) -> None:
            if message["type"] == "http.response.start":
                sent.extend(value.decode("latin-1") for key, value in message["headers"] if key == name.lower().encode())
            await send(message)

        await engine.serve(scope, receive, noted)

    answer = raw_call(serve, "GET", "/p")
    return answer.status, sent, [str(error) for error in observer.errors]


WRITTEN = {
    "a text": ("schema: {type: string}", "a b", ["a b"]),
    "an integer": ("schema: {type: integer}", 7, ["7"]),
    "a number": ("schema: {type: number}", 1.5, ["1.5"]),
    "a boolean": ("schema: {type: boolean}", True, ["true"]),
    "one of two types": ("schema: {type: [integer, string]}", "x", ["x"]),
    "nothing": ("schema: {type: [integer, 'null']}", None, []),
    "an instant": ("schema: {type: string, format: date-time}", INSTANT, ["2026-02-06T10:30:00Z"]),
    "a day": ("schema: {type: string, format: date}", date(2026, 2, 6), ["2026-02-06"]),
    "a list": (LIST, [1, 2], ["1,2"]),
    "a list of booleans": ("schema: {type: array, items: {type: boolean}}", [True, False], ["true,false"]),
    "a list of texts": ("schema: {type: array, items: {type: string}}", ("a", "b c"), ["a,b c"]),
    "an empty list": ("schema: {type: array, items: {type: string}}", [], [""]),
    "an exploded list": (f"explode: true, {LIST}", [1, 2], ["1,2"]),
    "an object": (OBJECT, {"x": 1, "y": "b"}, ["x,1,y,b"]),
    "an exploded object": (f"explode: true, {OBJECT}", {"x": 1, "y": "b"}, ["x=1,y=b"]),
    "a row": (OBJECT, Point(1, "b"), ["x,1,y,b"]),
    "a model": (OBJECT, Model(x=1, y="b"), ["x,1,y,b"]),
    "JSON": (
        f"content: {{application/json: {{{OBJECT}}}}}",
        {"x": 1, "y": "grün 🙂"},
        ['{"x":1,"y":"gr\\u00fcn \\ud83d\\ude42"}'],
    ),
    "a JSON text": ("content: {application/json: {schema: {type: string}}}", "a", ['"a"']),
}


class TestAHeader:
    @pytest.mark.parametrize("case", WRITTEN)
    def test_is_written_in_its_style(self, case):
        header, value, lines = WRITTEN[case]

        assert head(header, value) == (204, lines, [])

    @pytest.mark.parametrize("name", ["Last-Modified", "Expires"])
    def test_that_is_an_instant_of_http_is_written_so(self, name):
        assert head("schema: {type: string}", INSTANT, name) == (204, ["Fri, 06 Feb 2026 10:30:00 GMT"], [])
        assert head("schema: {type: string}", "0", name) == (204, ["0"], [])

    def test_of_cookies_is_never_joined(self):
        header = "schema: {type: array, items: {type: string, pattern: '^[a-z]+='}}"

        assert head(header, ["a=1, 2", "b=2"], "Set-Cookie") == (204, ["a=1, 2", "b=2"], [])
        assert head("schema: {type: string}", "a=1; Path=/", "Set-Cookie") == (204, ["a=1; Path=/"], [])
        assert head(header, ["a=1", "2"], "Set-Cookie")[0] == 500

    @pytest.mark.parametrize(
        ("header", "value"),
        [
            ("schema: {type: string}", "a\r\nX-B: c"),
            ("schema: {type: string}", "€"),
            ("schema: {type: array, items: {type: string}}", ["a,b"]),
            ("schema: {type: array, items: {type: string}}", [" a"]),
            ("schema: {type: array, items: {type: string}}", ["a\n"]),
            ("schema: {type: array, items: {}}", [[1]]),
            (OBJECT, {"x": 1, "y": "b,c"}),
        ],
    )
    def test_that_cannot_be_written_is_a_fault(self, header, value):
        status, lines, errors = head(header, value, policy="off")

        assert (status, lines) == (500, [])
        assert len(errors) == 1

    @pytest.mark.parametrize(
        ("header", "value"),
        [
            ("schema: {type: string, maxLength: 2}", "abc"),
            ("schema: {type: integer}", "07"),
            ("schema: {type: integer, maximum: 3}", 4),
            ("schema: {type: boolean}", "yes"),
            (LIST, ["a"]),
            (LIST, []),
            (OBJECT, {"x": 1}),
            (OBJECT, {"x": 1, "y": "b", "z": "c"}),
            (OBJECT, {"x": "one", "y": "b"}),
            (OBJECT, "x,1,y"),
            (f"explode: true, {OBJECT}", {"x": "one", "y": "b"}),
            (f"content: {{application/json: {{{OBJECT}}}}}", {"x": 1}),
            ("required: true, schema: {type: integer}", None),
        ],
    )
    def test_that_is_not_the_documented_one_is_a_violation(self, header, value):
        assert head(header, value, policy="off")[0] == 204
        status, _, errors = head(header, value)

        assert status == 500
        assert "x-a" in errors[0]
