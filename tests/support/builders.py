"""Builders: each gives a valid object; a test writes only the field it is about."""

from __future__ import annotations

import itertools
from typing import Any

from starlette.testclient import TestClient

PASSWORD = "correct-horse-9"

_numbers = itertools.count(1)


def new_user(**changes: Any) -> dict[str, Any]:
    """The body of createUser, of somebody new."""
    number = next(_numbers)
    user = {"email": f"user{number}@example.com", "username": f"user_{number}", "password": PASSWORD}
    return {**user, **changes}


def new_post(**changes: Any) -> dict[str, Any]:
    """The body of createPost."""
    return {"title": "On compilers", "content": "It is much easier to apologise than to get permission.", **changes}


def at(client: TestClient, address: str) -> TestClient:
    """The same application, asked from another address."""
    other = TestClient(client.app, raise_server_exceptions=False, client=(address, 1))
    other.portal = client.portal  # the same loop, whose connections the application holds
    return other


def stored_user(client: TestClient, **changes: Any) -> dict[str, Any]:
    """Sign somebody up; the user as answered."""
    response = client.post("/api/v1/users", json=new_user(**changes))
    assert response.status_code == 201, response.text
    user: dict[str, Any] = response.json()
    return user


def signed_in(client: TestClient, username: str, password: str = PASSWORD) -> dict[str, str]:
    """Sign in; the header to send."""
    response = client.post("/api/v1/sessions", json={"identifier": username, "password": password})
    assert response.status_code == 201, response.text
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


def stored_post(client: TestClient, headers: dict[str, str], **changes: Any) -> dict[str, Any]:
    """Write a post; the post as answered."""
    response = client.post("/api/v1/posts", json=new_post(**changes), headers=headers)
    assert response.status_code == 201, response.text
    post: dict[str, Any] = response.json()
    return post
