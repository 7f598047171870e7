"""Response classes: one for each status and media type, ranges, text, bytes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from accord.document.document import Document
from accord.document.findings import BindingError
from accord.openapi.api import API
from accord.runtime import Body, Empty, Engine, OpenAPIApp, Service, Text, bind
from tests.codegen.support.gallery import (
    DOCUMENT,
    OPERATIONS,
    ErrorRow,
    GetAnything,
    GetElsewhere,
    GetNote,
    GetPicture,
    GetReport,
    ReportRow,
)
from tests.codegen.support.service import Observer, answering, make_client, raw_call

DESCRIPTION = API.of(Document.load(DOCUMENT))
OBSERVER = Observer()


async def accepting(call: object, *, accept: str) -> Any:
    raise NotImplementedError


async def plain(call: object) -> Any:
    raise NotImplementedError


def bound(**classes: Any) -> dict[str, Any]:
    """The gallery's operations with handlers; a class given under the name of an operation replaces it."""
    made = [classes.get(kind.operation_id, kind) for kind in OPERATIONS]
    handlers = {kind.__name__: kind(accepting if kind.operation_id == "getReport" else plain) for kind in made}
    return bind(DESCRIPTION, [SimpleNamespace(**handlers)])


def ask(path: str, answer: Any, headers: dict[str, str] | None = None, **service: Any):
    """What a client is told when every handler of the gallery gives this answer."""
    operations = bound()

    async def handler(_: object, **arguments: Any) -> Any:
        return answer(**arguments) if callable(answer) else answer

    for operation in operations.values():
        operation.handler = handler
    OBSERVER.errors.clear()
    settings = {"schemes": {}, "call": lambda _: None, "observer": OBSERVER, "responses": "raise", **service}
    return make_client(OpenAPIApp(Engine(DESCRIPTION, operations, Service(**settings)))).get(path, headers=headers)


def refused(path: str, answer: Any) -> str:
    """The violation for which an answer is not sent, whatever the policy."""
    assert ask(path, answer, responses="off").status_code == 500
    (error,) = OBSERVER.errors
    return f"{type(error).__name__}: {error}"


class TestGeneratedClasses:
    def test_fit_the_document(self):
        assert list(bound()) == [kind.operation_id for kind in OPERATIONS]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"OKCsv": None},
            {"OKCsv": GetReport.OK},
            {"OK": type("OK", (Text,), {"status": 200, "media": "application/json", "headers": GetReport.OK.headers})},
            {"ClientError": type("ClientError", (Body,), {"key": "4XX", "status": 400})},
            {"ClientError": GetReport.Default},
            {"Accepted": type("Accepted", (Empty,), {"status": 202})},
        ],
        ids=["missing", "of another media type", "of another form", "of one status", "of another range", "without its header"],
    )
    def test_that_differ_stop_the_start(self, wrong):
        stale = type("GetReport", (GetReport,), wrong)

        with pytest.raises(BindingError, match="the generated getReport differs from the document"):
            bound(getReport=stale)

    def test_hand_the_negotiated_media_type_to_the_handler(self):
        async def deaf(call: object) -> Any:
            raise NotImplementedError

        module = SimpleNamespace(**{kind.__name__: kind(deaf) for kind in OPERATIONS})
        with pytest.raises(BindingError, match="argument 'accept' of getReport is missing"):
            bind(DESCRIPTION, [module])


