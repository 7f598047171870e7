"""Findings: their lines, and the readings that they propose."""

from __future__ import annotations

import pytest

from accord.cli.main import main
from accord.generate.adoption import adoption
from accord.validate.openapi import validity
from tests.codegen.document.adoption.documents import body, document


class TestRefusals:
    def test_every_finding_is_reported_in_one_round(self):
        text = "paths:\n  /a:\n    get:\n      opeationId: a\n"
        text += "      responses: {'200': {description: ok, links: {l: {operationId: z}}}}\n"

        found = [(finding.line, finding.readings[0].option) for finding in adoption(document(text, "3.1.1")).findings]

        assert found == [
            (6, "--adopt '#/paths/~1a/get/opeationId=drop'"),
            (7, "--adopt '#/paths/~1a/get/responses/200/links/l=drop'"),
        ]

    def test_the_options_at_their_end_adopt_them(self, tmp_path, capsys):
        path = tmp_path / "a.yaml"
        path.write_text(body("{type: object, properties: {a: {type: integer, default: x}}}"))
        assert main(["generate", str(path), f"--output={tmp_path / 'made'}"]) == 1
        [line] = capsys.readouterr().err.splitlines()

        place = line.partition("; or --adopt '")[2].rstrip("'")

        assert main(["generate", str(path), f"--output={tmp_path / 'made'}", f"--adopt={place}"]) == 0

    def test_a_default_needs_only_be_of_the_type_at_its_own_level(self):
        text = "components: {schemas: {A: {type: object, required: [a]}, "
        text += "B: {allOf: [{$ref: '#/components/schemas/A'}], default: {}}}}"

        assert validity(document(f"paths: {{}}\n{text}")) == []

    @pytest.mark.parametrize("default", ["'true'", "null", "1"])
    def test_a_default_of_another_type_is_reported(self, default):
        found = validity(
            document(f"paths: {{}}\ncomponents: {{schemas: {{A: {{type: boolean, default: {default}}}}}}}", "3.1.1")
        )

        assert [fault.startswith("openapi.yaml:4: the `default` is not valid: ") for fault in found] == [True]

    def test_what_crashes_is_reported_with_its_line(self, monkeypatch):
        responses = "responses: {'200': {description: ok}}"
        text = f"paths:\n  /a:\n    get: {{{responses}}}\n  /b:\n    get: {{{responses}}}\n"
        given_document = document(text, "3.1.1")

        def crash(part, _call):
            if "get" in part.data["paths"]["/b"]:
                raise TypeError("for a test")

        monkeypatch.setattr("accord.generate.adoption.sources", crash)

        [finding] = adoption(given_document).findings
        assert str(finding) == (
            "openapi.yaml:7: no code can be generated for this (TypeError: for a test): write it in another way; "
            "or --adopt 'GET /b=drop'"
        )
