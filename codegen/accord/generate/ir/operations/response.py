"""What a handler returns: one class for each documented response and media type."""

from __future__ import annotations

from dataclasses import dataclass

from accord.document.identifiers import pascal_case
from accord.generate.ir.annotations import alternatives, model_name, optional, row_name, union
from accord.generate.ir.nodes import Argument, Link, Schema, referenced
from accord.generate.ir.nodes import Response as ResponseClass
from accord.generate.ir.schemas.builder import SchemaBuilder
from accord.openapi.media_type import Media
from accord.openapi.operation import Operation
from accord.openapi.response import Response, response_class


@dataclass(frozen=True, slots=True)
class Answer:
    """One media type of a response, with the schemas of its body and of its headers by field."""

    name: str
    response: Response
    media: Media | None
    body: Schema | None
    headers: dict[str, Schema]

    @classmethod
    def all(cls, operation: Operation, builder: SchemaBuilder, name: str) -> list[Answer]:
        """The responses of an operation in the written order; classes without a name of their own are named after its class."""
        found = []
        name = name.rstrip("_")
        for response in operation.answers:
            headers = {
                h.argument: builder.normalize(h.schema, f"{name}{pascal_case(h.name)}") for h in response.handler_headers
            }
            for title, media in response.classes:
                body = None
                if media is not None and response_class(media) in ("Body", "Lines"):
                    body = builder.normalize(media.schema, f"{name}{title}") if media.schema is not None else {}
                found.append(cls(title, response, media, body, headers))
        return found

    @property
    def schemas(self) -> list[Schema]:
        """The schemas that need rows."""
        return [*([self.body] if self.body is not None else []), *self.headers.values()]

    @property
    def is_json(self) -> bool:
        """Whether the body is one JSON value."""
        return response_class(self.media) == "Body"

    def node(self, asymmetric: frozenset[str], links: tuple[Link, ...]) -> ResponseClass:
        """The class."""
        base, response = response_class(self.media), self.response
        fields = [Argument("status", f"statuses.{response.name}")] if response.status is None else []
        if self.media is not None and self.media.is_range:
            fields.append(Argument("media_type", "str", '"application/json"' if self.is_json else ""))
        for header in response.handler_headers:
            found = alternatives_of(self.headers[header.argument], asymmetric, "str")
            fields.append(optional(header.argument, found, required=header.required))
        return ResponseClass(
            name=self.name,
            base=base if self.body is None else f"{base}[{union(alternatives_of(self.body, asymmetric))}]",
            description=str(response.node.value.get("description", response.phrase)),
            status=response.status,
            key=str(response.key),
            media=self.media.name if self.media is not None and len(response.content) > 1 else None,
            headers=tuple((header.argument, header.name) for header in response.handler_headers),
            fields=tuple(fields),
            links=links,
        )


def alternatives_of(schema: Schema, asymmetric: frozenset[str], instant: str = "datetime") -> list[str]:
    """The types that a JSON body may have: models or rows, but only rows of schemas whose models hold what clients send."""
    rows = alternatives(schema, lambda name: f"rows.{row_name(name)}", instant)
    return rows if asymmetric & referenced([schema]) else [*alternatives(schema, model_name, instant), *rows]
