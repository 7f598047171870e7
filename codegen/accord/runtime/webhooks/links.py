"""Links: the next request, with the arguments that an answer and the request before it give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from accord.openapi.expressions import expressions
from accord.runtime.errors import LinkError
from accord.runtime.parameters.serialize import query_texts
from accord.runtime.responses.headers import text
from accord.runtime.responses.types import Answer
from accord.runtime.webhooks.expressions import ABSENT, expanded, pointed

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Link(Generic[A]):
    """The next request: `arguments` are those of its operation by their names in Python, as far as the link gives them.

    `url` is its path, filled and quoted, with the query; `headers` and `body` are what the link gives of them.
    """

    method: str
    url: str
    arguments: A
    headers: Mapping[str, str]
    body: object = None

    @classmethod
    def of(  # noqa: PLR0913 - what a request is made of
        cls,
        method: str,
        path: str,
        arguments: A,
        *,
        query: Iterable[tuple[str, str, str, bool]] = (),
        headers: Iterable[tuple[str, str]] = (),
        body: object = None,
    ) -> Link[A]:
        """Write the arguments; `query` pairs them with names, styles and `explode`, `headers` with names."""
        given: Any = arguments
        pairs = [
            pair
            for argument, name, style, explode in query
            if argument in given
            for pair in query_texts(given[argument], style, name, explode=explode)
        ]
        sent = {name: text(given[argument]) for argument, name in headers if argument in given}
        return cls(method, f"{path}?{'&'.join(pairs)}" if pairs else path, arguments, sent, body)


def linked(
    answer: Answer,
    request: Mapping[str, object],
    wanted: Mapping[str, object],
    *,
    needed: Iterable[str] = (),
    texts: Iterable[str] = (),
) -> Any:  # noqa: ANN401 - the typed arguments of the next operation
    """The arguments of the next operation, found by expressions or constant; what is not found is left out.

    `request` holds the values of expressions about the request. `texts` are arguments that are texts, whatever is found.

    Raises:
        LinkError: an argument that is needed is not found.
    """
    texts = frozenset(texts)
    found = {}
    for argument, expression in wanted.items():
        value = evaluated(expression, answer, request)
        if value is not ABSENT and value is not None:
            found[argument] = text(value) if argument in texts and not isinstance(value, str) else value
    if lacking := next((argument for argument in needed if argument not in found), None):
        raise LinkError(f"{wanted.get(lacking)} finds nothing in {type(answer).__name__}, but the link needs {lacking}")
    return found


def evaluated(expression: object, answer: Answer, request: Mapping[str, object]) -> Any:  # noqa: ANN401 - any JSON value
    """The value of an expression, `ABSENT` if there is none; a constant is itself."""
    if not isinstance(expression, str):
        return expression
    if not expression.startswith("$"):
        values = {one: evaluated(one, answer, request) for one in expressions(expression)}
        if any(value is ABSENT or value is None for value in values.values()):
            return ABSENT
        return expanded(expression, values) if values else expression
    if expression in request:
        return request[expression]
    body, _, pointer = expression.partition("#")
    if expression.startswith("$request."):
        return pointed(request[body], pointer) if request.get(body) is not None else ABSENT
    return _answered(expression, answer)


def _answered(expression: str, answer: Answer) -> Any:  # noqa: ANN401 - any JSON value
    """What an expression about the answer finds in it."""
    if expression == "$statusCode":
        return answer.status
    if expression.startswith("$response.header."):
        fields = {header.lower(): field for field, header in answer.headers}
        value = getattr(answer, fields[expression.removeprefix("$response.header.").lower()])
        return ABSENT if value is None else value
    return pointed(answer.body, expression.partition("#")[2])  # type: ignore[attr-defined]  # the generator has looked
