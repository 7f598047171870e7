"""Broken documents in, error texts out. In `broken/`, `# fault: text | text` marks the lines with a fault."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from accord.cli.main import main
from accord.generate.package import GenerationError, Settings, generated

BROKEN = sorted(Path(__file__).parent.glob("broken/*.yaml"))


def marked(document):
    lines = enumerate(document.read_text().splitlines(), 1)
    return [(number, text) for number, line in lines if "# fault: " in line for text in line.split("# fault: ")[1].split(" | ")]


@pytest.mark.parametrize("document", BROKEN, ids=lambda path: path.stem)
class TestEveryBrokenDocument:
    def test_has_all_its_faults_reported_at_once_each_with_its_line(self, document):
        with pytest.raises(GenerationError) as raised:
            generated(Settings(document, Path("unused"), "app.call"))

        lines = [re.fullmatch(r"(.+?):(\d+): (.+)", line) for line in str(raised.value).splitlines()]
        reported = [line.groups() for line in lines if line is not None]
        assert None not in lines
        unmarked = [
            (name, line, text)
            for name, line, text in reported
            if name != document.name or not any(int(line) == number and fault in text for number, fault in marked(document))
        ]
        untold = [
            (n, fault)
            for n, fault in marked(document)
            if not any(int(line) == n and fault in text for _, line, text in reported)
        ]
        assert (unmarked, untold) == ([], [])

    def test_ends_with_exit_code_1_and_writes_nothing(self, document, tmp_path, capsys):
        output = tmp_path / "out"

        code = main(["generate", str(document), f"--output={output}", "--call=app.call"])

        assert code == 1
        assert not output.exists()
        assert capsys.readouterr().err.startswith(f"{document.name}:")


class TestSettings:
    def test_a_missing_document_is_reported(self, tmp_path):
        with pytest.raises(GenerationError, match=r"nowhere\.yaml: No such file"):
            generated(Settings(tmp_path / "nowhere.yaml", tmp_path / "out", "app.call"))

    def test_a_setting_that_an_option_gives_may_be_missing(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "pyproject.toml").write_text('[tool.accord]\ndocument = "a.yaml"\n')
        parameter = "{name: a, in: query, schema: {type: string, readOnly: true}}"  # it modifies nothing
        (tmp_path / "a.yaml").write_text(
            "openapi: 3.1.1\ninfo: {title: A, version: '1'}\npaths: {/a: {get: {responses: {'200': {description: A.}}, "
            f"parameters: [{parameter}]}}}}}}\n"
        )

        assert main(["generate", "--output=made"]) == 0
        assert main(["ledger"]) == 0
        assert (tmp_path / "made" / "operations.py").exists()

    def test_a_missing_setting_is_reported(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "pyproject.toml").write_text('[tool.accord]\ndocument = "openapi.yaml"\n')

        code = main(["generate"])

        assert code == 1
        assert capsys.readouterr().err == "pyproject.toml: [tool.accord] has no `output`: add it, or give --output\n"

    def test_a_folder_that_cannot_be_made_is_reported(self, settings, capsys):
        made = settings("openapi: 3.1.1\ninfo: {title: Empty, version: 1.0.0}\npaths: {}\n")
        made.output.write_text("a file")

        code = main(["generate", str(made.document), f"--output={made.output}", "--call=app.call"])

        assert code == 1
        assert capsys.readouterr().err == f"{made.output}: File exists: make the folder writable\n"
