"""Every error is one RFC 9457 problem, including those of FastAPI."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import pytest
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from accord.document.document import Document
from accord.runtime.error_responses import ErrorResponses
from app.core.errors import ServiceUnavailable
from tests.codegen.support.operations import GetThing, handlers
from tests.codegen.support.service import READER, WRITER, Limits, Observer, make_client, make_host

MEMBERS = ["type", "title", "status", "detail", "code", "instance"]
OBSERVER = Observer()


class Size(BaseModel):
    width: int


class Red(BaseModel):
    of: Literal["red"]


class Blue(BaseModel):
    of: Literal["blue"]


class Bounded(Size):
    height: int
    kind: Literal["round", "square"]
    name: Annotated[str, Field(max_length=3)]
    shade: Annotated[Red | Blue, Field(discriminator="of")]


async def unavailable(call: object, thing_id: int) -> GetThing.OK:  # noqa: ARG001 - as documented
    raise ServiceUnavailable("The shelf is out.")


def add_routes(app: FastAPI) -> None:
    @app.get("/ordinary/{number}")
    async def ordinary(number: int) -> int:
        return number

    @app.post("/ordinary")
    async def sized(size: Size) -> int:
        return size.width

    @app.post("/bounded")
    async def bounded(size: Bounded) -> int:
        return size.width

    @app.get("/raises/{status}")
    async def raises(status: int, detail: str | None = None) -> None:
        raise HTTPException(status, detail, {"X-Why": "because", "Retry-After": "9"})

    @app.get("/crashes")
    async def crashes() -> None:
        raise ZeroDivisionError("secret")

    @app.get("/moves")
    async def moves() -> None:
        raise HTTPException(307, headers={"Location": "/ordinary/1"})

    @app.get("/odd")
    async def odd() -> None:
        raise HTTPException(400, {"secret": [1]})


HOST = make_host(observer=OBSERVER)
add_routes(HOST)
CLIENT = make_client(HOST)
JSON = {"Content-Type": "application/json"}

ERRORS = {
    "an unknown path": (404, lambda: CLIENT.get("/nothing")),
    "an unknown method": (405, lambda: CLIENT.put("/v1/things")),
    "no credentials": (401, lambda: CLIENT.delete("/v1/things/1")),
    "too little scope": (403, lambda: CLIENT.delete("/v1/things/1", headers=READER)),
    "an unknown media type in Accept": (406, lambda: CLIENT.get("/v1/things", headers={"Accept": "a/b"})),
    "an unknown media type": (415, lambda: CLIENT.post("/v1/things", headers={**WRITER, "Content-Type": "a/b"})),
    "a large body": (413, lambda: CLIENT.post("/v1/things", headers={**WRITER, **JSON}, content=b" " * (1 << 21))),
    "broken JSON": (400, lambda: CLIENT.post("/v1/things", headers={**WRITER, **JSON}, content=b"{")),
    "a schema": (422, lambda: CLIENT.get("/v1/things/0")),
    "a limit": (429, lambda: make_client(make_host(limits=Limits(address_wait=1))).post("/v1/things")),
    "an ordinary route's path": (404, lambda: CLIENT.get("/ordinary/1/2")),
    "an ordinary route's method": (405, lambda: CLIENT.delete("/ordinary/1")),
    "an ordinary route's parameter": (422, lambda: CLIENT.get("/ordinary/x")),
    "an ordinary route's body": (422, lambda: CLIENT.post("/ordinary", json={})),
    "an ordinary route's broken body": (422, lambda: CLIENT.post("/ordinary", content=b"{", headers=JSON)),
    "an ordinary route's HTTPException": (403, lambda: CLIENT.get("/raises/403")),
    "an ordinary route's own status": (409, lambda: CLIENT.get("/raises/409")),
    "an ordinary route's rare status": (418, lambda: CLIENT.get("/raises/418")),
    "an ordinary route's 502": (502, lambda: CLIENT.get("/raises/502")),
    "an ordinary route's odd detail": (400, lambda: CLIENT.get("/odd")),
    "an ordinary route's crash": (500, lambda: CLIENT.get("/crashes")),
}


class TestAProblem:
    @pytest.mark.parametrize("name", ERRORS)
    def test_has_exactly_the_members_of_the_contract(self, name):
        status, ask = ERRORS[name]

        response = ask()

        problem = response.json()
        assert response.status_code == problem["status"] == status
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.headers["Content-Length"] == str(len(response.content))
        assert list(problem) == MEMBERS + ["errors"] * (status == 422)
        assert problem["instance"] == f"urn:uuid:{response.headers['X-Request-ID']}"
        assert problem["type"] == f"/problems/{problem['code']}"
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", problem["code"].replace("'", ""))
        assert problem["title"]
        assert problem["detail"]
        assert isinstance(problem["detail"], str)

    @pytest.mark.parametrize("name", ERRORS)
    def test_has_an_id_of_its_own_that_is_a_uuid(self, name):
        _, ask = ERRORS[name]

        first, second = ask().json()["instance"], ask().json()["instance"]

        assert first != second
        assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", first)

    @pytest.mark.parametrize("name", [name for name, (status, _) in ERRORS.items() if status == 422])
    def test_of_a_schema_lists_its_faults(self, name):
        for fault in ERRORS[name][1]().json()["errors"]:
            assert list(fault) == ["in", "pointer", "code", "message"]
            assert all(isinstance(value, str) for value in fault.values())
            assert re.fullmatch(r"(/.*)?", fault["pointer"])

    def test_of_an_ordinary_route_says_what_is_wrong_and_not_what_was_sent(self):
        sent = {"width": "secret", "kind": "secret", "name": "secret", "shade": {"of": "secret"}}

        response = CLIENT.post("/bounded", json=sent)

        assert {fault["pointer"]: fault["message"] for fault in response.json()["errors"]} == {
            "/width": "Input should be a valid integer, unable to parse string as an integer",
            "/kind": "Input should be 'round' or 'square'",
            "/name": "String should have at most 3 characters",
            "/height": "Field required",
            "/shade": "does not satisfy the contract",  # pydantic's message would repeat the tag
        }
        assert "secret" not in response.text

    def test_takes_its_title_from_the_document(self):
        text = "x-accord-problems: {not-found: {title: No such shelf}}\n"
        from_document = make_host()
        from_document.engine.responder.errors = ErrorResponses(Document(text.encode()), ())

        assert make_client(from_document).get("/nothing").json()["title"] == "No such shelf"

    def test_of_an_undocumented_outage_is_a_fault_of_the_service(self):
        response = make_client(make_host(handlers(get_thing=unavailable), responses="off")).get("/v1/things/1")

        assert response.status_code == 500


class TestAnHTTPException:
    def test_keeps_its_headers(self):
        response = CLIENT.get("/raises/503")

        assert response.headers["X-Why"] == "because"
        assert response.headers["Retry-After"] == "9"

    def test_keeps_its_text(self):
        assert CLIENT.get("/raises/409?detail=Two+of+them.").json()["detail"] == "Two of them."
        assert CLIENT.get("/raises/404?detail=No+shelf.").json()["detail"] == "No shelf."

    def test_without_a_text_has_the_usual_one(self):
        assert CLIENT.get("/raises/404").json()["detail"] == "There is no such resource."
        assert CLIENT.get("/raises/409").json()["detail"] == "Conflict."

    def test_that_is_not_an_error_is_not_a_problem(self):
        response = CLIENT.get("/moves")

        assert response.status_code == 307
        assert response.headers["Location"] == "/ordinary/1"

    def test_of_a_method_names_those_that_there_are(self):
        assert CLIENT.delete("/ordinary/1").headers["Allow"] == "GET"

    def test_is_the_client_s_fault_and_not_reported(self):
        OBSERVER.errors.clear()

        CLIENT.get("/raises/409")
        CLIENT.get("/raises/418")

        assert OBSERVER.errors == []


class TestACrash:
    def test_reveals_nothing_to_the_client_and_is_reported_to_the_observer(self):
        OBSERVER.errors.clear()

        response = CLIENT.get("/crashes")

        assert "secret" not in response.text
        assert "Zero" not in response.text
        assert [type(error) for error in OBSERVER.errors] == [ZeroDivisionError]

    def test_has_the_headers_of_the_service(self):
        host = make_host(headers=((b"x-service", b"shelf"),))
        add_routes(host)

        assert make_client(host).get("/crashes").headers["X-Service"] == "shelf"
