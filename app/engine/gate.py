"""The whole life of a request to an operation, in one coroutine and in one fixed order.

429 by address > 404 path > 405 with `Allow` > 401 > 429 by account > 403 scope > 406 > 413 > 415 > 400 > 422 > handler.

So the answer to a bad request never depends on data. Each step stands in the file of its name.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import ApiError
from app.engine.binding import Operation as BoundOperation
from app.engine.body import ABSENT
from app.engine.description import Description
from app.engine.dispatch import Paths, Resource
from app.engine.document import Document, DocumentError
from app.engine.operation import Operation
from app.engine.policy import ContractViolation, Policy, Verifier
from app.engine.preconditions import names
from app.engine.problems import ClientGone, Headers, Problems, Refusal
from app.engine.security import Scheme
from app.engine.support import unsupported

HeaderList = list[tuple[bytes, bytes]]
_PROBLEM = (b"content-type", b"application/problem+json")


class Verdict(Protocol):
    """What a limit says of one request."""

    @property
    def headers(self) -> Headers:
        """The headers that tell of the limit."""

    @property
    def wait(self) -> int:
        """Seconds to wait; 0: go on."""


class Limits(Protocol):
    """Counts requests; brought by the service. A verdict that has to be asked for elsewhere is a future."""

    def address(self, scope: Scope) -> Verdict | asyncio.Future[Any]:
        """Count a request of this client address."""

    def account(self, principal: Any) -> Verdict | asyncio.Future[Any]:  # noqa: ANN401 - the service's own
        """Count a request of this principal."""


class Observer(Protocol):
    """Hears of every request; brought by the service."""

    def answered(self, exchange: Exchange, status: int) -> None:
        """A request was answered; 499 if the client left before."""

    def failed(self, exchange: Exchange, error: Exception) -> None:
        """The service was at fault; the client was told 500 and the request id only."""


@dataclass(slots=True)
class Exchange:
    """One request and what is known of it so far."""

    id: bytes
    scope: Scope
    started: float  # of time.perf_counter()
    operation: Operation | None = None
    principal: Any = None
    limits: Headers = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a service brings to the engine.

    `call` makes what handlers receive. `headers` are sent with every answer; one that the
    document pins to a constant replaces the one of the same name.
    """

    schemes: Mapping[str, Scheme]
    call: Callable[[Exchange], object]
    limits: Limits | None = None
    observer: Observer | None = None
    headers: Headers = ()
    responses: Policy = "off"


def request_ids() -> Callable[[], bytes]:
    """UUIDs (version 8) of a random process prefix and a counter: unique, and a tenth of the cost of `uuid4`."""
    prefix, count = os.urandom(10).hex(), itertools.count(1).__next__
    head = f"{prefix[:8]}-{prefix[8:12]}-8{prefix[12:15]}-a{prefix[15:18]}-".encode()
    return lambda: head + b"%012x" % count()


