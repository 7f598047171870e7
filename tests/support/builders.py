"""Builders of valid objects; a test sets only the fields it is about."""

from __future__ import annotations

import itertools
from typing import Any

from starlette.testclient import TestClient

from tests.contract.contract import KEY_HEADER, SCOPES

PASSWORD = "correct-horse-9"

_numbers = itertools.count(1)


def new_user(**changes: Any) -> dict[str, Any]:
    """A valid body of createUser."""
    number = next(_numbers)
    user = {"email": f"user{number}@example.com", "username": f"user_{number}", "password": PASSWORD}
    return {**user, **changes}


def new_post(**changes: Any) -> dict[str, Any]:
    """A valid body of createPost."""
    return {"title": "On compilers", "content": "It is much easier to apologise than to get permission.", **changes}


def at(client: TestClient, address: str) -> TestClient:
    """A client of the same application with another IP address."""
    other = TestClient(client.app, raise_server_exceptions=False, client=(address, 1))
    other.portal = client.portal  # the same event loop, to which the application's connections belong
    return other


def stored_user(client: TestClient, **changes: Any) -> dict[str, Any]:
    """Create a user and return it as in the response."""
    response = client.post("/api/v1/users", json=new_user(**changes))
    assert response.status_code == 201, response.text
    user: dict[str, Any] = response.json()
    return user


def signed_in(client: TestClient, username: str, password: str = PASSWORD) -> dict[str, str]:
    """Sign in and return the Authorization header."""
    response = client.post("/api/v1/sessions", json={"identifier": username, "password": password})
    assert response.status_code == 201, response.text
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


def stored_post(client: TestClient, headers: dict[str, str], **changes: Any) -> dict[str, Any]:
    """Create a post and return it as in the response."""
    response = client.post("/api/v1/posts", json=new_post(**changes), headers=headers)
    assert response.status_code == 201, response.text
    post: dict[str, Any] = response.json()
    return post


def stored_key(client: TestClient, headers: dict[str, str], **changes: Any) -> dict[str, str]:
    """Create an API key, with all scopes if not told which, and return the header that sends it."""
    body = {"name": "Tests", "scopes": SCOPES, **changes}
    response = client.post("/api/v1/api-keys", json=body, headers=headers)
    assert response.status_code == 201, response.text
    return {KEY_HEADER: response.json()["secret"]}
