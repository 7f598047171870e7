"""Schemathesis checks of our own, run on every answer beside all of the built-in ones. Loaded by `st`, through hooks.py."""
# ruff: noqa: ARG001 - Schemathesis gives every check all three
# ruff: noqa: S310 - the addresses are ours

from __future__ import annotations

import atexit
import functools
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl
from urllib.request import Request, urlopen

import schemathesis
from schemathesis import Case, CheckContext, Response

from tests.contract import answers, oracle
from tests.contract.contract import KEY_HEADER, Operation, members
from tests.contract.people import ORIGINS
from tests.support.resources import resource_data

observed: set[tuple[str, int, str]] = set()
before_update: dict[str, dict[str, Any]] = {}  # by case: the row that an update is about to change


@dataclass(frozen=True)
class Listed:
    """What a list was asked for."""

    query: dict[str, str]
    path: dict[str, int]
    signed_in: bool


class RequestContext:
    """One request as it left, and its answer."""

    def __init__(self, response: Response) -> None:
        request = response.request
        self.url, self.method = str(request.url), str(request.method)
        self.target = "/" + self.url.partition("#")[0].split("/", 3)[3]
        self.sent = {name.lower(): _text(value) for name, value in request.headers.items()}
        body = request.body or b""
        self.body = body.encode() if isinstance(body, str) else bytes(cast("bytes", body))
        self.status, self.answer = response.status_code, response.content or b""
        self.headers = {name.lower(): ", ".join(values) for name, values in response.headers.items()}
        self.operation = oracle.find(self.method, self.target.partition("?")[0])

    @functools.cached_property
    def allowed(self) -> set[int]:
        """The statuses that the oracle allows."""
        return oracle.allowed(self.method, self.target, self.sent, self.body)

    def json(self) -> Any:
        """The answer's value."""
        return json.loads(self.answer)


@functools.lru_cache(1)
def exchange_of(response: Response) -> RequestContext:
    """The request of a response, parsed once for all checks."""
    return RequestContext(response)


def credentials(headers: Mapping[str, Any]) -> dict[str, str]:
    """The credentials of ours among the headers of a request: an access token or an API key."""
    values = {name.lower(): str(value) for name, value in headers.items()}
    sent = {"Authorization": values.get("authorization", ""), KEY_HEADER: values.get(KEY_HEADER.lower(), "")}
    return {name: value for name, value in sent.items() if value.startswith(("Bearer aca_", "ack_"))}


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _fail(faults: list[str]) -> None:
    if faults:
        raise AssertionError("; ".join(faults))


def is_valid(response: Response) -> bool:
    """Whether the oracle finds the request of a response valid; credentials and rows are not looked at."""
    allowed = exchange_of(response).allowed
    return allowed == {401} or not allowed <= {400, 401, 403, 405, 413, 415, 422}


@schemathesis.check
def http_semantics(ctx: CheckContext, response: Response, case: Case) -> None:
    """Headers, lengths and JSON are as HTTP has them; every error is a problem that names its request."""
    exchange = exchange_of(response)
    _fail(list(answers.faults(exchange.status, exchange.headers, exchange.answer, head=exchange.method == "HEAD")))


@schemathesis.check
def second_validator(ctx: CheckContext, response: Response, case: Case) -> None:
    """Another implementation of JSON Schema finds the answer documented, and no member that is not."""
    exchange = exchange_of(response)
    if exchange.operation is not None:
        _fail(list(answers.broken_promises(exchange.operation, exchange.status, exchange.headers, exchange.answer)))


@schemathesis.check
def cross_origin(ctx: CheckContext, response: Response, case: Case) -> None:
    """Pages of the listed origin may read the answer, others not, and caches know that; no header has two lines."""
    exchange = exchange_of(response)
    granted = exchange.sent.get("origin") == ORIGINS[0]
    several = {name.lower() for name, values in response.headers.items() if len(values) > 1}
    faults = [f"{name} has several lines" for name in several - {"www-authenticate"}]  # which has one for each scheme
    if exchange.headers.get("access-control-allow-origin") != (ORIGINS[0] if granted else None):
        faults.append(f"{exchange.sent.get('origin')} is told {exchange.headers.get('access-control-allow-origin')}")
    if exchange.headers.get("vary", "").split(", ").count("Origin") != 1:
        faults.append(f"Vary is {exchange.headers.get('vary')}")
    _fail(faults)


