"""Media types: how the engine reads and writes each kind, and which documented one a request or response matches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from accord.document.document import Node
from accord.document.identifiers import pascal_case
from accord.jsonschema.types import admitted_types

# How a body is read and written; `binary` is passed through as bytes.
Kind = Literal["json", "form", "multipart", "text", "binary"]

_JSON = re.compile(r"(?:[^/]+/)?(?:[^/]+\+)?json")

_LINES = frozenset({"application/jsonl", "application/x-ndjson", "application/ndjson", "application/jsonlines"})


def essence(name: str) -> str:
    """A media type without its parameters, in lower case."""
    return name.partition(";")[0].strip().lower()


class ContentType(NamedTuple):
    """A parsed Content-Type header; names of parameters are in lower case."""

    essence: str
    parameters: dict[str, str]


_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*"'
_PARAMETER = re.compile(rf"[ \t]*;[ \t]*(?:({_WORD})=({_WORD}|{_QUOTED}))?")
_MEDIA_TYPE = re.compile(r"[!#$%&'+.^_`|~0-9A-Za-z-]+/[!#$%&'+.^_`|~0-9A-Za-z-]+")


def parameters(text: str) -> dict[str, str] | None:
    """The parameters of a header value from its first semicolon on (RFC 9110, 5.6.6), in quotes; None if malformed or twice."""
    found: dict[str, str] = {}
    end = 0
    # One at a time, so that the time is linear for hostile input.
    while (piece := _PARAMETER.match(text, end)) is not None:
        end = piece.end()
        name, value = piece.groups()
        if name is not None:
            if name.lower() in found:
                return None
            found[name.lower()] = value
    return None if text[end:].strip(" \t") else found


def content_type(text: str) -> ContentType | None:
    """Parse a Content-Type header; None if it is malformed."""
    name, semicolon, rest = text.partition(";")
    plain, found = name.strip(" \t").lower(), parameters(semicolon + rest)
    if found is None or not _MEDIA_TYPE.fullmatch(plain):
        return None
    return ContentType(plain, {key: _unquoted(value) for key, value in found.items()})


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def labels(name: str) -> dict[str, str]:
    """The parameters of a media type or range for comparison: in lower case, without quotes."""
    _, semicolon, rest = name.partition(";")
    found = parameters(semicolon + rest)
    if found is None:  # malformed: as much as can be read
        pairs = (piece.partition("=") for piece in rest.split(";"))
        return {key.strip().lower(): value.strip().strip('"').lower() for key, _, value in pairs if value}
    return {key: _unquoted(value).lower() for key, value in found.items()}


def kind_of(name: str) -> Kind:
    """The kind of a media type or of a range of them."""
    plain = essence(name)
    if _JSON.fullmatch(plain):
        return "json"
    if plain == "application/x-www-form-urlencoded":
        return "form"
    if plain.startswith("multipart/"):
        return "multipart"
    return "text" if plain.startswith("text/") else "binary"


def is_lines(name: str) -> bool:
    """Whether it is JSON Lines: one JSON value per line."""
    return essence(name) in _LINES


def is_range(name: str) -> bool:
    """Whether it is a range such as `image/*`."""
    return "*" in name


def covers(name: str, media_type: str) -> bool:
    """Whether a media type or range covers a media type; both without parameters, in lower case."""
    return name in (media_type, "*/*") or (name.endswith("/*") and media_type.startswith(name[:-1]))


def suffix(name: str) -> str:
    """A media type as the suffix of a class name: `Csv` for text/csv, `Image` for image/*, `Any` for */*."""
    kind, _, rest = essence(name).partition("/")
    words = "any" if kind == "*" else kind if rest == "*" else rest
    pairs = " ".join(f"{key} {value}" for key, value in labels(name).items())
    return pascal_case(f"{words} {pairs}")


def identity(name: str) -> tuple[str, dict[str, str]]:
    """What distinguishes a media type: its name, and its parameters except those about encoding.

    A charset has no meaning in JSON (RFC 8259, 11), and a boundary is chosen by the sender.
    """
    ignored = ("boundary",) if kind_of(name) == "text" else ("boundary", "charset")
    return essence(name), {key: value for key, value in labels(name).items() if key not in ignored}


def chosen(names: Iterable[str], media_type: str) -> str | None:
    """The most specific documented name that covers a media type and all of whose parameters it has.

    Parameters that are not documented are ignored, and text without a charset is in the documented one.
    """
    plain, given = essence(media_type), labels(media_type)
    fitting: list[tuple[int, int, bool, str]] = []
    for name in names:
        covering, wanted = identity(name)
        if covers(covering, plain) and all(
            given.get(key, value if key == "charset" else "") == value for key, value in wanted.items()
        ):
            fitting.append((covering.count("*"), -len(wanted), name != media_type, name))
    return min(fitting, key=lambda one: one[:3])[3] if fitting else None


@dataclass(frozen=True, slots=True)
class Encoding:
    """The Encoding Object: how one field of a form or multipart body is written."""

    content_types: tuple[str, ...]  # empty: as its schema suggests
    headers: Node | None
    style: str | None
    explode: bool | None
    node: Node

    @property
    def styled(self) -> bool:
        """Whether it is written like a parameter, so that content types are ignored."""
        return self.style is not None or self.explode is not None

    @classmethod
    def of(cls, node: Node) -> Encoding:
        """Read one."""
        value = node.value
        names = tuple(name.strip() for name in value.get("contentType", "").split(",") if name.strip())
        return cls(
            content_types=names,
            headers=node.get("headers"),
            style=value.get("style"),
            explode=value.get("explode"),
            node=node,
        )


def described(node: Node, what: str) -> tuple[Media | None, Node]:
    """How a parameter or header is described: the media type in its `content`, if it has one, and its schema.

    Raises:
        DocumentError: it has no schema.
    """
    media = next(iter(Media.all(node.get("content")).values()), None)
    schema = media.schema if media is not None else node.raw_child("schema") if "schema" in node.value else None
    if schema is None:
        raise node.error(f"{what} has neither `schema` nor `content` with one: add it")
    return media, schema


@dataclass(frozen=True, slots=True)
class Media:
    """The Media Type Object: one media type or range of a body, response or parameter; without a schema, any value is valid."""

    name: str
    schema: Node | None
    node: Node

    @property
    def kind(self) -> Kind:
        """How its values are read and written."""
        return kind_of(self.name)

    @property
    def is_range(self) -> bool:
        """Whether it is a range of media types."""
        return is_range(self.name)

    @property
    def is_opaque(self) -> bool:
        """Whether its schema describes a structure, such as XML, that the engine does not parse."""
        types = admitted_types(self.schema, by_type_alone=True) if self.kind == "binary" and self.schema is not None else None
        return types is not None and "string" not in types

    @property
    def encoding(self) -> dict[str, Encoding]:
        """The `encoding` of the fields of a form or multipart body."""
        return {name: Encoding.of(node) for name, node in self.node.named("encoding")}

    @classmethod
    def all(cls, content: Node | None) -> dict[str, Media]:
        """The media types of a `content`, by name, in the written order."""
        if content is None:
            return {}
        return {
            name: cls(name, item.raw_child("schema") if isinstance(item.value, dict) and "schema" in item.value else None, item)
            for name, item in content.named()
        }
