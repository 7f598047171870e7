"""The whole life of a request to an operation, in one coroutine and in one fixed order.

429 by address > a preflight > 404 path > 405 with `Allow` > 401 > 429 by account > 403 scope > 406 > 413 > 415 > 400 > 422 >
handler.

So the answer to a bad request never depends on data. Each step stands in the file of its name. An operation that does not
document 429 has no limit.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accord.document.deep_stack import deep
from accord.document.document import Document
from accord.document.findings import at_fault
from accord.openapi.api import API
from accord.openapi.paths.router import Resource, Router
from accord.runtime.bodies.reader import ABSENT
from accord.runtime.compiled_operation import Operation
from accord.runtime.cors import VARY, Cors, vary_by_origin
from accord.runtime.errors import ApiError
from accord.runtime.handlers.binding import Operation as BoundOperation
from accord.runtime.problems.error_responses import Errors
from accord.runtime.problems.problem import ClientGone, Headers, RequestRejected
from accord.runtime.responses.encoder import Content
from accord.runtime.responses.streams import Stream, while_connected
from accord.runtime.responses.validation import Policy, Verifier
from accord.runtime.security.requirements import Scheme
from accord.validate.unsupported.document import findings

_LOGGER = logging.getLogger("accord")

HeaderList = list[tuple[bytes, bytes]]
_MOST_HEADS = 10_000  # heads differ by what operations answer, which is little; ordinary routes may answer anything


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

    def answered(self, exchange: RequestContext, status: int) -> None:
        """A request was answered; 499 if the client left before."""

    def failed(self, exchange: RequestContext, error: Exception) -> None:
        """The service was at fault; the client was told 500 and the request id only."""


@dataclass(slots=True)
class RequestContext:
    """One request and what is known of it so far."""

    id: bytes
    scope: Scope
    started: float  # of time.perf_counter()
    operation: Operation | None = None
    principal: Any = None
    limits: Headers = ()
    granted: Headers = ()  # to the origin of the page that asks
    preflight: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a service brings to the engine.

    `call` makes what handlers receive. `headers` are sent with every answer; one that the
    document pins to a constant replaces the one of the same name. `responses` is the policy, as `Policy.of` reads it.
    Without an `observer` the faults of the service go to the log `accord`.
    """

    schemes: Mapping[str, Scheme]
    call: Callable[[RequestContext], object]
    limits: Limits | None = None
    observer: Observer | None = None
    headers: Headers = ()
    responses: str = "off"


