"""Accord: generate, serve, check and compare OpenAPI documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accord.lazy import lazy

if TYPE_CHECKING:
    from accord.document.document import Document, DocumentError
    from accord.openapi.api import API

__all__ = ["API", "Document", "DocumentError"]

__getattr__ = lazy(__name__, {"accord.document.document": "Document DocumentError", "accord.openapi.api": "API"})
