"""One fault at a time, as bytes on a socket: each is answered exactly as the document and the order of checks say.

Schemathesis sends several faults at once, so one that is let through can hide behind another.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.contract import answers
from tests.contract.contract import DOCUMENT, KEY_HEADER, OPERATIONS, Operation
from tests.contract.directed import probes
from tests.contract.directed.probes import Probe
from tests.contract.oracle import find
from tests.contract.people import api_key
from tests.contract.wire import Answer, Request

pytestmark = pytest.mark.slow


def handled(operation: Operation) -> set[str]:
    """What a handler may answer to a good request whose rows and credentials are made up; empty for no problem."""
    codes = {
        code for status in (401, 403, 404, 409) if status in operation.responses for code in operation.responses[status].codes
    }
    return {"", *codes} - {"unauthorized", "forbidden", "reauthentication-required", "already-registered", "last-admin"}


def faults_of(request: Request, answer: Answer) -> list[str]:
    """What is wrong with an answer, whatever it should have been."""
    found = list(answers.faults(answer.status, answer.headers, answer.body, head=request.method == "HEAD"))
    operation = find(request.method, request.path)
    if operation is not None and request.method == operation.method:
        found += answers.broken_promises(operation, answer.status, answer.headers, answer.body)
    return found


def wrong(port: int, many: Iterator[Probe]) -> dict[str, str]:
    """The probes that are answered differently than they must be, and how."""
    found = {}
    for probe in many:
        answer = probe.request.send(port)
        told = {(error["in"], error["pointer"], error["code"]) for error in answer.problem.get("errors", [])}
        if answer.status != probe.status:
            found[probe.name] = f"{answer.status}, not {probe.status}"
        elif probe.fault is not None and probe.fault not in told:
            found[probe.name] = f"{told}, not {probe.fault}"
        elif others := faults_of(probe.request, answer):
            found[probe.name] = "; ".join(others)
    return found


@pytest.fixture(params=OPERATIONS, ids=lambda operation: operation.id)
def operation(request: pytest.FixtureRequest) -> Operation:
    found: Operation = request.param
    return found


@pytest.fixture
def valid(operation: Operation, admin_token: str) -> Request:
    return Request.of(operation, admin_token)


class TestOneFault:
    def test_a_valid_request_is_not_refused(self, operation: Operation, valid: Request, port: int):
        answer = valid.send(port)

        assert answer.code in handled(operation), answer.body
        assert faults_of(valid, answer) == []

    @pytest.mark.parametrize(
        "family",
        [probes.path_lexis, probes.query_lexis, probes.bodies, probes.members, probes.methods],
        ids=lambda f: f.__name__,
    )
    def test_gets_its_own_answer(
        self, family: Callable[[Operation, Request], Iterator[Probe]], operation: Operation, valid: Request, port: int
    ):
        many = family(operation, valid)

        assert wrong(port, many) == {}

    def test_is_not_found_in_values_at_the_bounds(self, operation: Operation, valid: Request, port: int):
        refused = []
        for request in (*probes.allowed_queries(operation, valid), *probes.allowed_members(operation, valid)):
            answer = request.send(port)
            if answer.code not in handled(operation) or faults_of(request, answer):
                refused.append((request.query, request.body, answer.body))

        assert refused == []

    def test_hides_no_fault_that_is_checked_later(self, operation: Operation, valid: Request, user_token: str, port: int):
        found = {}
        for (status, first), (later, second) in itertools.combinations(probes.in_order(operation, user_token), 2):
            request = first(second(valid))
            if (answer := request.send(port)).status != status:
                found[f"{status} with {later}"] = answer.status

        assert found == {}


class TestThePath:
    @pytest.mark.parametrize("path", DOCUMENT["paths"])
    def test_tells_all_its_methods(self, path: str, port: int):
        declared = {method.upper() for method in DOCUMENT["paths"][path] if method != "parameters"}
        wanted = declared | {"OPTIONS"} | ({"HEAD"} if "GET" in declared else set())
        target = Request.of(next(known for known in OPERATIONS if known.path == path)).path

        options, other = (Request(method, target).send(port) for method in ("OPTIONS", "PROPFIND"))

        assert (options.status, other.status) == (204, 405)
        assert {name.strip() for name in options.headers["allow"].split(",")} == wanted
        assert options.headers["allow"] == other.headers["allow"]

    @pytest.mark.parametrize(
        "path", ["/nothing", "//health", "/Health", "/health/", "/api/v1", "/api/v2/users", "/%68ealth/..", "/api/health"]
    )
    def test_matches_exactly(self, path: str, port: int):
        answer = Request("GET", path).send(port)

        assert (answer.status, answer.code) == (404, "not-found")
        assert list(answers.faults(answer.status, answer.headers, answer.body)) == []

    @pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
    def test_without_its_version_answers_alike(self, operation: Operation, valid: Request, port: int):
        short = Request.of(operation).path.replace("/api/v1/", "/api/")

        here, there = (Request(valid.method, path, headers=valid.headers, body=b"{").send(port) for path in (valid.path, short))

        assert here.status == there.status


class TestHead:
    @pytest.mark.parametrize("operation", [known for known in OPERATIONS if known.method == "GET"], ids=lambda known: known.id)
    def test_is_get_without_the_body(self, operation: Operation, admin_token: str, port: int):
        get = Request.on_rows(operation, admin_token)

        full, head = (Request(method, get.path, headers=get.headers).send(port) for method in ("GET", "HEAD"))

        assert (full.status, head.status, head.body) == (200, 200, b"")
        varying = {"x-request-id", "date", "transfer-encoding"}  # RFC 9112, 6.1: a stream without its content has none
        assert {k: v for k, v in head.headers.items() if k not in varying} == {
            k: v for k, v in full.headers.items() if k not in varying
        }


class TestCredentials:
    @pytest.mark.parametrize(
        "value", ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer x", "bearer{}", "Bearer {} x", "Bearer {},Bearer {}", "{}"]
    )
    def test_that_are_no_token_are_refused_also_where_none_are_needed(self, value: str, admin_token: str, port: int):
        sent = value.replace("{}", admin_token)

        statuses = {
            known.id: Request.of(known).having("Authorization", sent).send(port).status
            for known in OPERATIONS
            if known.reads_token
        }

        assert set(statuses.values()) == {401}, statuses

    @pytest.mark.parametrize("value", ["", "x", "Bearer {}", "{} x", "{},{}", "{}0", "ACK_{}"])
    def test_that_are_no_key_are_refused_wherever_keys_are_taken(self, value: str, port: int):
        sent = value.replace("{}", api_key())

        statuses = {
            known.id: Request.of(known).having(KEY_HEADER, sent).send(port).status for known in OPERATIONS if known.takes_keys
        }

        assert set(statuses.values()) == {401}, statuses

    def test_are_sent_once(self, admin_token: str, port: int):
        request = Request("GET", "/api/v1/users/me", headers={"Authorization": f"Bearer {admin_token}"})
        twice = request.having("authorization", f"Bearer {admin_token}")

        assert (request.send(port).status, twice.send(port).status) == (200, 401)
