"""Access with API keys: every operation is called with keys of every scope. What it answers follows from the document.

A key that has the scopes of an operation gets what its owner gets (ACCESS of `tests/resources/`). A key that lacks one is
forbidden, and one that is no longer valid is unauthorized, whatever its scopes.
"""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from tests.app.api.all_operations.test_access import WHO
from tests.app.api.requests import IN_ORDER, send, store_others
from tests.contract.contract import BY_ID, DOCUMENT, KEY, OPERATIONS, ROLES, SCOPES, TOKEN, Operation
from tests.support.builders import PASSWORD, signed_in, stored_key, stored_post, stored_user
from tests.support.clock import Clock
from tests.support.databases import query
from tests.support.resources import resource_entry

TAKING = [operation.id for operation in OPERATIONS if operation.takes_keys]


class World:
    """A started application with the rows of `REQUESTS`: Grace, Alan, and a draft of Grace's."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.admin = signed_in(client, "admin")
        signed_in(client, "admin")  # the session 2
        stored_user(client, username="grace", email="grace@example.com")
        stored_user(client, username="alan")
        self.grace = signed_in(client, "grace")
        stored_post(client, self.grace, is_published=False)
        store_others(client, self.grace)
        sent = {"identifier": "grace", "password": PASSWORD}
        self.refresh_token: str = client.post("/api/v1/sessions", json=sent).json()["refresh_token"]

    def key_of(self, who: str, scopes: list[str]) -> dict[str, str]:
        return stored_key(self.client, signed_in(self.client, who), scopes=scopes)

    def status(self, operation: str, key: dict[str, str]) -> int:
        response = send(self.client, operation, headers=key, refresh_token=self.refresh_token)
        return int(response.status_code)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def world(settings, clock):
    with TestClient(create_app(settings, now=clock), raise_server_exceptions=False) as client:
        yield World(client)


def access(operation: Operation, who: str) -> int:
    """What a good key of somebody gets."""
    row = resource_entry("ACCESS", operation.id, operation.tag)
    if operation.takes_keys:
        return int(row[WHO.index(who)])
    return 401 if operation.secured else int(row[WHO.index("nobody")])


@pytest.mark.parametrize("who", ["grace", "alan", "admin"])
def test_a_key_with_every_scope_has_the_access_of_its_owner_and_no_more(world, who, subtests):
    key = world.key_of(who, SCOPES)

    for operation in IN_ORDER:
        with subtests.test(operation=operation):
            assert world.status(operation, key) == access(BY_ID[operation], who)


def test_a_key_with_exactly_the_scopes_of_an_operation_suffices(world, subtests):
    for operation in (name for name in IN_ORDER if name in TAKING):
        with subtests.test(operation=operation):
            key = world.key_of("admin", BY_ID[operation].key_scopes)

            assert world.status(operation, key) == access(BY_ID[operation], "admin")


def test_a_key_that_lacks_a_scope_is_forbidden(world, subtests):
    without = {scope: world.key_of("admin", [other for other in SCOPES if other != scope]) for scope in SCOPES}
    only = {scope: world.key_of("admin", [scope]) for scope in SCOPES}

    for operation in TAKING:
        needed = BY_ID[operation].key_scopes
        lacking: dict[str, Any] = {f"all but {scope}": without[scope] for scope in needed}
        lacking |= {f"only {scope}": only[scope] for scope in SCOPES if [scope] != needed}
        for name, key in lacking.items():
            with subtests.test(operation=operation, key=name):
                assert world.status(operation, key) == 403


@pytest.mark.parametrize("how", ["expired", "revoked", "inactive", "deleted"])
def test_a_key_that_is_no_longer_valid_is_unauthorized_at_once(world, clock, how, subtests):
    key = world.key_of("alan", SCOPES)
    assert world.status("getCurrentUser", key) == 200

    match how:
        case "expired":
            clock.advance(days=90)
        case "revoked":
            alan = signed_in(world.client, "alan")
            [listed] = world.client.get("/api/v1/api-keys", headers=alan).json()["keys"]
            assert world.client.delete(f"/api/v1/api-keys/{listed['id']}", headers=alan).status_code == 204
        case "inactive":
            world.client.patch("/api/v1/users/3", json={"is_active": False}, headers=world.admin).raise_for_status()
        case "deleted":
            world.client.delete("/api/v1/users/3", headers=world.admin).raise_for_status()

    for operation in TAKING:
        with subtests.test(operation=operation):
            assert world.status(operation, key) == 401


def test_a_key_loses_the_rights_of_an_administrator_with_the_role(world, settings):
    key = world.key_of("admin", SCOPES)
    assert world.status("listUsers", key) == 200

    query(settings.database_url, "UPDATE users SET role = 'user' WHERE username = 'admin'")

    assert world.status("listUsers", key) == 403
    assert world.status("getUser", key) == 403
    assert world.status("getCurrentUser", key) == 200


class TestTheDocument:
    def test_uses_every_scope_and_no_other(self):
        assert {scope for operation in OPERATIONS for scope in operation.key_scopes} == set(SCOPES)
        assert not set(SCOPES) & set(ROLES)

    def test_describes_each_scope(self):
        text = DOCUMENT["components"]["schemas"]["Scope"]["description"]

        assert all(f"- `{scope}`: " in text for scope in SCOPES)

    @pytest.mark.parametrize("operation", TAKING)
    def test_asks_the_owner_of_a_key_for_the_roles_of_a_token_and_the_key_for_a_scope(self, operation):
        ways = {name: scopes for way in BY_ID[operation].security for name, scopes in way.items()}

        assert [scope for scope in ways[KEY] if scope in ROLES] == ways[TOKEN]
        assert BY_ID[operation].key_scopes

    def test_lets_no_key_near_credentials_or_whole_accounts(self):
        assert {BY_ID[name].tag for name in TAKING} <= {"users", "posts", "profiles"}
        assert "deleteUser" not in TAKING