class Engine:
    """Answers the operations of one document.

    Raises:
        DocumentError: the document holds something that the engine cannot enforce.
    """

    def __init__(self, description: Description, handlers: Mapping[str, BoundOperation], service: Service) -> None:
        self.document: Document = description.document
        if faults := unsupported(self.document):
            raise DocumentError("\n".join(faults))
        self.problems = Problems(self.document)
        self.paths: Paths[Operation] = Paths(description.aliases)
        self.operations: list[Operation] = []
        self.app: FastAPI | None = None  # whose dependency overrides count; set by the host
        self.ordinary: Callable[[Scope], ASGIApp | None] = lambda _: None  # who else knows a path; set by the host
        self._service, self.new_id = service, request_ids()
        self._verifiers: dict[str, Verifier] = {}
        for described in description.operations:
            operation = Operation(self.document, described, handlers[described.id], service.schemes, self.serve)
            self.operations.append(operation)
            self.paths.add(described, operation)
            if service.responses != "off":
                self._verifiers[described.id] = Verifier(self.document, described)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. This is an ASGI application for the scope `http`."""
        resource, values = self.paths.find(scope["path"], scope["raw_path"])
        exchange = Exchange(self.new_id(), scope, time.perf_counter())
        if resource is None and (other := self.ordinary(scope)) is not None:
            await self._pass_on(exchange, other, receive, send)
            return
        try:
            status, headers, body = await self._answer(exchange, resource, values, receive)
        except ClientGone:
            if (observer := self._service.observer) is not None:
                observer.answered(exchange, 499)
            return
        except Exception as error:  # noqa: BLE001 - the one place where every error becomes a problem
            status, headers, body = self.problem(exchange, error)
        out = self.finish(exchange, headers, body)
        if self._verifiers and exchange.operation is not None:
            try:
                self._verifiers[exchange.operation.id].verify(status, out, body)
            except ContractViolation as violation:
                self._report(exchange, violation)
                if self._service.responses == "raise":
                    status, headers, body = self.problem(exchange, violation, report=False)
                    out = self.finish(exchange, headers, body)
        if (observer := self._service.observer) is not None:
            observer.answered(exchange, status)
        await send({"type": "http.response.start", "status": status, "headers": out})
        await send({"type": "http.response.body", "body": b"" if body is None or scope["method"] == "HEAD" else body})

    async def _pass_on(self, exchange: Exchange, other: ASGIApp, receive: Receive, send: Send) -> None:
        """Let somebody else answer, limited, named and logged as an operation is."""
        exchange.scope["exchange"], status = exchange, 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status, own = message["status"], {name for name, _ in message["headers"]}
                ours = ((b"x-request-id", exchange.id), *exchange.limits)
                message["headers"] = [*message["headers"], *(header for header in ours if header[0] not in own)]
            await send(message)

        try:
            if self._service.limits is not None:
                verdict = self._service.limits.address(exchange.scope)
                self._count(exchange, await verdict if isinstance(verdict, asyncio.Future) else verdict)
        except Refusal as refusal:
            status, headers, body = self.problem(exchange, refusal)
            await send({"type": "http.response.start", "status": status, "headers": self.finish(exchange, headers, body)})
            await send({"type": "http.response.body", "body": b"" if exchange.scope["method"] == "HEAD" else body})
        else:
            await other(exchange.scope, receive, noted)
        finally:
            if (observer := self._service.observer) is not None:
                observer.answered(exchange, status)

    async def _answer(
        self, exchange: Exchange, resource: Resource[Operation] | None, values: list[str], receive: Receive
    ) -> tuple[int, HeaderList, bytes | None]:
        service, scope = self._service, exchange.scope
        if service.limits is not None:
            verdict = service.limits.address(scope)
            self._count(exchange, await verdict if isinstance(verdict, asyncio.Future) else verdict)
        if resource is None:
            raise Refusal(404)
        operation = exchange.operation = resource.operations.get(scope["method"])
        if operation is None:
            if scope["method"] == "OPTIONS":
                return 204, [(b"allow", resource.allow)], None
            raise Refusal(405, headers=((b"allow", resource.allow),))
        headers = self._headers(scope["headers"])
        if operation.security.secured:
            await self._admit(exchange, operation, headers)
        operation.negotiation.check(headers.get(b"accept"))
        body, media = await operation.body.read(headers, receive) if operation.body is not None else (ABSENT, b"")
        arguments = operation.arguments.read(values, scope["query_string"], headers, body, media)
        call = service.call(exchange)
        if operation.solver is None:
            answer = await operation.handler(call, **arguments)
        else:
            answer = await operation.solver.call(self._host(), scope, receive, call, arguments)
        if operation.answers.revalidates and answer.status == 200 and (sent := headers.get(b"if-none-match")) is not None:  # noqa: PLR2004
            etag: str = answer.etag  # type: ignore[attr-defined]  # `revalidates` promises it
            if names(sent.decode("latin-1"), etag):
                return 304, operation.answers.unchanged(answer), None
        content, out = operation.answers.encode(answer)
        return answer.status, out, content

    async def _admit(self, exchange: Exchange, operation: Operation, headers: dict[bytes, bytes]) -> None:
        exchange.principal, allowed = await operation.security.authenticate(headers)
        if self._service.limits is not None and exchange.principal is not None:
            verdict = self._service.limits.account(exchange.principal)
            self._count(exchange, await verdict if isinstance(verdict, asyncio.Future) else verdict)
        if not allowed:
            raise Refusal(403)

    def problem(self, exchange: Exchange, error: Exception, *, report: bool = True) -> tuple[int, HeaderList, bytes]:
        """The status, headers and body for any error; what is not the client's fault is reported and told as 500."""
        if isinstance(error, HTTPException) and self._documents(exchange.operation, error.status_code):
            sent = (error.headers or {}).items()
            error = Refusal(error.status_code, str(error.detail), tuple((k.lower().encode(), v.encode()) for k, v in sent))
        if isinstance(error, Refusal):
            return error.status, [_PROBLEM, *error.headers], self.problems.refusal(error, exchange.id)
        if isinstance(error, ApiError):
            operation = exchange.operation
            if operation is None or (error.status, error.type) in operation.answers.problem_types:
                if error.__cause__ is not None:  # an outage: the client learns that it is one, the log learns why
                    self._report(exchange, error)
                headers = [_PROBLEM]
                if error.retry_after is not None:
                    headers.append((b"retry-after", b"%d" % error.retry_after))
                if error.status == 401:  # noqa: PLR2004
                    headers.append((b"www-authenticate", b"Bearer"))
                return error.status, headers, self.problems.error(error, exchange.id)
            where = operation.described.node.where
            text = f"{operation.id} raised {error.type} ({error.status}), which it does not document ({where})"
            error = ContractViolation(text).with_traceback(error.__traceback__)
        if report:
            self._report(exchange, error)
        return 500, [_PROBLEM], self.problems.refusal(Refusal(500), exchange.id)

    def _documents(self, operation: Operation | None, status: int) -> bool:
        """Whether an operation documents the problem that the gate has for a status."""
        if operation is None or not self.problems.known(status):
            return False
        return (status, self.problems.type_of(status)) in operation.answers.problem_types

    def finish(self, exchange: Exchange, headers: HeaderList, body: bytes | None) -> HeaderList:
        """Complete the headers: what every answer carries, unless the answer carries its own."""
        own = {name for name, _ in headers}
        headers += [header for header in self._service.headers if header[0] not in own]
        headers.append((b"x-request-id", exchange.id))
        headers += exchange.limits
        if body is not None:
            headers.append((b"content-length", b"%d" % len(body)))
        return headers

    @staticmethod
    def _count(exchange: Exchange, verdict: Verdict) -> None:
        exchange.limits = verdict.headers
        if verdict.wait:
            detail = f"The limit is used up; try again in {verdict.wait} seconds."
            raise Refusal(429, detail, ((b"retry-after", b"%d" % verdict.wait),))

    @staticmethod
    def _headers(sent: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
        """One value a name: repeated list headers join (RFC 9110 5.3); a repeated credential or media type is none."""
        headers = dict(sent)
        if len(headers) == len(sent):
            return headers
        headers = {}
        for name, value in sent:
            if name not in headers:
                headers[name] = value
            elif name in (b"authorization", b"content-type"):
                headers[name] = b""
            else:
                headers[name] += (b"; " if name == b"cookie" else b", ") + value  # RFC 9113, 8.2.3
        return headers

    def _host(self) -> FastAPI:
        if self.app is None:
            raise RuntimeError("handlers with dependencies need a host: use app.engine.host.Host")
        return self.app

    def _report(self, exchange: Exchange, error: Exception) -> None:
        if (observer := self._service.observer) is not None:
            observer.failed(exchange, error)
