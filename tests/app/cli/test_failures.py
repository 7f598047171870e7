"""Errors of operators: each command prints lines that name the setting, and no traceback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from app.cli.settings import read_settings
from tests.support.builders import PASSWORD
from tests.support.commands import message, messages, runner
from tests.support.paths import ROOT
from tests.support.servers.service import Server, free_port

pytestmark = pytest.mark.slow

COMMANDS = {
    "serve": ("serve",),
    "migrate": ("migrate",),
    "worker": ("worker",),
    "admin create": ("admin", "create", "--email", "ada@example.com", "--username", "ada"),
    "outbox list": ("outbox", "list"),
    "seed": ("seed",),
}
commands = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)


@pytest.fixture
def cli(tmp_path):
    """Runs a command in an environment without settings, on a database that does not exist yet."""
    run = runner(tmp_path)
    port = str(free_port())
    return lambda *arguments, **given: run(*arguments, **{"PORT": port, "stdin": PASSWORD, **given})


WRONG = {
    "ACCOUNT_LIMIT": ["-1"],
    "ALLOWED_HOSTS": ["http://a.example"],
    "ALLOWED_ORIGINS": ["*", "https://a.example,null", "example.com"],
    "CACHE": ["redis"],
    "DATABASE_CONNECTIONS": ["0"],
    "DATABASE_READ_URL": ["foo"],
    "DATABASE_URL": ["foo", "", "mysql://grace:so-secret@host/x", "sqlite:/x", "sqlite://so-secret@h/x", "postgresql://h:x/y"],
    "DRAIN_SECONDS": ["-1"],
    "ENV": ["prod"],
    "MAX_CONNECTIONS": ["0"],
    "MAX_CONNECTIONS_PER_ADDRESS": ["-1"],
    "MAIL_FROM": ["nobody", "a@b.example\nBcc: c@d.example"],
    "PASSWORD_MEMORY_KIB": ["1", "99999999999"],
    "PORT": ["abc", "70000"],
    "PUBLIC_URL": ["example.com"],
    "REDIS_URL": ["foo", "http://:so-secret@host", "redis://h/x"],
    "RESPONSE_POLICY": ["on", "sample(2)"],
    "SMTP_URL": ["foo", "smtp://so-secret@host"],
    "STATEMENT_TIMEOUT": ["0", "inf", "nan"],
    "TRUSTED_PROXIES": ["*", "10.0.0.1/8"],
    "WORKERS": ["0", "x"],
}


class TestSettings:
    @pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
    def test_an_invalid_setting_gives_one_line_without_secrets(self, monkeypatch, capsys, name, value):
        monkeypatch.setenv(name, value)

        with pytest.raises(SystemExit) as ended:
            read_settings()

        [found] = capsys.readouterr().err.splitlines()
        assert ended.value.code == 2
        assert found.startswith(f"error: {name}: ")
        assert "so-secret" not in found

    @commands
    def test_every_command_reports_all_invalid_settings(self, cli, command):
        values = {name: values[0] for name, values in WRONG.items()}

        found = messages(cli(*command, **values), 2)

        assert {line.partition(":")[0] for line in found} == set(WRONG)

    def test_an_unreadable_env_file_gives_one_line(self, cli, tmp_path):
        (tmp_path / ".env").write_bytes(b"MAIL_FROM=\xff\n")

        assert message(cli("migrate"), 2).startswith(".env: cannot be read: ")


class TestMisspelt:
    def test_unknown_names_in_the_file_and_similar_ones_in_the_environment_are_reported(self, cli, tmp_path):
        (tmp_path / ".env").write_text("DATABSE_URL=sqlite:///x.db\nPOSTGRES_PASSWORD=x\nexport port=1\n# HOSTS=x\n")

        result = cli("migrate", ALLOWED_ORIGIN="https://a.example", TRUSTED_PROXY="::1", REDIS_PORT="6379", HOSTNAME="x")

        assert result.returncode == 0
        assert sorted(result.stderr.splitlines()) == [
            "warning: ALLOWED_ORIGIN in the environment is not a setting; did you mean ALLOWED_ORIGINS?",
            "warning: DATABSE_URL in .env is not a setting; did you mean DATABASE_URL?",
            "warning: POSTGRES_PASSWORD in .env is not a setting",
            "warning: TRUSTED_PROXY in the environment is not a setting; did you mean TRUSTED_PROXIES?",
        ]

    def test_a_service_reports_it_once_in_its_log(self, sqlite_template, tmp_path):
        sqlite_template.copy(tmp_path)
        with Server(tmp_path / "accord.db", workers=2, DATABSE_URL="x") as server:
            server.stop()

        assert server.log.read_text().count("did you mean DATABASE_URL?") == 1

    def test_options_and_commands_are_suggested_too(self, cli):
        option, command = cli("serve", "--prot", "1"), cli("srve")

        assert (option.returncode, command.returncode) == (2, 2)
        assert "--port" in option.stderr
        assert "'serve'" in command.stderr


class TestDatabase:
    @commands
    def test_an_unreachable_server_gives_one_line(self, cli, command):
        found = message(cli(*command, DATABASE_URL="postgresql://u:so-secret@127.0.0.1:1/accord"))

        assert found == "DATABASE_URL: cannot connect to PostgreSQL at 127.0.0.1:1: Connection refused"

    def test_a_rejected_connection_gives_one_line(self, cli, postgres):
        unknown_role = postgres.url("postgres").replace("postgres@", "nobody:so-secret@")
        no_rights = postgres.create("no_rights")
        assert cli("migrate", DATABASE_URL=no_rights).returncode == 0
        postgres.execute("CREATE ROLE no_grants LOGIN")
        without_grants = no_rights.replace("postgres@", "no_grants@")

        for url, words in ((postgres.url("nowhere"), '"nowhere" does not exist'), (unknown_role, '"nobody" does not exist')):
            for command in ("migrate", "serve"):
                found = message(cli(command, DATABASE_URL=url))
                assert found.startswith("DATABASE_URL: cannot connect to PostgreSQL at ")
                assert words in found
                assert "so-secret" not in found
        assert "permission denied" in message(cli("serve", DATABASE_URL=without_grants))

    def test_an_inaccessible_folder_gives_one_line(self, cli, tmp_path):
        (tmp_path / "locked").mkdir(mode=0)

        for command in (("serve",), ("migrate", "--check"), ("admin", "token")):
            found = message(cli(*command, DATABASE_URL=f"sqlite:///{tmp_path / 'locked' / 'accord.db'}"))

            assert found.startswith("DATABASE_URL: ")
            assert found.endswith("Permission denied")

    def test_a_folder_that_cannot_be_written_or_created_gives_one_line(self, cli, tmp_path):
        (tmp_path / "full").mkdir(mode=0o555)
        (tmp_path / "file").touch()
        for path in (tmp_path / "full" / "accord.db", tmp_path / "full" / "new" / "accord.db", tmp_path / "file" / "accord.db"):
            for command, settings in (("migrate", {}), ("serve", {"ENV": "development"})):
                found = message(cli(command, DATABASE_URL=f"sqlite:///{path}", **settings))
                assert found.startswith("DATABASE_URL: ")
                assert str(path.parent) in found

    @pytest.mark.parametrize("command", [("serve",), ("serve", "--workers", "2"), ("worker",), ("admin", "token")], ids=str)
    def test_a_read_only_file_gives_one_line(self, cli, sqlite_template, tmp_path, command):
        folder = tmp_path / "read-only"
        folder.mkdir()
        url = sqlite_template.copy(folder)
        for path in folder.iterdir():
            path.chmod(0o444)
        folder.chmod(0o555)

        result = cli(*command, DATABASE_URL=url)

        folder.chmod(0o755)
        failures = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
        assert result.returncode == 1
        assert "Traceback" not in result.stderr
        assert {line.partition(str(folder))[0] for line in failures} == {"error: DATABASE_URL: cannot open the SQLite file "}

    def test_a_private_database_gives_one_line(self, cli):
        for command in ("serve", "migrate"):
            assert message(cli(command, DATABASE_URL="sqlite://"), 2).startswith(
                "DATABASE_URL: sqlite:// is a private database of"
            )


class TestMailFolder:
    @pytest.mark.parametrize("command", ["serve", "worker"])
    def test_an_unwritable_folder_gives_one_line(self, cli, sqlite_template, tmp_path, command):
        url = sqlite_template.copy(tmp_path)
        (tmp_path / "full").mkdir(mode=0o555)

        for folder, why in ((tmp_path / "full", "Permission denied"), (tmp_path / "accord.db", "File exists")):
            result = cli(command, DATABASE_URL=url, MAIL_FOLDER=str(folder))

            assert result.returncode == 1
            assert result.stderr.splitlines()[-1] == f"error: MAIL_FOLDER: cannot write to the folder {folder}: {why}"


class TestAddress:
    def test_a_port_in_use_is_reported_with_how_to_choose_another(self, cli):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            found = message(cli("serve", PORT=str(port)))

        assert found.startswith(f"PORT: {port} of 127.0.0.1 is in use; choose another with PORT=")
        assert "or --port " in found

    @pytest.mark.parametrize("host", ["nobody.invalid", "http://127.0.0.1", "127.0.0.1:8000", "x" * 70, "a..b"])
    def test_an_invalid_host_gives_one_line(self, cli, host):
        assert message(cli("serve", HOST=host)).startswith(f"HOST: {host} is not an address or ")

    def test_a_foreign_address_gives_one_line(self, cli):
        assert message(cli("serve", HOST="192.0.2.1")).startswith("HOST: 192.0.2.1 is not an address of this machine")


class TestMemory:
    def test_too_little_memory_for_a_hash_gives_one_line(self, sqlite_template, tmp_path):
        url = sqlite_template.copy(tmp_path)
        limited = "import os, resource; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31)); "
        limited += "from app.__main__ import main; main()"
        environment = {**os.environ, "DATABASE_URL": url, "PASSWORD_MEMORY_KIB": "4194304", "PYTHONPATH": str(ROOT)}

        ended = subprocess.run(
            [sys.executable, "-c", limited, "admin", "token"], cwd=tmp_path, env=environment, capture_output=True, check=False
        )

        assert (ended.returncode, ended.stderr) == (1, b"error: PASSWORD_MEMORY_KIB: Memory allocation error\n")


class TestInterrupt:
    @pytest.mark.parametrize("seconds", [0.3, 1.2])
    def test_it_ends_a_start_without_a_traceback(self, tmp_path, seconds):
        environment = {
            **os.environ,
            "ENV": "development",
            "PORT": str(free_port()),
            "DATABASE_URL": f"sqlite:///{tmp_path}/a.db",
        }
        command = [sys.executable, "-m", "app", "serve"]
        with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as starting:
            time.sleep(seconds)
            starting.send_signal(signal.SIGINT)
            try:
                _, errors = starting.communicate(timeout=30)
            finally:
                starting.kill()

        assert b"app/" not in errors  # where Python itself is not ready yet, its own traceback may be
        assert starting.returncode in {0, 130, -signal.SIGINT}
