"""No value that a client sends comes back in an error; the names of what it sent do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest

from tests.contract.contract import KEY_HEADER, OPERATIONS, Operation
from tests.contract.wire import Request

pytestmark = pytest.mark.slow

CANARY = "canary-5f0c9e"
NUMBER = 50920605091
_HEADERS = ("Authorization", KEY_HEADER, "Accept", "Content-Type", "Origin", "Host", "Cookie")
WRONG = (CANARY, [CANARY], {"inner": CANARY}, NUMBER, f"{CANARY}\x00", f"{CANARY}@x", CANARY * 2000)


def requests(operation: Operation, valid: Request) -> Iterator[Request]:
    """The valid request with the canary wherever a value may be, and a fault beside it, so that nothing is done."""
    valid = valid.asking("unknown=1")
    yield replace(valid, path=valid.path.replace("9007199254740991", CANARY))
    yield from (valid.having(name, CANARY) for name in _HEADERS)
    yield valid.having("Authorization", f"Bearer {CANARY}")
    yield from (valid.having(name, f"{CANARY}\u00e9") for name in operation.of("header"))
    for name in (*operation.of("query"), "unknown"):
        yield valid.asking(f"{name}={CANARY}")
        yield valid.asking(f"{name}={quote(CANARY + chr(0))}&{name}={CANARY}")
    for example in list(operation.examples.values())[:1]:
        for value in WRONG:
            yield valid.saying(json.dumps(value).encode())
            for name in (*example, "unknown"):
                yield valid.saying(json.dumps({**example, name: value}).encode())
        yield valid.saying(CANARY.encode())
        yield valid.saying(f'{{"{CANARY}":'.encode())


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_a_value_never_comes_back_in_an_error(operation: Operation, admin_token: str, port: int):
    refused = 0
    for request in requests(operation, Request.of(operation, admin_token)):
        answer = request.send(port)
        if answer.status >= 400:
            refused += 1
            told = answer.body + json.dumps(answer.headers).encode()
            assert CANARY.encode() not in told, request
            assert str(NUMBER).encode() not in told, request

    assert refused > 3


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_a_name_that_is_unknown_is_told(operation: Operation, admin_token: str, port: int):
    valid = Request.of(operation, admin_token)

    query = valid.asking(f"{CANARY}=1&a%2Fb=2").send(port).problem["errors"]
    assert [(error["in"], error["pointer"]) for error in query] == [("query", f"/{CANARY}"), ("query", "/a~1b")]

    for example in list(operation.examples.values())[:1]:
        body = valid.saying(json.dumps({**example, CANARY: 1, "b/c": 2}).encode()).send(port).problem["errors"]
        # An object may also have too many members, which is a fault of the whole.
        assert sorted(error["pointer"] for error in body if error["pointer"]) == ["/b~1c", f"/{CANARY}"]