class TestSeveralMediaTypes:
    @staticmethod
    def chosen(accept: str) -> Any:
        return {
            "application/json": GetReport.OK(ReportRow(1), x_rows=1),
            "text/csv": GetReport.OKCsv("rows\n1\n", x_rows=1),
            "application/json;version=2": GetReport.OKJsonVersion2([1], x_rows=1),
        }[accept]

    @pytest.mark.parametrize(
        ("accept", "media", "body"),
        [
            ("text/csv", "text/csv; charset=utf-8", b"rows\n1\n"),
            ("text/*", "text/csv; charset=utf-8", b"rows\n1\n"),
            ("application/json", "application/json", b'{"rows":1}'),
            ("application/json;version=2", "application/json;version=2", b"[1]"),
            ('application/json; Version="2"; q=0.3', "application/json;version=2", b"[1]"),
            ("application/json;q=0.5, text/csv;q=0.6", "text/csv; charset=utf-8", b"rows\n1\n"),
            ("*/*, text/csv", "text/csv; charset=utf-8", b"rows\n1\n"),
            ("*/*", "application/json", b'{"rows":1}'),
            ("", "application/json", b'{"rows":1}'),
        ],
    )
    def test_are_answered_as_the_client_prefers(self, accept, media, body):
        response = ask("/report", self.chosen, {"Accept": accept})

        assert response.status_code == 200
        assert response.headers["Content-Type"] == media
        assert response.headers["Content-Length"] == str(len(body))
        assert response.headers["X-Rows"] == "1"
        assert response.headers["Vary"] == "Accept"
        assert response.content == body

    def test_are_all_named_in_a_406(self):
        response = ask("/report", self.chosen, {"Accept": "application/json;version=3, text/html"})

        assert response.status_code == 200  # an unversioned media type has no version that could differ
        response = ask("/report", self.chosen, {"Accept": "text/html"})
        assert response.status_code == 406
        assert response.json()["message"] == ("Available media types: application/json, text/csv, application/json;version=2.")

    def test_of_which_one_is_not_documented_are_a_violation(self):
        class Html(Text):
            status = 200
            media = "text/html"

        assert refused("/report", Html("<p>")).startswith(
            "ContractViolation: getReport returned 200 as text/html, which is not documented (gallery.yaml:"
        )

    def test_are_not_varied_where_there_is_one(self):
        assert "Vary" not in ask("/note", GetNote.OK("a")).headers

    def test_leave_a_pinned_vary_alone(self):
        pinned = (
            "{'200': {description: Y, headers: {Vary: {required: true, schema: {const: '*'}}}, content: {a/b: {}, a/c: {}}}}"
        )

        class OK(Text):
            status = 200
            media = "a/b"

        response = make_client(answering(pinned, lambda **_: OK("a"), responses="off").serve).get("/p")

        assert response.headers.get_list("Vary") == ["*"]


class TestARange:
    @pytest.mark.parametrize("status", [400, 401, 418, 499])
    def test_takes_any_status_of_it(self, status):
        response = ask("/report", lambda **_: GetReport.ClientError(ErrorRow("No."), status=status))

        assert (response.status_code, response.json()) == (status, {"message": "No."})
        assert "Vary" not in response.headers

    @pytest.mark.parametrize("status", [200, 302, 404, 500, 399, 600, 100])
    def test_takes_no_other_and_none_that_is_documented_itself(self, status):
        text = refused("/report", lambda **_: GetReport.ClientError(ErrorRow("No."), status=status))

        assert text.startswith(f"ContractViolation: getReport returned {status} as ClientError, which does not allow")

    @pytest.mark.parametrize("status", [201, 204, 302, 304, 500, 503])
    def test_is_default_for_what_is_documented_nowhere(self, status):
        response = ask("/report", lambda **_: GetReport.Default(status=status))

        assert (response.status_code, response.content) == (status, b"")
        assert response.headers.get("Content-Length") == (None if status in (204, 304) else "0")

    @pytest.mark.parametrize("status", [200, 202, 404, 400, 451, 103])
    def test_is_not_default_for_what_is_documented(self, status):
        assert "which does not allow" in refused("/report", lambda **_: GetReport.Default(status=status))

    def test_of_redirections_has_its_headers(self):
        response = ask("/elsewhere", GetElsewhere.Redirection(status=307, location="/report"))

        assert (response.status_code, response.headers["Location"]) == (307, "/report")

    @pytest.mark.parametrize("status", [204, 205])
    def test_has_no_status_that_has_no_body(self, status):
        class Success(Body[Any], kw_only=True):
            key = "2XX"
            status: int

        engine = answering("{2XX: {description: Y, content: {application/json: {}}}}", Success(1, status=status))

        assert make_client(engine.serve).get("/p").status_code == 500
        good = answering("{2XX: {description: Y, content: {application/json: {}}}}", Success(1, status=206))
        assert make_client(good.serve).get("/p").status_code == 206

    def test_of_hints_is_no_answer(self):
        class Hints(Empty):
            status = 103

        (operation,) = (one for one in DESCRIPTION.operations if one.id == "getElsewhere")
        assert [response.key for response in operation.answers] == ["3XX"]


class TestErrorsInOtherFormats:
    def test_are_ordinary_answers(self):
        response = ask("/report", lambda **_: GetReport.NotFound(ErrorRow("No report.")))

        assert (response.status_code, response.json()) == (404, {"message": "No report."})
        assert response.headers["Content-Type"] == "application/json"


