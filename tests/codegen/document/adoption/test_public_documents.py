"""Documents as others write them, reduced to what is special about each: adopted, generated, imported, typed, served.

`openapi.adopted.yaml` beside each is what `accord adopt` makes of it.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from accord.cli import mock
from accord.cli.adopt import start
from accord.document.adoption.readings import written
from accord.document.document import Document
from accord.fidelity.report import fidelity
from accord.generate.adoption import renewed
from accord.generate.package import write
from accord.jsonschema.sampling import Sampler
from accord.openapi.api import API
from accord.problems.overlay import completed, overlay
from tests.codegen.generate.test_typing import mypy

pytestmark = pytest.mark.slow

DOCUMENTS = sorted((Path(__file__).parent / "public").glob("*/openapi.yaml"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.parent.name)
class TestADocument:
    def test_is_adopted_as_the_file_beside_it_says(self, path):
        result, _ = renewed(Document.load(path, ()), start)

        assert result.refused == ()
        assert written(result.readings, path.name) == path.with_name("openapi.adopted.yaml").read_text(encoding="utf-8")

    def test_has_models_that_take_what_the_engine_accepts(self, path, settings):
        made = settings(path)
        write(made)
        importlib.import_module(f"{made.output.name}.operations")

        report = fidelity(Document.load(path), 40, models=made.output.name)

        assert report.disagreements == []
        assert report.schemas > 4

    def test_is_served_by_a_mock_whose_responses_it_documents(self, path):
        read = Document.load(path)
        whole = completed(read, overlay(read))
        app = mock.application(whole, mock.schemes(whole, "mock:credential"))
        described = API.of(whole)

        with TestClient(app) as client:
            for operation in described.operations:
                values = [Sampler("request").value(one.schema) for one in operation.parameters if one.place == "path"]
                url = operation.prefixes[0] + operation.path
                for one, value in zip((one for one in operation.parameters if one.place == "path"), values, strict=True):
                    url = url.replace(f"{{{one.name}}}", str(value))
                status = client.request(operation.method, url).status_code
                assert operation.response(status) is not None, (operation.id, status)


def test_all_of_them_are_strictly_typed(settings, tmp_path):
    packages = [settings(path) for path in DOCUMENTS]
    for package in packages:
        write(package)

    assert "made" not in mypy(tmp_path, *(package.output.name for package in packages))
