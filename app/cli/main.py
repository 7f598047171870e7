"""`accord`: what can be typed. What a command does stands in `app.cli`, and is imported when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.errors import fail
from app.cli.loading import configured, imported, loaded

app = typer.Typer(
    help="Accord: users and posts, exactly as openapi.yaml says.",
    epilog="Exit codes: 0 done; 1 failed; 2 the command line or a setting is wrong, so that a restart does not help.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # an unexpected traceback is read in logs, which have no boxes
    rich_markup_mode=None,  # as above
)
admin = typer.Typer(help="Administrators.", no_args_is_help=True, rich_markup_mode=None)
outbox = typer.Typer(
    help="Mails that wait, and those that could not be delivered.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(admin, name="admin")
app.add_typer(outbox, name="outbox")


def main() -> None:
    """The command. Expected failures are one clear line each and an exit code (`app.cli.errors`), never a traceback."""
    try:
        app()
    except Exception as error:
        from app.cli.failures import lines_of  # noqa: PLC0415 - it names the exceptions of everything that a command may import

        if (lines := lines_of(error)) is None:
            raise
        fail(*lines)


def _print_version(asked: bool) -> None:  # noqa: FBT001 - as typer calls it
    if asked:
        imported("app.cli.version", "print_version")()
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


@admin.command("create")
@configured("app.cli.admin")
def admin_create(
    email: Annotated[str | None, typer.Option(help="Asked for on a terminal if not given.")] = None,
    username: Annotated[str | None, typer.Option(help="Asked for on a terminal if not given.")] = None,
    *,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input, as without a terminal.")
    ] = False,
) -> None:
    """Create a user with the role admin. The password is asked for on a terminal, and else read from standard input.

    It is no option of the command line, which every user of the machine can read.
    """


@admin.command("token")
@configured("app.cli.admin")
def admin_token(
    username: Annotated[str | None, typer.Option(help="Whose; the first active administrator's if not given.")] = None,
) -> None:
    """Print an access token of an administrator, for scripts. It lives as long as any other."""


@app.command()
@configured("app.cli.migrate")
def migrate(
    *,
    check: Annotated[
        bool,
        typer.Option("--check", help="Change nothing; exit 1 if migrations are pending or the tables differ."),
    ] = False,
    back_to: Annotated[
        str | None,
        typer.Option(metavar="REVISION", help="Go back to this revision; what only later ones can store is lost."),
    ] = None,
) -> None:
    """Bring the database's tables to this version."""


@app.command()
@configured("app.cli.worker", quiet=True)
def worker() -> None:
    """Deliver the outbox, beside servers that run with WORKER=false. SIGTERM and SIGINT end it."""


@outbox.command("list")
@configured("app.cli.outbox")
def list_outbox(
    *,
    dead: Annotated[bool, typer.Option("--dead", help="Only what was given up.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="The most items to show.")] = 100,
) -> None:
    """Show what waits, the oldest first, with the last error. Nothing is changed."""


@outbox.command("retry")
@configured("app.cli.outbox")
def retry_outbox(
    item: Annotated[int | None, typer.Argument(help="The id of an item.")] = None,
    *,
    all_dead: Annotated[bool, typer.Option("--all-dead", help="Everything that was given up.")] = False,
) -> None:
    """Make items due at once, with all their attempts before them. A worker delivers them."""


@app.command()
@configured("app.cli.seed")
def seed(
    users: Annotated[int, typer.Option(min=0, help="How many users to add.")] = 1000,
    posts: Annotated[int, typer.Option(min=0, help="How many posts to add, by users who are there.")] = 0,
) -> None:
    """Add made-up users and posts, for trials with many of them. Nobody knows their password; none is an administrator.

    What is stored when it is interrupted stays; it can be run again.
    """


@app.command()
@configured("app.cli.serve", quiet=True, overrides=("host", "port", "workers", "mock"))
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; PORT.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve; WORKERS.")] = None,
    mock: Annotated[
        bool | None, typer.Option("--mock", help="Answer operations without a handler from the document; MOCK.")
    ] = None,
    supervised: Annotated[str | None, typer.Option(hidden=True, help="Set for workers by their supervisor.")] = None,
) -> None:
    """Serve the API. In development the database is migrated and filled with demo data first.

    SIGTERM and SIGINT drain and end it. With several workers, SIGHUP restarts them one after the other.
    """


@app.command()
@loaded("app.cli.check")
def check() -> None:
    """Check that every operation of openapi.yaml has exactly one handler that fits."""


if __name__ == "__main__":
    main()
