"""webhooks.py: one class for each webhook and callback that the service sends, typed by the document."""

from __future__ import annotations

from dataclasses import dataclass

from accord.document.document import DocumentError
from accord.document.findings import Finding, at_fault
from accord.document.identifiers import ARGUMENTS_TAKEN, distinct, python_name
from accord.generate.emit.source import docstring, indented, string
from accord.generate.ir.annotations import annotation, union
from accord.generate.ir.links import origin
from accord.generate.ir.naming import class_name
from accord.generate.ir.requests import Inputs, exact, model
from accord.generate.ir.responses import either
from accord.generate.ir.schemas.builder import Shapes
from accord.generate.ir.schemas.normal_form import Schema
from accord.openapi.api import Operation, callbacks, place
from accord.openapi.expressions import expressions
from accord.openapi.media_type import Media
from accord.openapi.parameter import Response

_TAKEN = frozenset({"Any", "ClassVar", "Document", "File", "Instant", "Literal", "Number", "Received", "Webhook"})


@dataclass(frozen=True, slots=True)
class Sent:
    """A webhook, or a callback of the operation `source`, with the normal forms of its schemas."""

    operation: Operation
    name: str
    source: Inputs | None
    inputs: Inputs
    answers: list[tuple[str, Response, Media | None, Schema | None]]

    @property
    def schemas(self) -> list[Schema]:
        """Everything that rows are made for."""
        return [form for name, form in self.inputs.bodies.items() if self.operation.bodies[name].kind == "json"]


def sent(webhooks: tuple[Operation, ...], sources: list[Inputs], shapes: Shapes) -> list[Sent]:
    """Bring the schemas of everything that is sent into normal form; what is shared by `$ref` is sent by one class."""
    found: dict[str, tuple[Operation, Inputs | None]] = {place(one): (one, None) for one in webhooks}
    for source in sources:
        for callback in callbacks(source.operation):
            found.setdefault(place(callback), (callback, source))
    wanted = sorted((operation.id, where) for where, (operation, _) in found.items())
    pascals = [(where, class_name(name)) for name, where in wanted]
    names = distinct(((where, f"{one}_" if one in _TAKEN else one) for where, one in pascals), between="")
    return [_sent(operation, names[where], source, shapes) for where, (operation, source) in found.items()]


def _sent(operation: Operation, name: str, source: Inputs | None, shapes: Shapes) -> Sent:
    pascal = name.rstrip("_")
    answers = []
    for response in operation.responses.values():
        for title, media in response.classes:
            json = media is not None and media.kind == "json" and media.schema is not None
            form = shapes.of(media.schema, f"{pascal}{title}") if json and media is not None and media.schema else None
            answers.append((title, response, media, form))
    return Sent(operation, name, source, Inputs.of(operation, shapes, pascal), answers)


def webhooks(found: list[Sent], one_way: frozenset[str]) -> str:
    """The module, not formatted.

    Raises:
        DocumentError: the URL of a callback speaks of what its subscription does not say.
    """
    written: list[str] = []
    faults: list[Finding] = []
    for one in found:
        try:
            written.append(_webhook(one, one_way))
        except DocumentError as error:
            faults += error.findings
    if faults:
        raise at_fault(faults)
    classes = "\n\n".join(written)
    return f'''"""What the service sends by itself; each is checked against the document before it leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from accord.runtime import File, Instant, Number, Received, Webhook, expanded
from . import models, rows

{classes}'''


def _webhook(one: Sent, one_way: frozenset[str]) -> str:
    operation = one.operation
    answers = "\n".join(_answer(*answer) for answer in one.answers)
    returned = union(f"{one.name}.{title}" for title, *_ in one.answers)
    about = f"{operation.method} {operation.path}: {operation.summary}".rstrip(": ")
    arguments, given = _arguments(one, one_way)
    return f"""
class {one.name}(Webhook):
{docstring(about)}
    place = {string(place(operation))}
{indented(answers)}
    async def send(self, url: str, {arguments}) -> {returned}:
        \"\"\"Check and send it.

        Raises:
            PayloadError: it is not what the document says; nothing was sent.
            ReplyError: the receiver answered what the document does not say.
        \"\"\"
        answer: {returned} = await self._send({given})
        return answer
{indented(_url(one))}"""


def _arguments(one: Sent, one_way: frozenset[str]) -> tuple[str, str]:
    """The arguments of `send` besides the URL, and what it passes on."""
    parameters = [parameter for parameter in one.operation.parameters if parameter.place != "path"]
    names = distinct(((p.argument, p.argument) for p in parameters), taken=("url", "media", "answer"))
    arguments = [_argument(names[p.argument], one.inputs.parameter(p.argument), required=p.required) for p in parameters]
    bodies, body, media = one.operation.bodies, "None", ""
    if bodies:
        json = {name: bodies[name].kind == "json" for name in bodies}
        kinds = [either(form, one_way) if json[name] else annotation(form, model) for name, form in one.inputs.bodies.items()]
        arguments.append(_argument("body", kinds, required=one.operation.body_required))
        body = "body"
    if len(bodies) > 1:
        listed = list(map(string, bodies))
        arguments.append(f"media: Literal[{', '.join(listed)}] = {listed[0]}")
        media = ", media"
    pairs = ", ".join(f"{string(p.argument)}: {names[p.argument]}" for p in parameters)
    return f"{'*, ' if arguments else ''}{', '.join(arguments)}", f"url, {{{pairs}}}, {body}{media}"


def _argument(name: str, kinds: list[str], *, required: bool) -> str:
    return f"{name}: {union(kinds)}" if required else f"{name}: {union([*kinds, 'None'])} = None"


def _answer(title: str, response: Response, media: Media | None, form: Schema | None) -> str:
    kind = {"json": "object", "text": "str"}.get(media.kind, "bytes") if media is not None else "None"
    made = ""
    if form is not None:
        kind, made = annotation(form, model), f"    kind = {exact(form)}\n"
    about = str(response.node.value.get("description", response.phrase))
    key = response.key if isinstance(response.key, int) else string(response.key)
    return f"\nclass {title}(Received[{kind}]):\n{docstring(about)}\n    key = {key}\n{made}"


def _url(one: Sent) -> str:
    """The helper that makes the URL of a callback from the request that subscribed."""
    if one.source is None:
        return ""
    written = one.operation.path
    found = list(dict.fromkeys(expressions(written)))
    arguments = _subscribed(found, one, one.source)
    pairs = ", ".join(f"{string(expression)}: {argument}" for expression, (argument, _) in zip(found, arguments, strict=True))
    taken = ", ".join(f"{argument}: {kind}" for argument, kind in arguments)
    return f'''
@staticmethod
def url({f"*, {taken}" if taken else ""}) -> str:
    """Where to send it: {" ".join(written.split())}, filled from the request that subscribed, and its answer."""
    return expanded({string(written)}, {{{pairs}}})
'''


def _subscribed(found: list[str], one: Sent, source: Inputs) -> list[tuple[str, str]]:
    """Argument and type of each expression."""
    wanted = []
    for expression in found:
        pointer = expression.partition("#")[2]
        kind = origin(expression, source) if not pointer else None
        if kind is None and not expression.startswith(("$request.body", "$response.", "$statusCode")):
            raise one.operation.node.error(f"{expression} is nothing that the subscription says: correct it")
        last = (pointer or expression).rpartition("/" if pointer else ".")[2]
        wanted.append((expression, *(kind or (python_name(last, ARGUMENTS_TAKEN), "str"))))
    names = distinct((expression, argument) for expression, argument, _ in wanted)
    return [(names[expression], kind) for expression, _, kind in wanted]
