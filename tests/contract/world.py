"""Running servers, and their users."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.contract.contract import BY_ID
from tests.contract.people import PASSWORD
from tests.contract.wire import Answer, Request
from tests.support.databases import Connection
from tests.support.resources import resource_data

JSON = "application/json"

_numbers = itertools.count(1)


@dataclass(frozen=True)
class World:
    """Running servers, and who is known there; tokens by username.

    `port` has no limits. At `spent` the limit of this address is used up, and the account limit of nobody.
    At `out` the database is damaged. `strict` and `invite` serve the database of `port` with these policies of sign-up.
    """

    port: int
    spent: int
    out: int
    strict: int
    invite: int
    tokens: dict[str, str]
    tokens_out: dict[str, str]
    database: Connection

    def new_user(self) -> tuple[int, str]:
        """A new signed-in user: id and access token."""
        body = new_user()
        user = post(self.port, "/api/v1/users", body)
        return json.loads(user.body)["id"], json.loads(self.sign_in(body["username"]).body)["access_token"]

    def as_new_user(self, operation: str, **values: str) -> Answer:
        """Send a request that succeeds, as a new user."""
        user_id, token = self.new_user()
        return self.prepared(operation, user_id, token, **values).send(self.port)

    def prepared(self, operation: str, user_id: int, token: str, **values: str) -> Request:
        """A request of a user that succeeds."""
        request = Request.on_rows(BY_ID[operation], token, **values)
        if prepare := resource_data("PREPARE").get(operation):
            body = json.loads(request.body) if request.body is not None else None
            prepare(self.database, user_id, body, datetime.now(UTC))
            request = request.saying(json.dumps(body).encode()) if body is not None else request
        return request

    def sign_in(self, name: str) -> Answer:
        """Start a session."""
        return post(self.port, "/api/v1/sessions", {"identifier": name, "password": PASSWORD})


def stale(database: Connection, port: int) -> str:
    """The token of an administrator whose last proof of identity is a day old."""
    body = {"identifier": "admin", "password": PASSWORD}
    issued = json.loads(post(port, "/api/v1/sessions", body).body)
    before = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="microseconds")
    database.execute("UPDATE sessions SET created_at = ? WHERE id = ?", (before, issued["session_id"]))
    return str(issued["access_token"])


def new_user(**changes: str) -> dict[str, str]:
    """A valid body of createUser."""
    name = f"directed_{next(_numbers)}"
    return {"email": f"{name}@example.com", "username": name, "password": PASSWORD, **changes}


def post(port: int, path: str, body: object) -> Answer:
    """POST a JSON body."""
    return Request("POST", path, headers={"Content-Type": JSON}, body=json.dumps(body).encode()).send(port)
