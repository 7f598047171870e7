"""What every test may ask for: settings, an application on a database of its own, a client, a really running server."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from xdist.remote import Producer

from app.core.config import Settings
from app.main import create_app
from tests.clients import table
from tests.support.builders import signed_in
from tests.support.databases import CHEAP_HASHES, PostgresTemplate, SQLiteTemplate, Template
from tests.support.scheduling import Sharing
from tests.support.secret_key import SECRET_KEY
from tests.support.servers.postgres import Running, running
from tests.support.servers.service import Server
from tests.support.temporary import use_memory

use_memory()

# Jobs in the background of a shell ignore it, and so would every program that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of several processes, none shall be left alone with a slow test in the end."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing | None:
    """Ours for `--dist loadscope`."""
    return Sharing(config, log) if config.getoption("dist") == "loadscope" else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of generated clients, if they were tried."""
    reports = [report for kind in terminalreporter.stats.values() for report in kind if isinstance(report, pytest.TestReport)]
    rows = [
        table.Row.of(cast("dict[str, Any]", value))
        for report in reports
        if report.when == "call"
        for name, value in report.user_properties
        if name == "client"
    ]
    if rows:
        terminalreporter.section("clients of other generators")
        terminalreporter.write(table.table(rows))


@pytest.fixture
def anyio_backend() -> str:
    """Asyncio is what uvicorn serves on."""
    return "asyncio"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A SQLite file to copy, for tests to which the database does not matter."""
    return SQLiteTemplate(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Running]:
    """A PostgreSQL for whoever makes databases of their own in it; it is not for stopping."""
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Running) -> Template:
    """A database of that server to copy."""
    return PostgresTemplate(postgres)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def template(request: pytest.FixtureRequest) -> Template:
    """A migrated database with one administrator, `admin`: what uses it runs on both databases."""
    found: Template = request.getfixturevalue("sqlite_template" if request.param == "sqlite" else "postgres_template")
    return found


def settings_of(template: Template, folder: Path) -> Settings:
    """Settings of a test: a database of its own, answers held against the document, no limits."""
    return Settings(
        env="development",
        database_url=template.copy(folder),
        response_policy="raise",
        access_log=False,
        address_limit=0,
        account_limit=0,
        sign_in_limit=0,
        sign_in_failure_limit=0,
        guess_limit=0,
        sign_up_limit=0,
        unknown_token_limit=0,
        mail_request_limit=0,
        mail_limit=0,
        secret_key=[SECRET_KEY],
        worker=False,
        **CHEAP_HASHES,
    )


@pytest.fixture
def settings(template: Template, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a test, which copies and changes them as it needs."""
    settings = settings_of(template, tmp_path)
    yield settings
    template.drop(settings.database_url)


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    """The application, not started."""
    return create_app(settings)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client of the started application. A fault of the service is an answer 500, as in production."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def admin(client: TestClient) -> dict[str, str]:
    """The header of the administrator."""
    return signed_in(client, "admin")


@pytest.fixture(scope="session")
def server_url(sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `python -m app serve`, really running, with the administrator `admin`."""
    folder = tmp_path_factory.mktemp("server")
    sqlite_template.copy(folder)
    with Server(folder / "accord.db") as server:
        yield server.url
