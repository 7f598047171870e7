"""What operations declare: parameters, response headers and responses, as plain typed values; `description` reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from accord.document.document import Node
from accord.document.identifiers import pascal_case
from accord.jsonschema.schema import conjuncts, inner, listed
from accord.openapi.media_type import Media, suffix

Place = Literal["path", "query", "header", "cookie"]

# Response headers that the engine writes itself; a handler is not asked for them.
ENGINE_HEADERS = frozenset({"x-request-id", "ratelimit", "ratelimit-policy", "content-type", "deprecation", "sunset"})
# Those that it writes beside problems; a handler writes them beside other answers.
PROBLEM_HEADERS = frozenset({"retry-after", "www-authenticate", "allow", "accept", "content-length"})

_IGNORED = frozenset({"accept", "content-type", "authorization"})
_ERROR = 400
_RANGES = {"1XX": "Informational", "2XX": "Success", "3XX": "Redirection", "4XX": "ClientError", "5XX": "ServerError"}


def is_ignored(parameter: Node) -> bool:
    """Whether OpenAPI ignores a parameter, for media types and security schemes say it (Parameter Object, `name`)."""
    value = parameter.value
    return value.get("in") == "header" and str(value.get("name")).lower() in _IGNORED


def is_ignored_header(name: str) -> bool:
    """Whether OpenAPI ignores a header of a response: its `content` declares the media type (Response Object, `headers`)."""
    return name.lower() == "content-type"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `argument` is the name under which the handler receives it.

    `media` is the media type of a parameter that is described by `content`, whose text is read as such a body is.
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
        """The value of an absent parameter: the `default` of its schema or of what that includes, else None."""
        return next((said.value["default"] for said in conjuncts(self.schema) if "default" in said.value), None)

    @property
    def allow_reserved(self) -> bool:
        """Whether its value may hold reserved characters that are not percent-encoded."""
        return bool(self.node.value.get("allowReserved", False))

    @property
    def allow_empty(self) -> bool:
        """Whether it may be sent with an empty value, whatever its schema says."""
        return self.place == "query" and bool(self.node.value.get("allowEmptyValue", False))


@dataclass(frozen=True, slots=True)
class Header:
    """One response header; `media` as for parameters, `argument` is the field of the answer."""

    name: str
    required: bool
    schema: Node
    explode: bool
    media: Media | None
    node: Node
    argument: str = ""

    @property
    def constant(self) -> str | None:
        """The value that the engine writes by itself: the one that the document allows.

        `Vary` may also be `Origin` where other origins may read answers; then its schema has a `default` without it.
        """
        keywords = ("const", "default") if self.name.lower() == "vary" else ("const",)
        schemas = [said.value for said in conjuncts(self.schema)]
        value = next((schema[keyword] for keyword in keywords for schema in schemas if keyword in schema), None)
        if not self.required or value is None:
            return None
        return value if isinstance(value, str) else json.dumps(value)


@dataclass(frozen=True, slots=True)
class Response:
    """One documented answer: of one status, of a range (`4XX`), or of every other status (`default`)."""

    key: int | str
    headers: tuple[Header, ...]
    content: dict[str, Media]
    links: Node | None
    node: Node

    @property
    def status(self) -> int | None:
        """The status, if there is only one."""
        return self.key if isinstance(self.key, int) else None

    @property
    def phrase(self) -> str:
        """The words of the status: `No Content`."""
        if self.status is None:
            return _RANGES.get(str(self.key), "Default")
        return next((known.phrase for known in HTTPStatus if known == self.status), f"Status {self.status}")

    @property
    def name(self) -> str:
        """The class of the answer: the words of the status, `OK` or `NoContent`; `ClientError` for `4XX`, `Default`."""
        return pascal_case(self.phrase)

    @property
    def is_error(self) -> bool:
        """Whether every status of it is an error; `default` beside a success is one."""
        return self.key == "default" or int(str(self.key)[0]) * 100 >= _ERROR

    @property
    def is_problem(self) -> bool:
        """Whether it is an RFC 9457 problem, which handlers raise instead of answering it."""
        return self.is_error and self.status is not None and list(self.content) == ["application/problem+json"]

    @property
    def handler_headers(self) -> tuple[Header, ...]:
        """The headers that a handler gives."""
        engine = ENGINE_HEADERS | PROBLEM_HEADERS if self.is_problem else ENGINE_HEADERS
        if all(media.kind == "json" for media in self.content.values()):  # which is never sent in parts
            engine |= {"content-length"}
        return tuple(h for h in self.headers if h.name.lower() not in engine and h.constant is None)

    @property
    def classes(self) -> tuple[tuple[str, Media | None], ...]:
        """The classes of its answers: one for each media type, the first named as the response, the others `OKCsv`."""
        found: dict[str, Media | None] = {}
        for media in self.content.values():
            name = f"{self.name}{suffix(media.name)}" if found else self.name
            while name in found:
                name += "_"
            found[name] = media
        return tuple(found.items()) or ((self.name, None),)

    @property
    def problem_types(self) -> tuple[str, ...]:
        """The values of `type` that a problem of this response may have; empty if the document does not say."""
        media = self.content.get("application/problem+json")
        schema = media.schema if media is not None else None
        return listed(inner(schema, "type")) or () if schema is not None else ()

    def allows(self, kind: str) -> bool:
        """Whether an error of the service, which is a problem of this type, may be answered by it; any, in another format."""
        return "application/problem+json" not in self.content or not self.problem_types or kind in self.problem_types


Responses = dict[int | str, Response]
