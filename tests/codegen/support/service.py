"""Small services around the engine: one that answers `contract.yaml`, and one that echoes what any document lets through."""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import msgspec
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from accord.document.adoption.readings import given
from accord.document.document import Document
from accord.errors import ApiError
from accord.openapi.api import API
from accord.runtime import Body, Engine, OpenAPIApp, Operation, RequestContext, Service, bind
from app.core.limits import Decision
from tests.codegen.support.operations import handlers

DOCUMENT = Path(__file__).with_name("contract.yaml")

WRITER, ADMIN, READER = ({"Authorization": f"Bearer {name}"} for name in ("writer", "admin", "reader"))


class Tokens:
    """A security scheme whose tokens are the names of their owners; an owner has the scope of the same name."""

    def __init__(self, *owners: str) -> None:
        self.owners = owners or ("writer", "admin", "reader")

    async def verify(self, credential: str) -> str | None:
        return credential if credential in self.owners else None

    def allows(self, principal: str, scopes: tuple[str, ...]) -> bool:
        return all(scope == principal for scope in scopes)


class Stale(ApiError):
    """Documented by the operation."""

    status, type, title = 401, "/problems/stale", "Stale"


class Recent(Tokens):
    """Only the writer has proved recently who they are."""

    async def step_up(self, principal: str) -> None:
        if principal != "writer":
            raise Stale("Prove it.", challenge='Bearer error="insufficient_user_authentication"', members={"accepted": ["x"]})


@dataclass
class Limits:
    """Limits that are used up, or not."""

    address_wait: int = 0
    account_wait: int = 0

    def address(self, _: object) -> Decision:
        return Decision(((b"ratelimit", b"address"),), self.address_wait)

    def account(self, _: object) -> Decision:
        return Decision(((b"ratelimit", b"account"),), self.account_wait)


@dataclass
class Observer:
    """Remembers what it hears."""

    statuses: list[int] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def on_response(self, exchange: RequestContext, status: int) -> None:
        assert exchange.id
        self.statuses.append(status)

    def on_error(self, exchange: RequestContext, error: Exception) -> None:
        assert exchange.id
        self.errors.append(error)


@functools.cache
def description() -> API:
    return API.of(Document.load(DOCUMENT))


def make_engine(found: Iterable[Operation] = (), **service: Any) -> Engine:
    """An engine of `contract.yaml`; its handlers receive the principal as their call."""
    module = SimpleNamespace(**{type(operation).__name__: operation for operation in found or handlers()})
    settings = {"schemes": {"bearer": Tokens()}, "call": lambda exchange: exchange.principal, "responses": "raise", **service}
    return Engine(description(), bind(description(), [module]), Service(**settings))


def make_host(found: Iterable[Operation] = (), **service: Any) -> OpenAPIApp:
    """A host of `contract.yaml`."""
    return OpenAPIApp(make_engine(found, **service))


def make_client(host: ASGIApp) -> TestClient:
    """A client that is told of faults as 500, and follows nothing."""
    return TestClient(host, raise_server_exceptions=False, follow_redirects=False)


class Echo(Body[Any]):
    """What arrived."""

    status = 200


def echo(paths: str, *, head: str = "", adopted: Iterable[str] = (), **service: Any) -> TestClient:
    """A client of a service for the YAML of `paths`; every operation answers the arguments that its handler received.

    `adopted` are readings as the command line gives them.
    """
    text = f"openapi: 3.1.1\ninfo: {{title: Echo, version: '1'}}\n{head}\npaths:\n{paths}"
    described = API.of(Document(text.encode(), readings=tuple(map(given, adopted))))

    async def handler(_: object, **arguments: Any) -> Echo:
        return Echo(arguments)

    bound = {operation.id: Operation(handler) for operation in described.operations}
    settings = {"schemes": {}, "call": lambda exchange: exchange.principal, **service}
    return make_client(OpenAPIApp(Engine(described, bound, Service(**settings))))


def parameter(declaration: str, *, path: str = "/p") -> TestClient:
    """An echo service of GET on `path` with one parameter."""
    return echo(
        f"  {path}:\n    get:\n      operationId: get\n      parameters: [{{{declaration}}}]\n"
        "      responses: {'200': {description: Yes., content: {application/json: {schema: {}}}}}\n"
    )


def body(schema: str, *, media: str = "application/json", required: str = "true", head: str = "") -> TestClient:
    """An echo service of POST /p with a body."""
    return echo(
        f"  /p:\n    post:\n      operationId: post\n      requestBody: {{required: {required}, "
        f"content: {{{media}: {{schema: {schema}}}}}}}\n"
        "      responses: {'200': {description: Yes., content: {application/json: {schema: {}}}}}\n",
        head=head,
    )


def answering(
    documented: str, answer: Any, *, method: str = "get", operation: str = "", head: str = "", **service: Any
) -> Engine:
    """An engine with one operation on /p of these responses (YAML), whose handler gives this answer, or raises it.

    An answer that is a function is called for each request, with the arguments of the handler.
    """
    text = (
        f"openapi: 3.1.1\ninfo: {{title: Answers, version: '1'}}\n{head}\npaths:\n  /p:\n    {method}:\n"
        f"      operationId: ask\n      {operation}\n      responses: {documented}\n"
    )
    described = API.of(Document(text.encode()))

    async def handler(_: object, **arguments: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer(**arguments) if callable(answer) else answer

    settings = {"schemes": {"bearer": Tokens()}, "call": lambda exchange: exchange.principal, "responses": "raise", **service}
    return Engine(described, {"ask": Operation(handler)}, Service(**settings))


class Answer(NamedTuple):
    """What an ASGI application sent; `reads` counts the messages that it asked for."""

    status: int
    headers: dict[str, str]
    body: bytes
    reads: int

    @property
    def status_code(self) -> int:
        return self.status

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class NoAnswer(Exception):
    """An ASGI application returned without sending a response."""


GONE = {"type": "http.disconnect"}


def raw_call(
    app: Callable[..., Awaitable[None]],
    method: str,
    path: str,
    headers: Iterable[tuple[bytes, bytes]] = (),
    messages: Iterable[bytes | dict[str, Any]] = (b"",),
) -> Answer:
    """Call an application without a server, so that headers may be wrong and bodies incomplete.

    Raises:
        NoAnswer: the application sent nothing.
    """
    raw_path, _, query = path.encode().partition(b"?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path.partition("?")[0],
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": list(headers),
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
    waiting = list(messages)
    reads = itertools.count()
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        next(reads)
        message = waiting.pop(0)
        return message if isinstance(message, dict) else {"type": "http.request", "body": message, "more_body": bool(waiting)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def call() -> None:
        await app(scope, receive, send)

    asyncio.run(call())
    if not sent:
        raise NoAnswer
    start, end = sent
    return Answer(start["status"], {k.decode(): v.decode("latin-1") for k, v in start["headers"]}, end["body"], next(reads))
