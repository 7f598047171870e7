"""Accord: generate, serve, check and compare OpenAPI documents."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accord.document.document import Document, DocumentError
    from accord.openapi.api import API

__all__ = ["API", "Document", "DocumentError"]


def lazy(package: str, names_by_module: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package (PEP 562), for names that these modules define, or that are these modules.

    They are imported on first use: importing an exception class does not import FastAPI.
    """
    modules = {name: module for module, names in names_by_module.items() for name in names.split()}

    def find(name: str) -> Any:  # noqa: ANN401 - any of the public names
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = importlib.import_module(modules[name])
        return module if modules[name].endswith(f".{name}") else getattr(module, name)

    return find


__getattr__ = lazy(__name__, {"accord.document.document": "Document DocumentError", "accord.openapi.api": "API"})
