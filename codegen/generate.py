"""From a document to the files of one package: all of them or none."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from app.engine.depth import deep
from app.engine.description import Description
from app.engine.document import Document, DocumentError
from app.engine.support import unsupported
from codegen.merging import merge_equal
from codegen.models import models
from codegen.naming import class_name
from codegen.operations import class_names, operations, shaped
from codegen.problems import Problems, problem_schemas, problems
from codegen.rows import rows
from codegen.shapes import Shapes
from codegen.text import WIDTH
from codegen.validity import NOT_UNDERSTOOD, by_line, validity
from codegen.webhooks import sent, webhooks

# The digest tells the start whether the document was changed since; comments and layout do not count.
_INIT = '''"""What `{name}` says, as Python: schemas and operations."""

DIGEST = "{digest}"
'''

T = TypeVar("T")
R = TypeVar("R")


class GenerationError(Exception):
    """Why nothing was generated: one line for each fault, most of them `openapi.yaml:LINE: what: how to mend it`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """[tool.codegen] of pyproject.toml: where the document is, the folder that is written, what nobody need enforce."""

    document: Path
    output: Path
    call: str
    waivers: Mapping[str, str] = field(default_factory=dict)


def load(file: Path) -> Document:
    """Read the document.

    Raises:
        GenerationError: there is none, or it is not YAML.
    """
    try:
        return Document.load(file)
    except OSError as error:
        raise GenerationError(f"{file}: {error.strerror}: name another DOCUMENT") from None
    except (DocumentError, UnicodeDecodeError) as error:
        raise GenerationError(str(error)) from None


def faults_of(document: Document, waivers: Mapping[str, str]) -> list[str]:
    """Everything that is wrong with a document and everything that nobody enforces; by line."""
    faults = validity(document)
    lines = {fault.partition(": ")[0] for fault in faults}
    # Of an invalid document it tells what it finds before it stumbles.
    with contextlib.suppress(*([Exception] if faults else [])):
        faults += [fault for fault in unsupported(document, waivers) if fault.partition(": ")[0] not in lines]
    return sorted(faults, key=lambda fault: by_line(document, *fault.partition(": ")[::2]))


def generated(settings: Settings) -> dict[str, str]:
    """The files by name. The same document always gives the same bytes.

    Raises:
        GenerationError: the document has faults, or says what cannot be enforced.
    """
    return deep(lambda: _generated(settings))


def _generated(settings: Settings) -> dict[str, str]:
    document = load(settings.document)
    try:
        if faults := faults_of(document, settings.waivers):
            raise GenerationError("\n".join(faults))
        files = _files(document, settings)
    except DocumentError as error:
        raise GenerationError(str(error)) from None
    except (ArithmeticError, AttributeError, LookupError, RecursionError, SyntaxError, TypeError, ValueError) as error:
        # A document can be wrong in ways that nobody thought of; its author is told so, without a traceback.
        text = f"{NOT_UNDERSTOOD} ({type(error).__name__}: {error}): check what changed last"
        raise GenerationError(f"{document.name}:1: {text}") from error
    header = f"# Generated from {document.name} by `python -m codegen generate`. Do not edit.\n"
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


def _files(document: Document, settings: Settings) -> dict[str, str]:
    description = Description.of(document)
    known, shapes = Problems(description), Shapes(document)
    faults = list(known.faults)
    components = document.root.get("components")
    schemas = components.get("schemas") if components else None
    unused = problem_schemas(document)
    named = [schemas.raw_child(name) for name in schemas.value if name not in unused] if schemas else []
    _each(named, lambda schema: shapes.of(schema, class_name(str(schema.pointer[-1]))), faults)
    if faults:
        raise DocumentError("\n".join(faults))
    names = class_names(description.operations)
    items = _each(description.operations, lambda operation: shaped(operation, names[operation.id], shapes, known), faults)
    if faults:
        raise DocumentError("\n".join(faults))
    outward = sent(description.webhooks, [item.inputs for item in items], shapes)
    merge_equal(shapes)
    one_way = shapes.one_way()
    answered = [form for item in items for output in item.outputs for form in output.schemas]
    files = {
        "__init__.py": _INIT.format(name=document.name, digest=document.digest),
        "models.py": models(shapes),
        "rows.py": rows(shapes, [*answered, *(form for one in outward for form in one.schemas)]),
        "problems.py": problems(known),
        "operations.py": operations(items, one_way, call=settings.call),
    }
    return {**files, "webhooks.py": webhooks(outward, one_way)} if outward else files


def _each(things: Iterable[T], work: Callable[[T], R], faults: list[str]) -> list[R]:
    """Do the work on everything, so that all faults are told at once."""
    done = []
    for thing in things:
        try:
            done.append(work(thing))
        except DocumentError as error:
            if str(error) not in faults:
                faults.append(str(error))
    return done


def _formatted(files: dict[str, str], settings: Settings) -> dict[str, str]:
    """Formatted with pinned settings, so that the project's own never change the output."""
    first_party = sorted({name.partition(".")[0] for name in ("app", settings.call)})
    options = [f"--config=line-length={WIDTH}", '--config=target-version="py311"', "--isolated", "--no-cache"]
    isort = f"--config=lint.isort.known-first-party={first_party!r}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in files.items():
            (folder / file).write_bytes(text.encode())
        for command in (["check", "--fix-only", "--select=F401,I001", isort], ["format"]):
            done = subprocess.run(  # noqa: S603 - a fixed program on our own files
                [sys.executable, "-m", "ruff", *command, *options, name], capture_output=True, text=True, check=False
            )
            if done.returncode != 0:
                raise GenerationError(f"ruff {command[0]} refuses what was generated; a fault of codegen:\n{done.stderr}")
        return {file: (folder / file).read_bytes().decode() for file in files}
