"""operations.py: one class for each operation, with its handler's type, its answers, its problems and its path."""

from __future__ import annotations

from dataclasses import dataclass

from app.engine.description import Header, Operation, Response
from app.engine.document import DocumentError
from app.engine.names import pascal_case, python_name
from codegen.forms import Schema
from codegen.naming import class_name
from codegen.paths import path_helper
from codegen.problems import Problems
from codegen.rows import row_name
from codegen.shapes import Shapes, mentioned
from codegen.text import docstring, indented, string
from codegen.types import alternatives, annotation, union

# What operations.py itself names at its top; an operation of the same name gets a trailing underscore.
_TAKEN = frozenset({"Body", "Call", "Empty", "Handlers", "Literal", "Operation", "Principal", "Protocol"})

# What a generated class has besides its answers and problems.
_MEMBERS = ("Handler", "handler", "operation_id", "path")


@dataclass(frozen=True, slots=True)
class Shaped:
    """An operation with the normal forms of its schemas."""

    operation: Operation
    name: str
    arguments: dict[str, Schema]  # parameters by argument
    bodies: list[Schema]
    answers: dict[int | str, Schema]  # bodies by status
    problems: list[str]  # names of problem classes

    def argument(self, name: str) -> list[str]:
        """The alternatives of a parameter's type. An instant is text there, as it is written on the wire."""
        kinds = alternatives(self.arguments[name], _model, instant="str")
        return [*kinds, 'Literal[""]'] if name in self.empty and "str" not in kinds else kinds

    @property
    def empty(self) -> set[str]:
        """The parameters that may come with an empty value, whatever their type: it is an empty string."""
        return {parameter.argument for parameter in self.operation.parameters if parameter.allow_empty}


def shaped(operation: Operation, shapes: Shapes, problems: Problems) -> Shaped:
    """Bring the schemas of an operation into normal form; objects without a name are named after it.

    Raises:
        DocumentError: a schema has no Python type, or two things of the operation have one name.
    """
    pascal = class_name(operation.id)
    item = Shaped(
        operation=operation,
        name=f"{pascal}_" if pascal in _TAKEN else pascal,
        arguments={p.argument: shapes.of(p.schema, f"{pascal}{pascal_case(p.name)}") for p in operation.parameters},
        bodies=[shapes.of(media.schema, f"{pascal}Body") for media in operation.bodies.values() if media.schema is not None],
        answers={
            response.key: shapes.of(media.schema, f"{pascal}{response.name}")
            for response in operation.successes
            for media in response.content.values()
            if media.schema is not None
        },
        problems=list(
            dict.fromkeys(problem.name for status, r in operation.problems.items() for problem in problems.of(status, r))
        ),
    )
    names = [*_MEMBERS, *(response.name for response in operation.successes), *item.problems]
    if double := next((name for name in names if names.count(name) > 1), None):
        raise DocumentError(f"{operation.node.where}: {operation.id} has two things named {double}: rename the problem")
    return item


def operations(items: list[Shaped], one_way: frozenset[str], *, call: str, package: str) -> str:
    """The module, not formatted; `call` is the module of `Call` and `Principal`, `package` the one of models and rows.

    What holds one of the objects `one_way` is answered by rows alone: its models are what clients send.

    Raises:
        DocumentError: two operations or tags become the same class.
    """
    handlers = _handlers(items)
    classes = "\n\n".join(_operation(item, one_way) for item in items)
    return f'''"""One class per operation: it decorates the handler and holds the answers and problems that are allowed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from urllib.parse import quote

from app.engine.binding import Operation
from app.engine.filling import filled, filled_json
from app.engine.responses import Body, Empty
from {call} import Call, Principal
from {package} import models, problems, rows

{classes}

{handlers}'''


