"""What each command imports, and that its options are the parameters of the function that implements it."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from importlib import import_module

import pytest

from app.cli import groups
from app.cli import main as cli
from tests.support.paths import ROOT
from tests.support.servers.service import free_port

pytestmark = pytest.mark.slow

# Libraries that take long to import, and those of them that only a server or a PostgreSQL needs.
HEAVY = {
    "alembic",
    "argon2",
    "asyncpg",
    "fastapi",
    "jinja2",
    "pydantic",
    "redis",
    "sqlalchemy",
    "starlette",
    "structlog",
    "uvicorn",
}
WEB = {"alembic", "asyncpg", "fastapi", "redis", "starlette", "uvicorn"}

FORBIDDEN = {
    "app.cli.main": HEAVY | {"yaml"},
    "app.contract": HEAVY,
    "app.cli.settings": HEAVY - {"pydantic"},
    "app.cli.migrate": HEAVY - {"pydantic"},
    "app.cli.doctor": WEB,
    "app.cli.admin": WEB,
    "app.cli.audit": WEB,
    "app.cli.outbox": WEB,
    "app.cli.worker": WEB,
    "app.cli.users": WEB,
    "app.cli.seed": WEB - {"asyncpg"},
    "app.cli.serve": {"alembic", "asyncpg", "jinja2", "redis"},
}

COMMANDS = {
    "app.cli.serve": ["serve"],
    "app.cli.check": ["check"],
    "app.cli.completion": ["completion"],
    "app.cli.openapi": ["openapi"],
    "app.cli.version": ["version"],
    "app.cli.doctor": ["doctor"],
    "app.cli.show_settings": ["show_settings"],
    "app.cli.admin": ["admin_create", "admin_token"],
    "app.cli.migrate": ["migrate"],
    "app.cli.worker": ["worker"],
    "app.cli.audit": ["audit_verify"],
    "app.cli.outbox": ["list_outbox", "retry_outbox"],
    "app.cli.users": ["users_import", "users_export"],
    "app.cli.seed": ["seed"],
}
OVERRIDES = {"serve": {"host", "port", "workers", "mock"}}


@pytest.mark.parametrize("module", FORBIDDEN)
def test_a_command_imports_no_library_that_it_does_not_use(module):
    program = f"import sys, json, {module}; print(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"

    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True)

    assert FORBIDDEN[module] & set(json.loads(ended.stdout)) == set()


def test_no_command_imports_rich():
    program = "import atexit, sys, app.__main__; atexit.register(lambda: print(*sys.modules)); app.__main__.main()"

    ended = subprocess.run([sys.executable, "-c", program, "check"], cwd=ROOT, capture_output=True, check=True, text=True)

    assert "fastapi" in ended.stdout.split()
    assert "rich.console" not in ended.stdout.split()


FIRST_COLLECTION = """
import gc, os, traceback, app.__main__

def collected(phase, info):
    print("\\n", *(f"{os.path.basename(frame.filename)}:{frame.name}" for frame in traceback.extract_stack()), flush=True)
    os._exit(0)

gc.callbacks.append(collected)
app.__main__.main()
"""


def test_no_garbage_is_collected_until_the_server_runs(settings):
    environment = {**os.environ, "ENV": "development", "DATABASE_URL": settings.database_url, "PORT": str(free_port())}

    ended = subprocess.run(
        [sys.executable, "-c", FIRST_COLLECTION, "serve"], cwd=ROOT, env=environment, capture_output=True, check=True, text=True
    )

    assert "lifecycle.py:serve" in ended.stdout.splitlines()[-1].split()


@pytest.mark.parametrize(("module", "name"), [(module, name) for module, names in COMMANDS.items() for name in names])
def test_options_match_the_parameters_of_the_function(module, name):
    declared = set(inspect.signature(getattr(groups, name, None) or getattr(cli, name)).parameters) - OVERRIDES.get(name, set())
    taken = set(inspect.signature(getattr(import_module(module), name)).parameters) - {"settings"}

    assert declared == taken
