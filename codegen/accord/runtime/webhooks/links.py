"""Links: the next request, with arguments taken from a response and from the request before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from accord.errors import LinkError
from accord.openapi.expressions import ABSENT, expand, expressions, select
from accord.openapi.values.headers import scalar_text
from accord.runtime.parameters.serialize import query_parameter
from accord.runtime.responses.types import Answer

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Link(Generic[A]):
    """The next request. `arguments` are those of its operation that the link defines, by their names in Python.

    `url` is the path with its parameters and the query; `headers` and `body` are those that the link defines.
    """

    method: str
    url: str
    arguments: A
    headers: Mapping[str, str]
    body: object = None

    @classmethod
    def of(  # noqa: PLR0913 - the parts of a request
        cls,
        method: str,
        path: str,
        arguments: A,
        *,
        query: Iterable[tuple[str, str, str, bool]] = (),
        headers: Iterable[tuple[str, str]] = (),
        body: object = None,
    ) -> Link[A]:
        """Serialize the arguments. `query` lists argument, name, style and `explode`; `headers` lists argument and name."""
        values: Any = arguments
        pairs = [
            pair
            for argument, name, style, explode in query
            if argument in values
            for pair in query_parameter(values[argument], style, name, explode=explode)
        ]
        sent = {name: scalar_text(values[argument]) for argument, name in headers if argument in values}
        return cls(method, f"{path}?{'&'.join(pairs)}" if pairs else path, arguments, sent, body)


def link_arguments(
    answer: Answer,
    request: Mapping[str, object],
    sources: Mapping[str, object],
    *,
    needed: Iterable[str] = (),
    texts: Iterable[str] = (),
) -> Any:  # noqa: ANN401 - the typed arguments of the next operation
    """The arguments of the next operation, evaluated from expressions or constants; those without a value are left out.

    `request` has the values of the expressions about the request. The arguments in `texts` are converted to strings.

    Raises:
        LinkError: an argument in `needed` has no value.
    """
    texts = frozenset(texts)
    found = {}
    for argument, expression in sources.items():
        value = evaluate(expression, answer, request)
        if value is not ABSENT and value is not None:
            found[argument] = scalar_text(value) if argument in texts and not isinstance(value, str) else value
    if missing := next((argument for argument in needed if argument not in found), None):
        raise LinkError(f"{sources.get(missing)} has no value in {type(answer).__name__}, but the link needs {missing}")
    return found


def evaluate(expression: object, answer: Answer, request: Mapping[str, object]) -> Any:  # noqa: ANN401 - any JSON value
    """The value of an expression or constant; `ABSENT` if there is none."""
    if not isinstance(expression, str):
        return expression
    if not expression.startswith("$"):
        values = {one: evaluate(one, answer, request) for one in expressions(expression)}
        if any(value is ABSENT or value is None for value in values.values()):
            return ABSENT
        return expand(expression, values) if values else expression
    if expression in request:
        return request[expression]
    body, _, pointer = expression.partition("#")
    if expression.startswith("$request."):
        return select(request[body], pointer) if request.get(body) is not None else ABSENT
    return _from_answer(expression, answer)


def _from_answer(expression: str, answer: Answer) -> Any:  # noqa: ANN401 - any JSON value
    """The value of an expression about the response."""
    if expression == "$statusCode":
        return answer.status
    if expression.startswith("$response.header."):
        fields = {header.lower(): field for field, header in answer.headers}
        value = getattr(answer, fields[expression.removeprefix("$response.header.").lower()])
        return ABSENT if value is None else value
    return select(answer.body, expression.partition("#")[2])  # type: ignore[attr-defined]  # the generator has checked it
