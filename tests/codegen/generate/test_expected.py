"""Generated files of small documents. `python -m tests.codegen.generate.rewrite` rewrites the expected files."""

from __future__ import annotations

import importlib
import warnings
from pathlib import Path

import pytest

from accord.generate.package import Settings, generated, write

DOCUMENTS = sorted(Path(__file__).parent.glob("documents/*/openapi.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.parent.name)
class TestEveryDocument:
    def test_generates_exactly_the_expected_files(self, document):
        expected = {path.stem: path.read_text() for path in (document.parent / "expected").iterdir()}

        files = generated(Settings(document, Path("unused"), "app.call"))

        assert files == expected

    def test_generates_code_that_imports_without_a_warning(self, document, settings):
        made = settings(document)
        write(made)

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            operations = importlib.import_module(f"{made.output.name}.operations")

        assert operations.Handlers


class TestPathHelpers:
    @pytest.fixture
    def operations(self, documents, settings):
        made = settings(documents / "styles" / "openapi.yaml")
        write(made)
        return importlib.import_module(f"{made.output.name}.operations")

    def test_simple_values_are_quoted_and_written_as_json_writes_them(self, operations):
        path = operations.GetSimple.path(text="a/b ü", number=1.5, flag=True, list=[1, 2])

        assert path == "/simple/a%2Fb%20%C3%BC/1.5/true/1,2"

    def test_labels_begin_with_dots(self, operations):
        path = operations.GetLabel.path(text="a", list=["b", "c"], exploded=["d", "e.f"])

        assert path == "/label/.a/.b,c/.d.e%2Ef"

    def test_matrices_name_their_parameters(self, operations):
        path = operations.GetMatrix.path(text="a", list=[True, False], exploded=["d", "e;"])

        assert path == "/matrix/;text=a/;list=true,false/;exploded=d;exploded=e%3B"


class TestModels:
    @pytest.fixture
    def models(self, documents, settings):
        made = settings(documents / "shapes" / "openapi.yaml")
        write(made)
        return importlib.import_module(f"{made.output.name}.models")

    def test_an_absent_property_is_not_null(self, models):
        absent = models.Cat.model_validate({"kind": "cat", "name": "Tom", "mother": None})
        null = models.Cat.model_validate({"kind": "cat", "name": "Tom", "mother": None, "colour": None})

        assert "colour" not in absent.model_dump()
        assert null.model_dump()["colour"] is None

    def test_an_absent_property_has_the_default_of_the_document(self, models):
        cat = models.Cat.model_validate({"kind": "cat", "name": "Tom", "mother": None})

        assert cat.lives == 9

    def test_an_alternative_is_found_by_its_constant(self, models):
        created = models.CreatePetCreated.model_validate({"pet": {"kind": "dog", "name": "Rex"}})

        assert type(created.pet) is models.Dog