@schemathesis.check
def order_of_checks(ctx: CheckContext, response: Response, case: Case) -> None:
    """The answer is one that the document and the fixed order of checks allow for exactly these bytes."""
    exchange = exchange_of(response)
    if exchange.status not in exchange.allowed:
        told = ", ".join(map(str, sorted(exchange.allowed)))
        raise AssertionError(f"{exchange.method} {exchange.target} must be answered {told}, not {exchange.status}")


@schemathesis.check
def no_secret_echo(ctx: CheckContext, response: Response, case: Case) -> None:
    """No answer repeats a password; no problem repeats a value that was sent."""
    exchange = exchange_of(response)
    sent: Any = case.body if isinstance(case.body, dict | list | str) else None
    for name in _passwords(exchange.operation) if isinstance(sent, dict) else ():
        password = sent.get(name)
        if isinstance(password, str) and len(password) >= 8 and (found := answers.echoed(password, exchange.answer)):
            # A password may be made of what the answer tells anyway, as the username.
            others = {key: value for key, value in sent.items() if key != name}
            if not any(found in text for text in answers.texts(others)):
                raise AssertionError("the password is told")
    if exchange.status >= 400:
        query = parse_qsl(exchange.target.partition("?")[2])
        values, known = [value for _, value in query], [name for name, _ in query]
        if (found := answers.echoed([sent, values], exchange.answer, known)) is not None:
            raise AssertionError(f"the problem repeats {found!r}")


def _passwords(operation: Operation | None) -> Iterator[str]:
    for schema in operation.bodies.values() if operation is not None else ():
        yield from (name for name, member in members(schema).items() if member.get("format") == "password")


@schemathesis.check
def relations(ctx: CheckContext, response: Response, case: Case) -> None:
    """What a schema cannot say: pages have their length, filters hold, a patch changes what was sent, a create is stored."""
    exchange = exchange_of(response)
    operation = exchange.operation
    if operation is None or exchange.status >= 300:
        return
    if operation.items is not None:
        _fail(list(_list_faults(operation, exchange)))
    elif operation.creates and exchange.status == 201:
        _fail(list(_create_faults(exchange)))
    elif case.id in before_update:
        _fail(list(_update_faults(before_update.pop(case.id), exchange)))


def _list_faults(operation: Operation, exchange: RequestContext) -> Iterator[str]:
    assert operation.items is not None
    name, schema = operation.items
    query = dict(parse_qsl(exchange.target.partition("?")[2]))
    page, items = exchange.json(), exchange.json()[name]
    size = int(query.get("page_size", 10))
    if page["page_size"] != size:
        yield f"page_size {page['page_size']} for {size}"
    if len(items) > size:
        yield f"{len(items)} items on a page of {size}"
    if "cursor" not in query:
        yield from _page_faults(page, len(items), int(query.get("page", 1)), size)
    sort = query.get("sort", resource_data("ORDERS").get(operation.id, ""))
    order = [_place(item, sort) for item in items]
    backwards = query["sort"].startswith("-") if "sort" in query else operation.newest_first
    if order != sorted(set(order), reverse=backwards):
        yield f"the order is {order}"
    values = oracle.route(exchange.target.partition("?")[0])[1]
    path = {name: int(value) for name, value in zip(operation.of("path"), values, strict=True)}
    listed = Listed(query, path, bool(credentials(exchange.sent)))
    find_faults = resource_data("ITEMS").get(operation.id)
    for item in items:
        yield from find_faults(item, listed) if find_faults is not None else ()
    for name, value in _filters(schema, listed).items():
        if any(item[name] != value for item in items):
            yield f"an item whose {name} is not {value}"


