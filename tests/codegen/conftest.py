"""Generation of small documents into temporary folders."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from accord.generate.package import Settings

DOCUMENTS = Path(__file__).parent / "generate" / "documents"

_numbers = itertools.count(1)


@pytest.fixture
def documents():
    return DOCUMENTS


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Settings for a text or a file; the package can be imported by the name of its folder."""

    def build(document: str | Path) -> Settings:
        file = document if isinstance(document, Path) else tmp_path / "openapi.yaml"
        if isinstance(document, str):
            file.write_text(document)
            document = file
        return Settings(document=document, output=tmp_path / f"made{next(_numbers)}", call="app.call")

    monkeypatch.syspath_prepend(str(tmp_path))
    return build
