"""What holds for every answer, whatever was asked: one judgement for the fuzz, the probes and the directed tests."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator
from typing import Any

from tests.contract.contract import TEXT, Operation, resolved
from tests.contract.oracle import strict_json

# Headers without which an answer cannot be understood (RFC 9110; RFC 6585 for 429).
_NEEDED = {
    201: "location",
    304: "etag",
    401: "www-authenticate",
    405: "allow",
    415: "accept",
    429: "retry-after",
    503: "retry-after",
}
# Headers of every answer: those of HTTP, and those that the document's description lists.
_GENERAL = {
    *(
        "connection",
        "content-length",
        "transfer-encoding",
        "content-type",
        "date",
        "cache-control",
        "content-security-policy",
        "referrer-policy",
    ),
    *("strict-transport-security", "x-content-type-options", "vary", "access-control-allow-origin"),
    "access-control-expose-headers",
}
_INTERNALS = (
    b"Traceback",
    b"sqlite",
    b"sqlalchemy",
    b"$argon2",
    b"password_hash",
    b"access_hash",
    b'email_key":',
    b'name_key":',
)


def faults(status: int, headers: dict[str, str], body: bytes, *, head: bool = False) -> Iterator[str]:
    """What is wrong with an answer on any path; names of `headers` in lower case."""
    for name in ("x-request-id", "cache-control", "x-content-type-options", _NEEDED.get(status)):
        if name is not None and name not in headers:
            yield f"{status} without {name}"
    yield from (f"internals are told: {word.decode()}" for word in _INTERNALS if word in body)
    if status == 202 and not body and headers.get("content-length") == "0":
        return
    if status in (204, 304) or head:
        if body or (status in (204, 304) and "content-type" in headers):
            yield f"{status} with content"
    else:
        yield from _body_faults(status, headers, body)


def _body_faults(status: int, headers: dict[str, str], body: bytes) -> Iterator[str]:
    if headers.get("transfer-encoding") != "chunked" and headers.get("content-length") != str(len(body)):
        yield f"Content-Length {headers.get('content-length')} of {len(body)} bytes"
    try:
        value = strict_json(body)
    except ValueError as error:
        yield f"the body is no strict JSON: {error}"
        return
    if status >= 400:
        yield from _problem_faults(status, headers, value)


def _problem_faults(status: int, headers: dict[str, str], problem: Any) -> Iterator[str]:
    if headers.get("content-type") != "application/problem+json":
        yield f"{status} is {headers.get('content-type')}"
    if problem.get("status") != status:
        yield f"the problem's status is {problem.get('status')}, the answer's {status}"
    if problem.get("instance") != f"urn:uuid:{headers.get('x-request-id')}":
        yield "the problem's instance does not name the request"
    if problem.get("type") != f"/problems/{problem.get('code')}":
        yield "the problem's code is not the last part of its type"
    for name in ("title", "detail"):
        if not isinstance(problem.get(name), str) or not problem[name]:
            yield f"the problem has no {name}"


def broken_promises(operation: Operation, status: int, headers: dict[str, str], body: bytes) -> Iterator[str]:
    """Where an answer of an operation is not the one documented, as the second validator finds."""
    response = operation.responses.get(status)
    if response is None:
        yield f"{operation.id} answered {status}, which it does not document"
        return
    for name, header in response.headers.items():
        if header.get("required") and name not in headers:
            yield f"{operation.id} answered {status} without {name}"
    for name in headers.keys() - response.headers.keys() - _GENERAL:
        yield f"{operation.id} answered {status} with {name}, which is not documented"
    if not response.content or not body:
        if bool(response.content) != bool(body):
            yield f"{operation.id} answered {status} with {len(body)} bytes"
        return
    media = headers.get("content-type", "")
    if media not in response.content:
        yield f"{operation.id} answered {status} as {media!r}"
        return
    value = strict_json(body)
    for error in response.validators[media].iter_errors(value):
        yield f"{operation.id} answered {status}: {error.json_path} fails {error.validator}"
    for place in undocumented(response.content[media], value, "$"):
        yield f"{operation.id} answered {status} with {place}, which is not documented"


def undocumented(schema: dict[str, Any], value: Any, place: str) -> Iterator[str]:
    """The members of a value that its schema does not name: readers may ignore them, the service may not send them."""
    found = resolved(schema)
    if isinstance(value, dict):
        known = _known(schema)
        for name, member in value.items():
            if name not in known:
                yield f"{place}.{name}"
            else:
                yield from undocumented(known[name], member, f"{place}.{name}")
    elif isinstance(value, list) and "items" in found:
        for index, item in enumerate(value):
            yield from undocumented(found["items"], item, f"{place}[{index}]")


def _known(schema: dict[str, Any]) -> dict[str, Any]:
    """The members that a schema names, in its parts and alternatives; what stands beside a `$ref` narrows its target."""
    target = _known(resolved({"$ref": schema["$ref"]})) if "$ref" in schema else {}
    found = resolved(schema)
    parts = [part for keyword in ("allOf", "anyOf", "oneOf") for part in found.get(keyword, ())]
    known: dict[str, Any] = dict(target)
    for part in parts:
        known.update(_known(part))
    return {**known, **found.get("properties", {})}


@functools.cache
def _is_documented_text(text: str) -> bool:
    return text in TEXT


def texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, names of members included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from texts(member)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def names(value: Any) -> Iterator[str]:
    """The names of the members in a JSON value."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from names(item)


def echoed(sent: Any, body: bytes, known: Collection[str] = ()) -> str | None:
    """A value of the request, 8 characters or more and none of the document's own, that a problem repeats.

    Names of members may be repeated, and those of parameters, which are `known`.
    """
    answer, told = body.decode("utf-8", "replace"), {*known, *names(sent)}
    for text in texts(sent):
        if len(text) >= 8 and text not in told and text in answer and not _is_documented_text(text):
            return text
    return None
