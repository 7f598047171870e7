"""A Python client made from the document by somebody else's generator, and visitors who use it."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.clients.visitor import Visitor
from tests.support.paths import ROOT

BIN = Path(sys.executable).parent


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What openapi-python-client said while it wrote the package `accord_client` into its working directory, `args[-1]`."""
    folder = tmp_path_factory.mktemp("client") / "generated"
    command: list[str | Path] = [
        BIN / "openapi-python-client",
        "generate",
        "--path",
        ROOT / "openapi.yaml",
        "--output-path",
        folder,
    ]
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"  # it calls ruff
    return subprocess.run(command, env={**os.environ, "PATH": path}, check=True, capture_output=True, text=True)


@pytest.fixture(scope="session")
def folder(generated: subprocess.CompletedProcess[str]) -> Path:
    """Where the package is."""
    return Path(generated.args[-1])


@pytest.fixture(scope="session")
def package(folder: Path) -> Iterator[Any]:
    """The generated package, imported."""
    sys.path.insert(0, str(folder))
    yield importlib.import_module("accord_client")
    sys.path.remove(str(folder))


@pytest.fixture
def enter(package: Any, server_url: str) -> Iterator[Callable[[str], Visitor]]:
    """Makes a visitor with an access token; their connections end with the test."""
    with ExitStack() as clients:

        def visitor(token: str) -> Visitor:
            client = package.AuthenticatedClient(base_url=server_url, token=token, raise_on_unexpected_status=True)
            return Visitor(clients.enter_context(client))

        yield visitor


@pytest.fixture
def visitor(package: Any, server_url: str) -> Iterator[Visitor]:
    """Nobody yet."""
    with package.Client(base_url=server_url, raise_on_unexpected_status=True) as client:
        yield Visitor(client)


@pytest.fixture
def signed_in(enter: Callable[[str], Visitor], visitor: Visitor) -> Callable[[str], Visitor]:
    """Makes a visitor who has signed in under a username."""
    return lambda username: enter(visitor.sign_in(username).access_token)
