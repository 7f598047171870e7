"""The number of statements of each operation, counted by SQLite."""

from __future__ import annotations

import functools
import sqlite3
import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from tests.app.api.requests import IN_ORDER, REQUESTS, send, store_others
from tests.contract.contract import BY_ID, KEY_HEADER, OPERATIONS
from tests.support.builders import PASSWORD, signed_in, stored_key, stored_post, stored_user
from tests.support.resources import resource_entry


@pytest.fixture(scope="session")
def template(sqlite_template):
    """The service runs the same statements on every database; SQLite traces each."""
    return sqlite_template


@pytest.fixture
def statements(monkeypatch):
    """The statements of all connections of the test, in order."""
    found: list[str] = []

    def note(sql: str) -> None:
        # The cascade of a foreign key is reported under the text of its statement, once more for each table.
        if sql.split(maxsplit=1)[0] in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"} and sql not in found[-1:]:
            found.append(sql)

    class Traced(sqlite3.Connection):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.set_trace_callback(note)

    monkeypatch.setattr(sqlite3, "connect", functools.partial(sqlite3.connect, factory=Traced))
    return found


@pytest.fixture
def traced(statements, settings):
    """A client of an application whose statements are counted, signed in as the administrator, with ten posts of Grace."""
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        stored_user(client, username="grace", email="grace@example.com")
        admin = signed_in(client, "admin")
        signed_in(client, "admin")
        author = signed_in(client, "grace")
        for _ in range(10):
            stored_post(client, author)
        for _ in range(3):
            store_others(client, admin)
        client.headers.update(signed_in(client, "admin"))
        statements.clear()
        yield client


# Reads and writes of rows; a transaction's BEGIN, SAVEPOINT, COMMIT are not statements of ours. One verifies the token.
def test_every_operation_runs_the_documented_number_of_statements(traced, statements, subtests):
    tokens = traced.post("/api/v1/sessions", json={"identifier": "grace", "password": PASSWORD}).json()

    for operation in IN_ORDER:
        with subtests.test(operation=operation):
            cost = resource_entry("COSTS", operation, BY_ID[operation].tag)
            # All items on one page: else their total is counted too.
            params = {"page_size": 100} if "page_size" in BY_ID[operation].of("query") else {}
            statements.clear()
            response = send(traced, operation, refresh_token=tokens["refresh_token"], params=params)

            assert response.status_code < 300, response.text
            assert len(statements) == cost, statements


LISTS = {REQUESTS[operation.id][1]: operation for operation in OPERATIONS if operation.items is not None}


@pytest.mark.slow
@pytest.mark.parametrize("path", LISTS)
class TestLists:
    def test_the_cost_of_a_list_does_not_depend_on_its_rows(self, traced, statements, path):
        costs = []
        for size in (1, 2, 100):
            statements.clear()
            traced.get(f"{path}?page_size={size}&page=1")
            costs.append(len(statements))

        total = traced.get(path).json()["total"]
        assert costs == [costs[0], costs[0] if total > 2 else costs[0] - 1, costs[0] - 1]

    def test_a_page_by_cursor_neither_counts_nor_skips_rows(self, traced, statements, path):
        by_number = traced.get(f"{path}?page_size=1").json()
        statements.clear()
        traced.get(f"{path}?page_size=1&cursor={by_number['next_cursor']}")

        assert len(statements) == resource_entry("COSTS", LISTS[path].id, LISTS[path].tag)
        assert not [sql for sql in statements if "count(" in sql.lower()]
        assert statements[-1].endswith("OFFSET 0")  # as SQLAlchemy writes a LIMIT for SQLite


def test_a_malformed_token_costs_no_statement(traced, statements):
    statements.clear()

    response = traced.get("/api/v1/users/me", headers={"Authorization": "Bearer aca_" + "0" * 72})

    assert response.status_code == 401
    assert statements == []


def test_a_key_costs_one_statement_and_a_malformed_one_none(traced, statements):
    admin = {"Authorization": traced.headers.pop("Authorization")}
    key, deadline = stored_key(traced, admin), time.monotonic() + 5
    traced.get("/api/v1/users/me", headers=key)
    while traced.get("/api/v1/api-keys", headers=admin).json()["keys"][0]["last_used_at"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)  # it is written behind the request

    costs = []
    for header in (key, {KEY_HEADER: "ack_" + "0" * 72}):
        statements.clear()
        traced.get("/api/v1/users/me", headers=header)
        time.sleep(0.05)
        costs.append(len(statements))

    assert costs == [1 + 1, 0]


def test_an_invalid_request_costs_only_the_token_lookup(traced, statements):
    statements.clear()

    traced.patch("/api/v1/users/2", json={"is_active": None, "role": "admin"})

    assert len(statements) == 1


def test_the_posts_of_a_user_without_posts_cost_the_same(traced, statements):
    stored_user(traced)
    statements.clear()

    assert traced.get("/api/v1/users/3/posts").json()["posts"] == []  # one finds that there are none, one that there is a user

    assert len(statements) == 1 + 2
