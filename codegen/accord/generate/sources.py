"""From a document to the source of the modules of a package, not formatted."""

from __future__ import annotations

from accord.document.document import Document
from accord.generate.emit.modules import modules
from accord.generate.ir.builder import build


def sources(document: Document, call: str) -> dict[str, str]:
    """The source of each module by its file name; `call` is the module of `Call` and `Principal`.

    Raises:
        DocumentError: something cannot be generated.
    """
    return modules(build(document), call)
