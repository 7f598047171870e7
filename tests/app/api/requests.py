"""A valid request of every operation, for the rows of a test: Grace (2), Alan (3), Grace's post (1).

Paths and bodies follow from the document; what does not is in BODIES and WORLD of `tests/resources/`.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import re
from typing import Any

import httpx2
from sqlalchemy import Table

from tests.contract.contract import BY_ID, OPERATIONS, Operation
from tests.support import yaml
from tests.support.builders import signed_in
from tests.support.databases import Connection
from tests.support.paths import OPENAPI
from tests.support.resources import resource_data
from tests.support.rows import NAMED, parents

METHODS = ("get", "put", "post", "delete", "patch")


def _request(operation: Operation) -> tuple[str, str, Any]:
    values = resource_data("WORLD").get(operation.id, {})
    path = re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], "2" if match[1] == "user_id" else "1"), operation.path)
    fresh = resource_data("BODIES").get(operation.id, lambda: next(iter(operation.examples.values()), None))
    return operation.method, path, values.get("body") or fresh()


REQUESTS = {operation.id: _request(operation) for operation in OPERATIONS}


def _generation(table: Table) -> int:
    """0 for a table that references no other, else one more than the highest of those that it references."""
    return max((1 + _generation(parent) for parent in parents(table)), default=0)


def _order(operation: Operation) -> int:
    """The generation of the row that a deletion names in its path; the highest if it names none."""
    named = [NAMED[name] for name in operation.of("path") if name in NAMED]
    return _generation(named[-1]) if named else len(NAMED)


# Every operation can follow those before it: rows are deleted before the rows that they reference.
_DELETIONS = [operation for operation in reversed(OPERATIONS) if operation.method == "DELETE"]
IN_ORDER = [name for name in REQUESTS if REQUESTS[name][0] != "DELETE"]
IN_ORDER += [found.id for found in sorted(_DELETIONS, key=_order, reverse=True)]
# What creates the rows that the paths of a test's world name, beside users and posts, which a test makes as it likes.
CREATIONS = [found.id for found in OPERATIONS if found.creates and found.id not in ("createUser", "createPost")]


@functools.cache
def operations() -> dict[str, dict[str, Any]]:
    """The operations of the document by their ids."""
    document = yaml.load(OPENAPI.read_text())
    found = [item[method] for item in document["paths"].values() for method in METHODS if method in item]
    return {operation["operationId"]: operation for operation in found}


def send(client: Any, operation: str, *, alias: bool = False, refresh_token: str = "", **options: Any) -> Any:
    """Send the request of an operation, or one with other `method`, `content`, `params` or `headers`."""
    method, path, body = REQUESTS[operation]
    if "content" not in options:
        body = _prepared(client, operation, body, options.get("headers") or client.headers)
    if alias:
        path = path.replace("/api/v1/", "/api/")
    if operation == "createSessionToken":
        body = {"refresh_token": refresh_token}
    if body is not None and "content" not in options:
        options["json"] = body
    return client.request(options.pop("method", method), path, **options)


def _prepared(client: Any, operation: str, body: Any, headers: Any) -> Any:
    """The body, made valid for whoever sends it; for Grace, if nobody does."""
    prepare = resource_data("PREPARE").get(operation)
    if prepare is None:
        return body
    body, token = copy.deepcopy(body), httpx2.Headers(headers).get("Authorization", "").split(" ")[-1]
    with Connection(client.app.state.resources.settings.database_url) as database:
        session = database.one(
            "SELECT user_id FROM sessions WHERE access_hash = ?", (hashlib.sha256(token.encode()).hexdigest(),)
        )
        prepare(database, session["user_id"] if session is not None else 2, body, client.app.state.resources.now())
    return body


def store_others(client: Any, headers: dict[str, str]) -> None:
    """One row of everything else that can be created, in the order of the document.

    It belongs to the sender of `headers`, or to the administrator if only they may create it.
    """
    for operation in CREATIONS:
        is_for_admins = "admin" in BY_ID[operation].roles
        response = send(client, operation, headers=signed_in(client, "admin") if is_for_admins else headers)
        assert response.status_code == 201, response.text
        if then := resource_data("STORE").get(operation):
            then(client, headers)
