"""The house rules together; each rule has its own test module."""

import itertools
import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from accord.cli.main import main
from accord.document.document import Document
from accord.lint import lint
from accord.lint.effective_schema import EffectiveSchema
from accord.lint.profiles import checked, severities
from accord.lint.rules import RULES
from tests.codegen.lint.conftest import VALID, edited, findings_of
from tests.codegen.support import huge
from tests.contract.contract import OPERATIONS
from tests.support.paths import OPENAPI, ROOT


class TestLint:
    @pytest.mark.parametrize("path", [OPENAPI, VALID], ids=["openapi.yaml", "valid.yaml"])
    def test_a_good_document_has_no_findings(self, path):
        findings = findings_of(Document.load(path))

        assert findings == []

    def test_findings_come_by_line_and_in_one_form(self):
        document = Document(edited("maxLength: 40, pattern: '^[a-z]+$', ", "").replace("maxItems: 100, ", "").encode())

        findings = findings_of(document)

        lines = [int(finding.split(":")[1]) for finding in findings]
        assert len(findings) == 3
        assert lines == sorted(lines)
        assert all(re.fullmatch(r"openapi\.yaml:[0-9]+: [^\n]+: [^\n]+", finding) for finding in findings)

    def test_a_component_that_is_used_many_times_is_reported_once(self):
        document = Document(edited("schema: {type: string, maxLength: 36}", "schema: {type: string}").encode())

        findings = findings_of(document)

        assert len(findings) == 1
        assert findings[0].endswith(": RequestId has no `maxLength`: set it to the longest value you accept")

    def test_every_rule_says_why(self):
        assert len(RULES) == len(set(RULES.values()))
        assert all(len(rule.__doc__ or "") > 40 for rule in RULES.values())

    def test_an_invalid_document_is_not_checked_against_the_rules(self):
        findings = findings_of(Document(edited("title: Users, ", "").replace("maxItems: 100, ", "").encode()))

        assert findings == ['openapi.yaml:2: "title" is a required property: add it; or --adopt \'#/info/title=set:""\'']

    def test_unsupported_keywords_are_reported_instead(self):
        document = Document(edited("maxLength: 40, pattern: '^[a-z]+$', ", "$id: name, ").encode())

        findings = findings_of(document)

        assert [finding.partition(": ")[2].partition("; or --adopt ")[0] for finding in findings] == [
            "the keyword `$id` is not enforced: schemas are found by their place in the document: remove it"
        ]


class TestCommand:
    def test_a_good_document_is_counted(self):
        command = [sys.executable, "-m", "accord", "lint"]

        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

        assert result.stdout == f"openapi.yaml: {len(OPERATIONS)} operations, no findings\n"
        assert (result.returncode, result.stderr) == (0, "")

    def test_findings_go_to_stderr_and_fail(self, tmp_path, capsys):
        path = tmp_path / "mine.yaml"
        path.write_text(edited("maxItems: 100, ", ""))

        code = main(["lint", str(path), "--profile", "house"])

        finding = "mine.yaml:164: UserList.users has no `maxItems`: add one [arrays-have-max-items]\n"
        assert (code, *capsys.readouterr()) == (1, "", finding)

    @pytest.mark.parametrize(
        ("text", "fault"), [("a: }", "mine.yaml:1: "), ("- a", "mine.yaml:1: an OpenAPI document must be a mapping")]
    )
    def test_an_unreadable_document_is_reported_without_a_traceback(self, tmp_path, capsys, text, fault):
        path = tmp_path / "mine.yaml"
        path.write_text(text)

        code = main(["lint", str(path)])

        assert code == 1
        assert capsys.readouterr().err.startswith(fault)


FOREIGN = """\
openapi: 3.1.1
info: {title: Foreign, version: '1'}
paths:
  /getThings:
    get:
      parameters: [{name: pageSize, in: query, schema: {type: integer, minimum: 5, maximum: 3}}]
      responses:
        '200': {description: Yes., content: {application/json: {schema: {type: array, items: {type: string}}}}}
        default: {description: No.}
components:
  schemas:
    Half: {type: number, multipleOf: 0.1}
"""


