"""Lint rules for responses: every possible status is documented, with its headers, and no other."""

from __future__ import annotations

from collections.abc import Iterator

from accord.lint.context import Context
from accord.lint.rules import Finding, finding, rule
from accord.openapi.operation import Operation
from accord.openapi.response import Response

# Headers that a client needs to act on the status: RFC 9110, and RFC 6585 for 429.
STATUS_HEADERS = {201: "Location", 401: "WWW-Authenticate", 415: "Accept", 429: "Retry-After", 503: "Retry-After"}
ADD_HEADER = "add it with `required: true`"


def _headers(operation: Operation) -> frozenset[str]:
    return frozenset(p.name.lower() for p in operation.parameters if p.place == "header")


def _always_sends(response: Response, name: str) -> bool:
    return any(header.name.lower() == name.lower() and header.required for header in response.headers)


def _is_unlimited(operation: Operation) -> bool:
    """Whether it needs no rate limit: public, read-only and without input, as health checks are."""
    safe = operation.method in ("GET", "HEAD") and not operation.bodies
    return safe and not operation.parameters and not any(operation.security)


def _possible(operation: Operation) -> Iterator[tuple[int, str]]:
    """The statuses that the runtime can return for it, each with its reason."""
    yield 422, "the query has an unknown parameter"
    if not _is_unlimited(operation):
        yield 429, "the rate limit is exceeded"
    if operation.bodies:
        yield 400, "the body cannot be parsed"
        yield 413, "the body is too large"
        yield 415, "the body has an unsupported media type"
    if any(operation.security):
        yield 401, "the credential is missing or invalid"
    if any(scopes for way in operation.security for _, scopes in way):
        yield 403, "the caller lacks a required scope"
    if any(parameter.place == "path" for parameter in operation.parameters):
        yield 404, "the resource does not exist"
    if any(response.content for response in operation.successes):
        yield 406, "`Accept` allows no media type of the response"
    if "if-match" in _headers(operation):
        yield 412, "`If-Match` does not match"
    if "if-none-match" in _headers(operation) and operation.method in ("GET", "HEAD"):
        yield 304, "`If-None-Match` matches"


@rule()
def possible_responses_are_documented(context: Context) -> Iterator[Finding]:
    """Clients are written from the document: they do not handle a response that it omits."""
    for operation in context.operations:
        for status, reason in _possible(operation):
            if operation.response(status) is None:
                yield finding(operation.node, f"has no {status} response, returned if {reason}", "document it")


@rule(common="warning")
def no_impossible_responses(context: Context) -> Iterator[Finding]:
    """A response that is never returned makes every client carry dead code, and a fuzzer wait for it."""
    for operation in context.operations:
        names = _headers(operation)
        impossible = {
            304: "has neither `If-None-Match` nor `If-Modified-Since`"
            if not names & {"if-none-match", "if-modified-since"}
            else "",
            406: "returns no content to negotiate" if not any(r.content for r in operation.successes) else "",
            412: "has no conditional request header" if not any(name.startswith("if-") for name in names) else "",
            413: "takes no body" if not operation.bodies else "",
            415: "takes no body" if not operation.bodies else "",
        }
        for status, reason in impossible.items():
            if reason and status in operation.responses:
                node = operation.node.raw_child("responses").raw_child(str(status))
                yield finding(node, f"is never returned, the operation {reason}", "remove it")


@rule()
def no_500_response(context: Context) -> Iterator[Finding]:
    """500 is a defect of the service: once it is documented, no test can tell it from an intended response."""
    for operation in context.operations:
        if 500 in operation.responses:  # noqa: PLR2004 - the status itself
            node = operation.node.raw_child("responses").raw_child("500")
            yield finding(node, "documents an internal error", "remove it, or document an outage as 503")


@rule()
def responses_have_request_id(context: Context) -> Iterator[Finding]:
    """A user who reports a failure needs the id that the logs have for the request."""
    for _, response in context.responses:
        if not _always_sends(response, "X-Request-ID"):
            yield finding(response.node, "has no required X-Request-ID header", ADD_HEADER)


@rule()
def statuses_have_required_headers(context: Context) -> Iterator[Finding]:
    """Some statuses tell a client where to go, when to retry or how to sign in: a header holds the answer."""
    for status, response in context.responses:
        name = STATUS_HEADERS.get(status) if isinstance(status, int) else None
        if name and not _always_sends(response, name):
            yield finding(response.node, f"has no required {name} header, which {status} needs", ADD_HEADER)


@rule()
def conditional_gets_have_etag(context: Context) -> Iterator[Finding]:
    """A client sends in `If-None-Match` the ETag of an earlier response, so there must be one."""
    for operation in context.operations:
        ok = operation.response(200)
        if ok is None or operation.method != "GET" or "if-none-match" not in _headers(operation):
            continue
        if not _always_sends(ok, "ETag"):
            yield finding(ok.node, "has no required ETag header, but the operation accepts `If-None-Match`", ADD_HEADER)
