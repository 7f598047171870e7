"""S90-S92: what is served, what is recorded, and what is on its way out; and whether every check exists."""

from __future__ import annotations

import json
import re

import pytest

from tests.contract.contract import OPERATIONS
from tests.contract.wire import NOBODY, Request
from tests.security.client import code, fresh_address
from tests.support.paths import OPENAPI, ROOT

WITHIN_FAULTS = "tests/faults/test_mail.py"  # S78


def test_every_check_exists_and_is_one_sentence():
    paths = [*(ROOT / "tests/security").rglob("test_*.py"), ROOT / WITHIN_FAULTS]
    pattern = re.compile(r'def test_(s\d\d)_[^"]*:\n    """([^"]+)"""')
    found = [check for path in paths for check in pattern.findall(path.read_text())]

    assert {f"s{number:02}" for number in range(1, 93)} <= {name for name, _ in found}
    assert [sentence for _, sentence in found if "\n" in sentence or not sentence.endswith(".")] == []


GUESSES = [
    *("metrics", "admin", "debug", "debug/pprof", ".env", ".git/config", "graphql", "actuator/health", "server-status"),
    *("api", "api/v1", "api/v2/users", "api/v1/admin", "api/v1/login", "api/v1/token", "swagger.json", "openapi", "static/"),
    *(
        "api/v1/openapi.json",
        "robots.txt",
        "wp-login.php",
        "console/admin",
        "phpinfo.php",
        "health/live",
        "api/v1/posts/1/comments",
    ),
]


@pytest.mark.slow
def test_s90_what_is_served_is_in_the_document_and_the_other_way_round(service, user):
    """Every operation of the document is served, under `/api/v1` and `/api` alike, and usual other paths are not."""
    assert service.get("//openapi.yaml").text == OPENAPI.read_text()
    served = {
        operation["operationId"] for item in service.get("//openapi.json").json()["paths"].values() for operation in _of(item)
    }
    assert served == {operation.id for operation in OPERATIONS}
    for operation in OPERATIONS:
        path = re.sub(r"\{\w+\}", NOBODY, operation.path)
        body, statuses = Request.of(operation).body, set()
        for each in (path, path.replace("/api/v1/", "/api/")):
            assert operation.method in service.send("OPTIONS", f"/{each}").headers["Allow"].split(", "), operation.id
            statuses.add(service.send(operation.method, f"/{each}", content=body, headers=user.headers).status_code)
        assert len(statuses) == 1, operation.id
    for guess in GUESSES:
        assert code(service.get(f"//{guess}", headers=user.headers)) == (404, "not-found"), guess


def _of(item):
    return [operation for method, operation in item.items() if method in {"get", "put", "post", "patch", "delete"}]


@pytest.mark.slow
def test_s91_each_act_is_one_event_that_nobody_can_change(service, user, admin):
    """A sign-in, a failure, a refusal and an act of an administrator are one event each, with who, whom, when and whence."""
    address, agent = fresh_address(), {b"User-Agent": b"Mozilla\t\x85forged"}
    acts = {
        "session.created": lambda: service.try_to_sign_in(user.username, address=address, headers=agent),
        "session.refused": lambda: service.try_to_sign_in(user.username, "wrong-horse-9", address=address),
        "reauthentication.refused": lambda: service.post(
            "/reauthentications", {"password": "wrong-horse-9"}, address=address, headers=user.headers
        ),
        "user.deactivated": lambda: service.patch(
            f"/users/{user.id}", {"is_active": False}, address=address, headers=admin.headers
        ),
    }
    actors = {"session.created": user.id, "session.refused": None, "reauthentication.refused": user.id}
    for kind, act in acts.items():
        request_id = act().headers["X-Request-ID"]
        listed = service.get("/audit-events", params={"type": kind, "page_size": 5}, headers=admin.headers)
        [event] = [event for event in listed.json()["audit_events"] if event["request_id"] == request_id]
        assert (event["actor_id"], event["subject_id"]) == (actors.get(kind, admin.id), user.id), kind
        assert event["address"] == address
        assert event["created_at"].endswith("Z")
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]", event["user_agent"] or "")
    assert "forged" in service.get("/audit-events", params={"type": "session.created"}, headers=admin.headers).text
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("/audit-events", "/audit-events/1"):
            assert service.send(method, path, headers=admin.headers).status_code in {404, 405}
    lines = [line for line in service.log.splitlines() if line.startswith("{")]
    assert lines
    assert all(json.loads(line) for line in lines)


@pytest.mark.slow
def test_s92_nothing_is_deprecated_so_nothing_says_so(service, user):
    """No operation is deprecated today, and no response has Deprecation or Sunset; the toolkit sends them where one is."""
    assert "deprecated: true" not in OPENAPI.read_text()

    for operation in (found for found in OPERATIONS if found.method == "GET" and not found.of("path")):
        answer = service.get(f"/{operation.path}", headers=user.headers)
        assert not {"deprecation", "sunset"} & {name.lower() for name in answer.headers}
