"""Adoption: a document that is refused is read as its readings say, and can then be generated, imported and started."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from accord.cli import mock
from accord.cli.main import main
from accord.document.adoption.readings import given
from accord.document.document import Document, DocumentError
from accord.generate.adoption import adoption, check_document
from accord.openapi.keywords.coverage import KeywordCoverage
from accord.validate.openapi import validity

UNREADABLE = ("twice", "yaml")  # texts that are no YAML
BROKEN = [path for path in sorted(Path(__file__).parents[1].glob("validate/broken/*.yaml")) if path.stem not in UNREADABLE]
HEAD = "info: {title: T, version: '1'}\n"


def document(text: str, version: str = "3.0.4", *readings: str) -> Document:
    return Document(f"openapi: {version}\n{HEAD}{text}".encode(), readings=tuple(map(given, readings)))


def document_of(text: str, *readings: str) -> Document:
    return Document(text.encode(), readings=tuple(map(given, readings)))


def body(schema: str, version: str = "3.0.4", rest: str = "") -> str:
    content = f"{{application/json: {{schema: {schema}}}}}"
    operation = (
        f"{{operationId: x, requestBody: {{required: true, content: {content}}}, responses: {{'204': {{description: ok}}}}}}"
    )
    return f"openapi: {version}\n{HEAD}paths: {{/x: {{post: {operation}}}}}\n{rest}"


def client(doc: Document) -> TestClient:
    return TestClient(mock.application(doc, mock.schemes(doc, None)))


def adopted(tmp_path: Path, text: str, name: str = "openapi.yaml") -> Document:
    """The document as `adopt` leaves it."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert main(["adopt", str(path)]) == 0
    return Document.load(path)


@pytest.mark.parametrize("broken", BROKEN, ids=lambda path: path.stem)
class TestEveryBrokenDocument:
    def test_can_be_generated_imported_and_started_once_it_is_adopted(self, broken, tmp_path, monkeypatch):
        read = adopted(tmp_path, broken.read_text(encoding="utf-8"), broken.name)
        package = f"adopted_{broken.stem}"

        assert main(["generate", str(tmp_path / broken.name), f"--output={tmp_path / package}"]) == 0
        monkeypatch.syspath_prepend(tmp_path)
        importlib.import_module(f"{package}.operations")
        assert client(read).get("/openapi.yaml").content == read.raw
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]

    def test_has_the_same_file_when_it_is_adopted_again(self, broken, tmp_path):
        adopted(tmp_path, broken.read_text(encoding="utf-8"), broken.name)
        file = tmp_path / f"{broken.stem}.adopted.yaml"
        first = file.read_text()

        assert main(["adopt", str(tmp_path / broken.name)]) == 0
        assert file.read_text() == first


