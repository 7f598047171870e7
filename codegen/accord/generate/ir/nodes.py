"""The intermediate representation: everything that a generated package contains, as frozen dataclasses.

Nothing in it refers to the document. A type is a Python annotation, or, where datamodel-code-generator writes it, a schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

# A JSON Schema in the normal form that ir/schemas produces: `allOf` is merged, every object is a `$ref` to a class.
Schema = dict[str, Any]
Conversion = Literal["integer", "scalar", "list", "json", "style"]


def referenced(schemas: Iterable[Schema]) -> set[str]:
    """The names of the objects and aliases that the schemas refer to directly."""
    found: set[str] = set()
    waiting = list(schemas)
    while waiting:
        schema = waiting.pop()
        if "$ref" in schema:
            found.add(schema["$ref"].rpartition("/")[2])
        waiting += children(schema)
    return found


def reachable(names: Iterable[str], uses: Callable[[str], Iterable[str]]) -> frozenset[str]:
    """The names themselves, what they use, and what that uses."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += uses(name)
    return frozenset(found)


def children(schema: Schema) -> list[Schema]:
    """The schemas inside a schema."""
    found = [*schema.get("anyOf", ()), *schema.get("prefixItems", ()), *schema.get("properties", {}).values()]
    return found + [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a function or a field of a class; `default` is Python source, empty if there is no default."""

    name: str
    annotation: str
    default: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A property of an object: `key` in JSON, `name` in Python."""

    name: str
    key: str
    schema: Schema
    required: bool


@dataclass(frozen=True, slots=True)
class Object:
    """A class with fields. Of properties without a field, `extra` is the schema, if there is one; `closed` forbids them."""

    name: str
    description: str
    fields: tuple[Field, ...]
    closed: bool = False
    extra: Schema | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """A named type that is not a class."""

    name: str
    schema: Schema


@dataclass(frozen=True, slots=True)
class Problem:
    """A documented error, raised as an exception."""

    name: str
    status: int
    type: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class PathParameter:
    """A parameter in a path, and the shortest conversion to text that is correct for its type and style.

    `prefix` and `separator` are what its style writes before and between values; `item` is the annotation of a list's items.
    """

    argument: str
    annotation: str
    conversion: Conversion
    name: str  # percent-encoded
    style: str
    explode: bool
    reserved: str
    prefix: str = ""
    separator: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A method of a response that returns the request to send next.

    `values` are the expressions or constants by argument of the target; `request` maps each expression about the request to the
    argument of the method that supplies it. `required` are arguments of the target's path, `texts` those typed `str`;
    `query` has argument, name, style and explode of each parameter, `headers` argument and name.
    """

    name: str
    description: str
    arguments: tuple[Argument, ...]
    target: str
    method: str
    values: dict[str, Any]
    request: dict[str, str]
    required: tuple[str, ...]
    texts: tuple[str, ...]
    query: tuple[tuple[str, str, str, bool], ...]
    headers: tuple[tuple[str, str], ...]
    body: Any


@dataclass(frozen=True, slots=True)
class Response:
    """A class of responses: one status and media type. `status` is None for a range or `default`, which `key` names then."""

    name: str
    base: str
    description: str
    status: int | None
    key: str
    media: str | None
    headers: tuple[tuple[str, str], ...]  # field and name
    fields: tuple[Argument, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """The class of an operation. `bodies` has the type to build by media type, where the annotation of `body` is not enough."""

    name: str
    id: str
    title: str
    # Of each alternative of its security the scheme that returns the principal; None where it may be anonymous.
    schemes: tuple[str | None, ...]
    problems: tuple[str, ...]
    bodies: dict[str, str]
    parameters: tuple[Argument, ...]  # all of them, as links supply them
    linked: bool  # whether a link leads here
    responses: tuple[Response, ...]
    arguments: tuple[Argument, ...]  # those of the handler
    returns: str
    path: tuple[str | PathParameter, ...]
    path_arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """The handlers of one tag: `field` in `Handlers` holds a module that satisfies the Protocol `name`."""

    name: str
    tag: str
    field: str
    functions: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a receiver may answer to a webhook; `kind` is the type that its JSON is read as."""

    name: str
    key: int | str
    description: str
    annotation: str
    kind: str | None


@dataclass(frozen=True, slots=True)
class CallbackURL:
    """The URL of a callback: a template of runtime expressions, and the argument that supplies each of them."""

    template: str
    arguments: tuple[Argument, ...]
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook or callback that the service sends; `place` is a reference to it in the document."""

    name: str
    title: str
    place: str
    replies: tuple[Reply, ...]
    returns: str
    arguments: tuple[Argument, ...]
    parameters: dict[str, str]  # arguments of `send` by name
    has_body: bool
    media: tuple[str, ...]  # of the body, if there are several
    url: CallbackURL | None


@dataclass(frozen=True, slots=True)
class Package:
    """A generated package; `digest` identifies the content of the document, without comments and layout."""

    document: str
    digest: str
    objects: tuple[Object, ...]
    aliases: tuple[Alias, ...]
    rows: tuple[Object | Alias, ...]
    problems: tuple[Problem, ...]
    operations: tuple[Operation, ...]
    tags: tuple[Tag, ...]
    webhooks: tuple[Webhook, ...]
