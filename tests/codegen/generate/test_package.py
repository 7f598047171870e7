"""Generated files are deterministic and written all or none; `check` names those that differ."""

from __future__ import annotations

import dataclasses
import importlib
import re
import tomllib
from pathlib import Path

import pytest

from accord.cli.main import main
from accord.generate.package import GenerationError, Settings, generated, stale, write
from tests.support.paths import OPENAPI, ROOT

DOCUMENT = """
openapi: 3.1.1
info: {title: Pets, version: 1.0.0}
paths:
  /pets:
    get:
      operationId: listPets
      tags: [pets]
      responses:
        '200':
          description: Pets.
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}
components:
  schemas:
    Pet: {type: object, properties: {name: {type: string}}}
"""
ANOTHER = """
  /owners:
    get:
      operationId: listOwners
      tags: [owners]
      responses:
        '200': {description: Owners., content: {application/json: {schema: {$ref: '#/components/schemas/Owner'}}}}
components:
  schemas:
    Owner: {type: object, properties: {pet: {$ref: '#/components/schemas/Pet'}}}
"""


def classes(module):
    """The source of each class but the one that lists all tags."""
    found = re.findall(r"^class (\w+)(.*?)(?=^\S|\Z)", module, re.DOTALL | re.MULTILINE)
    return {name: text.rstrip() for name, text in found if name != "Handlers"}


class TestGenerate:
    def test_the_same_document_gives_the_same_bytes(self):
        settings = Settings(OPENAPI, Path("unused"), "app.call")

        assert generated(settings) == generated(settings)

    def test_what_is_committed_is_what_the_document_says(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["accord"]

        assert stale(Settings(OPENAPI, ROOT / "app" / "schemas", "app.call", principals=project["principals"])) == []

    def test_another_operation_leaves_the_code_of_the_others_as_it_is(self, settings):
        made = settings(DOCUMENT)
        before = generated(made)
        made.document.write_text(DOCUMENT.replace("\ncomponents:\n  schemas:\n", ANOTHER))

        after = generated(made)

        for file in ("models.py", "rows.py", "operations.py"):
            old, new = classes(before[file]), classes(after[file])
            assert old.keys() < new.keys()
            assert {name: new[name] for name in old} == old

    def test_the_package_imports_from_wherever_it_is_written(self, tmp_path, monkeypatch):
        (tmp_path / "openapi.yaml").write_text(DOCUMENT)
        written = tmp_path / "my-api" / "placed"

        assert main(["generate", str(tmp_path / "openapi.yaml"), f"--output={written}"]) == 0

        monkeypatch.syspath_prepend(str(written.parent))
        assert importlib.import_module("placed.operations").ListPets

    def test_unchanged_files_are_not_touched(self, settings):
        made = settings(DOCUMENT)
        write(made)
        times = {path: path.stat().st_mtime_ns for path in made.output.iterdir()}

        changed = write(made)

        assert changed == []
        assert {path: path.stat().st_mtime_ns for path in made.output.iterdir()} == times

    def test_nothing_is_written_if_anything_is_at_fault(self, settings):
        made = settings(DOCUMENT)
        write(made)
        before = {path: path.read_bytes() for path in made.output.iterdir()}
        made.document.write_text(DOCUMENT.replace("type: string", "type: strong"))

        with pytest.raises(GenerationError):
            write(made)

        assert {path: path.read_bytes() for path in made.output.iterdir()} == before

    def test_generated_files_that_are_no_longer_produced_go_and_others_stay(self, settings):
        made = settings(DOCUMENT)
        write(made)
        (made.output / "old.py").write_text("# Generated from openapi.yaml by `accord generate`. Do not edit.\n")
        (made.output / "mine.py").write_text("# By hand.\n")

        changed = write(made)

        assert changed == ["old.py"]
        assert not (made.output / "old.py").exists()
        assert (made.output / "mine.py").exists()


GUARDED = """
openapi: 3.1.1
info: {title: Guarded, version: 1.0.0}
components:
  securitySchemes:
    people: {type: http, scheme: bearer}
    machines: {type: apiKey, in: header, name: X-Key}
    others: {type: http, scheme: basic}
paths:
"""


class TestPrincipals:
    @pytest.mark.parametrize(
        ("security", "principal"),
        [
            ("[]", "None"),
            ("[{people: []}]", "Person"),
            ("[{machines: [all]}, {}]", "Machine | None"),
            ("[{people: []}, {machines: [all]}]", "Principal"),
            ("[{}, {people: []}, {machines: []}]", "Principal | None"),
            ("[{machines: [], people: []}]", "Person"),  # the principal of the last
            ("[{others: []}]", "Principal"),
        ],
    )
    def test_a_handler_receives_that_of_the_only_scheme_or_what_all_have_in_common(self, settings, security, principal):
        path = "  /p: {get: {operationId: get, security: %s, responses: {'204': {description: A.}}}}\n"
        made = dataclasses.replace(settings(GUARDED + path % security), principals={"people": "Person", "machines": "Machine"})

        operations = generated(made)["operations.py"]

        assert f"self, call: Call[{principal}], /" in operations
        used = [name for name in ("Machine", "Person", "Principal") if name in principal]
        assert f"from app.call import {', '.join(['Call', *used])}\n" in operations

    def test_each_has_the_name_of_a_class(self, tmp_path, monkeypatch, capsys):
        (tmp_path / "openapi.yaml").write_text(DOCUMENT)
        (tmp_path / "pyproject.toml").write_text(
            '[tool.accord]\ndocument = "openapi.yaml"\noutput = "made"\n[tool.accord.principals]\nbearer = "a b"\n'
        )
        monkeypatch.chdir(tmp_path)

        assert main(["generate"]) != 0
        assert "[tool.accord.principals] must have the name of a class for each security scheme" in capsys.readouterr().err


class TestCheck:
    @pytest.fixture
    def check(self, settings, capsys):
        made = settings(DOCUMENT)
        write(made)

        def run():
            options = [str(made.document), f"--output={made.output}", "--call=app.call"]
            return main(["check", *options]), capsys.readouterr().err

        return made.output, run

    def test_an_up_to_date_folder_is_fine(self, check):
        _, run = check

        assert run() == (0, "")

    def test_caches_of_python_are_no_files_of_the_folder(self, check):
        output, run = check
        (output / "__pycache__").mkdir()

        assert run() == (0, "")

    def test_every_stale_missing_and_extra_file_is_reported_with_the_remedy(self, check):
        output, run = check
        (output / "rows.py").write_text("# edited\n")
        (output / "models.py").unlink()
        (output / "extra.py").write_text("")

        code, errors = run()

        assert code == 1
        assert errors.splitlines() == [
            f"{output}/models.py: is missing",
            f"{output}/rows.py: is out of date, or was edited by hand",
            f"{output}/extra.py: is not a generated file: move it out of this folder",
            "Run `accord generate` and commit what it writes.",
        ]

    def test_nothing_is_written(self, check):
        output, run = check
        (output / "rows.py").write_text("# edited\n")

        run()

        assert (output / "rows.py").read_text() == "# edited\n"
