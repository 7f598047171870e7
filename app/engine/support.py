"""What of OpenAPI the engine cannot enforce: refused at generation and at start, so that nothing is lost silently."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator

from app.engine.description import METHODS, Description, Operation
from app.engine.document import Document, DocumentError, Node
from app.engine.keywords import Direction, parts, refused
from app.engine.media import Media
from app.engine.names import pascal_case, python_name
from app.engine.readable import ambiguous, unreadable
from app.engine.text import Pointer

Found = Iterator[tuple[int, str]]

_JSON = re.compile(r"application/(?:[A-Za-z0-9.!#$&^_-]+\+)?json")
_NEVER_A_BODY = ("204", "205", "304")
_IGNORED_HEADERS = ("accept", "content-type", "authorization")
_ERROR = 400
_JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null", list: "array"}


@functools.lru_cache(maxsize=8)  # a walk takes 30 ms, and every application asks
def unsupported(document: Document) -> list[str]:
    """Everything that cannot be enforced, each as `openapi.yaml:LINE: what: how to mend it`, by line; empty if all of it can.

    The document is taken to be valid OpenAPI. Where it is not, a fault may be missed here, but is not a crash.
    """
    try:
        found = set(_Survey(document).all()) or set(_names(Description.of(document)))
    except DocumentError as error:
        return [str(error)]
    return [f"{document.name}:{line}: {text}" for line, text in sorted(found)]


class _Survey:
    """One walk over a document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen: dict[Direction, set[Pointer]] = {"request": set(), "response": set(), "both": set()}

    def all(self) -> Found:
        """Line and text of each thing that is not supported."""
        root = self._document.root
        for key, text in (
            ("webhooks", "webhooks are not sent: remove them, or begin the key with `x-`"),
            ("jsonSchemaDialect", "schemas are JSON Schema 2020-12: remove it"),
        ):
            if key in root.value:
                yield _line(root, key), text
        components = _member(root, "components")
        yield from self._security(components)
        yield from self._each(components, "schemas", lambda schema: self._schema(schema, "both"))
        yield from self._each(components, "parameters", self._parameter)
        yield from self._each(components, "headers", self._header)
        for name in ("callbacks", "pathItems"):
            if components is not None and name in components.value:
                yield _line(components, name), f"`components.{name}` are not served: remove them"
        for path, item in _items(_member(root, "paths")):
            yield from self._path(path, item)

    def _each(self, owner: Node | None, key: str, check: Callable[[Node], Found]) -> Found:
        mapping = _member(owner, key)
        for _, node in mapping.named() if mapping is not None else ():
            yield from check(node)

    def _security(self, components: Node | None) -> Found:
        for name, scheme in _items(_member(components, "securitySchemes")):
            if scheme.value.get("type") != "http" or str(scheme.value.get("scheme")).lower() != "bearer":
                yield scheme.line, f"security scheme {name!r}: only `type: http, scheme: bearer` is enforced: write that"

    def _path(self, path: str, item: Node) -> Found:
        for segment in path.split("/"):
            if not re.fullmatch(r"(?:[^{}]|\{[^{}]+\})*", segment):
                yield item.line, f"path {path!r}: {segment!r} has a brace that is no parameter's: write `{{name}}`"
        yield from self._parameters(item)
        for method in METHODS:
            if (operation := _member(item, method)) is not None:
                yield from self._operation(operation)

    def _parameters(self, owner: Node) -> Found:
        for parameter in _elements(_member(owner, "parameters")):
            yield from self._parameter(parameter)

    def _operation(self, operation: Node) -> Found:
        for key, text in (("callbacks", "callbacks are not sent: remove them"),):
            if key in operation.value:
                yield _line(operation, key), text
        yield from self._parameters(operation)
        if (body := _member(operation, "requestBody")) is not None:
            yield from self._content(body, "a request body", "request")
        responses = _member(operation, "responses")
        if responses is None:
            yield operation.line, "the operation has no `responses`, so no handler could answer: add a success"
        for status, response in _items(responses):
            yield from self._response(status, response)
        if responses is not None and not any(str(status)[:1] in "23" for status in responses.value):
            yield responses.line, "no response is a success, so no handler could answer: add one"
        schemes = _member(_member(self._document.root, "components"), "securitySchemes")
        for alternative in operation.value.get("security", self._document.data.get("security", [])):
            for name in alternative:
                if schemes is None or name not in schemes.value:
                    yield (
                        _line(operation, "security"),
                        f"there is no security scheme {name!r}: declare it in components.securitySchemes",
                    )

    def _parameter(self, parameter: Node) -> Found:
        value, where = parameter.value, parameter.line
        name, place = value.get("name"), value.get("in")
        what = f"parameter {name!r}"
        if place == "header" and str(name).lower() in _IGNORED_HEADERS:
            yield where, f"{what}: OpenAPI ignores this header here: remove it; media types and security schemes declare it"
        for schema in [schema for schema in (_member(parameter, "schema"), *_contents(parameter)) if schema is not None]:
            yield from self._schema(schema, "request")
        yield from unreadable(parameter)

    def _header(self, header: Node) -> Found:
        schema = _member(header, "schema")
        if schema is None:
            yield header.line, "a header with `content` is not supported: give it a `schema`"
            return
        yield from self._schema(schema, "response")
        if not _kinds(schema) or _kinds(schema) & {"array", "object", "null"}:
            yield header.line, "response headers are strings, numbers or booleans: nothing else is written"

    def _response(self, status: str, response: Node) -> Found:
        if not re.fullmatch(r"[2-5][0-9]{2}", status):
            yield response.line, f"response {status!r}: only single final statuses are supported: list each one"
            return
        yield from self._each(response, "headers", self._header)
        content = _member(response, "content")
        if content is None:
            if int(status) >= _ERROR:
                yield response.line, f"response {status}: errors are answered as application/problem+json: document it"
            return
        if status in _NEVER_A_BODY:
            yield content.line, f"response {status} never has a body: remove `content`"
        yield from self._content(response, f"response {status}", "response")
        if int(status) >= _ERROR and list(content.value) != ["application/problem+json"]:
            yield content.line, f"response {status}: errors are answered as application/problem+json: document exactly this"
        elif len(content.value) > 1:
            yield content.line, f"response {status}: one media type is answered: remove the others"

    def _content(self, owner: Node, what: str, direction: Direction) -> Found:
        for media, item in _items(_member(owner, "content")):
            if not _JSON.fullmatch(media):
                yield item.line, f"{what} of {media!r} is not supported: use application/json or application/...+json"
            elif (schema := _member(item, "schema")) is None:
                yield item.line, f"{what} of {media} has no schema: write one (`{{}}` is any value)"
            else:
                yield from self._schema(schema, direction)

    def _schema(self, schema: Node, direction: Direction) -> Found:
        yield from refused(schema, direction, self._seen[direction])


