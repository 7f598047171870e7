"""Binds handlers to operations: each operation has exactly one handler, or the service does not start."""

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
from accord.runtime.responses.types import Answer, answer_class

_REGENERATE = "run `accord generate`"


class Operation:
    """A handler bound to its operation. Generated subclasses define the answers and problems that the document allows."""

    operation_id: ClassVar[str]
    bodies: ClassVar[Mapping[str, Any]] = {}  # types of the body by media type, if there are several

    def __init__(self, handler: Callable[..., Awaitable[Answer]]) -> None:
        self.handler = handler


def bind(
    api: API,
    modules: Iterable[object],
    digest: str | None = None,
    mock: Callable[[documented.Operation], Operation] | None = None,
) -> dict[str, Operation]:
    """The handlers in modules, by operationId. `digest` is that of the document from which the code was generated.

    `mock` creates missing handlers (`accord.runtime.Mocked`); without it, a missing handler is an error.

    Raises:
        BindingError: a handler is missing, unknown, duplicate or has the wrong signature, or generated code is stale.
    """
    operations = {operation.id: operation for operation in api.operations}
    found: dict[str, tuple[str, Operation]] = {}
    problems: list[str] = []
    for module in modules:
        for name, value in list(vars(module).items()):
            if not isinstance(value, Operation):
                continue
            place = f"{module.__name__}.{name}" if isinstance(module, ModuleType) else name
            first, other = found.setdefault(value.operation_id, (place, value))
            if other is not value:
                problems.append(f"{place}: operation {value.operation_id} already has a handler, {first}: remove one")
            elif value.operation_id not in operations:
                problems.append(
                    f"{place}: the document has no operation {value.operation_id}: remove the handler or {_REGENERATE}"
                )
            else:
                problems += _mismatches(place, value, operations[value.operation_id])
    missing = [operation for operation in api.operations if operation.id not in found]
    if mock is not None:
        found |= {operation.id: ("mock", mock(operation)) for operation in missing}
    else:
        problems += map(_missing, missing)
    if not problems and digest not in (None, api.document.digest):
        problems.append(f"{api.document.name}: has changed since code was generated from it: {_REGENERATE}")
    if problems:
        raise BindingError("\n".join(dict.fromkeys(problems)))
    return {operation_id: operation for operation_id, (_, operation) in found.items()}


def _missing(operation: documented.Operation) -> str:
    name = f"@{pascal_case(operation.id)} async def {snake_case(operation.id)}"
    return f"{operation.node.where}: operation {operation.id} has no handler: write `{name}(...)`"


def _mismatches(place: str, bound: Operation, operation: documented.Operation) -> list[str]:
    """How a handler or its generated class differs from the document. mypy finds the same without starting the service."""
    problems = []
    if not inspect.iscoroutinefunction(bound.handler):
        problems.append(f"{place}: a handler must be an `async def` function")
    expected = {parameter.argument for parameter in operation.arguments} | ({"body"} if operation.bodies else set())
    expected |= {"accept"} if len(operation.accepts) > 1 else set()
    parameters = [*inspect.signature(bound.handler).parameters.values()]
    if not parameters or parameters[0].kind not in (parameters[0].POSITIONAL_ONLY, parameters[0].POSITIONAL_OR_KEYWORD):
        return [*problems, f"{place}: the first argument of a handler must be its call"]
    del parameters[0]
    actual = {parameter.name for parameter in parameters}
    problems += [
        f"{place}: argument {name!r} of {operation.id} is missing ({operation.node.where})"
        for name in sorted(expected - actual)
    ]
    problems += [
        f"{place}: {operation.id} has no argument {parameter.name!r} ({operation.node.where})"
        for parameter in parameters
        if parameter.name not in expected and parameter.default is inspect.Parameter.empty
    ]
    if (dependencies := Dependencies.of(bound.handler)) is not None:
        problems += [f"{place}: {found}, which operations do not support" for found in dependencies.unsupported()]
    problems += [
        f"{response.node.where}: the generated {operation.id} differs from the document: {_REGENERATE}"
        for response in operation.answers
        if not all(_is_generated(getattr(type(bound), name, None), response, media) for name, media in response.classes)
    ]
    return problems


def _is_generated(answer: Any, response: Response, media: Media | None) -> bool:  # noqa: ANN401 - any attribute of the class
    """Whether a class is the one that is generated for a documented response."""
    if not (isinstance(answer, type) and issubclass(answer, answer_class(media))):
        return False
    generated: Any = answer
    fields = {"status": response.status is None, "media_type": media is not None and media.is_range}
    return (
        (generated.key if response.status is None else generated.status) == response.key
        and all((field in generated.__struct_fields__) == expected for field, expected in fields.items())
        and generated.headers == tuple((header.argument, header.name) for header in response.handler_headers)
        and generated.media == (media.name if media is not None and len(response.content) > 1 else "")
    )
