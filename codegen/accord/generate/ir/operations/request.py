"""What a handler receives: the types of its parameters and of its body, for each media type."""

from __future__ import annotations

from dataclasses import dataclass

from accord.document.document import Node
from accord.document.identifiers import pascal_case
from accord.generate.ir.annotations import alternatives, annotation, model_annotation, model_name, union
from accord.generate.ir.nodes import Argument, Schema
from accord.generate.ir.schemas.builder import SchemaBuilder
from accord.openapi.media_type import Media, suffix
from accord.openapi.operation import Operation
from accord.openapi.parameter import Parameter
from accord.openapi.values.form_fields import Members, holds_file

FILE: Schema = {"file": True}


@dataclass(frozen=True, slots=True)
class Request:
    """The schemas of an operation's parameters, by argument, and of its bodies, by media type; `name` is its class."""

    name: str
    operation: Operation
    parameters: dict[str, Schema]
    bodies: dict[str, Schema]

    @classmethod
    def of(cls, operation: Operation, builder: SchemaBuilder, name: str) -> Request:
        """Normalize the schemas; classes without a name of their own are named after the operation's."""
        prefix = name.rstrip("_")
        parameters = {p.argument: builder.normalize(p.schema, f"{prefix}{pascal_case(p.name)}") for p in operation.parameters}
        bodies = {
            media.name: _body(media, builder, f"{prefix}Body{suffix(media.name) if number else ''}")
            for number, media in enumerate(operation.bodies.values())
        }
        return cls(name, operation, parameters, bodies)

    @property
    def title(self) -> str:
        """`GET /users: List users`."""
        return f"{self.operation.method} {self.operation.path}: {self.operation.summary}".rstrip(": ")

    def annotations(self, argument: str) -> list[str]:
        """The alternatives of a parameter's type. A date-time is a `str`, as it is sent."""
        found = alternatives(self.parameters[argument], model_name, instant="str")
        empty = any(p.argument == argument and p.allow_empty for p in self.operation.parameters)
        return [*found, 'Literal[""]'] if empty and "str" not in found else found

    def argument(self, parameter: Parameter, *, required: bool = True) -> Argument:
        """A parameter as an argument without a default."""
        found = self.annotations(parameter.argument)
        return Argument(parameter.argument, union(found if required else [*found, "None"]))

    @property
    def body(self) -> str:
        """The type of the body, of any media type."""
        found = [one for schema in self.bodies.values() for one in alternatives(schema, model_name)]
        return union([*found, *["None"] * (not self.operation.body_required)])

    @property
    def body_types(self) -> dict[str, str]:
        """The types that bodies are built as, by media type; empty if the annotation of the argument is enough."""
        media = self.operation.bodies
        types = {n: model_annotation(schema) for n, schema in self.bodies.items() if media[n].kind not in ("text", "binary")}
        declared = {annotation(schema, model_name) for schema in self.bodies.values()}
        return {} if len(declared) == 1 and declared.issuperset(types.values()) else types

    @property
    def handler_arguments(self) -> tuple[Argument, ...]:
        """The keyword arguments of a handler; `accept` is the media type that the client prefers, where there are several."""
        operation = self.operation
        found = [self.argument(p, required=p.required or p.default is not None) for p in operation.arguments]
        if self.bodies:
            found.append(Argument("body", self.body))
        if len(operation.accepts) > 1:
            found.append(Argument("accept", f"Literal[{', '.join(map(repr, operation.accepts))}]"))
        return tuple(found)


def _body(media: Media, builder: SchemaBuilder, hint: str) -> Schema:
    match media.kind:
        case "binary":
            return FILE
        case "text":
            schema = builder.normalize(media.schema, hint) if media.schema is not None else {}
            return schema if schema.get("type") or "enum" in schema else {"type": "string"}
        case "multipart" if media.schema is not None:
            return _multipart(media, media.schema, builder, hint)
        case _:
            return builder.normalize(media.schema, hint) if media.schema is not None else {}


def _multipart(media: Media, node: Node, builder: SchemaBuilder, hint: str) -> Schema:
    """A multipart body: a class of its own if some of its properties are files, which they are in no other body."""
    schema = builder.normalize(node, hint)
    files: dict[str, Schema] = {}
    for name, member in Members([node], media.encoding).known.items():
        if member.item is not None and holds_file(member.item.schemas, member.encoding):
            files[name] = {"type": "array", "items": FILE}
        elif member.item is None and holds_file(member.schemas, member.encoding):
            files[name] = FILE
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    known = builder.objects.get(name)
    if not files or known is None:
        return schema
    properties = known["properties"] | {
        key: FILE if "file" in file else {**known["properties"].get(key, {}), **file} for key, file in files.items()
    }
    if name == hint and node.reference is None:  # it was made for this body
        known["properties"] = properties
        return schema
    return builder.add(hint, {**known, "properties": properties})