class TestReadings:
    def test_nullable_beside_a_reference_allows_null_and_what_it_refers_to(self, tmp_path):
        rest = "components: {schemas: {N: {type: string, maxLength: 2}}}"
        text = body("{type: object, properties: {n: {$ref: '#/components/schemas/N', nullable: true}}}", rest=rest)
        served = client(adopted(tmp_path, text))

        answers = [served.post("/x", json={"n": value}).status_code for value in (None, "ab", "abc")]

        assert answers == [204, 204, 422]

    def test_an_alternative_that_is_nullable_alone_is_null(self, tmp_path):
        rest = "components: {schemas: {N: {type: object, required: [m], properties: {m: {type: integer}}}}}"
        text = body("{type: object, properties: {c: {anyOf: [{$ref: '#/components/schemas/N'}, {nullable: true}]}}}", rest=rest)
        served = client(adopted(tmp_path, text))

        answers = [served.post("/x", json={"c": value}).status_code for value in (None, {"m": 1}, "nonsense")]

        assert answers == [204, 204, 422]

    @pytest.mark.parametrize(
        "schema",
        [
            "{enum: [a], nullable: true}",
            "{allOf: [{type: string}], nullable: true}",
            "{allOf: [{type: string}, {nullable: true, description: Perhaps.}]}",
            "{oneOf: [{type: string}], nullable: true}",
        ],
    )
    def test_nullable_without_a_type_allows_null(self, schema, tmp_path):
        served = client(adopted(tmp_path, body(f"{{type: object, properties: {{c: {schema}}}}}")))

        answers = [served.post("/x", json={"c": value}).status_code for value in (None, "a", 1)]

        assert answers == [204, 204, 422]

    def test_a_media_type_that_is_not_read_is_415_while_another_is_served(self, tmp_path):
        text = body("{type: object}").replace(
            "{application/json: {schema: {type: object}}}",
            "{application/json: {schema: {type: object}}, application/xml: {schema: {type: object}}}",
        )
        served = client(adopted(tmp_path, text))

        refused_answer = served.post("/x", content=b"<a/>", headers={"Content-Type": "application/xml"})

        assert refused_answer.status_code == 415
        assert served.post("/x", json={}).status_code == 204
        assert refused_answer.headers["Accept"] == "application/json"

    def test_one_parameter_that_no_style_writes_does_not_keep_others_from_being_served(self, tmp_path):
        nested = "{name: f, in: query, schema: {type: array, items: {type: object}}}"
        text = f"openapi: 3.0.3\n{HEAD}paths:\n  /a: {{get: {{operationId: a, parameters: [{nested}], responses: "
        text += "{'204': {description: ok}}}}\n  /b: {get: {operationId: b, responses: {'204': {description: ok}}}}\n"
        served = client(adopted(tmp_path, text))

        assert [served.get(path).status_code for path in ("/a", "/b", "/a?f=1")] == [204, 204, 422]

    @pytest.mark.parametrize("place", ["parameters/query:f", "parameters", "security"])
    def test_an_operation_that_would_be_weaker_is_not_served(self, place):
        text = "paths: {/a: {get: {operationId: a, parameters: [{name: f, in: query, required: true, schema: {}}], "
        text += "security: [{k: []}], responses: {'204': {description: ok}}}}}"

        read = document(text, "3.1.1", f"#/paths/~1a/get/{place}=drop")

        assert read.data["paths"] == {"/a": {}}

    @pytest.mark.parametrize("name", ["parameters", "security", "requestBody"])
    def test_a_member_of_a_schema_may_have_any_name(self, name):
        text = f"paths: {{}}\ncomponents: {{schemas: {{A: {{properties: {{{name}: {{type: any}}, b: {{}}}}}}}}}}"

        read = document(text, "3.1.1", f"#/components/schemas/A/properties/{name}=drop")

        assert read.data["components"]["schemas"]["A"] == {"properties": {"b": {}}}

    @pytest.mark.parametrize("place", ["#/security/0", "#/security"])
    def test_leaving_out_the_only_security_alternative_never_opens_an_operation(self, place):
        text = "security: [{k: []}]\npaths: {/a: {get: {responses: {'204': {description: ok}}}}, "
        text += "/b: {get: {security: [], responses: {'204': {description: ok}}}}}\n"

        read = document(text, "3.1.1", f"{place}=drop")

        assert read.data["paths"]["/a"] == {}
        assert "get" in read.data["paths"]["/b"]

    def test_what_refers_to_something_that_is_left_out_is_left_out_too(self):
        text = "paths: {/a: {get: {operationId: a, parameters: [{$ref: '#/components/parameters/P'}, "
        text += "{name: q, in: query, schema: {type: sting}}], responses: {'204': {description: ok}}}}}\n"
        text += "components: {parameters: {P: {name: p, in: query, schema: {}}}}"

        read = document(text, "3.1.1", "#/components/parameters/P=drop")

        assert [one["name"] for one in read.data["paths"]["/a"]["get"]["parameters"]] == ["q"]
        assert "parameters/query:q/schema/type=drop" in validity(read)[0]  # named where it was written

    def test_an_undeclared_parameter_of_a_path_is_a_string(self, tmp_path):
        text = f"openapi: 3.1.1\n{HEAD}paths: {{'/a/{{b}}': {{get: {{responses: {{'204': {{description: ok}}}}}}}}}}"

        assert client(adopted(tmp_path, text)).get("/a/x").status_code == 204

    def test_a_keyword_of_openapi_3_1_is_kept_in_3_0(self, tmp_path):
        served = client(adopted(tmp_path, body("{type: object, patternProperties: {'^x': {type: integer}}}")))

        assert [served.post("/x", json={"xa": value}).status_code for value in (1, "a")] == [204, 422]

    def test_an_operation_whose_only_security_scheme_leads_nowhere_is_not_served(self, tmp_path):
        paths = "paths: {/a: {get: {responses: {'204': {description: ok}}}}}\n"
        text = f"openapi: 3.1.1\n{HEAD}security: [{{k: []}}]\n{paths}components: {{securitySchemes: {{k: {{$ref: 'https://example.com/schemes#/k'}}}}}}"

        assert client(adopted(tmp_path, text)).get("/a").status_code == 404

    @pytest.mark.parametrize("version", ["3.0.4", "3.1.1"])
    def test_a_pattern_is_wrong_where_the_engine_cannot_read_it(self, version):
        schema = r"{type: object, properties: {a: {pattern: '^(\[\x01-\x09])*$'}, b: {pattern: '^[a-z'}}}"

        [found] = adoption(document_of(body(schema, version))).findings

        assert found.text.startswith("the pattern '^[a-z' cannot be read: a `[` is not closed")
        assert found.readings[0].word == "drop"

    def test_a_keyword_that_is_kept_hides_no_other(self):
        kept = "patternProperties: {'^x': {type: integer}}"
        text = f"paths: {{}}\ncomponents: {{schemas: {{A: {{type: object, {kept}, properties: {{c: {{const: a, {kept}}}}}}}}}}}"

        found = adoption(document(text)).readings

        places = ["patternProperties", "properties/c/const", "properties/c/patternProperties"]
        assert sorted(one.place.rpartition("/A/")[2] for one in found) == places


