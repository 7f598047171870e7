"""The classes of webhooks and callbacks that the service sends."""

from __future__ import annotations

from dataclasses import dataclass

from accord.document.findings import Finding, document_error
from accord.document.identifiers import ARGUMENTS_TAKEN, distinct, python_name
from accord.generate.ir import nodes
from accord.generate.ir.annotations import annotation, model_annotation, model_name, optional, union
from accord.generate.ir.faults import each
from accord.generate.ir.naming import WEBHOOKS_TAKEN, class_names
from accord.generate.ir.nodes import Argument, Schema
from accord.generate.ir.operations.links import origin
from accord.generate.ir.operations.request import Request
from accord.generate.ir.operations.response import alternatives_of
from accord.generate.ir.schemas.builder import SchemaBuilder
from accord.openapi.expressions import expressions
from accord.openapi.media_type import Media
from accord.openapi.operation import Operation, callbacks, place
from accord.openapi.response import Response


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A webhook, or a callback of the operation with the request `source`, with its schemas normalized."""

    source: Request | None
    request: Request
    replies: list[tuple[str, Response, Media | None, Schema | None]]

    @property
    def schemas(self) -> list[Schema]:
        """The schemas that need rows."""
        bodies = self.request.operation.bodies
        return [schema for name, schema in self.request.bodies.items() if bodies[name].kind == "json"]


def outgoing(webhooks: tuple[Operation, ...], sources: list[Request], builder: SchemaBuilder) -> list[Outgoing]:
    """Normalize the schemas of all webhooks and callbacks; one that several operations share by `$ref` becomes one class."""
    found: dict[str, tuple[Operation, Request | None]] = {place(one): (one, None) for one in webhooks}
    for source in sources:
        for callback in callbacks(source.operation):
            found.setdefault(place(callback), (callback, source))
    names = class_names(((where, operation.id) for where, (operation, _) in found.items()), WEBHOOKS_TAKEN)
    return [_outgoing(operation, names[where], source, builder) for where, (operation, source) in found.items()]


def _outgoing(operation: Operation, name: str, source: Request | None, builder: SchemaBuilder) -> Outgoing:
    replies = []
    for response in operation.responses.values():
        for title, media in response.classes:
            schema = None
            if media is not None and media.kind == "json" and media.schema is not None:
                schema = builder.normalize(media.schema, f"{name.rstrip('_')}{title}")
            replies.append((title, response, media, schema))
    return Outgoing(source, Request.of(operation, builder, name), replies)


def webhook_classes(found: list[Outgoing], asymmetric: frozenset[str]) -> tuple[nodes.Webhook, ...]:
    """The classes of webhooks and callbacks.

    Raises:
        DocumentError: the URL of a callback refers to what its subscription does not have.
    """
    faults: list[Finding] = []
    classes = each(((one.request.operation.node, one) for one in found), lambda one: _webhook(one, asymmetric), faults)
    if faults:
        raise document_error(faults)
    return tuple(classes)


def _webhook(one: Outgoing, asymmetric: frozenset[str]) -> nodes.Webhook:
    operation = one.request.operation
    parameters = [parameter for parameter in operation.parameters if parameter.place != "path"]
    names = distinct(((p.argument, p.argument) for p in parameters), taken=("url", "media", "answer"))
    arguments = [optional(names[p.argument], one.request.annotations(p.argument), required=p.required) for p in parameters]
    if bodies := operation.bodies:
        found = [
            union(alternatives_of(schema, asymmetric)) if bodies[name].kind == "json" else annotation(schema, model_name)
            for name, schema in one.request.bodies.items()
        ]
        arguments.append(optional("body", found, required=operation.body_required))
    media = tuple(bodies) if len(bodies) > 1 else ()
    if media:
        arguments.append(Argument("media", f"Literal[{', '.join(map(repr, media))}]", repr(media[0])))
    return nodes.Webhook(
        name=one.request.name,
        title=one.request.title,
        place=place(operation),
        replies=tuple(_reply(*reply) for reply in one.replies),
        returns=union(f"{one.request.name}.{title}" for title, *_ in one.replies),
        arguments=tuple(arguments),
        parameters={p.argument: names[p.argument] for p in parameters},
        has_body=bool(bodies),
        media=media,
        url=_url(operation, one.source) if one.source is not None else None,
    )


def _reply(title: str, response: Response, media: Media | None, schema: Schema | None) -> nodes.Reply:
    kind = {"json": "object", "text": "str"}.get(media.kind, "bytes") if media is not None else "None"
    return nodes.Reply(
        name=title,
        key=response.key,
        description=str(response.node.value.get("description", response.phrase)),
        annotation=annotation(schema, model_name) if schema is not None else kind,
        kind=model_annotation(schema) if schema is not None else None,
    )


def _url(operation: Operation, source: Request) -> nodes.CallbackURL:
    """How the URL of a callback is made from the request that subscribed and its response."""
    found: dict[str, Argument] = {}
    for expression in expressions(operation.path):
        pointer = expression.partition("#")[2]
        argument = origin(expression, source) if not pointer else None
        if argument is None and not expression.startswith(("$request.body", "$response.", "$statusCode")):
            raise operation.node.error(f"{expression} is not documented for the request that subscribes: correct it")
        last = (pointer or expression).rpartition("/" if pointer else ".")[2]
        found[expression] = argument or Argument(python_name(last, ARGUMENTS_TAKEN), "str")
    names = distinct((expression, argument.name) for expression, argument in found.items())
    arguments = tuple(Argument(names[expression], argument.annotation) for expression, argument in found.items())
    return nodes.CallbackURL(operation.path, arguments, names)
