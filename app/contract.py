"""The contract of this service, read once per process."""

from __future__ import annotations

import functools
from pathlib import Path

from accord.document.document import Document
from accord.openapi.api import API

DOCUMENT = Path(__file__).parent.parent / "openapi.yaml"


@functools.cache
def document() -> Document:
    """`openapi.yaml`."""
    return Document.load(DOCUMENT)


@functools.cache
def api() -> API:
    """Its operations."""
    return API.of(document())


def title() -> str:
    """The title of the contract, which is the name of the service."""
    return str(document().data["info"]["title"])


def version() -> str:
    """The version of the contract, which is the version of the service."""
    return str(document().data["info"]["version"])