class TestRefusals:
    def test_every_finding_is_told_in_one_round(self):
        text = "paths:\n  /a:\n    get:\n      opeationId: a\n"
        text += "      responses: {'200': {description: ok, links: {l: {operationId: z}}}}\n"

        told = [(finding.line, finding.readings[0].option) for finding in adoption(document(text, "3.1.1")).findings]

        assert told == [
            (6, "--adopt '#/paths/~1a/get/opeationId=drop'"),
            (7, "--adopt '#/paths/~1a/get/responses/200/links/l=drop'"),
        ]

    def test_the_words_at_their_end_adopt_them(self, tmp_path, capsys):
        path = tmp_path / "a.yaml"
        path.write_text(body("{type: object, properties: {a: {type: integer, default: x}}}"))
        assert main(["generate", str(path), f"--output={tmp_path / 'made'}"]) == 1
        [told] = capsys.readouterr().err.splitlines()

        place = told.partition("; or --adopt '")[2].rstrip("'")

        assert main(["generate", str(path), f"--output={tmp_path / 'made'}", f"--adopt={place}"]) == 0

    def test_a_default_needs_only_be_of_the_type_at_its_own_level(self):
        text = "components: {schemas: {A: {type: object, required: [a]}, "
        text += "B: {allOf: [{$ref: '#/components/schemas/A'}], default: {}}}}"

        assert validity(document(f"paths: {{}}\n{text}")) == []

    @pytest.mark.parametrize("default", ["'true'", "null", "1"])
    def test_a_default_of_another_type_is_named(self, default):
        found = validity(
            document(f"paths: {{}}\ncomponents: {{schemas: {{A: {{type: boolean, default: {default}}}}}}}", "3.1.1")
        )

        assert [fault.startswith("openapi.yaml:4: the `default` is not valid: ") for fault in found] == [True]

    def test_what_crashes_is_told_with_its_line(self, monkeypatch):
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


