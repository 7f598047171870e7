"""The Response Object, and the classes of what handlers return."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Literal

from accord.document.document import Node
from accord.document.identifiers import pascal_case
from accord.jsonschema.schema import allowed_values, value_schema
from accord.jsonschema.types import types_of
from accord.openapi.header import Header
from accord.openapi.media_type import Media, covers, essence, is_lines, suffix

# Headers that the engine writes itself, so handlers do not set them.
ENGINE_HEADERS = frozenset({"x-request-id", "ratelimit", "ratelimit-policy", "content-type", "deprecation", "sunset"})
# Headers that the engine writes for problems; of other responses handlers set them.
PROBLEM_HEADERS = frozenset({"retry-after", "www-authenticate", "allow", "accept", "content-length"})

ResponseClass = Literal["Empty", "Body", "Text", "Binary", "Lines", "Events"]

_ERROR = 400
_KEY = re.compile(r"[1-5][0-9]{2}|[1-5]XX|default")
_RANGES = {"1XX": "Informational", "2XX": "Success", "3XX": "Redirection", "4XX": "ClientError", "5XX": "ServerError"}


@dataclass(frozen=True)
class Response:
    """One documented response: for one status, for a range (`4XX`), or for every other status (`default`)."""

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
        """The reason phrase of the status: `No Content`."""
        if self.status is None:
            return _RANGES.get(str(self.key), "Default")
        return next((known.phrase for known in HTTPStatus if known == self.status), f"Status {self.status}")

    @property
    def name(self) -> str:
        """The name of its class: the reason phrase, `OK` or `NoContent`; `ClientError` for `4XX`, `Default`."""
        return pascal_case(self.phrase)

    @property
    def is_error(self) -> bool:
        """Whether every status of it is an error; `default` counts as one."""
        return self.key == "default" or int(str(self.key)[0]) * 100 >= _ERROR

    @property
    def is_problem(self) -> bool:
        """Whether it is an RFC 9457 problem, which handlers raise instead of returning it."""
        return self.is_error and self.status is not None and list(self.content) == ["application/problem+json"]

    @property
    def handler_headers(self) -> tuple[Header, ...]:
        """The headers that a handler sets."""
        engine = ENGINE_HEADERS | PROBLEM_HEADERS if self.is_problem else ENGINE_HEADERS
        if all(media.kind == "json" for media in self.content.values()):  # JSON is never sent in ranges
            engine |= {"content-length"}
        return tuple(h for h in self.headers if h.name.lower() not in engine and h.constant is None)

    @property
    def classes(self) -> tuple[tuple[str, Media | None], ...]:
        """The names of its classes: one for each media type, the first as the response, others such as `OKCsv`."""
        found: dict[str, Media | None] = {}
        for media in self.content.values():
            name = f"{self.name}{suffix(media.name)}" if found else self.name
            while name in found:
                name += "_"
            found[name] = media
        return tuple(found.items()) or ((self.name, None),)

    @cached_property
    def problem_types(self) -> tuple[str, ...]:
        """The values of `type` that a problem of this response may have; empty if the document does not list them."""
        media = self.content.get("application/problem+json")
        schema = media.schema if media is not None else None
        return allowed_values(value_schema(schema, "type")) or () if schema is not None else ()

    def allows(self, kind: str) -> bool:
        """Whether a problem of this type may be returned as this response; in other error formats, every problem may."""
        return "application/problem+json" not in self.content or not self.problem_types or kind in self.problem_types

    @classmethod
    def of(cls, key: str, node: Node) -> Response:
        """Read one, by its key in `responses`.

        Raises:
            DocumentError: the key is not a status, or a header has no schema.
        """
        if _KEY.fullmatch(key) is None:
            raise node.error(f"response {key!r}: write a status (`404`), a range (`4XX`) or `default`")
        return cls(
            key=int(key) if key.isdecimal() else key,
            headers=Header.all(node.get("headers")),
            content=Media.all(node.get("content")),
            links=node.get("links"),
            node=node,
        )


Responses = dict[int | str, Response]


def response_class(media: Media | None) -> ResponseClass:
    """The class in `accord.runtime` for responses of a media type.

    A range such as `*/*` is sent as JSON if its schema is an object, array, number or boolean.
    """
    if media is None:
        return "Empty"
    name = essence(media.name)
    if name == "text/event-stream":
        return "Events"
    if is_lines(name):
        return "Lines"
    if media.kind == "json" or (media.is_range and covers(name, "application/json") and _structured(media)):
        return "Body"
    return "Text" if media.kind == "text" else "Binary"


def _structured(media: Media) -> bool:
    schema = media.schema.resolved() if media.schema is not None else None
    if schema is None or not isinstance(schema.value, dict):
        return False
    return "string" not in types_of(schema) or "properties" in schema.value
