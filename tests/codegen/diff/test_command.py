"""`accord diff` and `compatible`, and the one command of all gates."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from accord.cli.main import main
from tests.codegen.diff.cases import BASE
from tests.support.paths import OPENAPI, ROOT

BREAKING = BASE.replace("[paper, box]", "[paper]")


def line(text: str, part: str) -> int:
    return text.split(part, maxsplit=1)[0].count("\n") + 1


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "openapi.yaml").write_text(BASE)
    return tmp_path


def run(capsys, *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    written = capsys.readouterr()
    return code, written.out, written.err


class TestDiff:
    def test_a_break_is_reported_with_its_place_and_the_clients_that_it_breaks(self, folder, capsys):
        (folder / "openapi.yaml").write_text(BREAKING)

        code, out, err = run(capsys, "diff", "old/openapi.yaml", "openapi.yaml")

        place = line(BASE, "[paper, box]")
        what = 'value "box" removed; breaks clients that send requests that were valid'
        assert out.splitlines() == [
            "major (1)",
            f"  old/openapi.yaml:{place}: OrderCreate.wrapping: {what} (sent to createOrder)",
            "",
            "openapi.yaml:4: info.version is still 1.4.2, but the changes are major: set it to 2.0.0",
            "",
            "major",
        ]
        assert (code, err) == (1, "")

    @pytest.mark.parametrize(
        ("text", "last"),
        [(BASE.replace("maximum: 99}", "maximum: 999}"), "minor"), (BASE.replace("title: Orders", "title: O"), "patch")],
    )
    def test_what_does_not_break_ends_with_0(self, folder, capsys, text, last):
        (folder / "openapi.yaml").write_text(text)

        code, out, _ = run(capsys, "diff", "old/openapi.yaml", "openapi.yaml")

        assert (code, out.splitlines()[-1]) == (0, last)

    def test_no_change_is_a_patch_and_says_so(self, folder, capsys):
        path = str(folder / "old" / "openapi.yaml")

        code, out, _ = run(capsys, "diff", path, path)

        assert (code, out) == (0, "no changes\n\npatch\n")

    def test_release_notes_have_their_headings(self, folder, capsys):
        text = BREAKING.replace("maximum: 99}", "maximum: 999}").replace("title: Orders", "title: O").replace("1.4.2", "2.0.0")
        express = "        express: {type: boolean, default: false}\n"
        text = text.replace(express, f"{express}        colour: {{type: string}}\n")
        (folder / "openapi.yaml").write_text(text)

        code, out, _ = run(capsys, "diff", "--markdown", "old/openapi.yaml", "openapi.yaml")

        assert [text for text in out.splitlines() if text.startswith("#")] == [
            "## 2.0.0",
            "### Breaking",
            "### Added",
            "### Changed",
        ]
        _, added, changed = out.split("\n### ")[1:]
        assert "- OrderCreate.colour: optional property added (sent to createOrder)." in added.splitlines()
        assert "- OrderCreate.count: maximum 99 -> 999 (sent to createOrder)." in changed.splitlines()
        assert code == 1

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("a: }", "openapi.yaml:1: "),
            ("- a", "openapi.yaml:1: an OpenAPI document must be a mapping"),
            ("a: b", "openapi.yaml:1: `openapi` names no known version"),
            (BASE.replace("responses:\n        '204': {description: Gone.}", "responses:"), "is not of type"),
            (BASE.replace("schemas/Money'}", "schemas/Nothing'}"), "$ref '#/components/schemas/Nothing' leads nowhere"),
            (None, "openapi.yaml: No such file"),
        ],
    )
    def test_unusable_input_ends_with_2(self, folder, capsys, text, fault):
        if text is not None:
            (folder / "openapi.yaml").write_text(text)

        code, out, err = run(capsys, "diff", "old/openapi.yaml", "openapi.yaml")

        assert (code, out) == (2, "")
        assert fault in err


class TestVersion:
    @pytest.mark.parametrize(
        ("versions", "text", "expected"),
        [
            (
                ("1.4.2", "1.4.3"),
                BREAKING,
                "info.version 1.4.2 -> 1.4.3 is a patch bump, but the changes are major: set it to 2.0.0",
            ),
            (
                ("1.4.2", "1.5.0"),
                BREAKING,
                "info.version 1.4.2 -> 1.5.0 is a minor bump, but the changes are major: set it to 2.0.0",
            ),
            (
                ("0.1.0", "0.1.1"),
                BREAKING,
                "info.version 0.1.0 -> 0.1.1 is a patch bump, but the changes are major: set it to 0.2.0",
            ),
            (("1.4.2", "1.4.1"), BREAKING, "info.version 1.4.2 -> 1.4.1 goes backwards: use a later version"),
            (("1.4.2", "next"), BREAKING, "info.version 'next' is not MAJOR.MINOR.PATCH"),
            (("last", "1.4.2"), BREAKING, "the old info.version 'last' is not MAJOR.MINOR.PATCH"),
            (
                ("1.4.2", "1.4.2"),
                BASE.replace("title: Orders", "title: O"),
                "still 1.4.2, but the changes are patch: set it to 1.4.3",
            ),
            (("1.4.2", "2.0.0"), BREAKING, None),
            (("0.1.0", "0.2.0"), BREAKING, None),
            (("0.1.0", "0.1.1"), BASE.replace("maximum: 99}", "maximum: 999}"), None),
            (("1.4.2", "1.4.2"), BASE, None),
        ],
    )
    def test_must_be_raised_as_the_changes_require(self, folder, capsys, versions, text, expected):
        before, after = versions
        (folder / "old" / "openapi.yaml").write_text(BASE.replace("1.4.2", before))
        (folder / "openapi.yaml").write_text(text.replace("1.4.2", after))

        code, _, err = run(capsys, "compatible", "openapi.yaml", "--base", "old/openapi.yaml")

        if expected is None:
            assert (code, err) == (0, "")
        else:
            assert code == 1
            assert f"openapi.yaml:4: {expected}" in err or expected in err.splitlines()[-1]


class TestLastRelease:
    def git(self, folder: Path, *words: str) -> None:
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
        subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)

    def test_without_a_tag_it_passes_and_says_so(self, folder, capsys):
        self.git(folder, "init")
        (folder / "openapi.yaml").write_text(BASE)

        code, out, _ = run(capsys, "compatible", "openapi.yaml")

        assert (code, out) == (0, "openapi.yaml: no release to compare with (no tag `v*`)\n")

    def test_the_document_of_the_last_tag_is_compared(self, folder, capsys):
        (folder / "openapi.yaml").write_text(BASE)
        self.git(folder, "init")
        self.git(folder, "add", ".")
        self.git(folder, "commit", "-m", "release")
        self.git(folder, "tag", "v1.4.2")
        (folder / "openapi.yaml").write_text(BREAKING)

        code, out, err = run(capsys, "compatible", "openapi.yaml")

        assert (code, out) == (1, "")
        assert f"v1.4.2:openapi.yaml:{line(BASE, '[paper, box]')}: " in err
        assert err.splitlines()[-1].endswith("but the changes are major: set it to 2.0.0")

    def test_the_files_of_the_document_are_those_of_the_tag(self, folder, capsys):
        text = BASE.replace("    OrderCreate:\n", "    OrderCreate: {$ref: 'parts/order.yaml'}\n    Before:\n")
        assert text != BASE
        (folder / "openapi.yaml").write_text(text)
        (folder / "parts").mkdir()
        (folder / "parts" / "order.yaml").write_text("type: object\nmaxProperties: 9\n")
        self.git(folder, "init")
        self.git(folder, "add", ".")
        self.git(folder, "commit", "-m", "release")
        self.git(folder, "tag", "v1.4.2")

        same = run(capsys, "compatible", "openapi.yaml")
        (folder / "parts" / "order.yaml").write_text("type: object\nmaxProperties: 8\n")
        code, _, err = run(capsys, "compatible", "openapi.yaml")

        assert same == (0, "openapi.yaml: no changes since v1.4.2\n", "")
        assert (code, "parts/order.yaml:2: " in err) == (1, True)


@pytest.mark.slow
class TestCheckContract:
    def test_reports_the_faults_of_all_gates_at_once(self, tmp_path):
        for name in ("app", "codegen"):
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
            shutil.copy(ROOT / name, tmp_path / name)
        document = OPENAPI.read_text()
        shutil.copy(OPENAPI, tmp_path / "base.yaml")
        edited = document.replace("operationId: getReadiness", "operationId: getReadyness").replace(
            "format: uuid, maxLength: 36", "format: uuid, minLength: 1"
        )
        (tmp_path / "openapi.yaml").write_text(edited)
        gates = tmp_path / "gates"
        gates.mkdir()
        for name, words in (("python", ""), ("accord", "-m accord")):
            (gates / name).write_text(f'#!/bin/sh\nexec {sys.executable} {words} "$@"\n')
            (gates / name).chmod(0o755)

        command = ["make", "check-contract", "BASE=base.yaml", f"BIN={gates}", "-o", "install"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

        output = done.stdout + done.stderr
        assert done.returncode != 0
        assert "accord generate" in output
        assert "the document has no operation getReadiness" in output
        assert "operation getReadyness has no handler" in output
        assert "operationId getReadiness -> getReadyness" in output
        assert "but the changes are major: set it to 0.2.0" in output