class TestPathItemsWithFieldsBesideAReference:
    def path(self, fields: str, item: str) -> str:
        return (
            f"openapi: 3.1.1\n{HEAD}paths:\n  /x:\n    $ref: '#/components/pathItems/X'\n    {fields}\n"
            f"components:\n  pathItems:\n    X:\n      {item}\n"
        )

    def operation(self, name: str, status: int = 204, parameters: str = "[]") -> str:
        return f"{{operationId: {name}, parameters: {parameters}, responses: {{'{status}': {{description: ok}}}}}}"

    def test_a_field_that_is_written_twice_is_that_of_the_reference(self, tmp_path):
        text = self.path(f"get: {self.operation('here', 204)}", f"get: {self.operation('there', 202)}")
        [finding] = check_document(document_of(text))
        assert str(finding) == (
            "openapi.yaml:6: `get` is also in what the $ref beside it names: remove one; or --adopt 'GET /x=drop'"
        )

        assert client(adopted(tmp_path, text)).get("/x").status_code == 202

    def test_a_component_that_is_also_in_the_file_for_all_of_them_stays_as_it_is(self, tmp_path):
        (tmp_path / "schemas.yaml").write_text("A: {type: integer}\n")
        text = body("{$ref: '#/components/schemas/A'}", "3.1.1", "components:\n  schemas:\n")
        read = adopted(tmp_path, f"{text}    $ref: schemas.yaml\n    A: {{type: string}}\n")
        served = client(read)

        assert [(one.place, one.word) for one in read.readings] == [("#/components/schemas/A", "keep")]
        assert [served.post("/x", json=value).status_code for value in ("a", 1)] == [204, 422]

    def test_what_is_found_in_the_item_is_read_there(self, tmp_path):
        wrong = "[{name: q, in: query, schema: {type: integer, default: x}}]"
        text = self.path(f"post: {self.operation('here')}", f"get: {self.operation('there', parameters=wrong)}")
        [finding] = check_document(document_of(text))
        assert finding.where == "openapi.yaml:10"
        assert finding.readings[0].place == "#/components/pathItems/X/get/parameters/query:q/schema/default"

        served = client(adopted(tmp_path, text))
        assert [served.get("/x").status_code, served.post("/x").status_code] == [204, 204]

    def test_an_operation_of_the_item_can_be_left_out(self):
        text = self.path(f"post: {self.operation('here')}", f"get: {self.operation('there')}")
        served = client(document_of(text, "#/components/pathItems/X/get=drop"))

        assert [served.get("/x").status_code, served.post("/x").status_code] == [405, 204]

    def test_without_the_reference_the_fields_stay(self):
        text = self.path(f"post: {self.operation('here')}", f"get: {self.operation('there')}")
        served = client(document_of(text, "#/paths/~1x/$ref=drop"))

        assert [served.get("/x").status_code, served.post("/x").status_code] == [405, 204]


class TestTheFile:
    TEXT = body("{type: object, properties: {a: {type: integer, default: x}}}")
    PLACE = "#/paths/~1x/post/requestBody/content/application~1json/schema/properties/a/default"

    def test_groups_what_is_the_same(self, tmp_path):
        adopted(tmp_path, self.TEXT.replace("default: x}", "default: x}, b: {type: integer, default: x}"))

        written = (tmp_path / "openapi.adopted.yaml").read_text()

        assert written.count("reading: drop") == 1
        assert f"  - '{self.PLACE}'\n" in written

    def test_a_finding_that_appears_later_is_refused(self, tmp_path):
        adopted(tmp_path, self.TEXT)
        path = tmp_path / "openapi.yaml"

        path.write_text(self.TEXT.replace("default: x}", "default: x}, b: {type: integer, default: y}"))

        assert [finding.readings[0].place.rpartition("/properties")[2] for finding in check_document(Document.load(path))] == [
            "/b/default"
        ]

    def test_a_reading_of_a_place_that_is_gone_is_refused_with_its_line(self, tmp_path):
        adopted(tmp_path, self.TEXT)
        (tmp_path / "openapi.yaml").write_text(self.TEXT.replace(", default: x", ""))

        with pytest.raises(
            DocumentError, match=r"openapi\.adopted\.yaml:\d+: the reading of '.*' reads nothing: .*: remove it"
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

    def test_a_reading_of_what_is_gone_is_refused_by_its_line_and_removed(self, tmp_path, capsys):
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
    def test_is_refused_with_its_line_where_it_cannot_be_read(self, text, fault, tmp_path):
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

    def test_the_ledger_lists_it(self, tmp_path, capsys):
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


def test_documentation_of_openapi_3_2_is_taken():
    text = "$self: https://example.com/api\ntags: [{name: a, summary: A, kind: nav, parent: b}, {name: b}]\n"
    text += "servers: [{url: /, name: here}]\npaths: {/x: {get: {tags: [a], responses: {'200': {summary: ok, content: "
    text += "{application/json: {examples: {e: {dataValue: 1, serializedValue: '1'}}}}}}}}}\n"

    assert check_document(document(text, "3.2.0")) == []
    assert len(check_document(document(text, "3.1.1"))) == 9
