"""`accord`: generate, serve, check and compare OpenAPI documents.

This module only defines the arguments. Each command is in the module of its name, which is imported when it runs.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

from accord.document.adoption.readings import REASONS
from accord.document.deep_stack import on_deep_stack
from accord.errors import AccordError

CALL = "accord.runtime"  # the default of --call
# Which extra installs a package that a command may lack.
_EXTRAS = {
    "datamodel_code_generator": "generate",
    "jinja2": "generate",
    "jsonschema": "testing",
    "openapi-spec-validator": "generate",  # whose files are read, so the name is that of the distribution
    "quickjs": "testing",
    "referencing": "testing",
}

Commands = Any  # argparse does not export the type of `add_subparsers`


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code. Errors are written to standard error."""
    options = _parser().parse_args(arguments)
    try:
        module = importlib.import_module(f"accord.cli.{options.module}")
        # A document may be nested deeply; the mock needs the main thread, which gets the signals.
        return int(module.run(options) if options.module == "mock" else on_deep_stack(lambda: module.run(options)))
    except ModuleNotFoundError as error:
        if (extra := _EXTRAS.get(str(error.name).partition(".")[0])) is None:
            raise
        sys.stderr.write(f"accord {options.command}: {error.name} is not installed: pip install 'accord[{extra}]'\n")
    except (AccordError, OSError) as error:
        sys.stderr.write(f"{error}\n")
    return 1


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version  # noqa: PLC0415 - it takes as long as everything else that starts

        sys.stdout.write(f"accord {version('accord')}\n")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="accord", description="Generate, serve, check and compare OpenAPI documents.")
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version of the toolkit and exit")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in (
        ("generate", "write the Python package of a document: models, rows, problems, operations"),
        ("check", "list generated files that differ from the document; exit 1 if there are any"),
    ):
        command = _command(commands, name, text, module="generate")
        command.add_argument("--output", help="the folder of the package")
        command.add_argument("--call", help=f"the module that defines `Call` and `Principal` ({CALL})")
    command = _command(commands, "lint", "check names, bounds, examples and statuses against the rules of a profile")
    command.add_argument("--profile", choices=("house", "common"), help="house: every rule; common: rules for any document")
    text = "a TOML file with `profile` and a table `rules` of severities"
    command.add_argument("--config", metavar="FILE", type=Path, help=text)
    text = "list every keyword of the document, where it is written and what enforces it"
    _command(commands, "coverage", text, aliases=["ledger"])
    text = "write a reading for everything that keeps the document from being served: what is done instead"
    command = _command(commands, "adopt", text)
    text = "also write the document as the readings leave it, for other tools"
    command.add_argument("--document", dest="copy", metavar="FILE", help=text)
    text = "compare the verdicts of the runtime and of an independent validator on thousands of generated instances"
    command = _command(commands, "fidelity", text)
    command.add_argument("--per-schema", type=_count, default=2000, help="instances of each schema (%(default)s)")
    command.add_argument("--seed", type=int, default=0, help="seed of the instances (%(default)s)")
    text = "the generated package whose models must accept every valid body"
    command.add_argument("--models", metavar="PACKAGE", help=text)
    text = "print the error responses that the document omits, as an OpenAPI Overlay"
    _command(commands, "overlay", text, aliases=["complete"])
    command = _command(commands, "mock", "serve the document without code: requests are validated, responses are examples")
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    ports = range(1 << 16)
    command.add_argument("--port", type=int, choices=ports, metavar="PORT", default=8001, help="port (%(default)s)")
    text = "the credential that every security scheme accepts, instead of a random one"
    command.add_argument("--credential", metavar="VALUE", help=text)
    command.add_argument("--complete", action="store_true", help="add the error responses that the document omits")
    text = "where --complete writes what it adds, instead of printing it"
    command.add_argument("--overlay", metavar="FILE", help=text)
    _comparisons(commands)
    return parser


def _command(
    commands: Commands, name: str, text: str, *, module: str | None = None, aliases: list[str] | None = None
) -> argparse.ArgumentParser:
    """A command that reads one document."""
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text, aliases=aliases or [])
    command.set_defaults(module=module or name)
    command.add_argument("document", nargs="?", metavar="DOCUMENT", help="the OpenAPI document ([tool.accord])")
    command.add_argument("--adopted", metavar="FILE", help="the file of readings (openapi.adopted.yaml beside the document)")
    text = f"one more reading: a place (`#/components/...`, an operationId, `GET /path`) and one of {', '.join(REASONS)}"
    command.add_argument("--adopt", action="append", default=[], metavar="PLACE=WORD", help=text)
    return command


def _comparisons(commands: Commands) -> None:
    text = "compare two documents and rate the changes as major, minor or patch; exit 1 if major"
    command = commands.add_parser("diff", help=text, description=text)
    command.set_defaults(module="diff")
    command.add_argument("old", metavar="OLD", type=Path, help="the earlier OpenAPI document")
    command.add_argument("new", metavar="NEW", type=Path, help="the later OpenAPI document")
    text = "the file of readings of NEW (openapi.adopted.yaml beside it)"
    command.add_argument("--adopted", metavar="FILE", type=Path, help=text)
    command.add_argument("--markdown", action="store_true", help="write release notes")
    text = "check that info.version was raised enough for the changes since the last release; exit 1 if not"
    command = commands.add_parser("compatible", help=text, description=text)
    command.set_defaults(module="diff")
    command.add_argument("new", metavar="DOCUMENT", type=Path, help="the OpenAPI document")
    text = "the file of readings (openapi.adopted.yaml beside the document)"
    command.add_argument("--adopted", metavar="FILE", type=Path, help=text)
    text = "the released document, instead of the one in the last tag v*"
    command.add_argument("--base", metavar="FILE", type=Path, help=text)


def _count(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