class TestWithoutABody:
    def test_may_have_the_header_retry_after(self):
        response = ask("/report", lambda **_: GetReport.Accepted(retry_after=7))

        assert (response.status_code, response.headers["Retry-After"], response.content) == (202, "7", b"")
        assert response.headers["Content-Length"] == "0"

    @pytest.mark.parametrize(("status", "length"), [(204, None), (304, None), (205, "0"), (200, "0")])
    def test_has_a_length_where_it_may(self, status, length):
        kind = type("Nothing", (Empty,), {"status": status})
        response = make_client(answering(f"{{'{status}': {{description: Y}}}}", kind()).serve).get("/p")

        assert (response.status_code, response.headers.get("Content-Length"), response.content) == (status, length, b"")


class TestAText:
    def test_is_utf_8(self):
        response = ask("/note", GetNote.OK("grün"))

        assert response.content == "grün".encode()
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"

    def test_has_the_documented_charset(self):
        class OK(Text):
            status = 200

        engine = answering("{'200': {description: Y, content: {text/plain;charset=iso-8859-1: {}}}}", OK("grün"))
        response = make_client(engine.serve).get("/p")

        assert response.content == "grün".encode("latin-1")
        assert response.headers["Content-Type"] == "text/plain;charset=iso-8859-1"

    @pytest.mark.parametrize("body", [b"bytes", 7, None, ["a"]])
    def test_is_nothing_else(self, body):
        assert ask("/note", GetNote.OK(body), responses="off").status_code == 500


class TestBytes:
    def test_have_the_media_type_that_the_handler_gives(self):
        response = ask("/picture", GetPicture.OK(b"\x89PNG", media_type="image/png"))

        assert (response.content, response.headers["Content-Type"]) == (b"\x89PNG", "image/png")

    @pytest.mark.parametrize("media_type", ["text/plain", "image/*", "image", "", "*/*", "imagex/png", "image/png\r\nX: y"])
    def test_of_another_media_type_are_rejected(self, media_type):
        text = refused("/picture", GetPicture.OK(b"", media_type=media_type))

        assert "where image/* is documented" in text or text.startswith("ValueError")

    @pytest.mark.parametrize("body", ["text", 7, None])
    def test_are_nothing_else(self, body):
        assert ask("/picture", GetPicture.OK(body, media_type="image/png"), responses="off").status_code == 500


class TestAnythingWithAStructure:
    def test_is_json(self):
        response = ask("/anything", GetAnything.OK(ReportRow(1)))

        assert (response.json(), response.headers["Content-Type"]) == ({"rows": 1}, "application/json")

    def test_may_be_a_json_of_its_own(self):
        response = ask("/anything", GetAnything.OK(ReportRow(1), media_type="application/hal+json"))

        assert response.headers["Content-Type"] == "application/hal+json"

    def test_is_nothing_else(self):
        assert "returned text/csv where */* is documented" in refused(
            "/anything", GetAnything.OK(ReportRow(1), media_type="text/csv")
        )


class TestNoAnswer:
    @pytest.mark.parametrize("answer", [None, 204, "text", {"status": 200}, (200, {})])
    def test_is_a_violation(self, answer):
        assert f"getNote returned {type(answer).__name__}, which is not an answer" in refused("/note", answer)


class TestDeprecation:
    YES = "{'200': {description: Y, content: {application/json: {}}}, '422': {description: N}}"

    @staticmethod
    def asked(operation: str, path: str = "/p", headers: tuple[tuple[bytes, bytes], ...] = ()) -> dict[str, str]:
        class OK(Body[Any]):
            status = 200

        answer = raw_call(answering(TestDeprecation.YES, OK(1), operation=operation).serve, "GET", path, headers)
        return {name: value for name, value in answer.headers.items() if name in ("deprecation", "sunset")}

    def test_is_sent_with_every_answer(self):
        dated = "deprecated: true\n      x-accord-deprecation: '2026-01-01'\n      x-accord-sunset: 2027-01-31T12:00:00+01:00"
        both = {"deprecation": "@1767225600", "sunset": "Sun, 31 Jan 2027 11:00:00 GMT"}

        assert self.asked(dated) == both
        assert self.asked(dated, "/p?unknown=1") == both
        assert self.asked(dated, headers=((b"accept", b"text/html"),)) == both

    def test_that_is_not_dated_began_long_ago(self):
        assert self.asked("deprecated: true") == {"deprecation": "@0"}

    def test_is_not_sent_with_others(self):
        assert self.asked("deprecated: false") == {}
        assert self.asked("deprecated: true", "/elsewhere") == {}

    def test_of_no_date_stops_the_start(self):
        with pytest.raises(Exception, match=r"openapi.yaml:\d+: x-accord-sunset 'soon' is not a date: write it as 2027-01-31"):
            self.asked("deprecated: true\n      x-accord-sunset: soon")
