"""The house rules as a whole; each rule is tested in lint/."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.engine.document import Document
from codegen.__main__ import main
from codegen.lint import RULES, lint
from tests.contract.contract import OPERATIONS

REPOSITORY = Path(__file__).parents[2]
VALID = Path(__file__).parent / "lint" / "valid.yaml"


def text_with(old: str, new: str) -> bytes:
    valid = VALID.read_text(encoding="utf-8")
    assert old in valid, f"not in valid.yaml: {old}"
    return valid.replace(old, new, 1).encode()


class TestLint:
    @pytest.mark.parametrize("path", [REPOSITORY / "openapi.yaml", VALID], ids=["openapi.yaml", "valid.yaml"])
    def test_a_good_document_has_no_findings(self, path):
        findings = lint(Document.load(path))

        assert findings == []

    def test_findings_come_by_line_and_in_one_form(self):
        document = Document(text_with("maxLength: 40, pattern: '^[a-z]+$', ", "").replace(b"maxItems: 100, ", b""))

        findings = lint(document)

        lines = [int(finding.split(":")[1]) for finding in findings]
        assert len(findings) == 3
        assert lines == sorted(lines)
        assert all(re.fullmatch(r"openapi\.yaml:[0-9]+: [^\n]+: [^\n]+", finding) for finding in findings)

    def test_a_component_that_is_used_many_times_is_reported_once(self):
        document = Document(text_with("schema: {type: string, maxLength: 36}", "schema: {type: string}"))

        findings = lint(document)

        assert len(findings) == 1
        assert findings[0].endswith(": RequestId has no `maxLength`: add one; the longest value that makes sense")

    def test_every_rule_says_why(self):
        assert len(RULES) == len(set(RULES))
        assert all(len(rule.__doc__ or "") > 40 for rule in RULES)

    def test_an_invalid_document_is_not_held_against_the_house_rules(self):
        findings = lint(Document(text_with("title: Users, ", "").replace(b"maxItems: 100, ", b"")))

        assert findings == ['openapi.yaml:2: "title" is a required property: add it']

    def test_what_the_engine_refuses_is_told_instead(self):
        document = Document(text_with("maxLength: 40, pattern: '^[a-z]+$', ", "$id: name, "))

        findings = lint(document)

        assert [finding.partition(": ")[2] for finding in findings] == [
            "the keyword `$id` is not enforced: schemas are found by their place in the document: remove it"
        ]


class TestCommand:
    def test_a_good_document_is_counted(self):
        command = [sys.executable, "-m", "codegen", "lint"]

        result = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)

        assert result.stdout == f"openapi.yaml: {len(OPERATIONS)} operations, no findings\n"
        assert (result.returncode, result.stderr) == (0, "")

    def test_findings_go_to_stderr_and_fail(self, tmp_path, capsys):
        path = tmp_path / "mine.yaml"
        path.write_bytes(text_with("maxItems: 100, ", ""))

        code = main(["lint", str(path)])

        assert (code, *capsys.readouterr()) == (1, "", "mine.yaml:164: UserList.users has no `maxItems`: add one\n")

    @pytest.mark.parametrize(
        ("text", "fault"), [("a: }", "mine.yaml:1: "), ("- a", "mine.yaml:1: an OpenAPI document is a mapping")]
    )
    def test_what_is_no_document_is_told_without_a_traceback(self, tmp_path, capsys, text, fault):
        path = tmp_path / "mine.yaml"
        path.write_text(text)

        code = main(["lint", str(path)])

        assert code == 1
        assert capsys.readouterr().err.startswith(fault)
