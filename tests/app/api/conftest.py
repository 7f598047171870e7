"""A client of an application whose clock the test sets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.core.config import Settings
from app.main import create_app
from tests.support.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(settings: Settings, clock: Clock) -> Iterator[TestClient]:
    """Faults of the service are answers 500, as in production."""
    with TestClient(create_app(settings, now=clock), raise_server_exceptions=False) as client:
        yield client
