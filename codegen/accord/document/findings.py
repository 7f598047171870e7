"""Findings: what is wrong with a document, where, and which readings would adopt it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from accord.document.adoption.readings import Reading
from accord.document.pointer import Pointer
from accord.errors import AccordError


class Finding(NamedTuple):
    """One thing that is wrong with a document.

    `pointer` is the place in the document as it is read, or None if unknown. `readings` are ways to adopt it, the most careful
    first; without any, the document must be corrected.
    """

    where: str
    text: str
    pointer: Pointer | None = None
    readings: tuple[Reading, ...] = ()

    def __str__(self) -> str:
        words = f"; or {self.readings[0].option}" if self.readings else ""
        return f"{self.where}: {self.text}{words}"

    @property
    def line(self) -> int:
        """The line of the place."""
        return int(self.where.rpartition(":")[2])


class DocumentError(AccordError):
    """Something in the document that cannot be read or served; the text begins with `file:line:`."""

    def __init__(self, text: str, findings: Iterable[Finding] = ()) -> None:
        super().__init__(text)
        self.findings = tuple(findings) or tuple(map(plain_finding, text.splitlines()))


class BindingError(AccordError):
    """The handlers and the document differ; the text has one line for each difference."""


def document_error(findings: Iterable[Finding]) -> DocumentError:
    """One error for several findings."""
    found = tuple(dict.fromkeys(findings))
    return DocumentError("\n".join(map(str, found)), found)


def plain_finding(line: str) -> Finding:
    """The finding in a text `file:line: what`."""
    where, _, text = line.partition(": ")
    return Finding(where, text)
