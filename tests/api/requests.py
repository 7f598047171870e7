"""One good request of every operation, on the rows that a test has made: Grace (2), Alan (3), and Grace's post (1).

The session 2 is one of whoever may end it, but not the one that they ask in.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml

from tests.make import PASSWORD, new_post, new_user

DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"
METHODS = ("get", "put", "post", "delete", "patch")

REQUESTS: dict[str, tuple[str, str, Any]] = {
    "getHealth": ("GET", "/health", None),
    "getReadiness": ("GET", "/health/ready", None),
    "listUsers": ("GET", "/api/v1/users", None),
    "createUser": ("POST", "/api/v1/users", new_user(username="somebody_new")),
    "getCurrentUser": ("GET", "/api/v1/users/me", None),
    "getUser": ("GET", "/api/v1/users/2", None),
    "updateUser": ("PATCH", "/api/v1/users/2", {"bio": "Compilers."}),
    "deleteUser": ("DELETE", "/api/v1/users/2", None),
    "listUserPosts": ("GET", "/api/v1/users/2/posts", None),
    "listPosts": ("GET", "/api/v1/posts", None),
    "createPost": ("POST", "/api/v1/posts", new_post()),
    "getPost": ("GET", "/api/v1/posts/1", None),
    "listUserProfiles": ("GET", "/api/v1/user-profiles", None),
    "getUserProfile": ("GET", "/api/v1/user-profiles/2", None),
    "listSessions": ("GET", "/api/v1/sessions", None),
    "createSession": ("POST", "/api/v1/sessions", {"identifier": "grace", "password": PASSWORD}),
    "deleteSession": ("DELETE", "/api/v1/sessions/2", None),
    "createSessionToken": ("POST", "/api/v1/session-tokens", {"refresh_token": ""}),
}


@functools.cache
def operations() -> dict[str, dict[str, Any]]:
    """The operations of the document by their ids."""
    document = yaml.safe_load(DOCUMENT.read_text())
    found = [item[method] for item in document["paths"].values() for method in METHODS if method in item]
    return {operation["operationId"]: operation for operation in found}


def send(client: Any, operation: str, *, alias: bool = False, refresh_token: str = "", **options: Any) -> Any:
    """Send the request of an operation, or one with other `method`, `content`, `params` or `headers`."""
    method, path, body = REQUESTS[operation]
    if alias:
        path = path.replace("/api/v1/", "/api/")
    if operation == "createSessionToken":
        body = {"refresh_token": refresh_token}
    if body is not None and "content" not in options:
        options["json"] = body
    return client.request(options.pop("method", method), path, **options)
