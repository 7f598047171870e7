"""Paths built by the generated helpers are parsed back to the same values."""

from __future__ import annotations

import importlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.document.document import Document
from accord.generate.package import Settings, write
from accord.openapi.api import API
from accord.openapi.paths.router import Router
from accord.runtime.handlers.arguments import Arguments
from tests.codegen.conftest import DOCUMENTS

TEXT = st.text(st.characters(codec="utf-8"), min_size=1) | st.text("a.-x,;=%/+& ", min_size=1)
TEXTS = st.lists(TEXT, min_size=1)
COLOUR = st.fixed_dictionaries({"R": st.integers(-(10**9), 10**9), "G": TEXT | st.just("")}, optional={"B.": st.booleans()})


@pytest.fixture(scope="module")
def styles(tmp_path_factory):
    """The generated classes of the document of all styles, and a function that reads a path."""
    folder = tmp_path_factory.mktemp("paths")
    document = DOCUMENTS / "styles" / "openapi.yaml"
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        write(Settings(document, folder / "made_styles", "app.call"))
        operations, models = (importlib.import_module(f"made_styles.{name}") for name in ("operations", "models"))
    described = API.of(Document.load(document))
    paths: Router[tuple[str, Arguments]] = Router({})
    for operation in described.operations:
        paths.add(operation, (operation.id, Arguments(operation)))

    def read(path):
        resource, values = paths.find(path, path.encode())
        assert resource is not None
        name, arguments = resource.operations["GET"]
        return name, arguments.read(values, b"", {})

    return operations, models, read


@pytest.mark.slow
class TestAPathHelper:
    @settings(deadline=None)
    @given(text=TEXT, number=st.floats(allow_nan=False, allow_infinity=False), flag=st.booleans(), some=st.data())
    def test_writes_simple_values_that_are_read_back(self, styles, text, number, flag, some):
        given_ = {"text": text, "number": number, "flag": flag, "list": some.draw(st.lists(st.integers(), min_size=1))}

        assert styles[2](styles[0].GetSimple.path(**given_)) == ("getSimple", given_)

    @settings(deadline=None)
    @given(text=TEXT, items=TEXTS, exploded=TEXTS, flags=st.lists(st.booleans()))
    def test_writes_labels_and_matrices_that_are_read_back(self, styles, text, items, exploded, flags):
        operations, _, read = styles
        label = {"text": text, "list": items, "exploded": exploded}
        matrix = {"text": text, "list": flags, "exploded": exploded}

        assert read(operations.GetLabel.path(**label)) == ("getLabel", label)
        assert read(operations.GetMatrix.path(**matrix)) == ("getMatrix", matrix)

    @settings(deadline=None)
    @given(
        colours=st.lists(COLOUR, min_size=6, max_size=6), free=st.dictionaries(TEXT, st.integers(0, 9)), json=st.lists(COLOUR)
    )
    def test_writes_objects_that_are_read_back(self, styles, colours, free, json):
        operations, models, read = styles
        names = ["simple", "simple_exploded", "label", "label_exploded", "matrix", "matrix_exploded"]
        made = {name: models.Colour.model_validate(colour) for name, colour in zip(names, colours, strict=True)}
        listed = [models.Colour.model_validate(colour) for colour in json]

        path = operations.GetObjects.path(**made, open=free, json=listed)

        expected = {**dict(zip(names, colours, strict=True)), "open": free, "json": json}
        assert read(path) == ("getObjects", expected)

    @settings(deadline=None)
    @given(texts=st.lists(TEXT, min_size=5, max_size=5), items=TEXTS, flags=st.lists(st.booleans(), min_size=1))
    def test_writes_several_parameters_in_a_segment_that_are_read_back(self, styles, texts, items, flags):
        names = ["name", "extension", "to", "text", "label"]
        values = {**dict(zip(names, texts, strict=True)), "major": 3, "from_": items, "matrix": flags}

        assert styles[2](styles[0].GetSegments.path(**values)) == ("getSegments", values)
