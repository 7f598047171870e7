"""What is asked: one dataclass of facts for each workload, the same for every service."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.support.builders import PASSWORD

USERS = 10_000


@dataclass(frozen=True, slots=True)
class Workload:
    """Requests that differ in one number, `{n}`: the id of a stored user, or one that nobody has used yet."""

    name: str
    title: str
    method: str
    path: str
    status: int
    body: str = ""
    signed_in: bool = False

    @property
    def creates(self) -> bool:
        """Whether each request stores a row."""
        return self.status == 201

    def numbers(self, turn: int) -> tuple[int, int]:
        """The first and last `{n}` of one run. New ones have nine digits, so that Content-Length is always the same."""
        return (100_000_000 + turn * 1_000_000, 999_999_999) if self.creates else (1, USERS)

    def text(self, host: str, token: str) -> str:
        """The whole request as HTTP/1.1."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}"]
        if self.signed_in:
            lines.append(f"Authorization: Bearer {token}")
        if self.body:
            length = len(self.body.replace("{n}", "1" * 9))
            lines += ["Content-Type: application/json", f"Content-Length: {length}"]
        return "\r\n".join(lines) + "\r\n\r\n" + self.body


_NEW = {"email": "new{n}@example.com", "username": "new_{n}", "password": PASSWORD, "full_name": "New User"}
_WRONG = {"email": "not-an-email", "username": "x!", "password": "short", "full_name": "New User"}

WORKLOADS = (
    Workload("W1", "getUserProfile: one row by key", "GET", "/api/v1/user-profiles/{n}", 200),
    Workload("W1t", "getUser: the same with a token", "GET", "/api/v1/users/{n}", 200, signed_in=True),
    Workload("W2", "listUserProfiles: 50 rows and their total", "GET", "/api/v1/user-profiles?page=1&page_size=50", 200),
    Workload("W2t", "listUsers: the same with a token", "GET", "/api/v1/users?page=1&page_size=50", 200, signed_in=True),
    Workload("W5", "createUser: one row stored", "POST", "/api/v1/users", 201, json.dumps(_NEW)),
    Workload("W6", "createUser: three fields refused", "POST", "/api/v1/users", 422, json.dumps(_WRONG)),
)
