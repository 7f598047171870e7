"""The command `accord`: every command that it lists can be run."""

from __future__ import annotations

import importlib
import re

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

    @pytest.mark.parametrize("command", commands())
    def test_has_a_module_that_runs_it(self, command):
        module = {"check": "generate", "compatible": "diff"}.get(command, command)

        assert callable(importlib.import_module(f"accord.cli.{module}").run)
