"""`accord`: what can be done with a document."""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from accord.cli import diff
from accord.document.adoption.apply import fits
from accord.document.adoption.readings import ReadingError, Readings, beside, file_name, given, parsed, written
from accord.document.adoption.words import REASONS
from accord.document.deep_stack import deep
from accord.document.document import Document, DocumentError
from accord.fidelity.instances import PER_SCHEMA
from accord.generate.adoption import adoption, renewed, unneeded
from accord.generate.package import GenerationError, Settings, load, stale, write
from accord.lint import NAMES, lint
from accord.lint.profiles import PROFILES, LintSettingsError, checked, read, severities
from accord.openapi.api import API
from accord.openapi.keywords.coverage import KeywordCoverage
from accord.overlay import completed, overlay
from accord.validate.openapi import invalid

PROJECT = Path("pyproject.toml")
CALL = "accord.runtime"  # what handlers receive where nobody says otherwise


def main(arguments: list[str] | None = None) -> int:
    """Run one command; faults go to stderr, and the answer is the exit code."""
    parser = argparse.ArgumentParser(prog="accord", description="From an OpenAPI document to code.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run, text in (
        ("generate", _generate, "write the package of schemas and operations"),
        ("check", _check, "say which generated files differ from the document"),
    ):
        command = _command(commands, name, run, text)
        command.add_argument("--output", help="the folder that is written")
        command.add_argument("--call", help=f"the module with `Call` and `Principal` ({CALL})")
    command = _command(commands, "lint", _lint, "check the document against rules: names, bounds, examples, statuses")
    command.add_argument("--profile", choices=PROFILES, help="house: every rule; common: those that hold for any document")
    command.add_argument(
        "--config", metavar="FILE", type=Path, help="a TOML file with `profile` and a table `rules` of severities"
    )
    _command(commands, "ledger", _ledger, "list every keyword of the document: where it is written, and who enforces it")
    text = "write the file of readings: for everything that keeps the document from being used, what is done instead"
    command = _command(commands, "adopt", _adopt, text)
    command.add_argument(
        "--document", dest="copy", metavar="FILE", help="also write the document as it is read, for other tools"
    )
    text = "judge thousands of instances of every schema twice, by the engine and by an independent validator"
    command = _command(commands, "fidelity", _fidelity, text)
    command.add_argument("--per-schema", type=_count, default=PER_SCHEMA, help="instances of each schema (%(default)s)")
    command.add_argument("--seed", type=int, default=0, help="another seed makes other instances (%(default)s)")
    command.add_argument("--models", metavar="PACKAGE", help="the generated package whose models must take every valid body")
    text = "print the rejections that the document omits, as an overlay"
    _command(commands, "complete", _complete, text)
    command = _command(
        commands, "mock", _mock, "serve the document: requests are checked, answers are examples or built values"
    )
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    command.add_argument(
        "--port", type=int, choices=range(1 << 16), metavar="PORT", default=8001, help="port to listen on (%(default)s)"
    )
    command.add_argument("--credential", metavar="VALUE", help="what every security scheme accepts, instead of made-up values")
    command.add_argument("--complete", action="store_true", help="serve the document with the rejections that it omits")
    command.add_argument("--overlay", metavar="FILE", help="where --complete writes what it adds, instead of printing it")
    command.set_defaults(run=_mock)  # a server belongs in the main thread, where signals arrive
    diff.register(commands)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except (GenerationError, DocumentError, LintSettingsError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _count(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _command(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:  # noqa: ANN401 - argparse names no types
    """A command about one document."""
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    command.add_argument("document", nargs="?", metavar="DOCUMENT", help="the OpenAPI document ([tool.accord])")
    text = "the file of readings (that beside the document: openapi.adopted.yaml)"
    command.add_argument("--adopted", metavar="FILE", help=text)
    text = f"one more reading: a place (`#/components/...`, an operationId, `GET /path`), and one of {', '.join(REASONS)}"
    command.add_argument("--adopt", action="append", default=[], metavar="PLACE=WORD", help=text)
    command.set_defaults(run=lambda options: deep(lambda: run(options)))
    return command


def _table(file: Path) -> dict[str, Any]:
    """[tool.accord] of a file; empty if there is none."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise GenerationError(f"{file}: {error}") from None
    table: dict[str, Any] = found.get("tool", {}).get("accord", {})
    return table


def read_settings(file: Path, options: dict[str, Any]) -> Settings:
    """The settings of [tool.accord], where an option does not say otherwise.

    Of a document that is named by an option, nothing in the file speaks.

    Raises:
        GenerationError: the file cannot be read, or a setting stands in neither.
    """
    table = {} if options.get("document") else _table(file)
    found = {name: options.get(name) or table.get(name) for name in ("document", "output", "call")}
    for name, option in (("document", "DOCUMENT"), ("output", "--output")):
        if not isinstance(found[name], str):
            raise GenerationError(f"{file}: [tool.accord] has no `{name}`: add it, or give {option}")
    return Settings(
        document=Path(str(found["document"])),
        output=Path(str(found["output"])),
        call=str(found["call"] or CALL),
        readings=readings(Path(str(found["document"])), options, table),
    )


def _settings(options: argparse.Namespace) -> Settings:
    return read_settings(PROJECT, vars(options))


def readings(document: Path, options: Mapping[str, Any], table: Mapping[str, Any]) -> Readings | None:
    """The readings that options and settings give; None for those of the file beside the document.

    Raises:
        GenerationError: they cannot be used.
    """
    file = options.get("adopted") or table.get("adopted")
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


def _loaded(options: argparse.Namespace) -> Document:
    path = _document(options)
    return load(path, readings(path, vars(options), {} if options.document else _table(PROJECT)))


def _document(options: argparse.Namespace) -> Path:
    found = options.document or _table(PROJECT).get("document")
    if not isinstance(found, str):
        raise GenerationError(f"{PROJECT}: [tool.accord] has no `document`: add it, or give DOCUMENT")
    return Path(found)


def _generate(options: argparse.Namespace) -> int:
    settings = _settings(options)
    changed = write(settings)
    sys.stdout.write(f"{settings.output}: {', '.join(changed) if changed else 'nothing changed'}\n")
    return 0


def _adopt(options: argparse.Namespace) -> int:
    """Every new reading with its finding, and what no reading mends."""
    path = _document(options)
    table = {} if options.document else _table(PROJECT)
    file = Path(options.adopted or table.get("adopted") or path.with_name(file_name(path.name)))
    if not file.exists():
        options.adopted, table = None, {}
    document, gone = _still_there(path, readings(path, vars(options), table))
    known = {one.key for one in document.readings}
    result, stale_ones = renewed(document, _start)
    new = [one for one in result.readings if one.key not in known]
    for finding in result.findings:
        word = finding.readings[0].word if finding.readings else "refused"
        sys.stdout.write(f"{finding.where}: {word}: {finding.text}\n")
    for reading in stale_ones:
        sys.stdout.write(f"{reading.where}: removed: nothing is wrong at {reading.place!r} any more\n")
    for reading in gone:
        sys.stdout.write(f"{reading.where}: removed: {reading.place!r} is not in the document any more\n")
    if result.readings or file.exists():
        file.write_text(written(result.readings, path.name), encoding="utf-8")
    if options.copy:
        text = json.dumps(result.document.written, indent=2, ensure_ascii=False)
        Path(options.copy).write_text(f"{text}\n", encoding="utf-8")
    sys.stdout.write(
        f"{file}: {len(result.readings)} readings, {len(new)} of them new, {len(stale_ones) + len(gone)} removed\n"
    )
    sys.stderr.write("".join(f"{finding}\n" for finding in result.refused))
    return 1 if result.refused else 0


def _still_there(path: Path, listed: Readings | None) -> tuple[Document, Readings]:
    """The document with its readings but those of findings whose places are gone; and these."""
    document = load(path, ())
    try:
        if listed is None:
            listed = beside(path.name, lambda name: (path.parent / name).read_bytes())
        gone = tuple(one for one in listed if one.finding and not fits(document.original, one))
        return document.reread(tuple(one for one in listed if one not in gone)), gone
    except (DocumentError, ReadingError) as error:
        raise GenerationError(str(error)) from None


def _start(document: Document) -> None:
    from accord.cli import mock  # noqa: PLC0415 - FastAPI and its server, which other commands do without

    mock.start(document)


def _check(options: argparse.Namespace) -> int:
    settings = _settings(options)
    found = stale(settings)
    found += [
        f"{one.where}: nothing is wrong at {one.place!r} any more: run `accord adopt`"
        for one in unneeded(load(settings.document, settings.readings), _start)
    ]
    if found:
        sys.stderr.write("\n".join([*found, "Run `accord generate` and commit what it writes.", ""]))
    return 1 if found else 0


def _fidelity(options: argparse.Namespace) -> int:
    from accord.fidelity.report import fidelity  # noqa: PLC0415 - its judge takes a second to import, which nobody else needs

    document = _valid(options)
    try:
        report = fidelity(document, options.per_schema, options.seed, models=options.models)
    except ModuleNotFoundError as error:
        raise GenerationError(f"--models {options.models}: {error}: name a package that was generated") from None
    sys.stdout.write(f"{report}\n")
    return 1 if report.disagreements else 0


def _valid(options: argparse.Namespace) -> Document:
    document = _loaded(options)
    if invalid(document):
        raise GenerationError("\n".join(map(str, adoption(document).findings)))
    return document


def _complete(options: argparse.Namespace) -> int:
    sys.stdout.write(json.dumps(overlay(_valid(options)), indent=2, ensure_ascii=False) + "\n")
    return 0


def _mock(options: argparse.Namespace) -> int:
    from accord.cli import mock  # noqa: PLC0415 - FastAPI and its server, which nobody else needs

    document = deep(lambda: _valid(options))
    if options.complete:
        added = deep(lambda: overlay(document))
        text = json.dumps(added, indent=2, ensure_ascii=False) + "\n"
        if options.overlay:
            Path(options.overlay).write_text(text, encoding="utf-8")
        else:
            sys.stdout.write(text)
        document = completed(document, added)
    accepted = mock.schemes(document, options.credential)
    app = mock.application(document, accepted)
    sys.stderr.write("".join(f"{finding}\n" for finding in app.engine.findings))
    sys.stdout.write(mock.greeting(document, accepted, f"http://{options.host}:{options.port}"))
    sys.stdout.flush()
    mock.serve(app, options.host, options.port)
    return 0


def _lint(options: argparse.Namespace) -> int:
    document = _loaded(options)
    # The project's settings are about its own document: another one is held against the rules that hold for any.
    written = {} if options.document else checked(_table(PROJECT).get("lint", {}), f"{PROJECT}: [tool.accord.lint]")
    settings = read(options.config) if options.config else written
    found = lint(document, severities(options.profile or settings.get("profile", "common"), NAMES, settings.get("rules")))
    for reported in found:
        name = f" [{reported.rule}]" if reported.rule else ""
        sys.stderr.write(f"{reported.text}{' (warning)' * (reported.severity == 'warning')}{name}\n")
    errors = sum(reported.severity == "error" for reported in found)
    if not errors:
        warnings = f"{len(found)} warnings" if found else "no findings"
        sys.stdout.write(f"{document.name}: {len(API.of(document).operations)} operations, {warnings}\n")
    return 1 if errors else 0


def _ledger(options: argparse.Namespace) -> int:
    """One line for each keyword, in the order of the document, and how many each enforcer has."""
    document = _valid(options)
    found = KeywordCoverage(document)
    faults = found.unsupported()
    counts: Counter[str] = Counter()
    for entry in found.entries:
        counts.update(entry.by)
        remark = f"  ({entry.remark})" if entry.remark else ""
        sys.stdout.write(f"{entry.where}: {entry.keyword}: {', '.join(sorted(entry.by))}{remark}\n")
    for where, what, reason in found.readings:
        counts["adopted"] += 1
        sys.stdout.write(f"{where}: {what}: adopted  ({reason})\n")
    totals = ", ".join(f"{count} {by}" for by, count in counts.most_common())
    sys.stdout.write(f"{document.name}: {len(found.entries)} keywords: {totals}\n")
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
