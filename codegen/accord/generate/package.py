"""From a document to the files of one package: all of them or none."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from accord.document.adoption.readings import Readings
from accord.document.deep_stack import deep
from accord.document.document import Document, DocumentError
from accord.errors import AccordError
from accord.generate.adoption import adoption, refused
from accord.generate.emit.source import WIDTH
from accord.generate.ir.builder import CRASHES
from accord.generate.sources import sources


class GenerationError(AccordError):
    """Why nothing was generated: one line for each fault, most of them `openapi.yaml:LINE: what: how to mend it`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """[tool.accord] of pyproject.toml: where the document is, how it is read, the folder that is written."""

    document: Path
    output: Path
    call: str
    readings: Readings | None = None  # those of the file beside the document


def load(file: Path, readings: Readings | None = None) -> Document:
    """Read the document.

    Raises:
        GenerationError: there is none, or it is not YAML.
    """
    try:
        return Document.load(file, readings)
    except OSError as error:
        raise GenerationError(f"{file}: {error.strerror}: name another DOCUMENT") from None
    except (DocumentError, UnicodeDecodeError) as error:
        raise GenerationError(str(error)) from None


def generated(settings: Settings) -> dict[str, str]:
    """The files by name. The same document always gives the same bytes.

    Raises:
        GenerationError: the document has faults, or says what cannot be enforced.
    """
    return deep(lambda: _generated(settings))


def _generated(settings: Settings) -> dict[str, str]:
    document = load(settings.document, settings.readings)
    try:
        files = {} if refused(document) else sources(document, settings.call)
    except (DocumentError, *CRASHES):
        files = {}
    if not files:
        # Everything is told in one round: also what is found when the first findings are out of the way.
        raise GenerationError("\n".join(map(str, adoption(document).findings))) from None
    header = f"# Generated from {document.name} by `accord generate`. Do not edit.\n"
    return _formatted({name: header + text for name, text in files.items()}, settings)


def write(settings: Settings) -> list[str]:
    """Bring the output folder up to date and return the names of the files that changed.

    Nothing is written before everything is generated. Generated files that are no longer produced are deleted; files without
    the header of generated ones are left alone, and named by `stale`.

    Raises:
        GenerationError: as `generated`, or the folder cannot be written.
    """
    files = generated(settings)
    changed = []
    try:
        settings.output.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            path = settings.output / name
            if not path.exists() or path.read_bytes() != text.encode():
                new = path.with_suffix(".new")
                new.write_bytes(text.encode())
                new.replace(path)
                changed.append(name)
        for path in _others(settings, files):
            if path.read_text(encoding="utf-8", errors="replace").startswith("# Generated from "):
                path.unlink()
                changed.append(path.name)
    except OSError as error:
        raise GenerationError(f"{settings.output}: {error.strerror}: make the folder writable") from None
    return changed


def stale(settings: Settings) -> list[str]:
    """One line for each file of the output folder that differs from what the document says; writes nothing there.

    Raises:
        GenerationError: as `generated`.
    """
    files = generated(settings)
    found = []
    for name, text in files.items():
        path = settings.output / name
        if not path.exists():
            found.append(f"{path}: is missing")
        elif path.read_bytes() != text.encode():
            found.append(f"{path}: is stale, or was edited by hand")
    return found + [f"{path}: is not generated and does not belong here" for path in _others(settings, files)]


def _others(settings: Settings, files: Iterable[str]) -> list[Path]:
    """What stands in the output folder besides the files; caches of Python do not count."""
    known = {*files, "__pycache__"}
    return sorted(path for path in settings.output.glob("*") if path.name not in known)


def _formatted(files: dict[str, str], settings: Settings) -> dict[str, str]:
    """Formatted with pinned settings, so that the project's own never change the output."""
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
                raise GenerationError(f"ruff {command[0]} refuses what was generated; a fault of accord:\n{done.stderr}")
        return {file: (folder / file).read_bytes().decode() for file in files}
