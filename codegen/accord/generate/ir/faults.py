"""Collects the faults of a document, so that all of them are reported in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from accord.document.document import DocumentError, Node
from accord.document.findings import Finding

# A document can be wrong in ways that the checks before do not find.
CRASHES = (ArithmeticError, AttributeError, LookupError, RecursionError, SyntaxError, TypeError, ValueError)

T = TypeVar("T")
R = TypeVar("R")


def crash_text(error: Exception) -> str:
    """The text of a finding for an unexpected error."""
    return f"no code can be generated for this ({type(error).__name__}: {str(error)[:200]}): write it in another way"


def each(things: Iterable[tuple[Node, T]], work: Callable[[T], R], faults: list[Finding]) -> list[R]:
    """The results of the work on everything; what is wrong with the others, at these places, is added to the faults."""
    results = []
    for node, thing in things:
        try:
            results.append(work(thing))
        except DocumentError as error:
            faults += error.findings
        except CRASHES as error:
            faults += node.error(crash_text(error)).findings
    return results
