"""A running server, and a connection to it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from app.core import limits
from tests.codegen.server.wire import Connection, serving


class TenRequests:
    """A limit of ten requests a minute of an address."""

    def __init__(self) -> None:
        self._limit = limits.Limit("address", 10, 60)

    def address(self, scope: Any) -> limits.Decision:
        return self._limit.hit(scope["client"][0])

    def account(self, _: object) -> limits.Decision:
        return limits.UNLIMITED


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as port:
        yield port


@pytest.fixture(scope="module")
def limited() -> Iterator[int]:
    with serving(limits=TenRequests(), headers=((b"x-content-type-options", b"nosniff"),)) as port:
        yield port


@pytest.fixture
def connection(port) -> Iterator[Connection]:
    with contextlib.closing(Connection(port)) as opened:
        yield opened
