"""Generates the files of a package from a document: all of them or none."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from accord.document.adoption.readings import Readings
from accord.document.deep_stack import on_deep_stack
from accord.document.document import Document, DocumentError
from accord.errors import AccordError
from accord.generate.adoption import adoption, check_document
from accord.generate.emit.source import WIDTH
from accord.generate.ir.faults import CRASHES
from accord.generate.sources import sources

_HEADER = "# Generated from "


class GenerationError(AccordError):
    """Nothing was generated. The text has one line for each fault, most of them `openapi.yaml:LINE: fault: remedy`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of [tool.accord].

    `output` is the folder of the package, `call` the module of `Call` and `Principal`. `principals` are subclasses of
    `Principal` in that module by security scheme: what a handler receives where it is the only scheme of an operation.
    """

    document: Path
    output: Path
    call: str
    readings: Readings | None = None  # None: those of the file beside the document
    principals: dict[str, str] = field(default_factory=dict)


def load(file: Path, readings: Readings | None = None) -> Document:
    """Read the document.

    Raises:
        GenerationError: it cannot be read, or is not YAML or JSON.
    """
    try:
        return Document.load(file, readings)
    except OSError as error:
        raise GenerationError(f"{file}: {error.strerror}: name another DOCUMENT") from None
    except (DocumentError, UnicodeDecodeError) as error:
        raise GenerationError(str(error)) from None


def generated(settings: Settings) -> dict[str, str]:
    """The text of each file by name. The same document always gives the same bytes.

    Raises:
        GenerationError: the document has faults, or keywords that cannot be enforced.
    """
    return on_deep_stack(lambda: _generated(settings))


def _generated(settings: Settings) -> dict[str, str]:
    document = load(settings.document, settings.readings)
    try:
        files = {} if check_document(document) else sources(document, settings.call, settings.principals)
    except (DocumentError, *CRASHES):
        files = {}
    if not files:
        # Everything is reported in one run, also what only shows once the first findings are resolved.
        raise GenerationError("\n".join(map(str, adoption(document).findings))) from None
    header = f"{_HEADER}{document.name} by `accord generate`. Do not edit.\n"
    return _formatted({name: header + text for name, text in files.items()}, settings)


def write(settings: Settings) -> list[str]:
    """Bring the output folder up to date and return the names of the files that changed.

    Nothing is written before everything is generated. Generated files that are no longer needed are deleted; files without the
    header of generated ones are left alone, and listed by `stale`.

    Raises:
        GenerationError: as `generated`, or the folder cannot be written.
    """
    files = generated(settings)
    changed = []
    try:
        settings.output.mkdir(parents=True, exist_ok=True)
        for path, _ in list(_differences(settings, files)):
            if path.name in files:
                new = path.with_suffix(".new")
                new.write_bytes(files[path.name].encode())
                new.replace(path)
            elif path.read_text(encoding="utf-8", errors="replace").startswith(_HEADER):
                path.unlink()
            else:
                continue
            changed.append(path.name)
    except OSError as error:
        raise GenerationError(f"{settings.output}: {error.strerror}: make the folder writable") from None
    return changed


def stale(settings: Settings) -> list[str]:
    """One line for each file of the output folder that differs from what is generated; writes nothing there.

    Raises:
        GenerationError: as `generated`.
    """
    return [f"{path}: {difference}" for path, difference in _differences(settings, generated(settings))]


def _differences(settings: Settings, files: dict[str, str]) -> Iterator[tuple[Path, str]]:
    """The files to write, and what else is in the output folder; Python's caches do not count."""
    for name, text in files.items():
        path = settings.output / name
        if not path.exists():
            yield path, "is missing"
        elif path.read_bytes() != text.encode():
            yield path, "is out of date, or was edited by hand"
    known = {*files, "__pycache__"}
    for path in sorted(path for path in settings.output.glob("*") if path.name not in known):
        yield path, "is not a generated file: move it out of this folder"


def _formatted(files: dict[str, str], settings: Settings) -> dict[str, str]:
    """The files formatted by ruff, with settings of their own: those of the project never change the output."""
    options = [f"--config=line-length={WIDTH}", '--config=target-version="py311"', "--isolated", "--no-cache"]
    first_party = [name for name in [settings.call.partition(".")[0]] if name != "accord"]
    isort = [f"--config=lint.isort.known-first-party={first_party!r}", "--config=lint.isort.split-on-trailing-comma=false"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in files.items():
            (folder / file).write_bytes(text.encode())
        for command in (["check", "--fix-only", "--select=F401,I001", *isort], ["format"]):
            done = subprocess.run(  # noqa: S603 - a fixed program on our own files
                [sys.executable, "-m", "ruff", *command, *options, name], capture_output=True, text=True, check=False
            )
            if done.returncode != 0:
                raise GenerationError(f"ruff {command[0]} rejects the generated code, which is a bug in accord:\n{done.stderr}")
        return {file: (folder / file).read_bytes().decode() for file in files}
