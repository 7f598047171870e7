"""From a document to the source of the modules of a package, not formatted."""

from __future__ import annotations

from collections.abc import Mapping

from accord.document.document import Document
from accord.generate.emit.modules import modules
from accord.generate.ir.builder import build


def sources(document: Document, call: str, principals: Mapping[str, str] | None = None) -> dict[str, str]:
    """The source of each module by its file name.

    `call` is the module of `Call` and `Principal`; `principals` are subclasses of `Principal` there, by security scheme.

    Raises:
        DocumentError: something cannot be generated.
    """
    return modules(build(document), call, principals or {})
