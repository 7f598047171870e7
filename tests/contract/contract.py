"""The document as these tests read it: none of the service's own code, and another implementation of JSON Schema.

What the service and its tests decide alike through the same code would prove nothing.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.support import yaml
from tests.support.paths import OPENAPI

if TYPE_CHECKING:  # importing it takes two seconds, which only tests that validate should take
    from jsonschema import Draft202012Validator, FormatChecker

TEXT = OPENAPI.read_text()


def _anchored(value: Any) -> Any:
    """In JSON Schema `$` matches only at the end of the text; in Python also before a final newline."""
    if isinstance(value, list):
        return [_anchored(item) for item in value]
    if not isinstance(value, dict):
        return value
    anchored = {key: _anchored(item) for key, item in value.items()}
    if isinstance(pattern := anchored.get("pattern"), str):
        anchored["pattern"] = re.sub(r"\$$", r"\\Z", pattern)
    return anchored


DOCUMENT: dict[str, Any] = _anchored(yaml.load(TEXT))
_SCHEMES: dict[str, dict[str, str]] = DOCUMENT["components"]["securitySchemes"]
TOKEN, KEY = (next(name for name, scheme in _SCHEMES.items() if scheme["type"] == kind) for kind in ("http", "apiKey"))
KEY_HEADER = _SCHEMES[KEY]["name"]
ROLES: list[str] = DOCUMENT["components"]["schemas"]["Role"]["enum"]
SCOPES: list[str] = DOCUMENT["components"]["schemas"]["Scope"]["enum"]  # of keys


def resolved(value: dict[str, Any]) -> dict[str, Any]:
    """Resolve `$ref`; keywords beside it take precedence."""
    beside: dict[str, Any] = {}
    while "$ref" in value:
        beside = {**{key: item for key, item in value.items() if key != "$ref"}, **beside}
        target: Any = DOCUMENT
        for part in value["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        value = target
    return {**value, **beside}


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with what its `allOf` adds, as of a parameter with a shared schema and a default of its own."""
    said: dict[str, Any] = {}
    for part in schema.get("allOf", []):
        said |= resolved(part)
    return {**said, **{keyword: value for keyword, value in schema.items() if keyword != "allOf"}}


