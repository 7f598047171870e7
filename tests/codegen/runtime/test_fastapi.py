"""The engine inside FastAPI: the features of FastAPI keep working."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Response, WebSocket
from fastapi.routing import APIRoute
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from accord.document.document import DocumentError
from accord.runtime.fastapi import OpenAPIApp
from accord.runtime.responses.types import Empty
from tests.codegen.support.service import Limits, Observer, answering, make_client, make_engine, make_host

LISTED, UNLISTED = "https://shelf.example", "https://evil.example"
SENT = "Accept, Authorization, Content-Type, X-Rank"
ASKED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


class Nothing(Empty, frozen=True, kw_only=True):  # type: ignore[misc] # msgspec freezes a subclass alone
    status = 200
    vary: str | None = None


class Mark:
    """A middleware that adds a header to every answer."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        self._app, self._name = app, name.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-mark", self._name)]
            await send(message)

        await self._app(scope, receive, marked)


def browser(**service: Any) -> TestClient:
    return make_client(OpenAPIApp(make_engine(**service), origins=[LISTED]))


class TestMiddleware:
    def test_of_a_user_wraps_operations_and_ordinary_routes(self):
        host = make_host()
        host.add_middleware(Mark, name="inner")
        host.add_middleware(Mark, name="outer")
        host.get("/ordinary")(lambda: 1)
        client = make_client(host)

        for path in ("/v1/things", "/ordinary", "/nothing"):
            assert client.get(path).headers.get_list("X-Mark") == ["inner", "outer"]

    def test_as_a_function_sees_operations(self):
        host = make_host()

        @host.middleware("http")
        async def note(request, call_next):
            response = await call_next(request)
            response.headers["X-Path"] = request.url.path
            return response

        assert make_client(host).get("/v1/things/1").headers["X-Path"] == "/v1/things/1"


class TestRoutes:
    def test_list_every_operation(self):
        routes = {(route.path, *(route.methods or ())): route for route in make_host().routes if isinstance(route, APIRoute)}

        assert routes["/v1/things/{thing_id}", "DELETE"].operation_id == "deleteThing"
        assert routes["/v1/things/{thing_id}", "DELETE"].tags == ["things"]
        assert len(routes) == 6

    def test_have_names_and_paths(self):
        assert make_host().url_path_for("get_thing", thing_id="7") == "/v1/things/7"

    def test_that_are_ordinary_work_beside_operations(self):
        host, router = make_host(), APIRouter(prefix="/more")
        router.get("/{number}")(lambda number: {"number": number})
        host.include_router(router)
        host.post("/v1/ordinary")(lambda: "posted")
        client = make_client(host)

        assert client.get("/more/7").json() == {"number": "7"}
        assert client.post("/v1/ordinary").json() == "posted"
        assert client.get("/more/7/").status_code == 404
        assert client.get("/v1/things/7").status_code == 200

    def test_that_are_ordinary_have_the_headers_of_the_host_and_not_those_of_operations(self):
        host = make_host(headers=((b"x-own", b"1"),), host_headers=((b"x-host", b"2"),))
        host.get("/ordinary")(lambda: "got")
        client = make_client(host)

        ordinary, operation = client.get("/ordinary"), client.get("/v1/things/7")
        assert (ordinary.headers.get("X-Own"), ordinary.headers["X-Host"]) == (None, "2")
        assert (operation.headers["X-Own"], operation.headers["X-Host"]) == ("1", "2")

    def test_that_are_ordinary_cannot_take_a_path_of_the_document(self):
        host = make_host()
        host.put("/v1/things")(lambda: "taken")
        host.get("/v1/things")(lambda: "taken")

        assert make_client(host).put("/v1/things").status_code == 405
        assert make_client(host).get("/v1/things").json() == {"things": []}

    def test_may_be_whole_applications(self):
        host, mounted = make_host(), FastAPI()
        mounted.get("/x")(lambda: "mounted")
        host.mount("/sub", mounted)

        assert make_client(host).get("/sub/x").json() == "mounted"

    def test_may_be_websockets(self):
        host = make_host()

        @host.websocket("/socket")
        async def socket(websocket: WebSocket) -> None:
            await websocket.accept()
            await websocket.send_text("hello")
            await websocket.close()

        with make_client(host).websocket_connect("/socket") as connection:
            assert connection.receive_text() == "hello"
        with pytest.raises(WebSocketDisconnect), make_client(host).websocket_connect("/v1/things"):
            pass

    def test_of_fastapi_s_own_documents_are_not_served(self):
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert make_client(make_host()).get(path).status_code == 404

    def test_are_described_by_the_document_alone(self):
        host = make_host()

        assert host.openapi() == host.engine.document.data


class TestLifespan:
    def test_runs_around_the_requests(self):
        events: list[object] = []

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, str]]:
            events.append("start")
            yield {}
            events.append("stop")

        with TestClient(OpenAPIApp(make_engine(), lifespan=lifespan)) as client:
            events.append(client.get("/v1/things").status_code)

        assert events == ["start", 200, "stop"]


