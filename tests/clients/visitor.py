"""Somebody who uses the service through the generated Python client."""

from __future__ import annotations

import importlib
from typing import Any

from tests.support.builders import PASSWORD, new_user


class Visitor:
    """Somebody at the service: the generated client, without a token or with one, and its package by the document's names."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.models: Any = importlib.import_module("accord_client.models")

    def call(self, tag: str, operation: str, **arguments: Any) -> Any:
        """The whole answer of an operation: `status_code`, `headers`, `parsed`."""
        module = importlib.import_module(f"accord_client.api.{tag}.{operation}")
        return module.sync_detailed(client=self._client, **arguments)

    def sign_in(self, username: str) -> Any:
        """The tokens of a new session."""
        body = self.models.SessionCreate(identifier=username, password=PASSWORD)
        return self.call("sessions", "create_session", body=body).parsed

    def sign_up(self, **changes: Any) -> Any:
        """The whole answer of createUser, for somebody new."""
        return self.call("users", "create_user", body=self.models.UserCreate.from_dict(new_user(**changes)))
