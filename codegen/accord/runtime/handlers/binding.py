"""From the document's operations to the functions that implement them: each exactly once, or the start is refused."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import ModuleType
from typing import Any, ClassVar

from accord.document.findings import BindingError
from accord.document.identifiers import pascal_case, snake_case
from accord.openapi import operation as documented
from accord.openapi.api import API
from accord.openapi.media_type import Media
from accord.openapi.response import Response
from accord.runtime.handlers.dependencies import Dependencies
from accord.runtime.responses.types import Answer, form

_AGAIN = "run `accord generate`"


class Operation:
    """A handler that fits its operation; the generated subclasses hold the answers and problems that the document allows."""

    operation_id: ClassVar[str]
    bodies: ClassVar[Mapping[str, Any]] = {}  # the type of the body by its media type, where the handler takes several

    def __init__(self, handler: Callable[..., Awaitable[Answer]]) -> None:
        self.handler = handler


def bind(
    described: API,
    modules: Iterable[object],
    digest: str | None = None,
    mock: Callable[[documented.Operation], Operation] | None = None,
) -> dict[str, Operation]:
    """The handler of every operation, by operationId; `digest` is that of the document from which code was generated.

    `mock` makes the handlers that are missing (`accord.runtime.mock.Mocked`); without it they are faults.

    Raises:
        BindingError: handlers are missing, superfluous, doubled or do not fit, or generated code is stale.
    """
    operations = {operation.id: operation for operation in described.operations}
    found: dict[str, tuple[str, Operation]] = {}
    problems: list[str] = []
    for module in modules:
        for name, value in list(vars(module).items()):
            if not isinstance(value, Operation):
                continue
            place = f"{module.__name__}.{name}" if isinstance(module, ModuleType) else name
            first, other = found.setdefault(value.operation_id, (place, value))
            if other is not value:
                problems.append(f"{place}: operation {value.operation_id} has a handler already, {first}: remove one")
            elif value.operation_id not in operations:
                problems.append(f"{place}: the document has no operation {value.operation_id}: remove the handler or {_AGAIN}")
            else:
                problems += _misfits(place, value, operations[value.operation_id])
    missing = [operation for operation in described.operations if operation.id not in found]
    if mock is not None:
        found |= {operation.id: ("mock", mock(operation)) for operation in missing}
    else:
        problems += map(_missing, missing)
    if not problems and digest not in (None, described.document.digest):
        problems.append(f"{described.document.name}: was changed since code was generated from it: {_AGAIN}")
    if problems:
        raise BindingError("\n".join(dict.fromkeys(problems)))
    return {operation_id: operation for operation_id, (_, operation) in found.items()}


def _missing(operation: documented.Operation) -> str:
    name = f"@{pascal_case(operation.id)} async def {snake_case(operation.id)}"
    return f"{operation.node.where}: operation {operation.id} has no handler: write `{name}(...)`"


def _misfits(place: str, bound: Operation, operation: documented.Operation) -> list[str]:
    """Where a handler or its generated class differs from the document; mypy finds the same before the start."""
    problems = []
    if not inspect.iscoroutinefunction(bound.handler):
        problems.append(f"{place}: a handler is an `async def` function")
    wanted = {parameter.argument for parameter in operation.arguments} | ({"body"} if operation.bodies else set())
    wanted |= {"accept"} if len(operation.accepts) > 1 else set()
    parameters = [*inspect.signature(bound.handler).parameters.values()]
    if not parameters or parameters[0].kind not in (parameters[0].POSITIONAL_ONLY, parameters[0].POSITIONAL_OR_KEYWORD):
        return [*problems, f"{place}: the first argument of a handler is its call"]
    del parameters[0]
    taken = {parameter.name for parameter in parameters}
    problems += [
        f"{place}: argument {name!r} of {operation.id} is missing ({operation.node.where})" for name in sorted(wanted - taken)
    ]
    problems += [
        f"{place}: {operation.id} has no argument {parameter.name!r} ({operation.node.where})"
        for parameter in parameters
        if parameter.name not in wanted and parameter.default is inspect.Parameter.empty
    ]
    if (solver := Dependencies.of(bound.handler)) is not None:
        problems += [f"{place}: {lost}, which operations do not pass on" for lost in solver.lost()]
    problems += [
        f"{response.node.where}: the generated {operation.id} differs from the document: {_AGAIN}"
        for response in operation.answers
        if not all(_is_generated(getattr(type(bound), name, None), response, media) for name, media in response.classes)
    ]
    return problems


def _is_generated(answer: Any, response: Response, media: Media | None) -> bool:  # noqa: ANN401 - what stands there
    """Whether a class is the one that the generator makes for a documented answer."""
    if not (isinstance(answer, type) and issubclass(answer, form(media))):
        return False
    made: Any = answer
    wanted = {"status": response.status is None, "media_type": media is not None and media.is_range}
    return (
        (made.key if response.status is None else made.status) == response.key
        and all((field in made.__struct_fields__) == there for field, there in wanted.items())
        and made.headers == tuple((header.argument, header.name) for header in response.handler_headers)
        and made.media == (media.name if media is not None and len(response.content) > 1 else "")
    )
