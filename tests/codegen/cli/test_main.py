"""The command `accord`: every command that it lists can be run."""

from __future__ import annotations

import importlib
import re
from importlib.metadata import PackageNotFoundError, version

import pytest

from accord.cli.main import main


def commands() -> list[str]:
    return ["generate", "check", "lint", "coverage", "adopt", "fidelity", "overlay", "mock", "diff", "compatible"]


class TestCommands:
    def test_the_help_lists_them(self, capsys):
        with pytest.raises(SystemExit):
            main(["--help"])

        listed = re.findall(r"^    (\w+)", capsys.readouterr().out, flags=re.MULTILINE)
        assert sorted(listed) == sorted(commands())

    def test_the_version_is_that_of_the_distribution(self, capsys):
        with pytest.raises(SystemExit) as stopped:
            main(["--version"])

        assert (stopped.value.code, capsys.readouterr().out) == (0, f"accord {version('accord')}\n")

    @pytest.mark.parametrize("command", commands())
    def test_has_a_module_that_runs_it(self, command):
        module = {"check": "generate", "compatible": "diff"}.get(command, command)

        assert callable(importlib.import_module(f"accord.cli.{module}").run)

    @pytest.mark.parametrize(
        ("error", "extra"),
        [
            (PackageNotFoundError("openapi-spec-validator"), "generate"),
            (ModuleNotFoundError(name="jinja2.ext"), "generate"),
            (ModuleNotFoundError(name="quickjs"), "testing"),
        ],
    )
    def test_names_the_extra_that_it_lacks(self, error, extra, monkeypatch, capsys):
        def missing(_name: str) -> None:
            raise error

        monkeypatch.setattr(importlib, "import_module", missing)

        assert main(["lint", "openapi.yaml"]) == 1
        assert f"{error.name} is not installed: pip install 'accord[{extra}]'" in capsys.readouterr().err
