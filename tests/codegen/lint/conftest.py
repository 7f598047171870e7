"""A valid document, and what is found once one text in it is replaced by another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from accord.document.document import Document
from accord.lint import lint

VALID = Path(__file__).parent / "valid.yaml"


def edited(old: str, new: str) -> str:
    """The valid document with the first `old` replaced by `new`."""
    valid = VALID.read_text(encoding="utf-8")
    assert old in valid, f"not in valid.yaml: {old}"
    return valid.replace(old, new, 1)


def findings_of(document: Document) -> list[str]:
    return [diagnostic.text for diagnostic in lint(document)]


class Broken:
    """The findings of an edited document."""

    def __init__(self, old: str, new: str) -> None:
        self.text = edited(old, new)
        self.findings = findings_of(Document(self.text.encode()))

    def at(self, mark: str, text: str) -> str:
        """The finding with this text, in the first line that has the mark."""
        assert mark in self.text, f"not in the document: {mark}"
        return f"openapi.yaml:{self.text.partition(mark)[0].count(chr(10)) + 1}: {text}"


@pytest.fixture
def broken() -> Callable[[str, str], Broken]:
    return Broken
