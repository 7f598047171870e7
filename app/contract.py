"""The contract of this service, read once a process."""

from __future__ import annotations

import functools
from pathlib import Path

from accord.document.document import Document
from accord.openapi.api import API

DOCUMENT = Path(__file__).parent.parent / "openapi.yaml"


@functools.cache
def description() -> API:
    """The operations of `openapi.yaml`."""
    return API.of(Document.load(DOCUMENT))


def version() -> str:
    """The version of the contract, which is that of the service."""
    return str(description().document.data["info"]["version"])
