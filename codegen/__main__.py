"""`python -m codegen`: what can be done with the document."""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path
from typing import Any

from app.engine.description import Description
from app.engine.document import Document, DocumentError
from codegen.diff import command as diff
from codegen.generate import GenerationError, Settings, stale, write
from codegen.lint import lint


def main(arguments: list[str] | None = None) -> int:
    """Run one command; faults go to stderr, and the answer is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m codegen", description="From the document to code.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("generate", "write the package of schemas and operations"),
        ("check", "say which generated files differ from the document"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--document", help="the OpenAPI document")
        command.add_argument("--output", help="the folder that is written")
        command.add_argument("--package", help="the package that the folder is")
        command.add_argument("--call", help="the module with `Call` and `Principal`")
    text = "hold the document against the house rules"
    command = commands.add_parser("lint", help=text, description=text)
    command.add_argument("document", nargs="?", metavar="DOCUMENT", help="the OpenAPI document")
    diff.register(commands)
    options = parser.parse_args(arguments)
    if options.command in ("diff", "compatible"):
        return int(options.run(options))
    try:
        if options.command == "lint" and options.document:
            return _lint(Path(options.document))
        settings = read_settings(Path("pyproject.toml"), vars(options))
        if options.command == "lint":
            return _lint(settings.document)
        return _generate(settings) if options.command == "generate" else _check(settings)
    except (GenerationError, DocumentError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def read_settings(file: Path, options: dict[str, Any]) -> Settings:
    """The settings of [tool.codegen], where an option does not say otherwise.

    Raises:
        GenerationError: the file cannot be read, or a setting stands in neither.
    """
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("codegen", {}) if file.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise GenerationError(f"{file}: {error}") from None
    found = {}
    for name in ("document", "output", "package", "call"):
        value = options.get(name) or table.get(name)
        if not isinstance(value, str):
            raise GenerationError(f"{file}: [tool.codegen] has no `{name}`: add it, or give --{name}")
        found[name] = value
    return Settings(Path(found["document"]), Path(found["output"]), found["package"], found["call"])


def _generate(settings: Settings) -> int:
    changed = write(settings)
    sys.stdout.write(f"{settings.output}: {', '.join(changed) if changed else 'nothing changed'}\n")
    return 0


def _check(settings: Settings) -> int:
    found = stale(settings)
    if found:
        sys.stderr.write("\n".join([*found, "Run `make generate` and commit what it writes.", ""]))
    return 1 if found else 0


def _lint(path: Path) -> int:
    document = Document.load(path)
    if found := lint(document):
        sys.stderr.write("\n".join([*found, ""]))
        return 1
    sys.stdout.write(f"{document.name}: {len(Description.of(document).operations)} operations, no findings\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
