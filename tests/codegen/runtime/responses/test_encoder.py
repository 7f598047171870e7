"""Encoding of responses: headers, 304, and response validation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from accord.errors import ContractViolation
from accord.openapi.values.encoded import Encoded
from accord.runtime.responses.types import Empty
from tests.codegen.support.operations import (
    CreateThing,
    DeleteThing,
    GetThing,
    GoneAway,
    ListThings,
    NotFound,
    ThingCreate,
    ThingListRow,
    ThingRow,
    handlers,
)
from tests.codegen.support.service import ADMIN, WRITER, Observer, make_client, make_engine, make_host, raw_call

CLIENT = make_client(make_host())
ROW = ThingRow(1, "lamp")


def listing(answer: Any, **service: Any):
    """A client of a service whose listThings gives this answer."""

    async def list_things(call: object, page: int, tags: list[str] | None, x_rank: int | None) -> Empty:  # noqa: ARG001
        return answer

    return make_client(make_host(handlers(list_things=list_things), **service))


def getting(answer: Any, **service: Any):
    """A client of a service whose getThing gives this answer, or raises it."""

    async def get_thing(call: object, thing_id: int) -> Empty:  # noqa: ARG001
        if isinstance(answer, Exception):
            raise answer
        return answer

    return make_client(make_host(handlers(get_thing=get_thing), **service))


class TestABody:
    def test_of_rows_is_compact_json(self):
        response = CLIENT.get("/v1/things?tags=a")

        assert response.content == b'{"things":[{"id":1,"name":"a"}]}'
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Content-Length"] == str(len(response.content))

    def test_may_be_a_model(self):
        client = listing(ListThings.OK({"things": []}, x_total=0))  # type: ignore[arg-type] # wrong on purpose
        model = listing(ListThings.OK(ThingCreate(name="a"), x_total=0), responses="off")  # type: ignore[arg-type] # wrong on purpose

        assert client.get("/v1/things").json() == {"things": []}
        assert model.get("/v1/things").json() == {"name": "a", "size": 1, "email": None}

    def test_that_is_encoded_already_is_sent_as_it_is(self):
        encoded: Encoded[Any] = Encoded(b'{"things": [] }', '"tag"')
        response = listing(ListThings.OK(encoded, x_total=0)).get("/v1/things")

        assert response.content == encoded.body
        assert response.headers["Content-Type"] == "application/json"

    def test_that_is_encoded_already_is_held_against_the_document_too(self):
        assert listing(ListThings.OK(Encoded(b'{"things":7}', '"tag"'), x_total=0)).get("/v1/things").status_code == 500

    def test_encodes_to_the_same_bytes_before_and_in_the_answer(self):
        encoded = Encoded.of([ROW, ThingCreate(name="a")])

        assert encoded.body == b'[{"id":1,"name":"lamp"},{"name":"a","size":1,"email":null}]'
        assert encoded.etag == Encoded.of([ROW, ThingCreate(name="a")]).etag

    def test_that_has_no_json_form_is_a_fault(self):
        observer = Observer()
        response = listing(ListThings.OK(object(), x_total=0), observer=observer).get("/v1/things")  # type: ignore[arg-type] # wrong on purpose

        assert response.status_code == 500
        assert [str(error) for error in observer.errors] == ["object in a body cannot be encoded as JSON"]

    @pytest.mark.parametrize("answer", [None, {"a": 1}, "text", 204])
    def test_alone_is_no_answer(self, answer):
        assert listing(answer).get("/v1/things").status_code == 500

    def test_that_is_absent_is_announced_as_empty(self):
        response = CLIENT.get("/v1/things/latest")

        assert response.status_code == 202
        assert response.headers["Content-Length"] == "0"

    def test_that_cannot_be_is_not_announced(self):
        for response in (CLIENT.delete("/v1/things/1", headers=ADMIN), CLIENT.options("/v1/things")):
            assert response.status_code == 204
            assert "Content-Length" not in response.headers


class TestHeaders:
    def test_are_written_as_json_writes_them(self):
        client = listing(ListThings.OK(ThingListRow([]), x_total=7, link="</v1/things>", x_exact=True))

        headers = client.get("/v1/things").headers

        assert (headers["X-Total"], headers["Link"], headers["X-Exact"]) == ("7", "</v1/things>", "true")

    def test_that_are_instants_are_written_as_rfc_3339_has_them(self):
        instant = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
        client = listing(ListThings.OK(ThingListRow([]), x_total=7, link=instant))  # type: ignore[arg-type] # wrong on purpose

        assert client.get("/v1/things").headers["Link"] == "2024-01-02T03:04:05Z"

    def test_that_are_none_are_not_sent(self):
        headers = CLIENT.get("/v1/things").headers

        assert "Link" not in headers
        assert "X-Exact" not in headers

    def test_that_the_document_pins_are_sent_without_a_handler(self):
        assert CLIENT.get("/v1/things").headers["Cache-Control"] == "public, max-age=60"

    def test_of_the_service_go_with_every_answer_that_has_not_its_own(self):
        service = ((b"cache-control", b"no-store"), (b"x-service", b"shelf"))
        client = make_client(make_host(headers=service))

        assert client.get("/v1/things").headers["Cache-Control"] == "public, max-age=60"
        for path in ("/v1/things/1", "/v1/nothing", "/v1/things/x"):
            assert client.get(path).headers["Cache-Control"] == "no-store"
            assert client.get(path).headers["X-Service"] == "shelf"

    @pytest.mark.parametrize("text", ["a\r\nSet-Cookie: b=c", "a\nb", "a\0b", "a\rb", "\x7f", "€"])
    def test_that_no_header_can_hold_are_a_fault_and_not_sent(self, text):
        response = listing(ListThings.OK(ThingListRow([]), x_total=7, link=text)).get("/v1/things")

        assert response.status_code == 500
        assert response.json()["type"] == "/problems/internal-server-error"
        assert "Set-Cookie" not in response.headers
        assert "Link" not in response.headers

    def test_that_are_not_ascii_are_latin_1(self):
        client = listing(ListThings.OK(ThingListRow([]), x_total=7, link="\u00e9"))

        answer = raw_call(client.app, "GET", "/v1/things")

        assert answer.headers["link"] == "\u00e9"

    def test_name_the_request_once(self):
        ids = [CLIENT.get(path).headers["X-Request-ID"] for path in ("/v1/things", "/v1/things", "/v1/nothing", "/v1/things/x")]

        assert len(set(ids)) == 4


class TestRevalidation:
    @pytest.mark.parametrize(
        "sent", ['"one"', 'W/"one"', "*", " * ", '"two", "one"', '"two",W/"one"', 'W/"two" , "one"', '"a,b", "one"', '"one",']
    )
    def test_of_a_known_tag_is_not_modified(self, sent):
        response = CLIENT.get("/v1/things/1", headers={"If-None-Match": sent})

        assert response.status_code == 304
        assert response.content == b""
        assert response.headers["ETag"] == '"one"'
        assert response.headers["Vary"] == "Accept"
        assert "Content-Type" not in response.headers
        assert "Content-Length" not in response.headers

    def test_in_several_lines_is_one_list(self):
        headers = [("If-None-Match", '"two"'), ("If-None-Match", '"one"')]

        assert CLIENT.get("/v1/things/1", headers=headers).status_code == 304

    @pytest.mark.parametrize(
        "sent", ['"two"', "one", "", '"ONE"', '"one', 'one"', 'w/"two"', '"two", "three"', '"**"', "**", "W/*"]
    )
    def test_of_any_other_text_is_answered(self, sent):
        response = CLIENT.get("/v1/things/1", headers={"If-None-Match": sent})

        assert response.status_code == 200
        assert response.json() == {"id": 1, "name": "lamp"}

    @pytest.mark.parametrize("sent", ['W/"one"', '"one"'])
    def test_of_a_weak_tag_compares_weakly(self, sent):
        client = getting(GetThing.OK(ROW, etag='W/"one"'))

        assert client.get("/v1/things/1", headers={"If-None-Match": sent}).status_code == 304

    def test_has_the_headers_that_caches_need(self):
        client = getting(GetThing.OK(ROW, etag='"one"', cache_control="max-age=5"))

        assert client.get("/v1/things/1", headers={"If-None-Match": "*"}).headers["Cache-Control"] == "max-age=5"

    def test_comes_after_the_handler_raised(self):
        client = getting(NotFound("No thing 1."))

        assert client.get("/v1/things/1", headers={"If-None-Match": "*"}).status_code == 404


class TestThePolicy:
    @pytest.mark.parametrize(
        ("answer", "text"),
        [
            (DeleteThing.NoContent(), "getThing returned 204, which is not documented (contract.yaml:"),
            (GetThing.OK({"id": 0, "name": "a"}, etag='"a"'), "getThing returned 200 with a body that fails minimum at /id"),  # type: ignore[arg-type] # wrong on purpose
            (GetThing.OK({"id": 1}, etag='"a"'), "getThing returned 200 with a body that fails required at /"),  # type: ignore[arg-type] # wrong on purpose
            (
                GetThing.OK({"id": 1, "name": "a" * 21}, etag='"a"'),  # type: ignore[arg-type] # wrong on purpose
                "getThing returned 200 with a body that fails maxLength at /name",
            ),
        ],
    )
    def test_raise_makes_a_violation_a_reported_500(self, answer, text):
        observer = Observer()

        response = getting(answer, observer=observer).get("/v1/things/1")

        assert response.status_code == 500
        assert response.json()["type"] == "/problems/internal-server-error"
        assert str(observer.errors[0]).startswith(text)
        assert isinstance(observer.errors[0], ContractViolation)
        assert observer.statuses == [500]

    def test_log_reports_and_answers(self):
        observer = Observer()

        response = getting(GetThing.OK({"id": 0, "name": "a"}, etag='"a"'), observer=observer, responses="log").get(  # type: ignore[arg-type] # wrong on purpose
            "/v1/things/1"
        )

        assert response.json() == {"id": 0, "name": "a"}
        assert len(observer.errors) == 1
        assert observer.statuses == [200]

    def test_off_does_not_look(self):
        observer = Observer()

        response = getting(GetThing.OK({"id": 0}, etag='"a"'), observer=observer, responses="off").get("/v1/things/1")  # type: ignore[arg-type] # wrong on purpose

        assert response.json() == {"id": 0}
        assert observer.errors == []

    @pytest.mark.parametrize(
        ("path", "headers", "drop", "text"),
        [
            ("/v1/things/1", {}, "etag", "getThing returned 200 without the header etag"),
            ("/v1/things", {}, "cache-control", "listThings returned 200 without the header cache-control"),
            ("/v1/things", {}, "content-type", "listThings returned 200 with a body of type None"),
        ],
    )
    def test_misses_a_header(self, path, headers, drop, text):
        observer = Observer()
        engine = make_engine(observer=observer)
        for operation in engine.operations:
            encode = operation.encoder.encode

            def without(answer: Empty, if_none_match: bytes | None, encode=encode):
                status, out, body = encode(answer, if_none_match)
                return status, [pair for pair in out if pair[0] != drop.encode()], body

            operation.encoder.encode = without  # type: ignore[assignment,method-assign] # a fault of the encoder, made here
        client = make_client(engine.serve)

        assert client.get(path, headers=headers).status_code == 500
        assert str(observer.errors[0]).startswith(text)

    def test_validates_the_value_of_a_header(self):
        observer = Observer()

        async def create_thing(call: object, copies: int | None, body: ThingCreate) -> CreateThing.Created:  # noqa: ARG001
            return CreateThing.Created(ROW, location="elsewhere")

        client = make_client(make_host(handlers(create_thing=create_thing), observer=observer))

        assert client.post("/v1/things", json={"name": "a"}, headers=WRITER).status_code == 500
        assert str(observer.errors[0]).startswith("createThing returned 201 with location: elsewhere")

    def test_validates_the_type_of_a_header(self):
        observer = Observer()

        assert listing(ListThings.OK(ThingListRow([]), x_total="07"), observer=observer).get("/v1/things").status_code == 500  # type: ignore[arg-type] # wrong on purpose
        assert str(observer.errors[0]).startswith("listThings returned 200 with x-total: 07")

    def test_validates_the_absence_of_a_body(self):
        class NoBody(Empty):
            status = 200

        async def get_me(call: object) -> Empty:  # noqa: ARG001
            return NoBody()

        observer = Observer()

        assert make_client(make_host(handlers(get_me=get_me), observer=observer)).get("/v1/me").status_code == 500
        assert str(observer.errors[0]).startswith("getMe returned 200 without its body")

    def test_validates_the_engine_s_own_responses(self):
        observer = Observer()

        response = make_client(make_host(observer=observer)).delete("/v1/things/1", headers={**ADMIN, "Accept": "text/html"})

        assert response.status_code == 204
        assert observer.errors == []

    def test_finds_nothing_in_valid_answers(self):
        observer = Observer()
        client = make_client(make_host(observer=observer))

        client.get("/v1/things", headers={"X-Rank": "3"})
        client.get("/v1/things/1")
        client.head("/v1/things/1")
        client.get("/v1/things/latest")
        client.get("/v1/me")
        client.post("/v1/things", json={"name": "a"}, headers=WRITER)
        client.options("/v1/things")
        client.put("/v1/things")

        assert observer.errors == []
        assert observer.statuses == [200, 200, 200, 202, 200, 201, 204, 405]


class TestAnError:
    @pytest.mark.parametrize("policy", ["off", "log", "raise"])
    def test_that_the_operation_does_not_document_is_a_reported_500(self, policy):
        observer = Observer()

        response = getting(GoneAway("secret"), observer=observer, responses=policy).get("/v1/things/1")

        assert response.status_code == 500
        assert "secret" not in response.text
        assert str(observer.errors[0]).startswith(
            "getThing raised /problems/gone-away (409), which it does not document (contract.y"
        )
        assert isinstance(observer.errors[0], ContractViolation)

    def test_that_is_documented_is_answered(self):
        observer = Observer()

        response = getting(NotFound("There is no thing 1.", retry_after=3), observer=observer).get("/v1/things/1")

        assert response.status_code == 404
        assert response.json()["detail"] == "There is no thing 1."
        assert response.headers["Retry-After"] == "3"
        assert observer.errors == []

    def test_that_is_unexpected_is_a_reported_500(self):
        observer = Observer()
        error = ZeroDivisionError("secret")

        response = getting(error, observer=observer).get("/v1/things/1")

        assert response.status_code == 500
        assert "secret" not in response.text
        assert observer.errors == [error]
