"""The file of readings beside a document, `openapi.adopted.yaml`."""

from __future__ import annotations

import json

import pytest

from accord.cli.main import main
from accord.document.document import Document, DocumentError
from accord.generate.adoption import check_document
from accord.openapi.keywords.coverage import KeywordCoverage
from accord.validate.openapi import validity
from tests.codegen.document.adoption.documents import adopted, body, document


class TestTheFile:
    TEXT = body("{type: object, properties: {a: {type: integer, default: x}}}")
    PLACE = "#/paths/~1x/post/requestBody/content/application~1json/schema/properties/a/default"

    def test_groups_what_is_the_same(self, tmp_path):
        adopted(tmp_path, self.TEXT.replace("default: x}", "default: x}, b: {type: integer, default: x}"))

        written = (tmp_path / "openapi.adopted.yaml").read_text()

        assert written.count("reading: drop") == 1
        assert f"  - '{self.PLACE}'\n" in written

    def test_a_finding_that_appears_later_is_rejected(self, tmp_path):
        adopted(tmp_path, self.TEXT)
        path = tmp_path / "openapi.yaml"

        path.write_text(self.TEXT.replace("default: x}", "default: x}, b: {type: integer, default: y}"))

        assert [finding.readings[0].place.rpartition("/properties")[2] for finding in check_document(Document.load(path))] == [
            "/b/default"
        ]

    def test_a_reading_of_a_place_that_is_gone_is_rejected_with_its_line(self, tmp_path):
        adopted(tmp_path, self.TEXT)
        (tmp_path / "openapi.yaml").write_text(self.TEXT.replace(", default: x", ""))

        with pytest.raises(
            DocumentError, match=r"openapi\.adopted\.yaml:\d+: the reading of '.*' does not apply: .*: remove it"
        ):
            Document.load(tmp_path / "openapi.yaml")

    def test_a_reading_of_what_is_right_now_is_reported_and_removed(self, tmp_path, capsys):
        adopted(tmp_path, self.TEXT)
        path = tmp_path / "openapi.yaml"
        path.write_text(self.TEXT.replace("default: x", "default: 1"))
        assert main(["generate", str(path), f"--output={tmp_path / 'made'}"]) == 0

        assert main(["check", str(path), f"--output={tmp_path / 'made'}"]) == 1
        assert "is no longer needed" in capsys.readouterr().err
        assert main(["adopt", str(path)]) == 0
        assert "readings: []" in (tmp_path / "openapi.adopted.yaml").read_text()

    def test_a_reading_of_what_is_gone_is_rejected_by_its_line_and_removed(self, tmp_path, capsys):
        adopted(tmp_path, self.TEXT)
        path = tmp_path / "openapi.yaml"
        path.write_text(self.TEXT.replace("properties: {a: {type: integer, default: x}}", "properties: {}"))

        assert main(["generate", str(path), f"--output={tmp_path / 'made'}"]) == 1
        assert "openapi.adopted.yaml:" in capsys.readouterr().err
        assert main(["adopt", str(path)]) == 0
        assert "is no longer in the document" in capsys.readouterr().out
        assert "readings: []" in (tmp_path / "openapi.adopted.yaml").read_text()

    def test_keeps_what_was_changed_by_hand(self, tmp_path):
        adopted(tmp_path, self.TEXT)
        file = tmp_path / "openapi.adopted.yaml"
        file.write_text(
            file.read_text().replace("reading: drop", "reading: set\n  value: 7")
            + "- reading: drop\n  reason: Not ours.\n  places: [POST /x]\n"
        )
        before = {one.key for one in Document.load(tmp_path / "openapi.yaml").readings}

        assert main(["adopt", str(tmp_path / "openapi.yaml")]) == 0
        assert {one.key for one in Document.load(tmp_path / "openapi.yaml").readings} == before

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("[]", "1: a file of readings has one member"),
            ("readings:\n- {reading: skip, reason: x, places: [a]}", "2: `reading` is one of"),
            ("readings:\n- {reading: drop, reason: '', places: [a]}", "2: a reading has a `reason`"),
            ("readings:\n- {reading: drop, reason: x, places: []}", "2: `places` is a list of texts"),
            ("readings:\n- {reading: drop, reason: x, place: a}", "2: a reading has the members"),
            ("readings: ]", "1: "),
        ],
    )
    def test_is_rejected_with_its_line_where_it_cannot_be_read(self, text, fault, tmp_path):
        (tmp_path / "openapi.yaml").write_text(self.TEXT)
        (tmp_path / "openapi.adopted.yaml").write_text(text)

        with pytest.raises(DocumentError) as raised:
            Document.load(tmp_path / "openapi.yaml")
        assert str(raised.value).startswith(f"openapi.adopted.yaml:{fault}")

    def test_may_have_another_name(self, tmp_path):
        path, file = tmp_path / "openapi.yaml", tmp_path / "ours.yaml"
        path.write_text(self.TEXT)

        assert main(["adopt", str(path), f"--adopted={file}"]) == 0
        assert main(["generate", str(path), f"--output={tmp_path / 'made'}", f"--adopted={file}"]) == 0
        assert not (tmp_path / "openapi.adopted.yaml").exists()

    def test_the_settings_may_name_it(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "openapi.yaml").write_text(self.TEXT)
        (tmp_path / "pyproject.toml").write_text(
            '[tool.accord]\ndocument = "openapi.yaml"\noutput = "made"\nadopted = "ours.yaml"\n'
        )

        assert main(["adopt"]) == 0
        assert (tmp_path / "ours.yaml").exists()
        assert main(["generate"]) == 0

    def test_coverage_lists_it(self, tmp_path, capsys):
        read = adopted(tmp_path, self.TEXT)

        assert [what for _, what, _ in KeywordCoverage(read).readings] == [f"{self.PLACE}: drop"]
        assert main(["ledger", str(tmp_path / "openapi.yaml")]) == 0
        assert f"openapi.yaml:3: {self.PLACE}: drop: adopted  (Left out, as most tools do.)" in capsys.readouterr().out

    def test_the_document_as_it_is_read_can_be_written_for_other_tools(self, tmp_path):
        path = tmp_path / "openapi.yaml"
        path.write_text(self.TEXT)

        assert main(["adopt", str(path), f"--document={tmp_path / 'read.json'}"]) == 0

        assert "default" not in (tmp_path / "read.json").read_text()
        assert validity(Document((tmp_path / "read.json").read_bytes(), "read.json")) == []
        assert json.loads((tmp_path / "read.json").read_text())["openapi"] == "3.0.4"

    def test_changes_of_readings_change_the_digest(self):
        assert (
            document("paths: {/a: {get: {responses: {}}}}").digest
            != document("paths: {/a: {get: {responses: {}}}}", "3.0.4", "GET /a=drop").digest
        )
