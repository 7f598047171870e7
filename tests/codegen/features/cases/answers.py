"""Answers: which media type, and that status, headers and body are what the document says."""

from __future__ import annotations

from typing import Any

from accord.runtime.responses import statuses
from accord.runtime.responses.types import Binary, Body, Empty, Text
from tests.codegen.features.case import Case, get, send

NAMED = (
    ("x_rows", "X-Rows"),
    ("x_tags", "X-Tags"),
    ("x_colour", "X-Colour"),
    ("x_meta", "X-Meta"),
)


class Report(Body[Any], kw_only=True):
    status = 200
    headers = NAMED
    x_rows: Any = 1
    x_tags: Any = None
    x_colour: Any = None
    x_meta: Any = None


class Later(Empty, kw_only=True):
    status = 202
    headers = (("retry_after", "Retry-After"),)
    retry_after: Any = 9


class NotFound(Body[Any]):
    status = 404


class Wrong(Body[Any], kw_only=True):
    key = "4XX"
    status: statuses.ClientError


class Else(Empty, kw_only=True):
    key = "default"
    status: statuses.Default


class Undocumented(Empty):
    status = 201


class OK(Body[Any]):
    status = 200


class Tagged(Body[Any], kw_only=True):
    status = 200
    headers = (("etag", "ETag"),)
    etag: str


class Csv(Text):
    status = 200
    media = "text/csv"


class Second(Body[Any]):
    status = 200
    media = "application/json;version=2"


class Note(Text):
    status = 200


class Bytes(Binary):
    status = 200


class Image(Binary, kw_only=True):
    status = 200
    media_type: str


class Anything(Body[Any], kw_only=True):
    status = 200
    media_type: str = "application/json"


def _report(feature: str) -> Case:
    return get(feature, "/v1/answers/report")


ROWS, ERROR = {"rows": 1}, {"code": 1, "message": "m"}
REPORT = [
    _report("operation/responses").answers(Report(ROWS), 200, ROWS, content_type="application/json", x_version="2"),
    _report("operation/responses").answers(Later(), 202, b"", retry_after="9", content_length="0"),
    get("operation/responses", "/v1/answers/refusals").violates(Undocumented(), "returned 201"),
    _report("operation/responses").answers(Else(status=503), 503, b""),
    _report("operation/responses").violates(Else(status=404), "returned 404 as Else"),
    _report("operation/responses").answers(NotFound(ERROR), 404, ERROR),
    _report("operation/responses").answers(Wrong(ERROR, status=409), 409, ERROR),
    _report("operation/responses").violates(Wrong(ERROR, status=404), "returned 404 as Wrong"),
    _report("operation/responses").violates(Wrong(ERROR, status=500), "returned 500 as Wrong"),  # type: ignore[arg-type] # wrong on purpose
    _report("operation/responses").violates(Wrong({"code": 1}, status=409), "fails required"),
    _report("response/content").answers(Report({"rows": 0}), 200, {"rows": 0}),
    _report("response/content").violates(Report({"rows": -1}), "fails minimum at /rows"),
    _report("response/content").violates(Report({}), "fails required"),
    _report("response/content").violates(Report({"rows": 1, "size": 1}), "fails additionalProperties"),
    _report("response/content").violates(Report(None), "fails type"),
    _report("response/content").violates("text", "which is not an answer"),
    _report("response/headers").answers(Report(ROWS, x_rows=7, x_tags=["a", "b"]), 200, ROWS, x_rows="7", x_tags="a,b"),
    _report("response/headers").violates(Report(ROWS, x_rows="a\r\nb"), "control character"),
    _report("header/required").answers(Report(ROWS), 200, ROWS, x_rows="1", x_tags=None, x_meta=None),
    _report("header/required").violates(Report(ROWS, x_rows=None), "without the header x-rows"),
    _report("header/required").violates(Later(retry_after=None), "without the header retry-after"),
    _report("header/schema").answers(Report(ROWS, x_rows=0), 200, ROWS, x_rows="0"),
    _report("header/schema").violates(Report(ROWS, x_rows=-1), "x-rows: -1"),
    _report("header/schema").violates(Report(ROWS, x_rows="many"), "x-rows: many"),
    _report("header/schema").violates(Report(ROWS, x_tags=["long tag"]), "x-tags: long tag"),
    _report("header/style").answers(Report(ROWS, x_tags=["a"]), 200, ROWS, x_tags="a"),
    _report("header/style").violates(Report(ROWS, x_tags=["a,b"]), "must not contain a comma"),
    _report("header/explode").answers(Report(ROWS, x_colour={"R": 1, "G": 2}), 200, ROWS, x_colour="R=1,G=2"),
    _report("header/explode").violates(Report(ROWS, x_colour={"G": 2}), "x-colour: G=2"),
    _report("header/content").answers(Report(ROWS, x_meta={"R": 1}), 200, ROWS, x_meta='{"R":1}'),
    _report("header/content").violates(Report(ROWS, x_meta={"R": 256}), 'x-meta: {"R":256}'),
    send("operation/responses", "HEAD", "/v1/answers/report").answers(Report(ROWS), 200, b"", x_rows="1", content_length="10"),
]