async def _whole(send: Send, start: Message, body: bytes | None) -> None:
    await send(start)
    await send({"type": "http.response.body", "body": body or b""})


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

    def __init__(self, description: API, handlers: Mapping[str, BoundOperation], service: Service) -> None:
        self.document: Document = description.document
        self.paths: Router[Operation] = Router(description.aliases)
        self.operations: list[Operation] = []
        self.app: FastAPI | None = None  # whose dependency overrides count; set by the host
        self.cors: Cors | None = None  # set by the host if origins are listed
        self.ordinary: Callable[[Scope], ASGIApp | None] = lambda _: None  # who else knows a path; set by the host
        self._service, self.new_id = service, request_ids()
        self._lacking: dict[tuple[str, tuple[bytes, ...]], HeaderList] = {}  # what heads with these names have to be given
        self._policy = Policy.of(service.responses)
        self._verifiers: dict[str, Verifier] = {}
        deep(lambda: self._compile(description, handlers, service))

    def _compile(self, description: API, handlers: Mapping[str, BoundOperation], service: Service) -> None:
        if faults := findings(self.document):
            raise at_fault(faults)
        self.errors = Errors(self.document, description.operations)
        for described in description.operations:
            operation = Operation(self.document, described, handlers[described.id], service.schemes, self.serve)
            self.operations.append(operation)
            self.paths.add(described, operation)
            if self._policy.share:
                self._verifiers[described.id] = Verifier(self.document, described, self._policy)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. This is an ASGI application for the scope `http`."""
        resource, values = self.paths.find(scope["path"], scope["raw_path"])
        refused = False
        exchange = RequestContext(self.new_id(), scope, time.perf_counter())
        if self.cors is not None:
            exchange.granted, exchange.preflight = self.cors.granted(scope)
        if resource is None and not exchange.preflight and (other := self.ordinary(scope)) is not None:
            await self._pass_on(exchange, other, receive, send)
            return
        try:
            status, headers, body = await self._answer(exchange, resource, values, receive)
        except RequestRejected as refusal:  # the usual one, so that it costs the least
            status, headers, body = self.errors.refusal(exchange.operation, refusal, exchange.id)
            refused = True
        except ClientGone:
            if (observer := self._service.observer) is not None:
                observer.answered(exchange, 499)
            return
        except Exception as error:  # noqa: BLE001 - the one place where every error becomes a problem
            status, headers, body = self.problem(exchange, error)
        out = self.finish(exchange, headers, body)
        if self._verifiers and exchange.operation is not None:
            status, out, body = await self._verified(exchange, status, out, body, refused=refused)
        start: Message = {"type": "http.response.start", "status": status, "headers": out}
        if isinstance(body, Stream):
            await self._stream(exchange, start, body, receive, send)
            return
        if (observer := self._service.observer) is not None:
            observer.answered(exchange, status)
        await send(start)
        await send({"type": "http.response.body", "body": b"" if body is None or scope["method"] == "HEAD" else body})

    async def _verified(
        self, exchange: RequestContext, status: int, headers: HeaderList, body: Content, *, refused: bool
    ) -> tuple[int, HeaderList, Content]:
        """The answer, or what the policy makes of it. A refusal that the document omits stays one: the client is at fault."""
        verifier = self._verifiers[exchange.operation.id]  # type: ignore[union-attr]  # the caller has looked
        if not verifier.due() or (violation := verifier.violation(status, headers, body)) is None:
            return status, headers, body
        self._report(exchange, violation)
        if refused or not self._policy.strict:
            return status, headers, body
        if isinstance(body, Stream):
            await body.close()
        status, headers, problem = self.problem(exchange, violation, report=False)
        return status, self.finish(exchange, headers, problem), problem

    async def _stream(self, exchange: RequestContext, start: Message, stream: Stream, receive: Receive, send: Send) -> None:
        """Answer in parts. A fault before the first of them is answered as 500; a later one breaks the connection off.

        The observer hears of the answer at its end: 499 if the client left before, 500 if it was broken off.
        """
        answered = start["status"]
        try:
            if exchange.scope["method"] == "HEAD":
                await _whole(send, start, b"")
            else:
                await while_connected(stream.send(start, send), receive)
        except ClientGone:
            answered = 499
        except Exception as error:
            answered, head, body = self.problem(exchange, error)
            if stream.begun:
                raise  # the server's way to break off: the client sees that the answer is not complete
            start = {"type": "http.response.start", "status": answered, "headers": self.finish(exchange, head, body)}
            await _whole(send, start, body)
        finally:
            await stream.close()
            if (observer := self._service.observer) is not None:
                observer.answered(exchange, answered)

    async def _pass_on(self, exchange: RequestContext, other: ASGIApp, receive: Receive, send: Send) -> None:
        """Let somebody else answer, limited, named and logged as an operation is."""
        exchange.scope["exchange"], status = exchange, 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status, own = message["status"], {name for name, _ in message["headers"]}
                ours = ((b"x-request-id", exchange.id), *exchange.limits, *exchange.granted)
                message["headers"] = [*message["headers"], *(header for header in ours if header[0] not in own)]
                if self.cors is not None:
                    vary_by_origin(message["headers"])
            await send(message)

        try:
            if self._service.limits is not None:
                verdict = self._service.limits.address(exchange.scope)
                self._count(exchange, await verdict if isinstance(verdict, asyncio.Future) else verdict)
        except RequestRejected as refusal:
            status, headers, body = self.problem(exchange, refusal)
            start: Message = {"type": "http.response.start", "status": status, "headers": self.finish(exchange, headers, body)}
            await _whole(send, start, b"" if exchange.scope["method"] == "HEAD" else body)
        else:
            await other(exchange.scope, receive, noted)
        finally:
            if (observer := self._service.observer) is not None:
                observer.answered(exchange, status)

    def refuse(self, refusal: RequestRejected) -> ASGIApp:
        """The application that answers what the server could not take for a request: limited and logged as one."""

        async def refused(scope: Scope, receive: Receive, send: Send) -> None:
            exchange = RequestContext(self.new_id(), scope, time.perf_counter())

            async def answer(scope: Scope, _: Receive, send: Send) -> None:
                status, headers, body = self.problem(exchange, refusal)
                start: Message = {
                    "type": "http.response.start",
                    "status": status,
                    "headers": self.finish(exchange, headers, body),
                }
                await _whole(send, start, b"" if scope["method"] == "HEAD" else body)

            await self._pass_on(exchange, answer, receive, send)

        return refused

    async def _answer(
        self, exchange: RequestContext, resource: Resource[Operation] | None, values: list[str], receive: Receive
    ) -> tuple[int, HeaderList, Content]:
        service, scope = self._service, exchange.scope
        operation = resource.operations.get(scope["method"]) if resource is not None else None
        if service.limits is not None and (operation is None or operation.limited):
            verdict = service.limits.address(scope)
            self._count(exchange, await verdict if isinstance(verdict, asyncio.Future) else verdict)
        if exchange.preflight and self.cors is not None:
            return 204, self.cors.preflight(resource), None
        if resource is None:
            raise RequestRejected(404)
        exchange.operation = operation
        if operation is None:
            if scope["method"] == "OPTIONS":
                return 204, [(b"allow", resource.allow)], None
            raise RequestRejected(405, headers=((b"allow", resource.allow),))
        headers = self._headers(scope["headers"])
        if operation.security.secured:
            await self._admit(exchange, operation, headers)
        accepted = operation.negotiation.choose(headers.get(b"accept"))
        body, media = await operation.body.read(headers, receive) if operation.body is not None else (ABSENT, "")
        arguments = operation.arguments.read(values, scope["query_string"], headers, body, media)
        if operation.negotiation.several:
            arguments["accept"] = accepted
        call = exchange if operation.mocked else service.call(exchange)
        answer = await (
            operation.handler(call, **arguments)
            if operation.solver is None
            else operation.solver.call(self._host(), scope, receive, call, arguments)
        )
        if operation.answers.revalidates and (sent := headers.get(b"if-none-match")) is not None:
            unchanged = operation.answers.unchanged(answer, sent)
            if unchanged is not None:
                return 304, unchanged, None
        content, out = operation.answers.encode(answer)
        return answer.status, out, content

    async def _admit(self, exchange: RequestContext, operation: Operation, headers: dict[bytes, bytes]) -> None:
        exchange.principal, allowed = await operation.security.authenticate(headers, exchange.scope["query_string"])
        if self._service.limits is not None and operation.limited and exchange.principal is not None:
            verdict = self._service.limits.account(exchange.principal)
            self._count(exchange, await verdict if isinstance(verdict, asyncio.Future) else verdict)
        if not allowed:
            raise RequestRejected(403)

    def problem(
        self, exchange: RequestContext, error: Exception, *, report: bool = True
    ) -> tuple[int, HeaderList, bytes | None]:
        """The status, headers and body for any error; what is not the client's fault is reported and told as 500."""
        status, headers, body, fault = self.errors.answer(exchange.operation, error, exchange.id)
        if isinstance(error, ApiError) and error.limits:
            exchange.limits = error.limits
        if fault is not None and report:
            self._report(exchange, fault)
        return status, headers, body

    def finish(self, exchange: RequestContext, headers: HeaderList, body: Content) -> HeaderList:
        """Complete the headers: what every answer carries, unless the answer carries its own."""
        operation = exchange.operation
        own = tuple([name for name, _ in headers])  # a list first: it is made faster
        key = (operation.id if operation is not None else "", own)
        lacking = self._lacking.get(key)
        if lacking is None:
            notices = operation.notices if operation is not None else ()
            common = (*self._service.headers, *notices, *((VARY,) if self.cors is not None else ()))
            lacking = [header for header in common if header[0] not in own]
            if len(self._lacking) < _MOST_HEADS:
                self._lacking[key] = lacking
        headers += lacking
        headers.append((b"x-request-id", exchange.id))
        headers += exchange.limits
        if self.cors is not None:
            headers += exchange.granted
            if b"vary" in own:
                vary_by_origin(headers)
        if isinstance(body, bytes):
            headers.append((b"content-length", b"%d" % len(body)))
        return headers

    @staticmethod
    def _count(exchange: RequestContext, verdict: Verdict) -> None:
        exchange.limits = verdict.headers
        if verdict.wait:
            detail = f"The limit is used up; try again in {verdict.wait} seconds."
            raise RequestRejected(429, detail, ((b"retry-after", b"%d" % verdict.wait),))

    @staticmethod
    def _headers(sent: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
        """One value a name: repeated list headers join (RFC 9110 5.3); a repeated credential or media type is none."""
        headers = dict(sent)
        if len(headers) == len(sent):
            return headers
        values: dict[bytes, list[bytes]] = {}
        for name, value in sent:
            values.setdefault(name, []).append(value)
        for name, several in values.items():
            if len(several) > 1:
                alone = name in (b"authorization", b"content-type")
                headers[name] = b"" if alone else (b"; " if name == b"cookie" else b", ").join(several)  # RFC 9113, 8.2.3
        return headers

    def _host(self) -> FastAPI:
        if self.app is None:
            raise RuntimeError("handlers with dependencies need a host: use accord.runtime.fastapi.Host")
        return self.app

    def _report(self, exchange: RequestContext, error: Exception) -> None:
        if (observer := self._service.observer) is not None:
            observer.failed(exchange, error)
        else:
            _LOGGER.error("request %s: %s", exchange.id.decode(), error, exc_info=error)
