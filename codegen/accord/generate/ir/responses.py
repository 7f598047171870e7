"""What a handler answers: one class for each documented answer and media type."""

from __future__ import annotations

from dataclasses import dataclass

from accord.document.identifiers import pascal_case
from accord.generate.emit.source import docstring, string
from accord.generate.ir.annotations import alternatives, union
from accord.generate.ir.objects import row_name
from accord.generate.ir.requests import model
from accord.generate.ir.schemas.builder import Shapes
from accord.generate.ir.schemas.normal_form import Schema, mentioned
from accord.openapi.api import Operation
from accord.openapi.media_type import Media
from accord.openapi.parameter import Header, Response
from accord.openapi.response_class import response_class


@dataclass(frozen=True, slots=True)
class Output:
    """One class of answers: a media type of a response."""

    name: str
    response: Response
    media: Media | None
    body: Schema | None
    headers: dict[str, Schema]  # by field

    @classmethod
    def all(cls, operation: Operation, shapes: Shapes, name: str) -> list[Output]:
        """The classes of an operation in the written order; objects without a name are named after it."""
        found = []
        for response in operation.answers:
            headers = {h.argument: shapes.of(h.schema, f"{name}{pascal_case(h.name)}") for h in response.handler_headers}
            for title, media in response.classes:
                body = None
                if response_class(media) in ("Body", "Lines") and media is not None:
                    body = shapes.of(media.schema, f"{name}{title}") if media.schema is not None else {}
                found.append(cls(title, response, media, body, headers))
        return found

    @property
    def schemas(self) -> list[Schema]:
        """Everything that rows are made for."""
        return [*([self.body] if self.body is not None else []), *self.headers.values()]

    @property
    def holds_json(self) -> bool:
        """Whether its body is one JSON value."""
        return response_class(self.media) == "Body"

    def text(self, one_way: frozenset[str]) -> str:
        """The class, not formatted."""
        kind = response_class(self.media)
        base = kind if self.body is None else f"{kind}[{either(self.body, one_way)}]"
        fields = [*self._status(), *self._media_type()]
        fields += [_field(header, self.headers[header.argument], one_way) for header in self.response.handler_headers]
        pairs = [f"({string(h.argument)}, {string(h.name)})" for h in self.response.handler_headers]
        constants = [
            f"status = {self.response.status}"
            if self.response.status is not None
            else f"key = {string(str(self.response.key))}"
        ]
        if self.media is not None and len(self.response.content) > 1:
            constants.append(f"media = {string(self.media.name)}")
        if pairs:
            constants.append(f"headers = ({', '.join(pairs)}{',' * (len(pairs) == 1)})")
        about = str(self.response.node.value.get("description", self.response.phrase))
        lines = "".join(f"    {line}\n" for line in [*constants, *fields])
        return f"\nclass {self.name}({base}{', kw_only=True' if fields else ''}):\n{docstring(about)}\n{lines}"

    def _status(self) -> list[str]:
        return [] if self.response.status is not None else [f"status: statuses.{self.response.name}"]

    def _media_type(self) -> list[str]:
        if self.media is None or not self.media.is_range:
            return []
        return ['media_type: str = "application/json"' if self.holds_json else "media_type: str"]


def returned(outputs: list[Output], owner: str) -> str:
    """What the handler returns."""
    return union(f"{owner}.{output.name}" for output in outputs)


def either(schema: Schema, one_way: frozenset[str], instant: str = "datetime") -> str:
    """What an answer's body may be: models, or the rows that statements return."""
    rows = alternatives(schema, lambda name: f"rows.{row_name(name)}", instant)
    return union(rows if one_way & mentioned([schema]) else [*alternatives(schema, model, instant), *rows])


def _field(header: Header, schema: Schema, one_way: frozenset[str]) -> str:
    kind = either(schema, one_way, "str")
    return f"{header.argument}: {kind}" if header.required else f"{header.argument}: {union([kind, 'None'])} = None"
