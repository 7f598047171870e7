"""The requests that the landing page shows during development."""

from __future__ import annotations

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from accord.document.document import Document
from accord.openapi.api import API
from accord.runtime import Engine, Mocked, OpenAPIApp, RequestContext, Service, bind
from accord.runtime.docs.recent_requests import RecentRequests

DOCUMENT = b"""\
openapi: 3.1.1
info: {title: T, version: "1"}
paths:
  /things:
    get: {operationId: listThings, responses: {"204": {description: None.}}}
"""


class Counting:
    """The observer of a service."""

    def __init__(self) -> None:
        self.notified: list[object] = []

    def on_response(self, _context: RequestContext, status: int) -> None:
        self.notified.append(status)

    def on_error(self, _context: RequestContext, error: Exception) -> None:
        self.notified.append(str(error))


@pytest.fixture
def observer() -> Counting:
    return Counting()


@pytest.fixture
def client(observer: Counting) -> TestClient:
    api = API.of(Document(DOCUMENT))
    recent = RecentRequests(observer)
    service = Service(schemes={}, call=lambda context: context, observer=recent)
    app = OpenAPIApp(Engine(api, bind(api, (), mock=Mocked), service))

    async def fail(_: object) -> None:
        raise ValueError("a secret")

    app.router.routes += [Route("/requests.json", recent.respond), Route("/fail", fail)]
    return TestClient(app, raise_server_exceptions=False)


def test_the_latest_are_first_without_successes_that_the_document_does_not_define(client):
    for path in ("/things", "/nothing?token=secret", "/requests.json"):
        client.get(path)

    response = client.get("/requests.json")

    requests = [(each["method"], each["path"], each["operation"], each["status"], each["error"]) for each in response.json()]
    assert requests == [("GET", "/nothing", None, 404, None), ("GET", "/things", "listThings", 204, None)]
    assert response.headers["Cache-Control"] == "no-store"


def test_an_error_is_named_by_type_and_place_without_its_message(client):
    answer = client.get("/fail")

    [request] = client.get("/requests.json").json()

    assert (request["status"], request["id"]) == (500, answer.headers["X-Request-ID"])
    assert request["error"].startswith("ValueError in ")
    assert "secret" not in request["error"]


def test_the_observer_of_the_service_is_notified_too(client, observer):
    client.get("/things")
    client.get("/fail")

    assert observer.notified == [204, "a secret", 500]


def test_a_hundred_are_kept(client):
    for _ in range(101):
        client.get("/things")

    assert len(client.get("/requests.json").json()) == 100
