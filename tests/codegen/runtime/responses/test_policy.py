"""The policy for responses that differ from the document, and errors that handlers raise."""

from __future__ import annotations

import pytest

from accord.errors import ContractViolation
from accord.runtime.responses.types import Empty
from tests.codegen.support.answers import getting, listing
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
from tests.codegen.support.service import ADMIN, WRITER, Observer, make_client, make_engine, make_host

ROW = ThingRow(1, "lamp")


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
