"""What commands print: JSON on standard output, the document, and completions in a shell."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import pty
import subprocess
import sys

import pytest
import structlog
import yaml
from typer.testing import CliRunner

from app import migrations
from app.cli import main as cli
from app.cli.output import progress
from tests.contract.contract import OPERATIONS
from tests.support.builders import PASSWORD
from tests.support.commands import runner
from tests.support.databases import query
from tests.support.paths import ROOT

TEXT_ONLY = {"serve", "worker", "completion"}
LATE = "2020-01-01T00:00:00.000000+00:00"


@pytest.fixture
def logging_as_before():
    """Commands configure logging, here for the tests that follow too."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_every_command_that_prints_a_result_prints_it_as_json(tmp_path, monkeypatch, logging_as_before):  # noqa: ARG001
    monkeypatch.chdir(tmp_path)
    environment = {"ENV": "staging", "DATABASE_URL": "sqlite:///accord.db", "PASSWORD_MEMORY_KIB": "8"}

    def data(*words: str, code: int = 0, stdin: str = ""):
        ended = CliRunner().invoke(cli.app, [*words, "--json"], input=stdin, env=environment)
        assert ended.exit_code == code, (words, ended.output, ended.exception)
        return json.loads(ended.stdout)

    assert data("migrate", "--check", code=1) == {"pending": migrations.REVISIONS, "differences": []}
    assert data("migrate") == {"applied": migrations.REVISIONS}
    assert data("migrate", "--check") == {"pending": [], "differences": []}
    ada = ("--email", "ada@example.com", "--username", "ada")
    assert data("admin", "create", *ada, stdin=PASSWORD) == {"id": 1, "username": "ada", "email": "ada@example.com"}
    assert data("admin", "token").keys() == {"access_token", "token_type", "expires_in"}
    assert data("seed", "--users", "2", "--posts", "1") == {"users": 2, "posts": 1}
    query(
        f"sqlite:///{tmp_path / 'accord.db'}",
        "INSERT INTO outbox (topic, payload, created_at, available_at, attempts, failed_at) VALUES ('x', '{}', ?, ?, 0, ?)",
        LATE,
        LATE,
        LATE,
    )
    assert data("outbox", "retry", "--all-dead") == {"due_now": 1}
    assert data("audit", "verify")["verified"] == 0
    (tmp_path / "users.csv").write_text("email,username\na@example.com,abc\nb@example.com,x\n")
    imported = data("users", "import", "users.csv", code=1)
    assert (imported["imported"], imported["skipped"]) == (1, 0)
    assert imported["refused"] == [{"line": 3, "reason": "username: must have at least 3 characters"}]
    assert data("users", "export", "out.csv") == {"exported": 4}
    query(f"sqlite:///{tmp_path / 'accord.db'}", "DROP INDEX ix_outbox_subject")
    assert data("migrate", "--check", code=1)["differences"] == ["missing: index ix_outbox_subject of outbox"]
    assert data("version").keys() == {"title", "version"}
    assert data("check") == {"document": "openapi.yaml", "operations": len(OPERATIONS)}
    assert data("settings")["ENV"] == "staging"


def test_every_command_has_the_option_but_those_without_a_result():
    declared = [cli.app, *(found.typer_instance for found in cli.app.registered_groups)]
    commands = [found.callback for each in declared if each is not None for found in each.registered_commands]

    assert {found.__name__ for found in commands if found is not None and "as_json" not in found.__annotations__} == TEXT_ONLY


def test_the_page_of_the_command_line_names_every_command():
    page = (ROOT / "docs/command-line.md").read_text()
    declared = [("", cli.app), *((f"{found.name} ", found.typer_instance) for found in cli.app.registered_groups)]

    for prefix, group in declared:
        for command in group.registered_commands if group is not None else ():
            name = command.name or getattr(command.callback, "__name__", "")
            assert f"| `{prefix}{name}" in page


def test_the_document_is_printed_as_it_is_written_or_as_json_to_a_file_too(tmp_path):
    file, text = tmp_path / "openapi.json", (ROOT / "openapi.yaml").read_text()

    written = CliRunner().invoke(cli.app, ["openapi"])
    CliRunner().invoke(cli.app, ["openapi", "--json", "--output", str(file)])

    assert written.stdout == text
    assert json.loads(file.read_text()) == json.loads(json.dumps(yaml.safe_load(text), default=str))


def test_settings_are_printed_without_secrets(tmp_path):
    urls = {"DATABASE_URL": "postgresql://ada:so-secret@db/accord", "REDIS_URL": "redis://:so-secret@cache"}
    urls["OTEL_EXPORTER_OTLP_ENDPOINT"] = "https://ada:so-secret@collector"

    shown = runner(tmp_path)("settings", SMTP_URL="smtp://ada:so-secret@mail", **urls).stdout

    assert "so-secret" not in shown
    assert "postgresql://ada:***@db/accord" in shown
    assert "PORT                         8000" in shown
    assert os.environ["SECRET_KEY"] not in shown


def test_progress_is_shown_on_a_terminal_only(monkeypatch, capsys):
    with progress(2, "users") as hidden:
        hidden.update(2)
    silent = capsys.readouterr()
    terminal, end = pty.openpty()
    text = b""
    with os.fdopen(terminal, "rb", 0) as shown:
        with os.fdopen(end, "w") as stderr:
            monkeypatch.setattr(sys, "stderr", stderr)
            with progress(2, "users") as bar:
                bar.update(2)
        with contextlib.suppress(OSError):  # at the end of the text
            while part := shown.read(4096):
                text += part

    assert (silent.out, silent.err) == ("", "")
    assert b"2/2" in text


BASH = """
python=$0
eval "$($python -m app completion bash)"
complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _accord_completion "$1"; echo "${COMPREPLY[*]}"; }
complete_words $python -m app se
complete_words $python -m app outbox ""
complete_words $python -m app settings --reference m
complete_words $python -m pytest se
"""


def test_a_shell_completes_commands_options_and_values_of_this_program_only(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    ended = subprocess.run(
        ["bash", "-c", BASH, sys.executable], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )

    assert ended.stdout.splitlines() == ["serve settings seed", "list retry", "markdown", ""]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_a_script_and_its_answers(tmp_path, shell):
    run, action = runner(tmp_path), {"_TYPER_COMPLETE_FISH_ACTION": "get-args"}

    script = run("completion", shell).stdout
    answer = run(_ACCORD_COMPLETE=f"complete_{shell}", _TYPER_COMPLETE_ARGS="app outbox ", **action).stdout

    assert f"complete_{shell}" in script.replace("complete complete_fish", "complete_fish")
    assert "retry" in answer
