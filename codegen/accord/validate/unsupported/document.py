"""What cannot be served, beyond single keywords: rejected at generation and at start."""

from __future__ import annotations

import contextlib
import functools
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from accord.document.adoption.readings import Word
from accord.document.document import Document, DocumentError, Node
from accord.document.findings import Finding
from accord.document.pointer import Pointer, holds_names
from accord.jsonschema.discriminator import mapped_schemas, property_name
from accord.jsonschema.regex.ecma import fault
from accord.jsonschema.schema import allowed_values, conjuncts
from accord.jsonschema.types import types_of
from accord.openapi.api import API
from accord.openapi.content_coding import CODINGS
from accord.openapi.deprecation import deprecation_headers
from accord.openapi.header import Header
from accord.openapi.keywords.coverage import KeywordCoverage
from accord.openapi.keywords.suggestions import explained, suggested
from accord.openapi.operation import Operation, callbacks
from accord.openapi.parameter import Parameter
from accord.openapi.paths.path_template import template_names
from accord.openapi.paths.router import Router
from accord.openapi.paths.servers import unservable
from accord.openapi.response import Response
from accord.problems.error_formats import template_faults
from accord.validate.unsupported.bodies import unreadable as unreadable_bodies
from accord.validate.unsupported.parameters import ambiguous, unreadable

# A place, what is wrong there, and the place that is dropped if that is adopted, if it is another one.
Found = Iterator[tuple[Node, str] | tuple[Node, str, Pointer]]

_TWICE = {"drop": "What the $ref names counts.", "keep": "What is written beside the $ref counts."}
_NEVER_A_BODY = (204, 205, 304)


def unsupported(document: Document) -> list[str]:
    """Everything that cannot be enforced or served, each as `openapi.yaml:LINE: what: how to correct it`; empty if all can.

    The document should be valid OpenAPI. If it is not, faults may be missed here.
    """
    return [str(finding) for finding in findings(document)]


@functools.lru_cache(maxsize=8)  # takes 50 ms, and every application calls it
def findings(document: Document) -> tuple[Finding, ...]:
    """The same, with their places and the readings that would adopt them."""
    try:
        coverage = KeywordCoverage(document)
        keywords = coverage.unsupported()
        others = list(_twice(document))
        # A reference to an object of another kind is reported by keyword coverage; nothing can be read there.
        with contextlib.suppress(*([LookupError, TypeError, AttributeError] if keywords else [])):
            api = API.of(document)
            for node, text, *drop in itertools.chain(_mapped(coverage), _patterns(coverage), _survey(api)):
                own: tuple[tuple[Word, Pointer], ...] = tuple(("drop", place) for place in drop)
                others.append(suggested(document, node.pointer, text, own))
            others += _at_start(api)
    except DocumentError as error:
        return tuple(explained(document, error))
    return tuple(dict.fromkeys([*keywords, *others]))


def _twice(document: Document) -> Iterator[Finding]:
    """Fields beside a `$ref` that are also in its target; if dropped, those of the target apply, except in path items."""
    for place, text in document.duplicates:
        if document.adopted.origin(place) not in document.adopted.kept:
            word: Word = "keep" if holds_names(place[:-1]) else "drop"
            found = suggested(document, place, text, ((word, place),))
            usual = (replace(one, reason=_TWICE[word]) for one in found.readings[:1])
            yield found._replace(readings=(*usual, *found.readings[1:]))


def _mapped(coverage: KeywordCoverage) -> Found:
    """Discriminators without `propertyName`, and mappings to something that is not a schema."""
    for entry in coverage.written("discriminator"):
        if entry.kind != "schema":
            continue
        node = entry.node.raw_child("discriminator")
        if property_name(entry.node.value) is None:
            yield node, "a discriminator must have the name of a member in `propertyName`: correct it"
            continue
        if "mapping" not in node.value:
            continue
        mapping = node.raw_child("mapping")
        if not isinstance(mapping.value, dict):
            yield mapping, "the `mapping` of a discriminator must map values to schemas: correct it"
            continue
        found = {value for value, _, _ in mapped_schemas(node)}
        for value, place in mapping.written():
            if value not in found:
                yield place, f"the discriminator maps {value!r} to {place.value!r}, which is not a schema: correct it"


def _patterns(coverage: KeywordCoverage) -> Found:
    for entry in coverage.written("pattern", "patternProperties"):
        if "validator" in entry.by:
            node = entry.node.raw_child(entry.keyword)
            for place in [node] if entry.keyword == "pattern" else [node.raw_child(name) for name in node.value]:
                pattern = place.value if entry.keyword == "pattern" else place.pointer[-1]
                if (why := fault(str(pattern))) is not None:
                    yield place, f"the pattern {pattern!r} cannot be read: {why}: write it in other words of ECMA-262"


_CONSOLE_ROLES = ("sign-in", "refresh", "sign-out", "reauthentication", "passkey-challenge", "overview", "destructive")


def _survey(api: API) -> Found:
    root = api.document.root
    yield from unservable(root.get("servers"))
    for _, item in paths.items() if (paths := root.get("paths")) is not None else ():
        yield from unservable(item.get("servers"))
    sent: set[int] = set()
    for operation in api.operations:
        yield from _path(operation)
        yield from ambiguous(operation)
        yield from _never_sent(operation, _new_responses(operation, sent))
        yield from unservable(operation.node.get("servers"))
    called = (callback for operation in api.operations for callback in callbacks(operation))
    described: set[int] = set()
    for operation in (*api.operations, *api.webhooks, *called):
        yield from _operation(operation)
        for parameter in operation.parameters:
            yield from _parameter(parameter)
        for response in _new_responses(operation, described):
            yield from _response(response)
        yield from unreadable_bodies(operation.bodies)


