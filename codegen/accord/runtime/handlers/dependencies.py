"""FastAPI dependencies that a handler declares as defaults (`= Depends(...)`). Only such a handler pays for them."""

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
    """The dependencies of one handler, solved by FastAPI itself, so `app.dependency_overrides` is honoured."""

    def __init__(self, handler: Callable[..., Awaitable[Answer]], parameters: list[inspect.Parameter]) -> None:
        async def carrier() -> None:
            """FastAPI reads its signature."""

        carrier.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # a documented hook of inspect
        self._handler = handler
        self._dependant = get_dependant(path="", call=carrier)

    @classmethod
    def of(cls, handler: Callable[..., Awaitable[Answer]]) -> Dependencies | None:
        """The dependencies, or None if the handler declares none."""
        parameters = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for parameter in inspect.signature(handler, eval_str=True).parameters.values()
            if isinstance(parameter.default, Depends)
        ]
        return cls(handler, parameters) if parameters else None

    def lost(self) -> list[str]:
        """What dependencies ask for and would get in vain, because the engine reads the body and writes the answer."""
        found, waiting = [], [self._dependant]
        while waiting:
            dependant = waiting.pop()
            waiting += dependant.dependencies
            name = getattr(dependant.call, "__name__", "a dependency")
            found += [
                f"{name} asks for {kind}"
                for kind, asked in (
                    ("the body", dependant.body_params),
                    ("BackgroundTasks", dependant.background_tasks_param_name),
                    ("the Response", dependant.response_param_name),
                )
                if asked
            ]
        return found

    async def call(self, app: FastAPI, scope: Scope, receive: Receive, call: object, arguments: dict[str, Any]) -> Answer:
        """Solve the dependencies, run the handler, leave the dependencies."""
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
