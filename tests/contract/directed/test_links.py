"""Every link of the document, followed: what it takes from a response and its request is accepted by the next operation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.contract.contract import BY_ID, OPERATIONS, Link, Operation
from tests.contract.wire import Answer, Request
from tests.contract.world import World
from tests.support.databases import Connection
from tests.support.resources import resource_data

pytestmark = pytest.mark.slow

LINKS = [(operation, link) for operation in OPERATIONS for link in operation.links]


@pytest.fixture
def world(port: int, furnished: str, admin_token: str, user_token: str) -> Iterator[World]:
    tokens = {"admin": admin_token, "user": user_token}
    with Connection(furnished) as database:
        yield World(port, spent=port, out=port, strict=port, invite=port, tokens=tokens, tokens_out=tokens, database=database)


def source(operation: Operation, link: Link, world: World) -> tuple[Answer, dict[str, str]]:
    """A response that has the link, and the values of the request's expressions. A list has a next page."""
    if recipe := resource_data("RECIPES").get((operation.id, link.status, "")):
        return recipe(world), {}
    query = {"page_size": "1"} if "page_size" in operation.of("query") else {}
    ids = {name: resource_data("IDS").get(name, "1") for name in operation.of("path")}
    answer = Request.on_rows(operation, world.tokens["admin"]).asking(urlencode(query)).send(world.port)
    sent = {"path": ids, "query": query}
    return answer, {f"$request.{place}.{name}": value for place in sent for name, value in sent[place].items()}


def evaluate(link: Link, answer: Answer, request: dict[str, str], target: Operation) -> dict[tuple[str, str], str]:
    """The values of the link's parameters, by place and name; those without a value are left out."""
    body = json.loads(answer.body)
    found = {}
    for key, expression in link.parameters.items():
        place, _, name = key.rpartition(".")
        place = place or next(place for place in ("path", "query", "header") if name in target.of(place))
        if expression.startswith("$response.body#/"):
            value: Any = body[expression.removeprefix("$response.body#/")]
        elif expression.startswith("$response.header."):
            value = answer.headers[expression.removeprefix("$response.header.").lower()]
        else:
            value = request.get(expression)
        if value is not None:
            found[place, name] = str(value)
    return found


@pytest.mark.parametrize(("operation", "link"), LINKS, ids=[f"{operation.id}-{link.name}" for operation, link in LINKS])
def test_a_link_leads_to_a_successful_response(operation: Operation, link: Link, world: World):
    answer, request = source(operation, link, world)
    assert answer.status == link.status, answer.body
    body, target = json.loads(answer.body), BY_ID[link.operation]

    values = evaluate(link, answer, request, target)
    token = body.get("access_token", world.tokens["admin"])
    ids = {name: value for (place, name), value in values.items() if place == "path"}
    query = {name: value for (place, name), value in values.items() if place == "query"}
    following = Request.on_rows(target, token, **ids).asking(urlencode(query))
    for (place, name), value in values.items():
        following = following.having(name, value) if place == "header" else following
    if following.body is not None and not link.parameters:  # its description says which property to send
        sent = json.loads(following.body)
        following = following.saying(json.dumps({**sent, **{name: body[name] for name in sent if name in body}}).encode())
    followed = following.send(world.port)

    assert set(ids) == set(target.of("path")), "every parameter of the path has a value"
    expected = 304 if ("header", "If-None-Match") in values else min(target.responses)
    assert followed.status == expected, followed.body