def _operation(item: Shaped, one_way: frozenset[str]) -> str:
    operation = item.operation
    answers = "\n".join(_answer(response, item, one_way) for response in operation.successes)
    problems = "".join(f"{name} = problems.{name}\n" for name in item.problems)
    returned = " | ".join(f"{item.name}.{response.name}" for response in operation.successes)
    return f"""
class {item.name}(Operation):
{docstring(f"{operation.method} {operation.path}: {operation.summary}".rstrip(": "))}
    operation_id = {string(operation.id)}
{indented(problems)}
{indented(answers)}
    class Handler(Protocol):
        async def __call__({_arguments(item)}) -> {returned}: ...

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler)

{indented(path_helper(operation, item.argument))}
"""


def _answer(response: Response, item: Shaped, one_way: frozenset[str]) -> str:
    schema = item.answers.get(response.key)
    headers = response.handler_headers
    base = "Empty" if schema is None else f"Body[{_body(schema, one_way)}]"
    pairs = "".join(f"({string(header.argument)}, {string(header.name)})," for header in headers)
    constant = f"    headers = ({pairs if len(headers) == 1 else pairs[:-1]})" if headers else ""
    fields = "".join(f"    {_header(header)}\n" for header in headers)
    return f"""
class {response.name}({base}{", kw_only=True" if headers else ""}):
{docstring(response.node.value["description"])}
    status = {response.status}
{constant}
{fields}"""


def _header(header: Header) -> str:
    kind = annotation(Shapes(header.schema.document).of(header.schema, ""), _model, instant="str")
    return f"{header.argument}: {kind}" if header.required else f"{header.argument}: {union([kind, 'None'])} = None"


def _body(schema: Schema, one_way: frozenset[str]) -> str:
    """What an answer's body may be: models, or the rows that statements return."""
    returned = alternatives(schema, lambda name: f"rows.{row_name(name)}")
    return union(returned if one_way & mentioned([schema]) else [*alternatives(schema, _model), *returned])


def _arguments(item: Shaped) -> str:
    arguments = []
    for parameter in item.operation.arguments:
        kinds = item.argument(parameter.argument)
        optional = not parameter.required and parameter.default is None
        arguments.append(f"{parameter.argument}: {union([*kinds, *['None'] * optional])}")
    if item.bodies:
        kinds = [kind for schema in item.bodies for kind in alternatives(schema, _model)]
        arguments.append(f"body: {union([*kinds, *['None'] * (not item.operation.body_required)])}")
    return ", ".join(["self", f"call: {_call(item.operation)}", "/", *(["*", *arguments] if arguments else [])])


def _call(operation: Operation) -> str:
    if not any(operation.security):
        return "Call[None]"
    return "Call[Principal]" if all(operation.security) else "Call[Principal | None]"


def _model(name: str) -> str:
    return f"models.{name}"


def _handlers(items: list[Shaped]) -> str:
    """One Protocol for each tag, and the dataclass that wants a module for each."""
    tags: dict[str, list[Shaped]] = {}
    for item in items:
        tags.setdefault(item.operation.tag, []).append(item)
    owners: dict[str, str] = {}
    for name, owner in [*((i.name, f"operation {i.operation.id}") for i in items), *((_tag(t), f"tag {t}") for t in tags)]:
        if (other := owners.setdefault(name, owner)) != owner:
            where = items[0].operation.node.document.name
            raise DocumentError(f"{where}:1: the {owner} and the {other} both become the class {name}: rename one")
    protocols = "\n\n".join(_protocol(tag, tagged) for tag, tagged in tags.items())
    fields = "".join(f"    {python_name(tag)}: {_tag(tag)}\n" for tag in tags)
    return f'''{protocols}

@dataclass(frozen=True, slots=True)
class Handlers:
    """One module of handlers for each tag; complete or it does not type-check."""

{fields}'''


def _protocol(tag: str, items: list[Shaped]) -> str:
    fields = "".join(f"    {python_name(item.operation.id)}: {item.name}\n" for item in items)
    return f"""
class {_tag(tag)}(Protocol):
{docstring(f"The module with the handlers tagged `{tag}`.")}
{fields}"""


def _tag(tag: str) -> str:
    return f"{class_name(tag)}Handlers"
