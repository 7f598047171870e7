"""The classes of operations, and the Protocols that modules of handlers satisfy."""

from __future__ import annotations

from dataclasses import dataclass

from accord.document.findings import document_error
from accord.document.identifiers import distinct, python_name
from accord.generate.ir import nodes
from accord.generate.ir.annotations import union
from accord.generate.ir.naming import class_name
from accord.generate.ir.operations.links import Links
from accord.generate.ir.operations.path import path_parts
from accord.generate.ir.operations.request import Request
from accord.generate.ir.operations.response import Answer
from accord.generate.ir.problems import Problems
from accord.generate.ir.schemas.builder import SchemaBuilder
from accord.openapi.operation import Operation

# What the class of an operation has besides its responses and problems.
_ATTRIBUTES = ("Arguments", "Handler", "bodies", "handler", "operation_id", "path")


@dataclass(frozen=True, slots=True)
class Item:
    """An operation with its schemas normalized; `problems` are names of exceptions."""

    request: Request
    answers: list[Answer]
    problems: tuple[str, ...]


def normalized(operation: Operation, name: str, builder: SchemaBuilder, problems: Problems) -> Item:
    """Normalize the schemas of an operation; classes without a name of their own are named after its class.

    Raises:
        DocumentError: two attributes of the class have the same name.
    """
    raised = dict.fromkeys(problem.name for status, r in operation.problems.items() for problem in problems.of(status, r))
    item = Item(Request.of(operation, builder, name), Answer.all(operation, builder, name), tuple(raised))
    names = [*_ATTRIBUTES, *(answer.name for answer in item.answers), *raised]
    if double := next((name for name in names if names.count(name) > 1), None):
        raise operation.node.error(f"the class of {operation.id} has two attributes named {double}: rename the problem")
    return item


def operation_classes(items: list[Item], asymmetric: frozenset[str]) -> tuple[nodes.Operation, ...]:
    """The classes of the operations.

    Raises:
        DocumentError: links lead nowhere, or set what is not a parameter.
    """
    links = Links([item.request for item in items])
    responses = [tuple(answer.node(asymmetric, links.of(answer, item.request)) for answer in item.answers) for item in items]
    if links.faults:
        raise document_error(links.faults)
    return tuple(_operation(item, found, links) for item, found in zip(items, responses, strict=True))


def _operation(item: Item, responses: tuple[nodes.Response, ...], links: Links) -> nodes.Operation:
    request, operation = item.request, item.request.operation
    path = path_parts(operation, request.annotations)
    return nodes.Operation(
        name=request.name,
        id=operation.id,
        title=request.title,
        schemes=_schemes(operation),
        problems=item.problems,
        bodies=request.body_types,
        parameters=tuple(map(request.argument, operation.parameters)),
        linked=request.name in links.used,
        responses=responses,
        arguments=request.handler_arguments,
        returns=union(f"{request.name}.{response.name}" for response in responses),
        path=path,
        path_arguments=tuple(nodes.Argument(p.argument, p.annotation) for p in path if not isinstance(p, str)),
    )


def _schemes(operation: Operation) -> tuple[str | None, ...]:
    """As `Security` does: of several schemes together, the last one's principal."""
    return tuple(dict.fromkeys(way[-1][0] if way else None for way in operation.security)) or (None,)


def tags(items: list[Item]) -> tuple[nodes.Tag, ...]:
    """The Protocol of each tag: a module with a handler for each of its operations."""
    found: dict[str, list[Request]] = {}
    for item in items:
        found.setdefault(item.request.operation.tag, []).append(item.request)
    wanted = ((tag, f"{class_name(tag)}Handlers") for tag in sorted(found))
    names = distinct(wanted, taken=[item.request.name for item in items], between="")
    fields = distinct((tag, python_name(tag)) for tag in sorted(found))
    return tuple(nodes.Tag(names[tag], tag, fields[tag], _functions(tagged)) for tag, tagged in found.items())


def _functions(requests: list[Request]) -> tuple[nodes.Argument, ...]:
    names = distinct(sorted((one.name, python_name(one.operation.id)) for one in requests))
    return tuple(nodes.Argument(names[one.name], one.name) for one in requests)
