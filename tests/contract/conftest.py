"""The passes of the fuzz, and running servers for single requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.contract.fuzz.passes import PASSES, Outcome, run
from tests.contract.people import PASSWORD, furnish
from tests.contract.wire import Request
from tests.support.databases import Template
from tests.support.servers.service import Server


@pytest.fixture(scope="session")
def passes(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Outcome]]]:
    """The outcome of each pass. Two passes run at a time, because generating cases keeps a processor busy."""
    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(run, name, template, tmp_path_factory.mktemp(name)) for name in PASSES}


@pytest.fixture(scope="session")
def furnished(template: Template, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database with users and posts. No test may depend on what another changes."""
    return furnish(template, tmp_path_factory.mktemp("furnished"))


@pytest.fixture(scope="session")
def port(furnished: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server without limits."""
    with Server(tmp_path_factory.mktemp("port") / "accord.db", DATABASE_URL=furnished) as server:
        yield server.port


def sign_in(port: int, name: str) -> str:
    """An access token."""
    body = json.dumps({"identifier": name, "password": PASSWORD}).encode()
    answer = Request("POST", "/api/v1/sessions", headers={"Content-Type": "application/json"}, body=body).send(port)
    assert answer.status == 201, answer.body
    token: str = json.loads(answer.body)["access_token"]
    return token


@pytest.fixture(scope="session")
def admin_token(port: int) -> str:
    """An administrator's access token."""
    return sign_in(port, "admin")


@pytest.fixture(scope="session")
def user_token(port: int) -> str:
    """An ordinary user's access token."""
    return sign_in(port, "user")
