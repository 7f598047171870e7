"""The Parameter Object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from accord.document.document import Node
from accord.document.identifiers import ARGUMENTS_TAKEN, distinct, python_name
from accord.jsonschema.schema import conjuncts
from accord.openapi.media_type import Media, described

Place = Literal["path", "query", "header", "cookie"]

_PLACES = ("path", "query", "header", "cookie")
_IGNORED = frozenset({"accept", "content-type", "authorization"})


def is_ignored(parameter: Node) -> bool:
    """Whether OpenAPI ignores a parameter: media types and security schemes define these headers (Parameter Object, `name`)."""
    value = parameter.value
    return value.get("in") == "header" and str(value.get("name")).lower() in _IGNORED


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `argument` is its name in the signature of the handler.

    A parameter with `content` has a `media`; its text is read like a body of that media type.
    """

    name: str
    place: Place
    required: bool
    schema: Node
    style: str
    explode: bool
    media: Media | None
    node: Node
    argument: str = ""

    @property
    def default(self) -> Any:  # noqa: ANN401 - any JSON value
        """The value of an absent parameter: the `default` of its schema or of a schema that this includes, else None."""
        return next((part.value["default"] for part in conjuncts(self.schema) if "default" in part.value), None)

    @property
    def allow_reserved(self) -> bool:
        """Whether its value may contain reserved characters without percent-encoding."""
        return bool(self.node.value.get("allowReserved", False))

    @property
    def allow_empty(self) -> bool:
        """Whether an empty value is allowed regardless of the schema."""
        return self.place == "query" and bool(self.node.value.get("allowEmptyValue", False))

    @classmethod
    def of(cls, node: Node) -> Parameter:
        """Read one.

        Raises:
            DocumentError: it has no schema.
        """
        value = node.value
        media, schema = described(node, f"parameter {value['name']!r}")
        place: Place = value["in"]
        style = value.get("style", "form" if place in ("query", "cookie") else "simple")
        return cls(
            name=value["name"],
            place=place,
            required=value.get("required", False),
            schema=schema,
            style=style,
            explode=value.get("explode", style == "form"),
            media=media,
            node=node,
        )


def with_arguments(found: Iterable[Parameter]) -> Iterator[Parameter]:
    """The parameters with distinct arguments: of two that would have the same, one in the path keeps it."""
    parameters = tuple(found)
    first = sorted(parameters, key=lambda p: (_PLACES.index(p.place), p.name.lower() != p.name, p.name))
    names = distinct(((p.place, p.name), python_name(p.name, ARGUMENTS_TAKEN)) for p in first)
    return (replace(parameter, argument=names[parameter.place, parameter.name]) for parameter in parameters)
