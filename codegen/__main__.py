"""`python -m codegen`: what can be done with the document."""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from app.engine.description import Description
from app.engine.document import Document, DocumentError
from app.engine.ledger import Ledger
from codegen.generate import GenerationError, Settings, load, stale, write
from codegen.lint import lint
from codegen.validity import validity


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
    text = "list every keyword of the document: where it is written, and who enforces it"
    command = commands.add_parser("ledger", help=text, description=text)
    command.add_argument("document", nargs="?", metavar="DOCUMENT", help="the OpenAPI document")
    command.add_argument("--waive", action="append", default=[], metavar="PLACE=REASON", help="accept what nobody enforces")
    options = parser.parse_args(arguments)
    try:
        if options.command in ("lint", "ledger"):
            named = options.document
            document = Path(named) if named else read_settings(Path("pyproject.toml"), {}).document
            waivers = dict(waiver.partition("=")[::2] for waiver in getattr(options, "waive", ()))
            return _lint(document) if options.command == "lint" else _ledger(document, waivers)
        settings = read_settings(Path("pyproject.toml"), vars(options))
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


def _ledger(path: Path, waivers: dict[str, str]) -> int:
    """One line for each keyword, in the order of the document, and how many each enforcer has."""
    document = load(path)
    if faults := validity(document):
        raise GenerationError("\n".join(faults))
    found = Ledger(document)
    faults = found.waive(waivers)
    counts: Counter[str] = Counter()
    for entry in found.entries:
        by = ", ".join(sorted(entry.by))
        counts.update(entry.by)
        remark = f"  ({entry.remark})" if entry.remark else ""
        sys.stdout.write(f"{entry.where}: {entry.keyword}: {by}{remark}\n")
    totals = ", ".join(f"{count} {by}" for by, count in counts.most_common())
    sys.stdout.write(f"{document.name}: {len(found.entries)} keywords: {totals}\n")
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
