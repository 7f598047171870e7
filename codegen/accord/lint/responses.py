"""Rules for answers: every status that can come is documented, with its headers, and no other."""

from __future__ import annotations

from collections.abc import Iterator

from accord.lint.effective_schema import Finding, finding
from accord.lint.survey import Rule, Survey
from accord.openapi.operation import Operation

# Headers that must be there for a client to act on the status: RFC 9110, and RFC 6585 for 429.
STATUS_HEADERS = {201: "Location", 401: "WWW-Authenticate", 415: "Accept", 429: "Retry-After", 503: "Retry-After"}


def _headers(operation: Operation) -> frozenset[str]:
    return frozenset(p.name.lower() for p in operation.parameters if p.place == "header")


def _free(operation: Operation) -> bool:
    """Whether it may go without a limit: it reads, for everybody, and takes nothing, as the operations of health do."""
    safe = operation.method in ("GET", "HEAD") and not operation.bodies
    return safe and not operation.parameters and not any(operation.security)


def _due(operation: Operation) -> Iterator[tuple[int, str]]:
    """The statuses that the engine or HTTP can answer, each with its reason."""
    yield 422, "unknown query parameters are refused"
    if not _free(operation):
        yield 429, "every address has a limit"
    if operation.bodies:
        yield 400, "its body may be unreadable"
        yield 413, "its body may be too large"
        yield 415, "its body may be of another media type"
    if any(operation.security):
        yield 401, "a token may be wrong"
    if operation.security and all(any(scopes for _, scopes in way) for way in operation.security):
        yield 403, "it asks for a role"
    if any(parameter.place == "path" for parameter in operation.parameters):
        yield 404, "its path has a parameter"
    if any(response.content for response in operation.successes):
        yield 406, "its answer has a media type"
    if "if-match" in _headers(operation):
        yield 412, "it has `If-Match`"
    if "if-none-match" in _headers(operation) and operation.method in ("GET", "HEAD"):
        yield 304, "it has `If-None-Match`"


def due_statuses(survey: Survey) -> Iterator[Finding]:
    """A client is written from the document: an answer it does not list meets no code."""
    for operation in survey.operations:
        for status, reason in _due(operation):
            if operation.response(status) is None:
                yield finding(operation.node, f"has no {status}, but {reason}", "document it")


def idle_statuses(survey: Survey) -> Iterator[Finding]:
    """An answer that cannot come makes every client carry dead code, and a fuzzer wait for it."""
    for operation in survey.operations:
        given = _headers(operation)
        idle = {
            304: "has neither `If-None-Match` nor `If-Modified-Since`"
            if not given & {"if-none-match", "if-modified-since"}
            else "",
            406: "answers nothing that could be negotiated" if not any(r.content for r in operation.successes) else "",
            412: "has no conditional header" if not any(name.startswith("if-") for name in given) else "",
            413: "takes no body" if not operation.bodies else "",
            415: "takes no body" if not operation.bodies else "",
        }
        for status, reason in idle.items():
            if reason and status in operation.responses:
                node = operation.node.raw_child("responses").raw_child(str(status))
                yield finding(node, f"cannot come: the operation {reason}", "remove it")


def no_excuses(survey: Survey) -> Iterator[Finding]:
    """500 is a fault of the service: documented, no check could tell it from an intended answer."""
    for operation in survey.operations:
        if 500 in operation.responses:  # noqa: PLR2004 - the status itself
            yield finding(
                operation.node.raw_child("responses").raw_child("500"), "documents a fault", "remove it; an outage is 503"
            )


def request_ids(survey: Survey) -> Iterator[Finding]:
    """Whoever reports a failure needs the name under which the logs have it."""
    for _, response in survey.responses:
        if not any(header.name.lower() == "x-request-id" and header.required for header in response.headers):
            yield finding(response.node, "has no required X-Request-ID", "add the header with `required: true`")


def status_headers(survey: Survey) -> Iterator[Finding]:
    """Some statuses tell a client to do something, and a header says what: where to go, when to try again, how to sign in."""
    for status, response in survey.responses:
        name = STATUS_HEADERS.get(status) if isinstance(status, int) else None
        if name and not any(header.name.lower() == name.lower() and header.required for header in response.headers):
            yield finding(response.node, f"answers {status} without a required {name}", "add the header with `required: true`")


def etags(survey: Survey) -> Iterator[Finding]:
    """`If-None-Match` needs something to send: the ETag of the answer before."""
    for operation in survey.operations:
        ok = operation.response(200)
        if ok is None or operation.method != "GET" or "if-none-match" not in _headers(operation):
            continue
        if not any(header.name.lower() == "etag" and header.required for header in ok.headers):
            yield finding(
                ok.node, "has no required ETag, but the operation has `If-None-Match`", "add the header with `required: true`"
            )


RULES: tuple[Rule, ...] = (
    due_statuses,
    idle_statuses,
    no_excuses,
    request_ids,
    status_headers,
    etags,
)
