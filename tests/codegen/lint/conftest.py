"""A valid document, and what is found once one text in it is replaced by another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from accord.document.document import Document
from accord.lint import lint

VALID = Path(__file__).parent / "valid.yaml"


class Broken:
    """The valid document with the first `old` replaced by `new`."""

    def __init__(self, old: str, new: str) -> None:
        valid = VALID.read_text(encoding="utf-8")
        assert old in valid, f"not in valid.yaml: {old}"
        self.text = valid.replace(old, new, 1)
        self.findings = [diagnostic.text for diagnostic in lint(Document(self.text.encode()))]

    def at(self, mark: str, text: str) -> str:
        """The finding with this text, in the first line that has the mark."""
        assert mark in self.text, f"not in the document: {mark}"
        return f"openapi.yaml:{self.text.partition(mark)[0].count(chr(10)) + 1}: {text}"


@pytest.fixture
def broken() -> Callable[[str, str], Broken]:
    return Broken
