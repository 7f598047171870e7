"""FastAPI dependencies that a handler declares as defaults."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import BackgroundTasks, Depends, HTTPException, Request

from accord.document.findings import BindingError
from accord.runtime.responses.types import Answer
from tests.codegen.support.operations import GetThing, NotFound, ThingCreate, ThingRow, create_thing, handlers
from tests.codegen.support.service import WRITER, Observer, make_client, make_engine, make_host, raw_call

EVENTS: list[str] = []


def colour() -> str:
    return "red"


def shade(base: Annotated[str, Depends(colour)]) -> str:
    return f"dark {base}"


async def session() -> AsyncIterator[str]:
    EVENTS.append("open")
    try:
        yield "session"
    except NotFound:
        EVENTS.append("rolled back")
        raise
    finally:
        EVENTS.append("closed")


def agent(request: Request) -> str:
    return request.headers["X-Agent"]


async def needy(call: object, thing_id: int, name: str = Depends(colour)) -> GetThing.OK:  # noqa: ARG001
    EVENTS.append("handled")
    return GetThing.OK(ThingRow(thing_id, name), etag='"one"')


async def very_needy(call: object, thing_id: int, name: str = Depends(shade)) -> GetThing.OK:
    return await needy(call, thing_id, name)


async def careful(call: object, thing_id: int, name: str = Depends(session)) -> GetThing.OK:
    return await needy(call, thing_id, name)


async def unlucky(call: object, thing_id: int, name: str = Depends(session)) -> GetThing.OK:  # noqa: ARG001
    raise NotFound("There is none.")


async def curious(call: object, thing_id: int, name: str = Depends(agent)) -> GetThing.OK:
    return await needy(call, thing_id, name)


async def plain(call: object, thing_id: int = 5, name: str = "plain") -> GetThing.OK:
    return await needy(call, thing_id, name)


async def annotated(call: object, thing_id: int, name: Annotated[str, Depends(colour)]) -> GetThing.OK:
    return await needy(call, thing_id, name)


def lookup() -> str:
    raise HTTPException(404, "Not in this house.")


def brew() -> str:
    raise HTTPException(418)


def later(tasks: BackgroundTasks) -> str:
    tasks.add_task(EVENTS.append, "later")
    return "red"


async def doomed(call: object, thing_id: int, name: str = Depends(lookup)) -> GetThing.OK:
    return await needy(call, thing_id, name)


async def teapot(call: object, thing_id: int, name: str = Depends(brew)) -> GetThing.OK:
    return await needy(call, thing_id, name)


async def hasty(call: object, thing_id: int, name: str = Depends(later)) -> GetThing.OK:
    return await needy(call, thing_id, name)


def client_of(handler, **service: object):
    return make_client(make_host(handlers(get_thing=handler), **service))


@pytest.fixture(autouse=True)
def _no_events():
    EVENTS.clear()


class TestADependency:
    def test_is_given_to_the_handler(self):
        assert client_of(needy).get("/v1/things/7").json() == {"id": 7, "name": "red"}

    def test_may_have_dependencies(self):
        assert client_of(very_needy).get("/v1/things/7").json()["name"] == "dark red"

    def test_can_be_overridden_at_any_depth(self):
        client = client_of(very_needy)

        client.app.dependency_overrides[colour] = lambda: "blue"

        assert client.get("/v1/things/7").json()["name"] == "dark blue"

    def test_sees_the_request(self):
        assert client_of(curious).get("/v1/things/7", headers={"X-Agent": "ann"}).json()["name"] == "ann"

    def test_is_closed_after_the_handler(self):
        client_of(careful).get("/v1/things/7")

        assert EVENTS == ["open", "handled", "closed"]

    def test_hears_of_an_error(self):
        response = client_of(unlucky).get("/v1/things/7")

        assert response.status_code == 404
        assert EVENTS == ["open", "rolled back", "closed"]

    def test_is_not_opened_for_a_request_that_is_rejected(self):
        assert client_of(careful).get("/v1/things/0").status_code == 422
        assert EVENTS == []

    def test_that_fails_is_a_reported_500(self):
        observer = Observer()

        response = client_of(curious, observer=observer).get("/v1/things/7")

        assert response.status_code == 500
        assert [type(error) for error in observer.errors] == [KeyError]

    def test_without_a_host_is_an_error(self):
        observer = Observer()
        engine = make_engine(handlers(get_thing=needy), observer=observer)

        assert raw_call(engine.serve, "GET", "/v1/things/7").status == 500
        assert str(observer.errors[0]) == "handlers with dependencies need an application: use accord.runtime.OpenAPIApp"

    def test_is_a_default_and_not_an_annotation(self):
        with pytest.raises(BindingError, match="getThing has no argument 'name'"):
            client_of(annotated)


class TestAnHTTPExceptionInAnOperation:
    def test_is_the_documented_problem_of_its_status(self):
        response = client_of(doomed).get("/v1/things/5")

        assert response.status_code == 404
        assert response.json()["type"] == "/problems/not-found"
        assert response.json()["detail"] == "Not in this house."

    def test_with_another_status_is_a_reported_500(self):
        observer = Observer()

        response = client_of(teapot, observer=observer).get("/v1/things/5")

        assert response.status_code == 500
        assert [type(error) for error in observer.errors] == [HTTPException]


class TestADependencyThatAsksForWhatTheEngineKeeps:
    def test_stops_the_start(self):
        with pytest.raises(BindingError) as caught:
            make_engine(handlers(get_thing=hasty))

        assert "later declares BackgroundTasks, which operations do not support" in str(caught.value)


class TestADefaultThatIsNoDependency:
    def test_is_python_s_own(self):
        client = client_of(plain)

        assert client.get("/v1/things/7").json() == {"id": 7, "name": "plain"}
        assert client.get("/v1/things/7", headers={"name": "x"}).json()["name"] == "plain"

    def test_costs_nothing(self):
        assert [
            operation.id for operation in make_engine(handlers(get_thing=plain)).operations if operation.dependency_solver
        ] == []

    def test_of_an_argument_is_not_used(self):
        async def optional(call: object, body: ThingCreate, copies: int | None = 3) -> Answer:
            assert copies is None
            return await create_thing(call, copies, body)

        response = make_client(make_host(handlers(create_thing=optional))).post(
            "/v1/things", json={"name": "a"}, headers=WRITER
        )

        assert response.status_code == 201


class TestOnlyAHandlerWithDependencies:
    def test_is_solved(self):
        solved = [
            operation.id for operation in make_engine(handlers(get_thing=needy)).operations if operation.dependency_solver
        ]

        assert solved == ["getThing"]
