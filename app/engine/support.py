"""What of a document cannot be served, beyond single keywords (`app.engine.ledger`): refused at generation and at start."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from app.engine.bodies.content_coding import CODINGS
from app.engine.bodies.support import unreadable as unreadable_bodies
from app.engine.declared import Header, Parameter, Response
from app.engine.deprecation import notices
from app.engine.description import Description, Operation
from app.engine.dispatch import Paths
from app.engine.document import Document, DocumentError, Node
from app.engine.ledger import Ledger
from app.engine.lexis import types_of
from app.engine.members import conjuncts, listed
from app.engine.patterns import fault
from app.engine.readable import ambiguous, unreadable
from app.engine.segments import template_names
from app.engine.servers import unservable
from app.engine.webhooks import callbacks

Found = Iterator[tuple[Node, str]]

_NEVER_A_BODY = (204, 205, 304)


def unsupported(document: Document, waivers: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """Everything that cannot be enforced or served, each as `openapi.yaml:LINE: what: how to mend it`; empty if all of it can.

    `waivers` are reasons by the place or the name of keywords that nobody enforces, beside those that the document has. The
    document is taken to be valid OpenAPI. Where it is not, a fault may be missed here, but is not a crash.
    """
    return list(_unsupported(document, tuple(waivers.items())))


@functools.lru_cache(maxsize=8)  # a walk takes 50 ms, and every application asks
def _unsupported(document: Document, waivers: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    try:
        ledger = Ledger(document)
        keywords = ledger.waive(dict(waivers))
        description = Description.of(document)
        found = itertools.chain(_patterns(ledger), _survey(description))
        twice = [f"{document.where(place)}: {text}" for place, text in document.twice]
        others = [*twice, *(f"{node.where}: {text}" for node, text in found), *_at_start(description)]
    except DocumentError as error:
        return (str(error),)
    return tuple(dict.fromkeys([*keywords, *others]))


def _patterns(ledger: Ledger) -> Found:
    for entry in ledger.entries:
        if "judge" in entry.by and entry.keyword in ("pattern", "patternProperties"):
            node = entry.node.raw_child(entry.keyword)
            for place in [node] if entry.keyword == "pattern" else [node.raw_child(name) for name in node.value]:
                pattern = place.value if entry.keyword == "pattern" else place.pointer[-1]
                if (why := fault(str(pattern))) is not None:
                    yield place, f"the pattern {pattern!r} cannot be read: {why}: write it in other words of ECMA-262"


def _survey(description: Description) -> Found:
    root = description.document.root
    yield from unservable(root.get("servers"))
    for _, item in paths.items() if (paths := root.get("paths")) is not None else ():
        yield from unservable(item.get("servers"))
    for operation in description.operations:
        yield from _path(operation)
        yield from ambiguous(operation)
        yield from _never_sent(operation)
        yield from unservable(operation.node.get("servers"))
    called = (callback for operation in description.operations for callback in callbacks(operation))
    for operation in (*description.operations, *description.webhooks, *called):
        yield from _operation(operation)
        for parameter in operation.parameters:
            yield from _parameter(parameter)
        for response in operation.responses.values():
            yield from _response(response)
        yield from unreadable_bodies(operation.bodies)


def _operation(operation: Operation) -> Found:
    if not operation.answers:
        yield operation.node, "no response is a success, so no handler could answer: add one to `responses`"
    components = operation.node.document.root.get("components")
    schemes = components.get("securitySchemes") if components is not None else None
    for name in {name for alternative in operation.security for name, _ in alternative}:
        scheme = schemes.get(name) if schemes is not None else None
        if scheme is None:
            yield operation.node, f"there is no security scheme {name!r}: declare it in components.securitySchemes"
        elif scheme.value.get("type") not in ("http", "apiKey", "oauth2", "openIdConnect"):
            yield scheme, f"security scheme {name!r}: {scheme.value.get('type')!r} is not checked by the engine: use another"


def _never_sent(operation: Operation) -> Found:
    """Whole bodies of the other direction: nobody could send them. A parameter modifies nothing, so it may be `readOnly`."""
    bodies = [(media.schema, "readOnly", "request") for media in operation.bodies.values()]
    for response in operation.responses.values():
        bodies += [(media.schema, "writeOnly", "answer") for media in response.content.values()]
    for schema, keyword, what in bodies:
        for said in conjuncts(schema) if schema is not None else ():
            if said.value.get(keyword) is True:
                yield said.raw_child(keyword), f"`{keyword}` of a whole {what} forbids it: remove it, or put it on members"


def _path(operation: Operation) -> Found:
    for segment in operation.path.split("/"):
        if not re.fullmatch(r"(?:[^{}]|\{[^{}]+\})*", segment):
            text = f"path {operation.path!r}: {segment!r} has a brace that is no parameter's: write `{{name}}`"
            yield operation.node, text
    for name, count in Counter(template_names(operation.path)).items():
        if count > 1:
            yield operation.node, f"path {operation.path!r} names the parameter {name!r} {count} times: give each its own name"


def _at_start(description: Description) -> Iterator[str]:
    """What the start would refuse of an operation: a path that another one answers, a date that is none."""
    paths: Paths[str] = Paths(description.aliases)
    for operation in description.operations:
        yield from _refused(paths.add, operation, operation.id)
        yield from _refused(notices, operation)


def _refused(work: Callable[..., object], *arguments: object) -> Iterator[str]:
    try:
        work(*arguments)
    except DocumentError as error:
        yield str(error)


def _parameter(parameter: Parameter) -> Found:
    what = f"parameter {parameter.name!r}"
    if parameter.place == "header" and parameter.name.lower() == "content-encoding":
        for coding in listed(parameter.schema) or ():
            if coding not in CODINGS:
                yield parameter.node, f"{what}: the content coding {coding!r} is not supported: use {', '.join(CODINGS)}"
    yield from unreadable(parameter.node)


def _response(response: Response) -> Found:
    if response.status in _NEVER_A_BODY and response.content:
        yield response.node, f"response {response.status} never has a body: remove `content`"
    first: dict[str, str] = {}
    for header in response.headers:
        yield from _header(header)
        if (other := first.setdefault(header.name.lower(), header.name)) != header.name:
            yield header.node, f"{header.name} and {other} are one header, in whatever case: remove one"


def _header(header: Header) -> Found:
    if header.media is None and types_of(header.schema) == {"null"}:
        yield header.node, f"the header {header.name}: null cannot be written: leave the header out instead"
