"""The command line, as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import signal
import socket
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from starlette.testclient import TestClient

from app import migrations
from app.contract import api
from app.core.config import Settings
from app.main import create_app
from app.resources import connected, make_resources
from app.services.audit import chain
from tests.contract.contract import OPERATIONS
from tests.support.builders import PASSWORD, signed_in
from tests.support.commands import message, runner
from tests.support.databases import query
from tests.support.paths import ROOT
from tests.support.servers.service import Server, free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def cli(tmp_path):
    """Runs a command in an environment without settings, on a database that does not exist yet."""
    return runner(tmp_path)


def ask(url, body=None, **headers: str):
    """The response of a running service."""
    data = None if body is None else json.dumps(body).encode()
    return urlopen(Request(url, data, {"Content-Type": "application/json", **headers}))  # noqa: S310 - the address is ours


class TestAudit:
    def test_verify_prints_the_end_of_the_chain_and_fails_at_the_first_bad_event(self, cli, tmp_path):
        settings = Settings(database_url=f"sqlite:///{tmp_path / 'accord.db'}", password_memory_kib=8)
        cli("migrate")
        cli("admin", "create", *ADA, stdin=f"{PASSWORD}\n")
        asyncio.run(_seal(settings))

        verified = cli("audit", "verify")
        report, anchor = verified.stdout.splitlines()
        again = cli("audit", "verify", "--expect", anchor)
        query(settings.database_url, "UPDATE audit_events SET details = '{}'")
        changed = message(cli("audit", "verify"))

        assert (verified.returncode, report) == (0, "verified: 1 events; not sealed yet: 0")
        assert again.stdout == verified.stdout
        assert changed.startswith("event 1 (id 1) was changed")
        assert "SEQUENCE:HASH" in message(cli("audit", "verify", "--expect", "1:x"), 2)


async def _seal(settings):
    async with connected(make_resources(settings)) as resources:
        await chain.seal(resources.database)


class TestMigrate:
    def test_it_applies_pending_revisions_once_and_check_changes_nothing(self, cli, tmp_path):
        pending = message(cli("migrate", "--check"))
        untouched = not (tmp_path / "accord.db").exists()
        applied, again, checked = cli("migrate"), cli("migrate"), cli("migrate", "--check")

        assert pending == f"pending: {', '.join(migrations.REVISIONS)}"
        assert untouched
        assert applied.stdout == f"applied: {', '.join(migrations.REVISIONS)}\n"
        assert again.stdout == "up to date\n"
        assert (checked.returncode, checked.stdout) == (0, "up to date\n")

    def test_a_file_that_cannot_be_created_or_is_not_a_database_gives_one_line(self, cli, tmp_path):
        (tmp_path / "text.db").write_text("this is no database " * 100)

        assert "/proc/nowhere" in message(cli("migrate", DATABASE_URL="sqlite:////proc/nowhere/accord.db"))
        assert "file is not a database" in message(cli("migrate", DATABASE_URL=f"sqlite:///{tmp_path / 'text.db'}"))


ADA = ("--email", "ada@example.com", "--username", "ada")


class TestAdmin:
    def test_create_makes_an_administrator_and_token_signs_in(self, cli, tmp_path):
        cli("migrate")
        created = cli("admin", "create", *ADA, stdin=f"{PASSWORD}\n")
        token, named = cli("admin", "token").stdout.strip(), cli("admin", "token", "--username", "ADA").stdout.strip()

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

    def test_failures_give_one_line(self, cli):
        unmigrated = cli("admin", "token")
        cli("migrate")
        missing = cli("admin", "token")
        weak = cli("admin", "create", *ADA, stdin="password1")
        no_digit = cli("admin", "create", *ADA, "--password-stdin", stdin="only letters")
        wrong = cli("admin", "create", "--email", "ada@example.com", "--username", "a", stdin=PASSWORD)

        assert "-m app migrate`" in message(unmigrated)
        assert re.fullmatch(r"There is no such administrator\. Create one with `\S+ -m app admin create`\.", message(missing))
        assert message(weak) == "The password is too easy to guess; choose another one."
        assert message(no_digit).startswith("password: 8 or more characters with an ASCII letter and an ASCII digit, or 15")
        assert message(wrong).startswith("username: must have at least 3 characters")

    def test_the_password_is_not_an_option_and_an_invalid_one_gives_one_line(self, cli):
        cli("migrate")
        option = cli("admin", "create", *ADA, "--password", PASSWORD)
        incomplete = cli("admin", "create", "--password-stdin", stdin=PASSWORD)

        assert (option.returncode, "No such option: --password" in option.stderr) == (2, True)
        assert "--email and --username are required" in message(incomplete, 2)
        assert message(cli("admin", "create", *ADA, stdin="")).startswith("password: must have at least 8 characters")
        assert "standard input is too long" in message(cli("admin", "create", *ADA, stdin="a1" * 4096))
        assert "not UTF-8" in message(cli("admin", "create", *ADA, stdin=b"bombe-1940\xff"))

    def test_on_a_terminal_it_prompts_and_ps_does_not_show_the_password(self, cli, tmp_path):
        cli("migrate")
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(tmp_path)
            os.environ.update(DATABASE_URL=f"sqlite:///{tmp_path / 'accord.db'}", PASSWORD_MEMORY_KIB="8", PYTHONPATH=str(ROOT))
            os.execv(sys.executable, [sys.executable, "-m", "app", "admin", "create"])  # noqa: S606 - nor would a shell help
        shown, commands = b"", set()
        for question, answer in (
            (b"Email: ", "ada@example.com"),
            (b"Username: ", "ada"),
            (b"Password: ", PASSWORD),
            (b"confirmation: ", PASSWORD),
            (b"the id 1", None),
        ):
            while question not in shown:
                shown += os.read(terminal, 4096)
            commands.add(Path(f"/proc/{pid}/cmdline").read_bytes())
            if answer is not None:
                time.sleep(0.2)  # until it has turned the echo off
                os.write(terminal, f"{answer}\n".encode())
        _, status = os.waitpid(pid, 0)
        os.close(terminal)

        assert os.waitstatus_to_exitcode(status) == 0
        assert b"ada@example.com" in shown
        assert PASSWORD.encode() not in shown
        assert not any(PASSWORD.encode() in command for command in commands)


class TestVersion:
    @pytest.mark.parametrize("argument", ["--version", "version"])
    def test_it_is_that_of_the_contract(self, cli, argument):
        info = api().document.data["info"]

        assert cli(argument).stdout == f"{info['title']} {info['version']}\n"


class TestHelp:
    def test_it_names_the_program_as_it_is_typed(self, cli):
        assert "Usage: python -m app [OPTIONS] COMMAND" in cli("--help").stdout
        assert "Usage: python -m app outbox list [OPTIONS]" in cli("outbox", "list", "--help").stdout


class TestCheck:
    def test_it_counts_the_operations(self, cli):
        assert cli("check").stdout == f"openapi.yaml: {len(OPERATIONS)} operations, each with a handler\n"


class TestServe:
    def test_outside_development_it_does_not_start_without_its_tables(self, cli, tmp_path):
        result = cli("serve", PORT=str(free_port()))

        lacks = f"pending migrations: {', '.join(migrations.REVISIONS)}: run `"
        assert message(result).startswith(lacks)
        assert message(result).endswith(f" -m app migrate` (DATABASE_URL: SQLite {tmp_path / 'accord.db'})")
        assert not (tmp_path / "accord.db").exists()

    def test_in_development_it_migrates_makes_demo_data_and_says_how_to_sign_in_once(self, tmp_path):
        database = tmp_path / "folder" / "accord.db"
        database.parent.mkdir()
        with Server(database, ENV="development") as first:
            output = first.log.read_text()
            for path in ("/", "/console", "/docs", "/openapi.yaml"):
                assert f"{first.url}{path}" in output
                assert ask(first.url + path).status == 200
            accounts = re.findall(r"^  (\w+) +(\S+) +(admin|user)$", output, re.MULTILINE)
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
        assert "-m app admin token`" in retold

    def test_sigterm_lets_running_requests_finish_and_exits_with_0(self, sqlite_template, tmp_path):
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

        [start] = [line for line in lines if line.get("event") == "starting"]
        assert start["address"] == server.url
        assert start["database"] == f"SQLite {tmp_path / 'accord.db'}"
        assert (start["version"], start["env"], start["workers"]) == (
            api().document.data["info"]["version"],
            "staging",
            1,
        )
        [line] = [line for line in lines if line.get("operation") == "listPosts"]
        assert line["request"] == answer.headers["X-Request-ID"]
        assert (line["status"], line["path"], line["method"], line["client"]) == (200, "/api/v1/posts", "GET", "127.0.0.1")