def _new_responses(operation: Operation, known: set[int]) -> list[Response]:
    """The responses of an operation whose identities are not known yet: most operations share them."""
    found = [response for response in operation.responses.values() if id(response) not in known]
    known.update(map(id, found))
    return found


def _operation(operation: Operation) -> Found:
    if not operation.answers:
        yield operation.node, "no response is a success, so no handler could answer: add one to `responses`"
    step_up = operation.node.value.get("x-accord-step-up", False)
    if not isinstance(step_up, bool) or (step_up and (len(operation.security) != 1 or not operation.security[0])):
        text = (
            "`x-accord-step-up` is true or false, and needs exactly one way to authenticate: remove the others from `security`"
        )
        yield operation.node.raw_child("x-accord-step-up"), text, (*operation.node.pointer, "x-accord-step-up")
    role = operation.node.value.get("x-accord-console")
    if role is not None and role not in _CONSOLE_ROLES:
        text = f"`x-accord-console` is {role!r}: write one of {', '.join(_CONSOLE_ROLES)}"
        yield operation.node.raw_child("x-accord-console"), text, (*operation.node.pointer, "x-accord-console")
    if role == "overview" and (operation.method != "GET" or any(parameter.required for parameter in operation.parameters)):
        text = "`x-accord-console: overview` is called without parameters: move it to a GET that requires none"
        yield operation.node.raw_child("x-accord-console"), text, (*operation.node.pointer, "x-accord-console")
    for name in {name for alternative in operation.security for name, _ in alternative}:
        scheme = operation.node.document.root.get("components", "securitySchemes", name)
        drop = _requirement(operation, name)
        if scheme is None:
            yield operation.node, f"there is no security scheme {name!r}: declare it in components.securitySchemes", drop
        elif scheme.value.get("type") not in ("http", "apiKey", "oauth2", "openIdConnect"):
            text = f"security scheme {name!r}: {scheme.value.get('type')!r} is not checked by the engine: use another"
            yield scheme, text, drop


def _requirement(operation: Operation, name: str) -> Pointer:
    """Where an operation needs a security scheme: one of several alternatives, or what makes it secure at all."""
    owner = operation.node if "security" in operation.node.value else operation.node.document.root
    index = next(i for i, alternative in enumerate(operation.security) if name in dict(alternative))
    return (*owner.pointer, "security", index)


def _never_sent(operation: Operation, responses: list[Response]) -> Found:
    """Bodies that are `readOnly` or `writeOnly` as a whole cannot be sent; a parameter may be `readOnly`."""
    bodies = [(media.schema, "readOnly", "request") for media in operation.bodies.values()]
    for response in responses:
        bodies += [(media.schema, "writeOnly", "answer") for media in response.content.values()]
    for schema, keyword, what in bodies:
        for node in conjuncts(schema) if schema is not None else ():
            if node.value.get(keyword) is True:
                yield node.raw_child(keyword), f"`{keyword}` of a whole {what} forbids it: remove it, or put it on members"


def _path(operation: Operation) -> Found:
    for segment in operation.path.split("/"):
        if not re.fullmatch(r"(?:[^{}]|\{[^{}]+\})*", segment):
            text = f"path {operation.path!r}: {segment!r} has a brace that is no parameter's: write `{{name}}`"
            yield operation.node, text
    for name, count in Counter(template_names(operation.path)).items():
        if count > 1:
            yield operation.node, f"path {operation.path!r} names the parameter {name!r} {count} times: give each its own name"


def _at_start(api: API) -> Iterator[Finding]:
    """What would fail at start: a path of two operations, an invalid date or error template."""
    paths: Router[str] = Router(api.aliases)
    for operation in api.operations:
        yield from _refused(api.document, paths.add, operation, operation.id)
        yield from _refused(api.document, deprecation_headers, operation)
    for error in template_faults(api):
        yield from explained(api.document, error)


def _refused(document: Document, work: Callable[..., object], *arguments: object) -> Iterator[Finding]:
    try:
        work(*arguments)
    except DocumentError as error:
        yield from explained(document, error)


def _parameter(parameter: Parameter) -> Found:
    what = f"parameter {parameter.name!r}"
    if parameter.place == "header" and parameter.name.lower() == "content-encoding":
        for coding in allowed_values(parameter.schema) or ():
            if coding not in CODINGS:
                yield parameter.node, f"{what}: the content coding {coding!r} is not supported: use {', '.join(CODINGS)}"
    yield from unreadable(parameter.node)


def _response(response: Response) -> Found:
    if response.status in _NEVER_A_BODY and response.content:
        yield (
            response.node,
            f"response {response.status} never has a body: remove `content`",
            (*response.node.pointer, "content"),
        )
    first: dict[str, str] = {}
    for header in response.headers:
        yield from _header(header)
        if (other := first.setdefault(header.name.lower(), header.name)) != header.name:
            yield header.node, f"{header.name} and {other} are one header, in whatever case: remove one"


def _header(header: Header) -> Found:
    if header.media is None and types_of(header.schema) == {"null"}:
        yield header.node, f"the header {header.name}: null cannot be written: leave the header out instead"
