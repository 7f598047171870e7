"""The commands, their options and their help. Each is implemented in a module of its own, imported when the command runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer
import typer.completion

from app.cli import groups
from app.cli.command import AsJSON, implemented_in
from app.cli.errors import fail

COMPLETE_VARIABLE = "_ACCORD_COMPLETE"  # set by the scripts of `completion`

app = typer.Typer(
    help="Accord: users and posts, exactly as specified in openapi.yaml.",
    epilog="Exit codes: 0 success; 1 failure; 2 invalid command line or settings, so that a restart does not help; "
    "130 interrupted. Results are on standard output, messages and progress on standard error.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # tracebacks go to logs, where boxes are noise
    rich_markup_mode=None,  # as above
)
app.add_typer(groups.admin, name="admin")
app.add_typer(groups.audit, name="audit")
app.add_typer(groups.outbox, name="outbox")
app.add_typer(groups.users, name="users")


def main() -> None:
    """Run a command. Expected failures end with a message per problem and an exit code, unexpected ones with a traceback."""
    if COMPLETE_VARIABLE in os.environ:
        # Registers the shells. `add_completion` would do that too, with options that take the program for one word.
        typer.completion.get_completion_inspect_parameters()
    try:
        app(prog_name="python -m app", complete_var=COMPLETE_VARIABLE)
    except Exception as error:
        from app.cli.failures import explain  # noqa: PLC0415 - imports the exceptions of everything that a command may use

        if (lines := explain(error)) is None:
            raise
        fail(*lines)


def _print_version(requested: bool) -> None:  # noqa: FBT001 - as typer calls it
    if requested:
        version(as_json=False)
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


@app.command()
@implemented_in("serve", quiet=True, overrides=("host", "port", "workers", "mock"), collects=False)
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; overrides HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; overrides PORT.")] = None,
    workers: Annotated[int | None, typer.Option(help="Number of worker processes; overrides WORKERS.")] = None,
    mock: Annotated[
        bool | None,
        typer.Option("--mock", help="Answer operations that have no handler with examples from openapi.yaml; sets MOCK."),
    ] = None,
    supervised: Annotated[str | None, typer.Option(hidden=True, help="Set for fork servers by their supervisor.")] = None,
) -> None:
    """Serve the API. In development, migrate the database and add demo data first.

    SIGTERM or SIGINT drains connections and stops it. With several workers, SIGHUP restarts them one at a time.
    """


@app.command()
@implemented_in("worker", quiet=True)
def worker() -> None:
    """Deliver mails and webhooks.

    Run it alongside servers that have WORKER=false. SIGTERM or SIGINT stops it.
    """


@app.command()
@implemented_in("migrate")
def migrate(
    *,
    check: Annotated[
        bool,
        typer.Option("--check", help="Change nothing; exit with 1 if migrations are pending or the schema has drifted."),
    ] = False,
    back_to: Annotated[
        str | None,
        typer.Option(metavar="REVISION", help="Downgrade to this revision. Data that only later revisions can store is lost."),
    ] = None,
    as_json: AsJSON = False,
) -> None:
    """Apply pending migrations to the database."""


@app.command()
@implemented_in("doctor", settings=False)
def doctor(*, as_json: AsJSON = False) -> None:
    """Check the configuration and everything that it names.

    The settings, the database with its migrations and content, the replica, Valkey, the mail server, clocks, permissions, open
    files and disk space. Prints one line for each finding, and how to fix what is wrong. Changes nothing and sends nothing.
    Exits with 1 if there is a problem; with warnings alone, it succeeds.
    """


@app.command("settings")
@implemented_in("show_settings", settings=False)
def show_settings(
    *,
    reference_as: Annotated[
        Literal["markdown", "env"] | None,
        typer.Option("--reference", help="Print the reference of settings instead, as docs/configuration.md or .env.example."),
    ] = None,
    as_json: AsJSON = False,
) -> None:
    """Print the settings in effect, without secrets."""


@app.command()
@implemented_in("openapi", settings=False)
def openapi(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file, which is replaced.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON instead of YAML.")] = False,
) -> None:
    """Print openapi.yaml, which this service serves."""


@app.command()
@implemented_in("check", settings=False)
def check(*, as_json: AsJSON = False) -> None:
    """Check that every operation has its handler."""


@app.command()
@implemented_in("seed")
def seed(
    users: Annotated[int, typer.Option(min=0, help="Number of users to add.")] = 1000,
    posts: Annotated[int, typer.Option(min=0, help="Number of posts to add, by existing users.")] = 0,
    *,
    as_json: AsJSON = False,
) -> None:
    """Add generated users and posts, for load tests. Their passwords are unknown, and none is an administrator.

    It can be interrupted, which keeps what is stored, and run again.
    """


@app.command()
@implemented_in("version", settings=False)
def version(*, as_json: AsJSON = False) -> None:
    """Print the version, which is that of openapi.yaml."""


@app.command()
@implemented_in("completion", settings=False)
def completion(shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(help="The shell.")]) -> None:
    """Print a script for completion in a shell.

    It completes commands, options and their values after `python -m app`. For this shell: eval "$(python -m app completion
    bash)". For every new shell: the same line, with the absolute path of Python, in ~/.bashrc, or in ~/.zshrc after compinit.
    For fish: python -m app completion fish > ~/.config/fish/conf.d/accord.fish
    """