def _page_faults(page: dict[str, Any], length: int, number: int, size: int) -> Iterator[str]:
    total = page["total"]
    if page["page"] != number:
        yield f"page {page['page']} for {number}"
    if length != max(0, min(size, total - (number - 1) * size)):
        yield f"{length} items on page {number} of {size}, total {total}"
    if (page["next_cursor"] is not None) != (number * size < total):
        yield f"next_cursor {page['next_cursor']} on page {number} of {size}, total {total}"


def _place(item: dict[str, Any], sort: str) -> tuple[Any, ...]:
    """By what an item is sorted: in its order, instants as such and names without regard to case; else by id."""
    match item.get(sort.lstrip("-")):
        case None:
            return (item["id"],)
        case str(text) if sort.endswith("_at"):
            return datetime.fromisoformat(text), item["id"]
        case str(text):
            return (text.lower(),)
        case value:
            return value, item["id"]


def _filters(schema: dict[str, Any], listed: Listed) -> dict[str, Any]:
    """What every item must be: as the parameters say that have the name of one of its members."""
    known = members(schema)
    asked: dict[str, Any] = {**listed.query, **listed.path}
    read: dict[str, Callable[[Any], Any]] = {"boolean": "true".__eq__, "integer": int}
    types = {name: [kind for kind in _types(known[name]) if kind != "null"] for name in asked if name in known}
    return {name: read.get(next(iter(kinds), ""), str)(asked[name]) for name, kinds in types.items()}


def _types(schema: dict[str, Any]) -> list[str]:
    found = schema.get("type", [])
    return [found] if isinstance(found, str) else list(found)


def _create_faults(exchange: RequestContext) -> Iterator[str]:
    created, sent = exchange.json(), json.loads(exchange.body)
    for name, value in sent.items():
        if name in created and created[name] != value:
            yield f"{name} is not what was sent"
    if exchange.headers["location"].rpartition("/")[2] != str(created["id"]):
        yield f"Location {exchange.headers['location']} of {created['id']}"
    sent_credentials = credentials(exchange.sent)
    if not sent_credentials or oracle.find("GET", exchange.headers["location"]) is None:
        return
    root = exchange.url[: -len(exchange.target)]
    request = Request(root + exchange.headers["location"], headers=sent_credentials)
    try:
        with urlopen(request, timeout=5) as answer:
            read = json.load(answer)
            shown_once = {name: created[name] for name in ("secret",) if name in created}
            if {**read, **shown_once} != created or answer.headers["ETag"] != exchange.headers["etag"]:
                yield "what was created reads differently"
    except OSError as error:
        if getattr(error, "code", None) not in (401, 403):  # not for the eyes of this caller
            yield f"what was created cannot be read: {error}"


def _update_faults(before: dict[str, Any], exchange: RequestContext) -> Iterator[str]:
    after, sent = exchange.json(), json.loads(exchange.body)
    for name, value in {**before, **sent}.items():
        if name != "version" and after[name] != value:
            yield f"{name} is not what {'was sent' if name in sent else 'it was'}"
    if "version" in before and after["version"] != before["version"] + 1:
        yield f"version {after['version']} follows {before['version']}"


@schemathesis.check
def seen(ctx: CheckContext, response: Response, case: Case) -> None:
    """Note which documented answers were seen; test_coverage.py asks for all of them, over all passes."""
    exchange = exchange_of(response)
    if exchange.operation is not None and exchange.method == exchange.operation.method:
        problem = re.search(rb'"code":"([a-z-]+)"', exchange.answer) if exchange.status >= 400 else None
        observed.add((exchange.operation.id, exchange.status, problem[1].decode() if problem else ""))


@atexit.register
def write_observed() -> None:
    """Tell the test what was seen."""
    if path := os.environ.get("ACCORD_FUZZ_OBSERVED"):
        Path(path).write_text(json.dumps(sorted(observed)))