def _names(description: Description) -> Found:
    """Names that are different in the document and the same in Python."""
    classes: dict[str, Operation] = {}
    functions: dict[str, Operation] = {}
    for operation in description.operations:
        for names, name in ((classes, pascal_case(operation.id)), (functions, python_name(operation.id))):
            if (other := names.setdefault(name, operation)) is not operation and other.id != operation.id:
                yield operation.node.line, f"operationId {operation.id!r} and {other.id!r} both become {name}: rename one"
                break
        yield from ambiguous(operation)
        arguments: dict[str, str] = {}
        for parameter in operation.parameters:
            first = arguments.setdefault(parameter.argument, f"{parameter.name} in {parameter.place}")
            if first != f"{parameter.name} in {parameter.place}":
                text = f"{parameter.name} in {parameter.place} and {first} of {operation.id} both become the argument"
                yield parameter.node.line, f"{text} {parameter.argument}: rename one"
        for response in operation.successes:
            fields: dict[str, str] = {}
            for header in response.handler_headers:
                if (first := fields.setdefault(header.argument, header.name)) != header.name:
                    yield response.node.line, f"the headers {header.name} and {first} both become {header.argument}: rename one"


def _kinds(schema: Node, depth: int = 0) -> set[str]:
    """The JSON types that a schema admits, as far as it says; empty if it does not."""
    schema = schema.resolved()
    if not isinstance(schema.value, dict) or depth > 10:  # noqa: PLR2004 - deeper nesting adds no types
        return set()
    kind = schema.value.get("type")
    if kind is not None:
        return {kind} if isinstance(kind, str) else set(kind)
    if "properties" in schema.value:
        return {"object"}
    if "const" in schema.value or "enum" in schema.value:
        values = schema.value["enum"] if "enum" in schema.value else [schema.value["const"]]
        return {_JSON_TYPES.get(type(value), "object") for value in values}
    branches = [part for part in parts(schema) if part.pointer[-2] in ("anyOf", "oneOf", "allOf")]
    return {kind for branch in branches for kind in _kinds(branch, depth + 1)}


def _member(node: Node | None, key: str) -> Node | None:
    return node.get(key) if node is not None else None


def _items(node: Node | None) -> Iterator[tuple[str, Node]]:
    return node.items() if node is not None else iter(())


def _contents(parameter: Node) -> Iterator[Node | None]:
    return (media.schema for media in Media.all(_member(parameter, "content")).values())


def _elements(node: Node | None) -> Iterator[Node]:
    return node.elements() if node is not None else iter(())


def _line(node: Node, key: str) -> int:
    return node.document.line((*node.pointer, key))
