"""What a handler receives: the types of its parameters and of its body, one for each media type."""

from __future__ import annotations

from dataclasses import dataclass

from accord.document.document import Node
from accord.document.identifiers import pascal_case
from accord.generate.emit.source import string
from accord.generate.ir.annotations import SCALARS, alternatives, annotation, union
from accord.generate.ir.schemas.builder import Shapes
from accord.generate.ir.schemas.normal_form import Schema
from accord.openapi.api import Operation
from accord.openapi.form_fields import Members, holds_file
from accord.openapi.media_type import Media, suffix

FILE: Schema = {"file": True}  # the normal form of a file

# As models have them: integers beyond those of a float, and leap seconds.
_EXACT = {**SCALARS, "number": "Number"}


def model(name: str) -> str:
    """The class of an object as handlers receive it."""
    return f"models.{name}"


@dataclass(frozen=True, slots=True)
class Inputs:
    """The normal forms of an operation's parameters, by argument, and of its bodies, by media type."""

    operation: Operation
    parameters: dict[str, Schema]
    bodies: dict[str, Schema]

    @classmethod
    def of(cls, operation: Operation, shapes: Shapes, name: str) -> Inputs:
        """Bring the schemas into normal form; objects without a name are named after the operation."""
        return cls(
            operation,
            {p.argument: shapes.of(p.schema, f"{name}{pascal_case(p.name)}") for p in operation.parameters},
            {
                media.name: _body(media, shapes, f"{name}Body{suffix(media.name) if number else ''}")
                for number, media in enumerate(operation.bodies.values())
            },
        )

    def parameter(self, argument: str) -> list[str]:
        """The alternatives of a parameter's type. An instant is text there, as it is written on the wire."""
        kinds = alternatives(self.parameters[argument], model, instant="str")
        empty = any(p.argument == argument and p.allow_empty for p in self.operation.parameters)
        return [*kinds, 'Literal[""]'] if empty and "str" not in kinds else kinds

    @property
    def body(self) -> str:
        """The type of the body, whatever its media type."""
        kinds = [kind for form in self.bodies.values() for kind in alternatives(form, model)]
        return union([*kinds, *["None"] * (not self.operation.body_required)])

    @property
    def builders(self) -> str:
        """The class variable by which the engine makes objects of bodies, where the type of the argument would not do."""
        media = {name: self.operation.bodies[name] for name in self.bodies}
        made = {name: exact(form) for name, form in self.bodies.items() if media[name].kind not in ("text", "binary")}
        plain = {annotation(form, model) for form in self.bodies.values()}
        if len(plain) == 1 and all(kind in plain for kind in made.values()):
            return ""
        pairs = ", ".join(f"{string(name)}: {kind}" for name, kind in made.items())
        return f"bodies: ClassVar[dict[str, object]] = {{{pairs}}}\n" if pairs else ""

    @property
    def accept(self) -> list[str]:
        """The argument with the media type that the client prefers, where there are several."""
        names = self.operation.accepts
        return [f"accept: Literal[{', '.join(map(string, names))}]"] if len(names) > 1 else []


def exact(form: Schema) -> str:
    """The type by which an object is made, which holds what the annotation of its argument would lose."""
    return annotation(form, model, "Instant", _EXACT)


def _body(media: Media, shapes: Shapes, hint: str) -> Schema:
    match media.kind:
        case "binary":
            return FILE
        case "text":
            form = shapes.of(media.schema, hint) if media.schema is not None else {}
            return form if form.get("type") or "enum" in form else {"type": "string"}
        case "multipart" if media.schema is not None:
            return _parts(media, media.schema, shapes, hint)
        case _:
            return shapes.of(media.schema, hint) if media.schema is not None else {}


def _parts(media: Media, schema: Node, shapes: Shapes, hint: str) -> Schema:
    """A multipart body: a class of its own if some of its members are files, which they are in no other body."""
    form = shapes.of(schema, hint)
    files: dict[str, Schema] = {}
    for name, member in Members([schema], media.encoding).known.items():
        if member.item is not None and holds_file(member.item.schemas, member.encoding):
            files[name] = {"type": "array", "items": FILE}
        elif member.item is None and holds_file(member.schemas, member.encoding):
            files[name] = FILE
    own = str(form.get("$ref", "")).rpartition("/")[2]
    known = shapes.objects.get(own)
    if not files or known is None:
        return form
    properties = {key: {**member, **files[key]} if key in files else member for key, member in known["properties"].items()}
    for key, file in files.items():
        if "file" in file:
            properties[key] = FILE
    if own == hint and schema.reference is None:  # it was made for this body
        known["properties"] = properties
        return form
    return shapes.added(hint, {**known, "properties": properties})
