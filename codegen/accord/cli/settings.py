"""The document of a command, its readings and its settings: options, else `[tool.accord]` of pyproject.toml."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path
from typing import Any

from accord.cli.main import CALL
from accord.document.adoption.readings import Readings, beside, given, parsed
from accord.document.document import Document
from accord.generate.adoption import adoption
from accord.generate.package import GenerationError, Settings, load
from accord.validate.openapi import invalid

PROJECT = Path("pyproject.toml")


def project_settings(options: argparse.Namespace) -> dict[str, Any]:
    """[tool.accord] of pyproject.toml; empty if there is none, or if the document is given as an option."""
    try:
        text = PROJECT.read_text(encoding="utf-8") if PROJECT.exists() and not options.document else ""
        return dict(tomllib.loads(text).get("tool", {}).get("accord", {}))
    except tomllib.TOMLDecodeError as error:
        raise GenerationError(f"{PROJECT}: {error}") from None


def path_setting(options: argparse.Namespace, name: str, option: str) -> Path:
    """The path that an option gives, else a setting.

    Raises:
        GenerationError: neither gives one.
    """
    found = getattr(options, name) or project_settings(options).get(name)
    if not isinstance(found, str):
        raise GenerationError(f"{PROJECT}: [tool.accord] has no `{name}`: add it, or give {option}")
    return Path(found)


def document_path(options: argparse.Namespace) -> Path:
    """The path of the document."""
    return path_setting(options, "document", "DOCUMENT")


def read_settings(options: argparse.Namespace) -> Settings:
    """The settings of a generated package.

    Raises:
        GenerationError: the file cannot be read, or a setting is missing.
    """
    document, output = document_path(options), path_setting(options, "output", "--output")
    found = project_settings(options)
    call = options.call or found.get("call") or CALL
    return Settings(document, output, str(call), readings(document, adopted_file(options), options.adopt), _principals(found))


def _principals(found: dict[str, Any]) -> dict[str, str]:
    principals = found.get("principals", {})
    if not isinstance(principals, dict) or not all(isinstance(one, str) and one.isidentifier() for one in principals.values()):
        raise GenerationError(f"{PROJECT}: [tool.accord.principals] must have the name of a class for each security scheme")
    return principals


def adopted_file(options: argparse.Namespace) -> Path | None:
    """The file of readings, if it is not the one beside the document."""
    found = options.adopted or project_settings(options).get("adopted")
    return Path(found) if found else None


def readings(document: Path, file: Path | None, options: list[str]) -> Readings | None:
    """The readings of a file, and those given as options; None for those of the file beside the document.

    Raises:
        ReadingError: they cannot be used.
    """
    listed = parsed(file.read_bytes(), file.name) if file else None
    if extra := tuple(map(given, options)):
        if listed is None:
            listed = beside(document.name, lambda name: (document.parent / name).read_bytes())
        places = {one.place for one in extra}
        return (*(one for one in listed if one.place not in places), *extra)
    return listed


def loaded(options: argparse.Namespace) -> Document:
    """The document with its readings."""
    path = document_path(options)
    return load(path, readings(path, adopted_file(options), options.adopt))


def valid(options: argparse.Namespace) -> Document:
    """The document with its readings, if it is valid OpenAPI.

    Raises:
        GenerationError: it is not; every finding is listed.
    """
    document = loaded(options)
    if invalid(document):
        raise GenerationError("\n".join(map(str, adoption(document).findings)))
    return document
