"""operations.py: one class for each operation, with its handler's type, its answers, its problems and its path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from accord.document.findings import at_fault
from accord.document.identifiers import distinct, python_name
from accord.generate.emit.source import docstring, indented, string
from accord.generate.ir.annotations import union
from accord.generate.ir.links import Links, Target, arguments
from accord.generate.ir.naming import class_name
from accord.generate.ir.paths import path_helper
from accord.generate.ir.problems import Problems
from accord.generate.ir.requests import Inputs
from accord.generate.ir.responses import Output, returned
from accord.generate.ir.schemas.builder import Shapes
from accord.openapi.api import Operation

# What operations.py itself names at its top; an operation of the same name gets a trailing underscore.
_TAKEN = frozenset(
    {
        *(
            "Binary",
            "Body",
            "Call",
            "ClassVar",
            "Empty",
            "Events",
            "File",
            "Handlers",
            "Instant",
            "Lines",
            "Link",
            "Literal",
            "Number",
        ),
        *("Operation", "Principal", "Protocol", "Text", "TypedDict"),
    }
)

# What a generated class has besides its answers and problems.
_MEMBERS = ("Arguments", "Handler", "bodies", "handler", "operation_id", "path")


@dataclass(frozen=True, slots=True)
class Shaped:
    """An operation with the normal forms of its schemas."""

    operation: Operation
    name: str
    inputs: Inputs
    outputs: list[Output]
    problems: list[str]  # names of problem classes


def class_names(operations: Iterable[Operation]) -> dict[str, str]:
    """The class of each operation, by its id; where several would have the same, the later in the alphabet are numbered."""
    wanted = ((name, class_name(name)) for name in sorted(operation.id for operation in operations))
    return distinct(((name, f"{pascal}_" if pascal in _TAKEN else pascal) for name, pascal in wanted), between="")


def shaped(operation: Operation, name: str, shapes: Shapes, problems: Problems) -> Shaped:
    """Bring the schemas of an operation into normal form; objects without a name are named after its class.

    Raises:
        DocumentError: two things of the operation have one name.
    """
    pascal = name.rstrip("_")
    item = Shaped(
        operation=operation,
        name=name,
        inputs=Inputs.of(operation, shapes, pascal),
        outputs=Output.all(operation, shapes, pascal),
        problems=list(
            dict.fromkeys(problem.name for status, r in operation.problems.items() for problem in problems.of(status, r))
        ),
    )
    names = [*_MEMBERS, *(output.name for output in item.outputs), *item.problems]
    if double := next((name for name in names if names.count(name) > 1), None):
        raise operation.node.error(f"{operation.id} has two things named {double}: rename the problem")
    return item


# The formatter removes what is not used.
_RUNTIME = (
    "Binary, Body, Empty, Events, File, Instant, Lines, Link, Number, Operation, Text, "
    "evaluated, filled, filled_json, linked, statuses"
)


def operations(items: list[Shaped], one_way: frozenset[str], *, call: str) -> str:
    """The module, not formatted; `call` is the module of `Call` and `Principal`.

    What holds one of the objects `one_way` is answered by rows alone: its models are what clients send.

    Raises:
        DocumentError: links lead nowhere, or give what their operations do not take.
    """
    handlers = _handlers(items)
    links = Links([Target(item.name, item.inputs) for item in items])
    answers = {item.name: "\n".join(_answer(output, item, one_way, links) for output in item.outputs) for item in items}
    if links.faults:
        raise at_fault(links.faults)
    classes = "\n\n".join(_operation(item, answers[item.name], linked=item.name in links.used) for item in items)
    return f'''"""One class per operation: it decorates the handler and holds the answers and problems that are allowed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, Protocol, TypedDict
from urllib.parse import quote

from accord.runtime import {_RUNTIME}
from {call} import Call, Principal
from . import models, problems, rows

{classes}

{handlers}'''


def _answer(output: Output, item: Shaped, one_way: frozenset[str], links: Links) -> str:
    return output.text(one_way) + indented(links.text(output, item.inputs))


def _operation(item: Shaped, answers: str, *, linked: bool) -> str:
    operation = item.operation
    problems = "".join(f"{name} = problems.{name}\n" for name in item.problems)
    return f"""
class {item.name}(Operation):
{docstring(f"{operation.method} {operation.path}: {operation.summary}".rstrip(": "))}
    operation_id = {string(operation.id)}
{indented(item.inputs.builders + problems)}{indented(arguments(item.inputs)) if linked else ""}
{indented(answers)}
    class Handler(Protocol):
        async def __call__({_arguments(item)}) -> {returned(item.outputs, item.name)}: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

{indented(path_helper(operation, item.inputs.parameter))}
"""


def _arguments(item: Shaped) -> str:
    found = []
    for parameter in item.operation.arguments:
        kinds = item.inputs.parameter(parameter.argument)
        optional = not parameter.required and parameter.default is None
        found.append(f"{parameter.argument}: {union([*kinds, *['None'] * optional])}")
    if item.inputs.bodies:
        found.append(f"body: {item.inputs.body}")
    found += item.inputs.accept
    return ", ".join(["self", f"call: {_call(item.operation)}", "/", *(["*", *found] if found else [])])


def _call(operation: Operation) -> str:
    if not any(operation.security):
        return "Call[None]"
    return "Call[Principal]" if all(operation.security) else "Call[Principal | None]"


def _handlers(items: list[Shaped]) -> str:
    """One Protocol for each tag, and the dataclass that wants a module for each."""
    tags: dict[str, list[Shaped]] = {}
    for item in items:
        tags.setdefault(item.operation.tag, []).append(item)
    wanted = ((tag, f"{class_name(tag)}Handlers") for tag in sorted(tags))
    classes = distinct(wanted, taken=[item.name for item in items], between="")
    names = distinct((tag, python_name(tag)) for tag in sorted(tags))
    protocols = "\n\n".join(_protocol(classes[tag], tag, tagged) for tag, tagged in tags.items())
    fields = "".join(f"    {names[tag]}: {classes[tag]}\n" for tag in tags)
    return f'''{protocols}

@dataclass(frozen=True, slots=True)
class Handlers:
    """One module of handlers for each tag; complete or it does not type-check."""

{fields}'''


def _protocol(name: str, tag: str, items: list[Shaped]) -> str:
    functions = distinct((item.name, python_name(item.operation.id)) for item in sorted(items, key=lambda item: item.name))
    fields = "".join(f"    {functions[item.name]}: {item.name}\n" for item in items)
    return f"""
class {name}(Protocol):
{docstring(f"The module with the handlers tagged `{tag}`.")}
{fields}"""
