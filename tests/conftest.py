"""What every test may ask for: settings, an application on a database of its own, a client, a really running server."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.core.config import Settings
from app.main import connected, create_app, make_resources
from app.migrations import run
from app.schemas.models import UserCreate
from app.services import users
from tests.make import PASSWORD, signed_in
from tests.postgres import Running, running
from tests.servers import Server

# Argon2 at its cheapest: what is tested is the service, not the hash.
CHEAP_HASHES = {"password_memory_kib": 8, "password_passes": 1}


@pytest.fixture
def anyio_backend() -> str:
    """Asyncio is what uvicorn serves on."""
    return "asyncio"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with one administrator, `admin`; each test gets a copy."""
    path = tmp_path_factory.mktemp("template") / "accord.db"
    url = f"sqlite:///{path}"
    run.upgrade(url)
    settings = Settings(database_url=url, **CHEAP_HASHES)

    async def administrator() -> None:
        async with connected(make_resources(settings)) as resources:
            new = UserCreate(email="admin@example.com", username="admin", password=PASSWORD)
            await users.create(resources, new, "admin")

    asyncio.run(administrator())
    return path


def settings_of(template: Path, folder: Path) -> Settings:
    """Settings of a test: a database of its own in `folder`, answers held against the document, no limits."""
    path = folder / "accord.db"
    shutil.copy(template, path)
    return Settings(
        env="development",
        database_url=f"sqlite:///{path}",
        response_policy="raise",
        access_log=False,
        address_limit=0,
        account_limit=0,
        sign_in_limit=0,
        **CHEAP_HASHES,
    )


@pytest.fixture
def settings(template: Path, tmp_path: Path) -> Settings:
    """Settings of a test, which copies and changes them as it needs."""
    return settings_of(template, tmp_path)


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
def server_url(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `accord serve`, really running, with the administrator `admin`."""
    path = tmp_path_factory.mktemp("server") / "accord.db"
    shutil.copy(template, path)
    with Server(path) as server:
        yield server.url


@pytest.fixture(scope="session")
def postgres() -> Iterator[Running]:
    """A PostgreSQL for whoever makes databases of their own in it; it is not for stopping."""
    with running() as server:
        yield server
