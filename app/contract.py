"""The contract of this service, read once a process."""

from __future__ import annotations

import functools
from pathlib import Path

from accord.document.document import Document
from accord.openapi.api import Description

DOCUMENT = Path(__file__).parent.parent / "openapi.yaml"


@functools.cache
def description() -> Description:
    """The operations of `openapi.yaml`."""
    return Description.of(Document.load(DOCUMENT))


def version() -> str:
    """The version of the contract, which is that of the service."""
    return str(description().document.data["info"]["version"])
