"""FastAPI dependencies that a handler declares as defaults (`= Depends(...)`); other handlers do not pay for them."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from fastapi import FastAPI, Request
from fastapi.dependencies.utils import get_dependant, solve_dependencies
from fastapi.exceptions import RequestValidationError
from fastapi.params import Depends
from starlette.types import Receive, Scope

from accord.runtime.responses.types import Answer


class Dependencies:
    """The dependencies of one handler. FastAPI itself solves them, so that `app.dependency_overrides` applies."""

    def __init__(self, handler: Callable[..., Awaitable[Answer]], parameters: list[inspect.Parameter]) -> None:
        async def signature() -> None:
            """Never called: FastAPI only reads its signature."""

        signature.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # documented by inspect
        self._handler = handler
        self._dependant = get_dependant(path="", call=signature)

    @classmethod
    def of(cls, handler: Callable[..., Awaitable[Answer]]) -> Dependencies | None:
        """The dependencies of a handler; None if it declares none."""
        parameters = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for parameter in inspect.signature(handler, eval_str=True).parameters.values()
            if isinstance(parameter.default, Depends)
        ]
        return cls(handler, parameters) if parameters else None

    def unsupported(self) -> list[str]:
        """The parameters of dependencies that have no effect, because the engine reads the body and sends the response."""
        found, pending = [], [self._dependant]
        while pending:
            dependant = pending.pop()
            pending += dependant.dependencies
            name = getattr(dependant.call, "__name__", "a dependency")
            found += [
                f"{name} declares {kind}"
                for kind, is_declared in (
                    ("the body", dependant.body_params),
                    ("BackgroundTasks", dependant.background_tasks_param_name),
                    ("the Response", dependant.response_param_name),
                )
                if is_declared
            ]
        return found

    async def call(self, app: FastAPI, scope: Scope, receive: Receive, call: object, arguments: dict[str, Any]) -> Answer:
        """Solve the dependencies, call the handler, and close the dependencies."""
        request = Request(scope, receive)
        async with AsyncExitStack() as outer, AsyncExitStack() as inner:
            scope["fastapi_inner_astack"], scope["fastapi_function_astack"] = outer, inner
            solved = await solve_dependencies(
                request=request,
                dependant=self._dependant,
                dependency_overrides_provider=app,
                async_exit_stack=outer,
                embed_body_fields=False,
            )
            if solved.errors:
                raise RequestValidationError(solved.errors)
            return await self._handler(call, **arguments, **solved.values)
