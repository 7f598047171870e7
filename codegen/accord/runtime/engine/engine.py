"""The steps of every request, in a fixed order, so that the response to an invalid request never depends on data.

429 (address) > CORS preflight > 404 > 405 > 401 > 429 (account) > 403 > 406 > 413 > 415 > 400 > 422 > handler
"""

from __future__ import annotations

import time
from asyncio import Future
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accord.document.deep_stack import on_deep_stack
from accord.document.document import Document
from accord.document.findings import document_error
from accord.errors import ClientGone, HeaderList, RequestRejected
from accord.openapi.api import API
from accord.openapi.paths.router import Resource, Router
from accord.runtime.bodies.reader import ABSENT
from accord.runtime.cors import vary_by_origin
from accord.runtime.engine.context import RateLimitResult, RequestContext, Service, new_request_id
from accord.runtime.engine.operation import CompiledOperation
from accord.runtime.engine.responder import Responder
from accord.runtime.handlers import binding
from accord.runtime.responses.encoder import Response
from accord.runtime.responses.types import Answer
from accord.validate.unsupported.document import findings


class Engine:
    """Serves the operations of one document.

    Raises:
        DocumentError: the document contains something that the engine cannot enforce.
    """

    def __init__(self, api: API, handlers: Mapping[str, binding.Operation], service: Service) -> None:
        self.document: Document = api.document
        self.router: Router[CompiledOperation] = Router(api.aliases)
        self.operations: list[CompiledOperation] = []
        self.app: FastAPI | None = None  # set by `OpenAPIApp`; its dependency overrides apply
        self.fallback: Callable[[Scope], ASGIApp | None] = lambda _: (
            None
        )  # set by `OpenAPIApp`: serves paths not in the document
        self._service, self._limits = service, service.limits
        on_deep_stack(lambda: self._compile(api, handlers))

    def _compile(self, api: API, handlers: Mapping[str, binding.Operation]) -> None:
        if found := findings(self.document):
            raise document_error(found)
        self.responder = Responder(api, self._service)
        self.findings = self.responder.errors.findings  # responses whose error format cannot be written
        for definition in api.operations:
            operation = CompiledOperation(definition, handlers[definition.id], self._service.schemes, self.serve)
            self.operations.append(operation)
            self.router.add(definition, operation)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. This is an ASGI application for the scope `http`."""
        resource, path_values = self.router.find(scope["path"], scope["raw_path"])
        context = RequestContext(new_request_id(), scope, time.perf_counter())
        if (cors := self.responder.cors) is not None:
            context.cors_headers, context.is_preflight = cors.granted(scope)
        if resource is None and not context.is_preflight and (app := self.fallback(scope)) is not None:
            await self._forward(context, app, receive, send)
            return
        is_rejection = False
        try:
            response = await self._respond(context, resource, path_values, receive)
        except RequestRejected as rejection:  # first, because it is by far the most common
            is_rejection = True
            response = self.responder.errors.rejection(context.operation, rejection, context.id)
        except ClientGone:
            self.responder.observe(context, 499)
            return
        except Exception as error:  # noqa: BLE001 - the one place where every error becomes a problem
            response = self.responder.problem(context, error)
        await self.responder.send(context, response, receive, send, is_rejection=is_rejection)

    async def _respond(
        self, context: RequestContext, resource: Resource[CompiledOperation] | None, path_values: list[str], receive: Receive
    ) -> Response:
        scope = context.scope
        operation = resource.operations.get(scope["method"]) if resource is not None else None
        if (pending := self._limit_by_address(context, operation)) is not None:
            await pending
        if context.is_preflight and self.responder.cors is not None:
            return 204, self.responder.cors.preflight(resource), None
        if resource is None:
            raise RequestRejected(404)
        if operation is None:
            return self._options(scope["method"], resource)
        context.operation = operation
        headers = joined_headers(scope["headers"])
        if operation.security.is_required:
            context.principal, has_scopes = await operation.security.authenticate(headers, scope["query_string"])
            if (pending := self._limit_by_account(context, operation)) is not None:
                await pending
            if not has_scopes:
                raise RequestRejected(403)
            if operation.security.step_up is not None:
                await operation.security.step_up(context.principal)
        media_type = operation.negotiation.choose(headers.get(b"accept"))
        body, body_type = await operation.body.read(headers, receive) if operation.body is not None else (ABSENT, "")
        arguments = operation.arguments.read(path_values, scope["query_string"], headers, body, body_type)
        answer = await self._call_handler(context, operation, arguments, media_type, receive)
        return operation.encoder.encode(answer, headers.get(b"if-none-match"))

    def _limit_by_address(self, context: RequestContext, operation: CompiledOperation | None) -> Awaitable[None] | None:
        if self._limits is None or (operation is not None and not operation.is_rate_limited):
            return None
        return _check_limit(context, self._limits.address(context.scope))

    def _limit_by_account(self, context: RequestContext, operation: CompiledOperation) -> Awaitable[None] | None:
        if self._limits is None or not operation.is_rate_limited or context.principal is None:
            return None
        return _check_limit(context, self._limits.account(context.principal))

    @staticmethod
    def _options(method: str, resource: Resource[CompiledOperation]) -> Response:
        """The response to a method that the path does not define."""
        if method == "OPTIONS":
            return 204, [(b"allow", resource.allow)], None
        raise RequestRejected(405, headers=((b"allow", resource.allow),))

    def _call_handler(
        self,
        context: RequestContext,
        operation: CompiledOperation,
        arguments: dict[str, object],
        media_type: str,
        receive: Receive,
    ) -> Awaitable[Answer]:
        if operation.negotiation.has_choice:
            arguments["accept"] = media_type
        call = context if operation.is_mocked else self._service.call(context)
        if operation.dependency_solver is None:
            return operation.handler(call, **arguments)
        if self.app is None:
            raise RuntimeError("handlers with dependencies need an application: use accord.runtime.OpenAPIApp")
        return operation.dependency_solver.call(self.app, context.scope, receive, call, arguments)

    async def _forward(self, context: RequestContext, app: ASGIApp, receive: Receive, send: Send) -> None:
        """Let another application respond; rate limits, request id, CORS and the observer work as for an operation."""
        context.scope["accord.context"], status = context, 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status, own = message["status"], {name for name, _ in message["headers"]}
                added = (
                    *self._service.host_headers,
                    *((b"x-request-id", context.id), *context.rate_limit_headers, *context.cors_headers),
                )
                message["headers"] = [*message["headers"], *(header for header in added if header[0] not in own)]
                if self.responder.cors is not None:
                    vary_by_origin(message["headers"])
            await send(message)

        try:
            if (pending := self._limit_by_address(context, None)) is not None:
                await pending
        except RequestRejected as rejection:
            status = await self.responder.send_problem(context, rejection, send)
        else:
            await app(context.scope, receive, send_with_headers)
        finally:
            self.responder.observe(context, status)

    def reject(self, rejection: RequestRejected) -> ASGIApp:
        """An application that responds with this rejection: for what the HTTP server could not parse or does not accept."""

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            context = RequestContext(new_request_id(), scope, time.perf_counter())

            async def respond(_scope: Scope, _receive: Receive, send: Send) -> None:
                await self.responder.send_problem(context, rejection, send)

            await self._forward(context, respond, receive, send)

        return app


def _check_limit(context: RequestContext, result: RateLimitResult | Future[Any]) -> Awaitable[None] | None:
    """Reject a request over the limit, at once if the result is known; else the returned awaitable does."""
    if isinstance(result, Future):
        return _check_pending_limit(context, result)
    context.rate_limit_headers = result.headers
    if result.wait:
        detail = f"Rate limit exceeded; try again in {result.wait} seconds."
        raise RequestRejected(429, detail, ((b"retry-after", b"%d" % result.wait),))
    return None


async def _check_pending_limit(context: RequestContext, result: Future[Any]) -> None:
    _check_limit(context, await result)


def joined_headers(headers: HeaderList) -> dict[bytes, bytes]:
    """One value per name: repeated headers are joined (RFC 9110 5.3), a repeated credential or media type counts as empty."""
    joined = dict(headers)
    if len(joined) == len(headers):
        return joined
    values: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    for name, repeated in values.items():
        if len(repeated) > 1:
            is_single = name in (b"authorization", b"content-type")
            joined[name] = b"" if is_single else (b"; " if name == b"cookie" else b", ").join(repeated)  # RFC 9113 8.2.3
    return joined