class TestCors:
    def test_gives_a_listed_origin_what_it_may_read(self):
        for path, status in (("/v1/things", 200), ("/v1/things/0", 422), ("/nothing", 404)):
            response = browser().get(path, headers={"Origin": LISTED})

            assert response.status_code == status
            assert response.headers["Access-Control-Allow-Origin"] == LISTED
            assert "ETag" in response.headers["Access-Control-Expose-Headers"]
            assert "X-Request-ID" in response.headers["Access-Control-Expose-Headers"]
            assert "Access-Control-Allow-Credentials" not in response.headers

    @pytest.mark.parametrize(
        "origin", [UNLISTED, "null", "", "*", f"{LISTED}.evil.example", LISTED.upper(), f"{LISTED}:444", f"{LISTED}/"]
    )
    def test_gives_no_other_origin_anything(self, origin):
        for method in ("GET", "OPTIONS"):
            response = browser().request(method, "/v1/things", headers={"Origin": origin, **ASKED})

            assert response.status_code in (200, 204)
            assert not [name for name in response.headers if name.startswith("access-control-")]

    def test_varies_by_origin(self):
        for headers in ({}, {"Origin": LISTED}, {"Origin": UNLISTED}):
            assert browser().get("/v1/things", headers=headers).headers["Vary"] == "Origin"

    def test_is_added_to_the_line_of_vary(self):
        response = browser().get("/v1/things/1", headers={"Origin": LISTED, "If-None-Match": "*"})

        assert response.headers.get_list("Vary") == ["Accept, Origin"]

    def test_answers_the_preflight_of_a_listed_origin(self):
        response = browser().options("/v1/things", headers={"Origin": LISTED, **ASKED})

        assert response.status_code == 204
        assert response.content == b""
        assert response.headers["Access-Control-Allow-Origin"] == LISTED
        assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS, POST"
        assert response.headers["Access-Control-Allow-Headers"] == SENT
        assert response.headers["Access-Control-Max-Age"] == "600"
        assert response.headers["Vary"] == "Origin"

    def test_lets_the_browser_compare_what_is_allowed(self):
        asked = {"Access-Control-Request-Method": "TRACE", "Access-Control-Request-Headers": "x-evil"}

        response = browser().options("/v1/things", headers={"Origin": LISTED, **asked})

        assert response.status_code == 204
        assert "TRACE" not in response.headers["Access-Control-Allow-Methods"]
        assert "x-evil" not in response.headers["Access-Control-Allow-Headers"].lower()

    def test_is_not_there_without_origins(self):
        response = make_client(make_host()).get("/v1/things", headers={"Origin": LISTED})

        assert "Vary" not in response.headers
        assert not [name for name in response.headers if name.startswith("access-control-")]

    def test_options_without_a_preflight_is_the_engine_s(self):
        response = browser().options("/v1/things", headers={"Origin": LISTED})

        assert response.headers["Allow"] == "GET, HEAD, OPTIONS, POST"

    @pytest.mark.parametrize("path", ["/nothing", "/ordinary"])
    def test_allows_anything_where_the_document_has_no_path(self, path):
        host = OpenAPIApp(make_engine(), origins=[LISTED])
        host.put("/ordinary")(lambda: "a")
        client = make_client(host)

        preflight = client.options(path, headers={"Origin": LISTED, **ASKED})
        answer = client.put(path, headers={"Origin": LISTED})

        assert preflight.status_code == 204
        assert preflight.headers["Access-Control-Allow-Methods"] == "*"
        assert preflight.headers["Access-Control-Allow-Headers"] == "*, Authorization"
        assert answer.headers.get_list("Access-Control-Allow-Origin") == [LISTED]
        assert answer.headers.get_list("Vary") == ["Origin"]

    def test_completes_the_vary_of_an_ordinary_route(self):
        host = OpenAPIApp(make_engine(), origins=[LISTED])
        host.get("/ordinary")(lambda: Response("a", headers={"Vary": "Accept-Language"}))

        answer = make_client(host).get("/ordinary", headers={"Origin": LISTED})

        assert answer.headers.get_list("Vary") == ["Accept-Language, Origin"]

    def test_counts_and_reports_a_preflight(self):
        observer = Observer()
        used_up = browser(limits=Limits(address_wait=7), observer=observer, headers=((b"x-service", b"shelf"),))
        free = browser(limits=Limits(), observer=observer, headers=((b"x-service", b"shelf"),))

        refused, allowed = (client.options("/v1/things", headers={"Origin": LISTED, **ASKED}) for client in (used_up, free))

        assert (refused.status_code, allowed.status_code) == (429, 204)
        assert observer.statuses == [429, 204]
        assert refused.json()["type"] == "/problems/too-many-requests"
        assert refused.headers["Retry-After"] == "7"
        for response in (refused, allowed):
            assert response.headers["Access-Control-Allow-Origin"] == LISTED
            assert response.headers["X-Service"] == "shelf"
            assert response.headers["RateLimit"] == "address"
            assert response.headers["X-Request-ID"]

    def test_is_rejected_by_a_document_that_pins_another_vary(self):
        pinned = "headers: {Vary: {required: true, schema: {const: Accept}}}"
        engine = answering(f"{{'200': {{description: Y, {pinned}}}}}", None)

        with pytest.raises(
            DocumentError, match=r"openapi.yaml:\d+: Vary is 'Accept, Origin' where other origins may read responses"
        ):
            OpenAPIApp(engine, origins=[LISTED])

    @pytest.mark.parametrize("origin", [LISTED, UNLISTED, None])
    def test_is_validated_by_the_policy(self, origin):
        observer = Observer()
        pinned = "headers: {Vary: {schema: {const: Accept}}}"
        host = OpenAPIApp(answering(f"{{'200': {{description: Y, {pinned}}}}}", Nothing(), observer=observer), origins=[LISTED])

        answer = make_client(host).get("/p", headers={"Origin": origin} if origin else {})

        assert answer.status_code == 500
        assert str(observer.errors[0]).startswith("ask returned 200 with vary: Origin")

    def test_wraps_a_crash(self):
        host = OpenAPIApp(make_engine(), origins=[LISTED])

        @host.get("/crashes")
        async def crashes() -> None:
            raise ZeroDivisionError

        response = make_client(host).get("/crashes", headers={"Origin": LISTED})

        assert response.status_code == 500
        assert response.headers["Access-Control-Allow-Origin"] == LISTED
