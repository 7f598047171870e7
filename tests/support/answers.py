"""Readers of responses."""

from __future__ import annotations

import json
from typing import Any

from accord.openapi.values.encoded import Encoded


def faults(response: Any) -> set[tuple[str, str, str]]:
    """The errors of a 422: `in`, `pointer` and the keyword that failed."""
    assert response.status_code == 422, response.text
    return {(fault["in"], fault["pointer"], fault["code"]) for fault in response.json()["errors"]}


def problem(response: Any) -> tuple[int, str]:
    """The status and code of a problem; fails unless its members agree with the response."""
    body = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    assert body["status"] == response.status_code
    assert body["type"] == f"/problems/{body['code']}"
    assert body["instance"] == f"urn:uuid:{response.headers['X-Request-ID']}"
    return response.status_code, body["code"]


def total(page: Encoded[Any]) -> int:
    """The total of a page returned by a service function."""
    found: int = json.loads(page.body)["total"]
    return found
