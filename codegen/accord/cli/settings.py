"""The document of a command, its readings and its settings: options, else `[tool.accord]` of pyproject.toml."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from accord.cli.main import CALL
from accord.document.adoption.readings import ReadingError, Readings, beside, given, parsed
from accord.document.document import Document
from accord.generate.adoption import adoption
from accord.generate.package import GenerationError, Settings, load
from accord.validate.openapi import invalid

PROJECT = Path("pyproject.toml")


def table(file: Path = PROJECT) -> dict[str, Any]:
    """[tool.accord] of a file; empty if there is none."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise GenerationError(f"{file}: {error}") from None
    settings: dict[str, Any] = found.get("tool", {}).get("accord", {})
    return settings


def read_settings(file: Path, options: Mapping[str, Any]) -> Settings:
    """The settings of a generated package. If the document is given as an option, the file is not consulted.

    Raises:
        GenerationError: the file cannot be read, or a setting is in neither.
    """
    written = {} if options.get("document") else table(file)
    found = {name: options.get(name) or written.get(name) for name in ("document", "output", "call")}
    for name, option in (("document", "DOCUMENT"), ("output", "--output")):
        if not isinstance(found[name], str):
            raise GenerationError(f"{file}: [tool.accord] has no `{name}`: add it, or give {option}")
    return Settings(
        document=Path(str(found["document"])),
        output=Path(str(found["output"])),
        call=str(found["call"] or CALL),
        readings=readings(Path(str(found["document"])), options, written),
    )


def readings(document: Path, options: Mapping[str, Any], written: Mapping[str, Any]) -> Readings | None:
    """The readings given by options and settings; None for those of the file beside the document.

    Raises:
        GenerationError: they cannot be used.
    """
    file = options.get("adopted") or written.get("adopted")
    try:
        listed = parsed(Path(file).read_bytes(), Path(file).name) if file else None
        if extra := tuple(map(given, options.get("adopt") or ())):
            if listed is None:
                listed = beside(document.name, lambda name: (document.parent / name).read_bytes())
            places = {one.place for one in extra}
            return (*(one for one in listed if one.place not in places), *extra)
    except ReadingError as error:
        raise GenerationError(str(error)) from None
    return listed


def document_path(options: argparse.Namespace) -> Path:
    """The path of the document."""
    found = options.document or table().get("document")
    if not isinstance(found, str):
        raise GenerationError(f"{PROJECT}: [tool.accord] has no `document`: add it, or give DOCUMENT")
    return Path(found)


def loaded(options: argparse.Namespace) -> Document:
    """The document with its readings."""
    path = document_path(options)
    return load(path, readings(path, vars(options), {} if options.document else table()))


def valid(options: argparse.Namespace) -> Document:
    """The document with its readings, if it is valid OpenAPI.

    Raises:
        GenerationError: it is not; every finding is listed.
    """
    document = loaded(options)
    if invalid(document):
        raise GenerationError("\n".join(map(str, adoption(document).findings)))
    return document