def _wanted(accept: str, repeated: tuple[tuple[str, str], ...] = ()) -> Case:
    return get("response/content", "/v1/answers/negotiated", repeated, **({"Accept": accept} if accept else {}))


def chosen(accept: str) -> Any:
    """What a handler answers in the media type that was negotiated."""
    return {
        "application/json": OK(ROWS),
        "text/csv": Csv("rows"),
        "application/json;version=2": Second([1]),
    }[accept]


NEGOTIATED = [
    *[
        _wanted(accept).answers(chosen, 200, ROWS, content_type="application/json", vary="Accept")
        for accept in (
            "",
            "*/*",
            "application/*",
            "application/json, text/csv",
            "text/csv;q=0.1, */*;q=0.5",
            "image/png, */*;q=0.1",
            "application/json;version=3",
        )
    ],
    *[
        _wanted(accept).answers(chosen, 200, b"rows", content_type="text/csv; charset=utf-8")
        for accept in (
            "text/csv",
            "text/*",
            "TEXT/CSV;q=0.9, application/json;q=0.8",
            "application/json;q=0, */*",
            "text/csv; charset=utf-8",
        )
    ],
    _wanted("application/json;version=2").answers(chosen, 200, [1], content_type="application/json;version=2"),
    *[
        _wanted(accept).refused(status=406)
        for accept in (
            "text/html",
            "image/*",
            "*/*;q=0",
            "text/csv;q=0",
            "text/csv;q=x",
            ",",
            "json",
        )
    ],
    _wanted("", (("Accept", "text/html"), ("Accept", "text/csv"))).answers(chosen, 200, b"rows"),
    _wanted("").violates(Second({"rows": 1}), "fails type"),
    get("response/content", "/v1/answers/image", Accept="image/png").answers(Image(b"i", media_type="image/png"), 200, b"i"),
    get("response/content", "/v1/answers/image", Accept="text/plain").refused(status=406),
    get("response/content", "/v1/answers/image").violates(Image(b"i", media_type="text/plain"), "where image/* is documented"),
    get("response/content", "/v1/answers/image").violates(Image(b"i", media_type="image/*"), "where image/* is documented"),
    get("response/content", "/v1/answers/anything").answers(
        Anything(ROWS, media_type="application/vnd.rows+json"), 200, ROWS, content_type="application/vnd.rows+json"
    ),
    get("response/content", "/v1/answers/anything").violates(Anything({"rows": "1"}), "fails type at /rows"),
    get("response/content", "/v1/answers/text").answers(Note("é"), 200, "é".encode(), content_type="text/plain; charset=utf-8"),
    get("response/content", "/v1/answers/text").violates(Note("7"), "fails pattern"),
    get("response/content", "/v1/answers/file").answers(Bytes(b"\xff"), 200, b"\xff", content_type="application/octet-stream"),
    get("response/content", "/v1/answers/file").violates(Bytes(b"12345"), "fails maxLength"),
    get("response/content", "/v1/answers/file").violates(Bytes("text"), "a binary body must be bytes"),  # type: ignore[arg-type] # wrong on purpose
]

CONDITIONAL = [
    get("response/headers", "/v1/answers/cached").answers(Tagged(ROWS, etag='"1"'), 200, ROWS, etag='"1"'),
    get("response/headers", "/v1/answers/cached", If_None_Match='"1"').answers(Tagged(ROWS, etag='"1"'), 304, b"", etag='"1"'),
    get("response/headers", "/v1/answers/cached", If_None_Match='"2"').answers(Tagged(ROWS, etag='"1"'), 200, ROWS),
]

OLD = "/v1/answers/old"
SUNSET = "Sun, 31 Jan 2027 12:00:00 GMT"
NOTICES = [
    get("operation/deprecated", OLD).answers(None, 204, deprecation="@1767225600", sunset=SUNSET),
    get("operation/deprecated", f"{OLD}?x=1").refused("query/x unknown", deprecation="@1767225600", sunset=SUNSET),
    send("operation/x-accord-deprecation", "POST", OLD).answers(None, 204, deprecation="@0", sunset=None),
    get("operation/x-accord-sunset", "/v1/answers/cached").answers(
        Tagged(ROWS, etag='"1"'), 200, deprecation=None, sunset=None
    ),
]

REFUSALS = [
    get("operation/responses", "/v1/answers/refusals").takes(),
    get("operation/responses", "/v1/answers/refusals?page=x").refused(content_type="application/json"),
    get("operation/responses", "/v1/answers/refusals", Accept="text/html").takes(),
    get("response/x-accord-error-template", "/v1/answers/declared?page=9").takes(page=9),
    get("response/x-accord-error-template", "/v1/answers/declared?page=10").refused(content_type="application/json"),
    get("response/x-accord-error-template", "/v1/answers/declared", X_Key="").takes(),
    send("response/x-accord-error-template", "PUT", "/v1/answers/declared").refused(
        status=405, content_type="application/problem+json"
    ),
    get("document/x-accord-problems", "/v1/nowhere").refused(status=404, content_type="application/problem+json"),
    get("document/x-accord-problems", "/v1/paths/ada").takes(name="ada"),
]

CASES = [*REPORT, *NEGOTIATED, *CONDITIONAL, *NOTICES, *REFUSALS]
