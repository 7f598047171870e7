"""The command line, as a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from urllib.request import Request, urlopen

import pytest
from starlette.testclient import TestClient

from app import migrations
from app.core.config import Settings
from app.main import create_app
from tests.contract.contract import OPERATIONS
from tests.make import PASSWORD, signed_in
from tests.servers import ROOT, Server, free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def accord(tmp_path):
    """Runs a command in an environment without settings, on a database that is not there yet."""
    names = {name.upper() for name in Settings.model_fields}
    inherited = {name: value for name, value in os.environ.items() if name not in names}

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'accord.db'}",
            "PASSWORD_MEMORY_KIB": "8",
            **settings,
        }
        command = [sys.executable, "-m", "app.cli", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False)

    return run


def complaint(result):
    """The one line with which a command failed."""
    assert result.returncode == 1, result
    [line] = result.stderr.splitlines()
    assert line.startswith("accord: ")
    return line.removeprefix("accord: ")


def ask(url, body=None, **headers: str):
    """The answer of a running service."""
    data = None if body is None else json.dumps(body).encode()
    return urlopen(Request(url, data, {"Content-Type": "application/json", **headers}))  # noqa: S310 - the address is ours


class TestMigrate:
    def test_it_applies_what_is_pending_once_and_check_only_asks(self, accord, tmp_path):
        pending = complaint(accord("migrate", "--check"))
        untouched = not (tmp_path / "accord.db").exists()
        applied, again, checked = accord("migrate"), accord("migrate"), accord("migrate", "--check")

        assert pending == f"pending: {', '.join(migrations.REVISIONS)}"
        assert untouched
        assert applied.stdout == f"applied: {', '.join(migrations.REVISIONS)}\n"
        assert again.stdout == "nothing to do\n"
        assert (checked.returncode, checked.stdout) == (0, "nothing is pending\n")

    def test_a_file_that_cannot_be_made_or_is_no_database_is_one_line(self, accord, tmp_path):
        (tmp_path / "text.db").write_text("this is no database " * 100)

        assert "/proc/nowhere" in complaint(accord("migrate", DATABASE_URL="sqlite:////proc/nowhere/accord.db"))
        assert "file is not a database" in complaint(accord("migrate", DATABASE_URL=f"sqlite:///{tmp_path / 'text.db'}"))


class TestAdmin:
    def test_create_makes_an_administrator_and_token_signs_in(self, accord, tmp_path):
        accord("migrate")
        created = accord("admin", "create", "--email", "ada@example.com", "--username", "ada", "--password", PASSWORD)
        token, named = accord("admin", "token").stdout.strip(), accord("admin", "token", "--username", "ADA").stdout.strip()

        settings = Settings(env="staging", database_url=f"sqlite:///{tmp_path / 'accord.db'}", access_log=False)
        assert created.stdout == "administrator ada has the id 1\n"
        with TestClient(create_app(settings)) as client:
            for header in (
                {"Authorization": f"Bearer {token}"},
                {"Authorization": f"Bearer {named}"},
                signed_in(client, "ada"),
            ):
                [user] = client.get("/api/v1/users", headers=header).json()["users"]
                assert (user["username"], user["role"]) == ("ada", "admin")

    def test_what_cannot_be_is_one_line(self, accord):
        unmigrated = accord("admin", "token")
        accord("migrate")
        nobody = accord("admin", "token")
        weak = accord("admin", "create", "--email", "ada@example.com", "--username", "ada", "--password", "password1")
        wrong = accord("admin", "create", "--email", "ada@example.com", "--username", "a", "--password", PASSWORD)

        assert "run `accord migrate`" in complaint(unmigrated)
        assert complaint(nobody) == "There is no such administrator; `accord admin create` makes one."
        assert complaint(weak) == "The password is too easy to guess; choose another one."
        assert complaint(wrong).startswith("username: ")


class TestCheck:
    def test_it_counts_the_operations(self, accord):
        assert accord("check").stdout == f"openapi.yaml: {len(OPERATIONS)} operations, each with its handler\n"


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "line"),
        [
            ({"PORT": "abc"}, "PORT: Input should be a valid integer"),
            ({"PORT": "70000"}, "PORT: Input should be less than or equal to 65535"),
            ({"ENV": "prod"}, "ENV: Input should be 'development', 'staging' or 'production'"),
            ({"ALLOWED_ORIGINS": "*"}, "ALLOWED_ORIGINS: `*` is no origin"),
            ({"DATABASE_URL": "mysql://grace:so-secret@host/accord"}, "a SQLite URL is sqlite:///relative.db"),
        ],
        ids=str,
    )
    def test_a_setting_that_is_wrong_is_one_clear_line(self, accord, settings, line):
        found = complaint(accord("serve", **settings))

        assert found.startswith(line)
        assert "so-secret" not in found


class TestServe:
    def test_outside_development_it_does_not_start_without_its_tables(self, accord, tmp_path):
        result = accord("serve", PORT=str(free_port()))

        assert complaint(result) == f"the database lacks the migrations {', '.join(migrations.REVISIONS)}: run `accord migrate`"
        assert not (tmp_path / "accord.db").exists()

    def test_in_development_it_migrates_makes_demo_data_and_says_how_to_sign_in_once(self, tmp_path):
        database = tmp_path / "folder" / "accord.db"
        database.parent.mkdir()
        with Server(database, ENV="development") as first:
            told = first.log.read_text()
            for path in ("/docs", "/redoc", "/openapi.yaml"):
                assert f"{first.url}{path}" in told
                assert ask(first.url + path).status == 200
            accounts = re.findall(r"^  (\w+) +(\S+) +(admin|user)$", told, re.MULTILINE)
            for username, password, role in accounts:
                tokens = json.load(ask(f"{first.url}/api/v1/sessions", {"identifier": username, "password": password}))
                user = json.load(ask(f"{first.url}/api/v1/users/me", Authorization=f"Bearer {tokens['access_token']}"))
                assert user["role"] == role
            posts = json.load(ask(f"{first.url}/api/v1/posts"))["total"]
        with Server(database, ENV="development") as second:
            retold = second.log.read_text()
            kept = json.load(ask(f"{second.url}/api/v1/posts"))["total"]

        assert [(username, role) for username, _, role in accounts] == [("ada", "admin"), ("grace", "user")]
        assert posts == kept > 0
        assert not any(password in retold for _, password, _ in accounts)
        assert "accord admin token" in retold

    def test_at_sigterm_it_finishes_what_it_has_begun_and_ends_with_0(self, sqlite_template, tmp_path):
        sqlite_template.copy(tmp_path)
        body = b'{"identifier":"nobody","password":"x"}'
        head = b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        with Server(tmp_path / "accord.db", PASSWORD_MEMORY_KIB="65536", PASSWORD_PASSES="15") as server:
            with socket.create_connection(("127.0.0.1", server.port)) as connection:
                connection.sendall(head % len(body) + body)
                time.sleep(0.2)  # it is being hashed now, which takes about a second
                server.process.send_signal(signal.SIGTERM)
                answer = connection.makefile("rb").read()

            assert answer.startswith(b"HTTP/1.1 401")
            assert answer.endswith(b"}")
            assert server.process.wait(15) == 0

    def test_it_logs_one_line_of_json_a_request(self, sqlite_template, tmp_path):
        sqlite_template.copy(tmp_path)
        with Server(tmp_path / "accord.db", ACCESS_LOG="true") as server:
            answer = ask(f"{server.url}/api/v1/posts?page=1")
            server.stop()
            lines = [json.loads(line) for line in server.log.read_text().splitlines()]

        [line] = [line for line in lines if line.get("operation") == "listPosts"]
        assert line["request"] == answer.headers["X-Request-ID"]
        assert (line["status"], line["path"], line["method"], line["client"]) == (200, "/api/v1/posts", "GET", "127.0.0.1")