class TestProfiles:
    @pytest.fixture
    def foreign(self, tmp_path):
        path = tmp_path / "foreign.yaml"
        path.write_text(FOREIGN)
        return path

    def test_a_foreign_document_is_not_checked_against_the_house_style(self, foreign, capsys):
        code = main(["lint", str(foreign)])

        assert code == 1
        first, second = capsys.readouterr().err.splitlines()
        assert first.startswith("foreign.yaml:6: GET /getThings.parameters.pageSize.minimum is greater than `maximum` (5 > 3)")
        assert first.endswith(" [bounds-are-satisfiable]")
        assert second.startswith("foreign.yaml:12: Half.multipleOf is 0.1, which a binary float cannot represent exactly")
        assert second.endswith(" (warning) [multiple-of-is-exact]")

    def test_a_file_sets_the_severity_of_a_rule(self, foreign, tmp_path, capsys):
        config = tmp_path / "lint.toml"
        config.write_text('profile = "common"\n[rules]\nbounds-are-satisfiable = "off"\nmultiple-of-is-exact = "warning"\n')

        code = main(["lint", str(foreign), "--config", str(config)])

        out, err = capsys.readouterr()
        assert (code, out, len(err.splitlines())) == (0, "foreign.yaml: 1 operations, 1 warnings\n", 1)

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ('profile = "mine"', "unknown profile 'mine': use house or common"),
            ('[rules]\nno-such-rule = "off"', "unknown rule 'no-such-rule': use one of "),
            ('[rules]\noperations-have-summary = "loud"', "unknown severity 'loud': use one of error, warning, off"),
            ("rules = 1", "`rules` must be a table of rule names and severities"),
            ("rule = {}", "unknown setting rule: use `profile` and `rules`"),
            ("[", "lint.toml: "),
        ],
    )
    def test_a_wrong_file_is_reported_without_a_traceback(self, foreign, tmp_path, capsys, text, fault):
        config = tmp_path / "lint.toml"
        config.write_text(text)

        code = main(["lint", str(foreign), "--config", str(config)])

        assert (code, fault in capsys.readouterr().err) == (1, True)

    def test_the_rules_of_profiles_exist(self):
        assert all(name in RULES for name in severities("common"))
        assert {"error", "warning", "off"} == set(severities("common").values())

    def test_the_settings_in_the_guide_name_rules_that_exist(self):
        page = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
        (block,) = re.findall(r"```toml\n(profile = .*?)```", page, flags=re.DOTALL)

        settings = checked(tomllib.loads(block), "docs/engine.md")

        assert severities(settings["profile"], settings["rules"]).items() >= settings["rules"].items()

    def test_default_covers_the_statuses_that_are_not_listed(self):
        findings = findings_of(Document(FOREIGN.encode()))

        assert not any("has no 4" in finding for finding in findings)
        assert any(".default has no required X-Request-ID header" in finding for finding in findings)


@pytest.mark.slow
class TestLargeDocuments:
    @staticmethod
    def document(schemas: int) -> Document:
        return Document(huge.text(operations=schemas // 5, schemas=schemas).encode())

    def calls(self, schemas: int) -> int:
        document, calls = self.document(schemas), itertools.count()
        sys.setprofile(lambda _frame, event, _argument: next(calls) if event == "call" else None)
        try:
            lint(document)
        finally:
            sys.setprofile(None)
        return next(calls)

    def test_twice_the_schemas_take_twice_the_calls(self):
        assert self.calls(100) < 2.2 * self.calls(50)

    def test_each_rule_compiles_the_schemas_of_all_values_at_once(self, monkeypatch):
        compiled: list[int] = []

        def compile_(schema: dict, **options: Any) -> Draft202012Validator:
            compiled.append(len(schema["properties"]))
            return Draft202012Validator(schema, **options)

        monkeypatch.setattr("accord.lint.examples.Draft202012Validator", compile_)
        lint(self.document(50))

        assert len(compiled) <= 3
        assert max(compiled) > 20

    def test_alternatives_that_refer_to_each_other_are_combined_in_a_bounded_number_of_ways(self):
        schemas = "".join(
            f"    S{n}: {{oneOf: [{{$ref: '#/components/schemas/S{n + 1}'}}, {{$ref: '#/components/schemas/S{n + 2}'}}]}}\n"
            for n in range(100)
        )
        document = Document(f"{FOREIGN}{schemas}".encode())

        cases = EffectiveSchema.of(document.node(("components", "schemas", "S0"))).cases

        assert len(cases) == 256
