"""Running servers, and their users."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass

from tests.contract.people import PASSWORD
from tests.contract.wire import Answer, Request

JSON = "application/json"

_numbers = itertools.count(1)


@dataclass(frozen=True)
class World:
    """Running servers, and who is known there; tokens by username.

    `port` has no limits. At `spent` the limit of this address is used up, and the account limit of nobody.
    At `out` the database is damaged.
    """

    port: int
    spent: int
    out: int
    tokens: dict[str, str]
    tokens_out: dict[str, str]

    def new_user(self) -> tuple[int, str]:
        """A new signed-in user: id and access token."""
        body = new_user()
        user = post(self.port, "/api/v1/users", body)
        return json.loads(user.body)["id"], json.loads(self.sign_in(body["username"]).body)["access_token"]

    def sign_in(self, name: str) -> Answer:
        """Start a session."""
        return post(self.port, "/api/v1/sessions", {"identifier": name, "password": PASSWORD})


def new_user(**changes: str) -> dict[str, str]:
    """A valid body of createUser."""
    name = f"directed_{next(_numbers)}"
    return {"email": f"{name}@example.com", "username": name, "password": PASSWORD, **changes}


def post(port: int, path: str, body: object) -> Answer:
    """POST a JSON body."""
    return Request("POST", path, headers={"Content-Type": JSON}, body=json.dumps(body).encode()).send(port)