def members(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The properties of an object schema, with those of its `allOf`; each with all its keywords."""
    found = resolved(schema)
    known: dict[str, dict[str, Any]] = {}
    for properties in (*map(members, found.get("allOf", [])), found.get("properties", {})):
        for name, member in properties.items():
            known[name] = {**known.get(name, {}), **resolved(member)}
    return known


def _is_email(value: Any) -> bool:
    """RFC 5321, 4.5.3.1: at most 64 characters before the @. The document's pattern covers the rest."""
    return not isinstance(value, str) or 1 <= len(value.rpartition("@")[0]) <= 64


def _is_instant(value: Any) -> bool:
    """RFC 3339. The document's pattern checks the syntax, so only dates that do not exist are left."""
    return not isinstance(value, str) or bool(datetime.fromisoformat(value))


@functools.cache
def _formats() -> FormatChecker:
    from jsonschema import FormatChecker  # noqa: PLC0415 - see above

    formats = FormatChecker(["date", "uuid"])
    formats.checks("email")(_is_email)
    formats.checks("date-time", raises=ValueError)(_is_instant)
    return formats


def _inlined(value: Any, within: tuple[str, ...] = ()) -> Any:
    """Replace each `$ref` by its target: resolving references takes half of the validation time.

    References of recursive schemas are kept.
    """
    if isinstance(value, list):
        return [_inlined(item, within) for item in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if reference is None or reference in within:
        return {key: _inlined(item, within) for key, item in value.items()}
    target = _inlined(resolved({"$ref": reference}), (*within, reference))
    beside = {key: _inlined(item, within) for key, item in value.items() if key != "$ref"}
    return {**beside, "allOf": [target, *beside.get("allOf", [])]} if beside else target


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """A python-jsonschema validator of a schema of the document, with formats."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - see above

    root = {"allOf": [_inlined(schema)], "components": DOCUMENT["components"]}
    return Draft202012Validator(root, format_checker=_formats())


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    place: str
    required: bool
    schema: dict[str, Any]
    example: Any

    @functools.cached_property
    def validator(self) -> Draft202012Validator:
        """Whether a value is allowed."""
        return validator(self.schema)

    @functools.cached_property
    def types(self) -> set[str]:
        """The JSON types that the schema admits."""
        schema = resolved(self.schema)
        return {resolved(branch).get("type", "string") for branch in schema.get("anyOf", [schema])}


def _kinds(schema: dict[str, Any]) -> list[str]:
    """The values of `type` that the schema of a problem lists, in its parts and alternatives."""
    found = resolved(schema)
    parts = [part for keyword in ("allOf", "anyOf", "oneOf") for part in found.get(keyword, ())]
    return [*found.get("properties", {}).get("type", {}).get("enum", ()), *(kind for part in parts for kind in _kinds(part))]


@dataclass(frozen=True)
class Response:
    """A documented response."""

    status: int
    headers: dict[str, dict[str, Any]]
    content: dict[str, dict[str, Any]]

    @property
    def codes(self) -> list[str]:
        """The problem types it may have; one empty string if it is not a problem."""
        schema = self.content.get("application/problem+json")
        if schema is None:
            return [""]
        return [kind.rpartition("/")[2] for kind in _kinds(schema)]

    @functools.cached_property
    def validators(self) -> dict[str, Draft202012Validator]:
        """Whether a body is allowed, by media type."""
        return {media: validator(schema) for media, schema in self.content.items()}


@dataclass(frozen=True)
class Link:
    """A link of a response; `parameters` are runtime expressions, by `place.name` or by name alone."""

    status: int
    name: str
    operation: str
    parameters: dict[str, str]


@dataclass(frozen=True)
class Operation:
    """One operation."""

    id: str
    tag: str
    description: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    bodies: dict[str, dict[str, Any]]
    examples: dict[str, Any]
    security: tuple[dict[str, list[str]], ...]
    responses: dict[int, Response]
    links: tuple[Link, ...]
    steps_up: bool  # whether it needs a recent proof of identity

    @property
    def label(self) -> str:
        """The name that Schemathesis uses."""
        return f"{self.method} {self.path}"

    @property
    def secured(self) -> bool:
        """Whether it requires credentials."""
        return bool(self.security) and {} not in self.security

    @property
    def reads_token(self) -> bool:
        """Whether credentials are read."""
        return any(self.security)

    @property
    def roles(self) -> list[str]:
        """The roles that the user of a token needs."""
        return next((requirement[TOKEN] for requirement in self.security if TOKEN in requirement), [])

    @property
    def takes_keys(self) -> bool:
        """Whether an API key will do."""
        return any(KEY in requirement for requirement in self.security)

    @property
    def key_scopes(self) -> list[str]:
        """The scopes that an API key needs; the owner needs the same roles as the user of a token."""
        listed = next((requirement[KEY] for requirement in self.security if KEY in requirement), [])
        return [scope for scope in listed if scope not in ROLES]

    @functools.cached_property
    def validators(self) -> dict[str, Draft202012Validator]:
        """Whether a body is allowed, by media type."""
        return {media: validator(schema) for media, schema in self.bodies.items()}

    @property
    def answer(self) -> Response | None:
        """The success response."""
        return next((response for status, response in self.responses.items() if status < 300), None)

    @functools.cached_property
    def answered(self) -> dict[str, dict[str, Any]]:
        """The properties of the success response."""
        schema = next(iter(self.answer.content.values()), {}) if self.answer is not None else {}
        return members(schema)

    @property
    def creates(self) -> bool:
        """Whether it creates a resource that has an id and a `Location`."""
        return 201 in self.responses and "location" in self.responses[201].headers and "id" in self.answered

    @property
    def items(self) -> tuple[str, dict[str, Any]] | None:
        """The property of a page that holds the items, and their schema; None if it does not return pages."""
        if "next_cursor" not in self.answered:
            return None
        return next((name, schema["items"]) for name, schema in self.answered.items() if "items" in schema)

    @property
    def newest_first(self) -> bool:
        """Whether the newest items come first, by the description."""
        told = [word for word in ("newest first", "oldest first") if word in self.description.lower()]
        assert len(told) == 1, (
            f"{self.id}: say in its description in openapi.yaml whether items are listed newest or oldest first"
        )
        return told == ["newest first"]

    @property
    def is_cached(self) -> bool:
        """Whether clients may cache the response."""
        return self.answer is not None and "cache-control" in self.answer.headers

    def of(self, place: str) -> dict[str, Parameter]:
        """The parameters of one location, by name."""
        return {parameter.name: parameter for parameter in self.parameters if parameter.place == place}


def _parameter(sent: dict[str, Any]) -> Parameter:
    found = resolved(sent)
    examples = [example["value"] for example in found.get("examples", {}).values()]
    examples += found["schema"].get("examples", [])  # where documentation pages fill in nothing
    example = found.get("example", examples[0] if examples else None)
    return Parameter(found["name"], found["in"], found.get("required", False), _whole(found["schema"]), example)


def _response(status: str, sent: dict[str, Any]) -> Response:
    found = resolved(sent)
    headers = {name.lower(): resolved(header) for name, header in found.get("headers", {}).items()}
    return Response(int(status), headers, {media: item["schema"] for media, item in found.get("content", {}).items()})


def _operation(method: str, path: str, item: dict[str, Any]) -> Operation:
    found = item[method]
    content = found.get("requestBody", {}).get("content", {})
    examples = {}
    for media, body in content.items():
        shown = [example["value"] for example in body.get("examples", {}).values()] or [body.get("example")]
        examples[media] = shown[0]
    return Operation(
        found["operationId"],
        found["tags"][0],
        found.get("description", ""),
        method.upper(),
        path,
        tuple(_parameter(sent) for sent in item.get("parameters", []) + found.get("parameters", [])),
        {media: body["schema"] for media, body in content.items()},
        examples,
        tuple(found.get("security", DOCUMENT["security"])),
        {int(status): _response(status, sent) for status, sent in found["responses"].items()},
        tuple(
            Link(int(status), name, link["operationId"], link.get("parameters", {}))
            for status, sent in found["responses"].items()
            for name, link in resolved(sent).get("links", {}).items()
        ),
        found.get("x-accord-step-up", False),
    )


OPERATIONS = [
    _operation(method, path, item)
    for path, item in DOCUMENT["paths"].items()
    for method in item
    if method in ("get", "put", "post", "delete", "patch")
]
BY_ID = {operation.id: operation for operation in OPERATIONS}

# Every answer that the document promises: operation, status and problem.
PROMISES = sorted(
    (operation.id, response.status, code)
    for operation in OPERATIONS
    for response in operation.responses.values()
    for code in response.codes
)
