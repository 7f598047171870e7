"""The commands, their options and their help. Each is implemented in a module of its own, imported when the command runs."""

from __future__ import annotations

import functools
import gc
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from app.cli.errors import fail

Command = Callable[..., None]
AsJSON = Annotated[bool, typer.Option("--json", help="Print one line of JSON.")]

app = typer.Typer(
    help="Accord: users and posts, exactly as specified in openapi.yaml.",
    epilog="Exit codes: 0 success; 1 failure; 2 invalid command line or settings, so that a restart does not help.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # tracebacks go to logs, where boxes are noise
    rich_markup_mode=None,  # as above
)
admin = typer.Typer(help="Manage administrators.", no_args_is_help=True, rich_markup_mode=None)
outbox = typer.Typer(help="Inspect and retry mails in the outbox.", no_args_is_help=True, rich_markup_mode=None)
audit = typer.Typer(help="Verify the audit log.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(admin, name="admin")
app.add_typer(audit, name="audit")
app.add_typer(outbox, name="outbox")
users = typer.Typer(help="Import and export users.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(users, name="users")


def main() -> None:
    """Run a command. Expected failures end with a message per problem and an exit code, unexpected ones with a traceback."""
    try:
        app(prog_name="python -m app")
    except Exception as error:
        from app.cli.failures import explain  # noqa: PLC0415 - imports the exceptions of everything that a command may use

        if (lines := explain(error)) is None:
            raise
        fail(*lines)


def implemented_in(
    module: str, *, settings: bool = True, quiet: bool = False, overrides: tuple[str, ...] = ()
) -> Callable[[Command], Command]:
    """Run the function of the same name in a module of `app.cli`, which is imported then.

    With `settings` the function's first argument is the settings, which are read before the module is imported. Options named
    in `overrides` replace the settings of the same name. `quiet` is that of `read_settings`.
    """

    def decorate(declared: Command) -> Command:
        @functools.wraps(declared)
        def run(**options: Any) -> None:  # noqa: ANN401 - whatever the command line holds
            arguments: list[Any] = []
            if settings:
                from app.cli.settings import read_settings  # noqa: PLC0415 - pydantic takes 0.2 s to import; --help needs none

                arguments.append(read_settings(quiet=quiet, **{name: options.pop(name) for name in overrides}))
            command: Command = getattr(importlib.import_module(f"app.cli.{module}"), declared.__name__)
            gc.freeze()  # imported modules are never garbage: collections need not look at them (see `app.__main__`)
            gc.enable()
            command(*arguments, **options)

        return run

    return decorate


def _print_version(requested: bool) -> None:  # noqa: FBT001 - as typer calls it
    if requested:
        version()
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
def version() -> None:
    """Print the version of the service, which is that of openapi.yaml."""
    from app import contract  # noqa: PLC0415 - parsing openapi.yaml takes longer than all of --help

    typer.echo(f"{contract.title()} {contract.version()}")


@admin.command("create")
@implemented_in("admin")
def admin_create(
    email: Annotated[str | None, typer.Option(help="E-mail address; prompted for on a terminal.")] = None,
    username: Annotated[str | None, typer.Option(help="Username; prompted for on a terminal.")] = None,
    *,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input, even on a terminal.")
    ] = False,
) -> None:
    """Create an administrator. The password is prompted for on a terminal, and read from standard input otherwise.

    There is no option for the password, because every user of the machine can see command lines.
    """


@admin.command("token")
@implemented_in("admin")
def admin_token(
    username: Annotated[
        str | None, typer.Option(help="Username of the administrator; by default the first active one.")
    ] = None,
) -> None:
    """Sign in as an administrator and print the access token, for scripts."""


@audit.command("verify")
@implemented_in("audit")
def audit_verify(
    expect: Annotated[
        str | None,
        typer.Option(
            metavar="SEQUENCE:HASH",
            help="What an earlier verification printed, kept outside the database: this event must still have this hash.",
        ),
    ] = None,
) -> None:
    """Verify that no audit event was changed, removed, inserted or moved, and print the number and hash of the last one.

    Exits with 1 and the first bad event if one was.
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
) -> None:
    """Apply pending migrations to the database."""


@app.command()
@implemented_in("worker", quiet=True)
def worker() -> None:
    """Deliver the outbox, beside servers that run with WORKER=false. SIGTERM or SIGINT stops it."""


@outbox.command("list")
@implemented_in("outbox")
def list_outbox(
    *,
    dead: Annotated[bool, typer.Option("--dead", help="Only dead letters: items whose delivery failed for good.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Maximum number of items.")] = 100,
) -> None:
    """List the items of the outbox, oldest first, with the last error of each. Changes nothing."""


@outbox.command("retry")
@implemented_in("outbox")
def retry_outbox(
    item: Annotated[int | None, typer.Argument(help="The id of an item.")] = None,
    *,
    all_dead: Annotated[bool, typer.Option("--all-dead", help="All dead letters.")] = False,
) -> None:
    """Make items due now and reset their attempts. A worker delivers them."""


@users.command("import")
@implemented_in("users")
def users_import(
    file: Annotated[Path, typer.Argument(help="CSV with a header (.csv), or JSON Lines (.jsonl, .ndjson).")],
    report: Annotated[
        Path | None, typer.Option(help="Also write the refused lines and their reasons to this file, which must not exist.")
    ] = None,
) -> None:
    """Import users from another system, with their password hashes. No mails are sent.

    Columns: email, username, full_name, bio, role, is_active, email_verified, created_at, password_hash; only the first two are
    required. Hashes are argon2id, argon2i, scrypt or pbkdf2-sha256 in PHC form, or bcrypt; each is replaced by an argon2id hash
    at the next sign-in. A user without a hash resets the password.

    Users whose e-mail address exists are skipped, so that an import can be interrupted and run again. Lines that are not valid
    are reported, and the others imported; then it exits with 1.
    """


@users.command("export")
@implemented_in("users")
def users_export(
    file: Annotated[
        Path, typer.Argument(help="A new file: CSV with a header (.csv), or JSON Lines (.jsonl, .ndjson), which is exact.")
    ],
    *,
    with_password_hashes: Annotated[
        bool, typer.Option("--with-password-hashes", help="Also export the hashes of passwords. Keep the file secret.")
    ] = False,
) -> None:
    """Export all users to a file that `users import` can read."""


@app.command()
@implemented_in("seed")
def seed(
    users: Annotated[int, typer.Option(min=0, help="Number of users to add.")] = 1000,
    posts: Annotated[int, typer.Option(min=0, help="Number of posts to add, by existing users.")] = 0,
) -> None:
    """Add generated users and posts, for load tests. Their passwords are unknown, and none is an administrator.

    It can be interrupted, which keeps what is stored, and run again.
    """


@app.command()
@implemented_in("serve", quiet=True, overrides=("host", "port", "workers", "mock"))
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; overrides HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; overrides PORT.")] = None,
    workers: Annotated[int | None, typer.Option(help="Number of worker processes; overrides WORKERS.")] = None,
    mock: Annotated[
        bool | None,
        typer.Option("--mock", help="Answer operations that have no handler with examples from openapi.yaml; sets MOCK."),
    ] = None,
    supervised: Annotated[str | None, typer.Option(hidden=True, help="Set for workers by their supervisor.")] = None,
) -> None:
    """Serve the API. In development, migrate the database and add demo data first.

    SIGTERM or SIGINT drains connections and stops it. With several workers, SIGHUP restarts them one at a time.
    """


@app.command()
@implemented_in("doctor", settings=False)
def doctor(*, as_json: AsJSON = False) -> None:
    """Check the settings and all that they name: database, migrations, Valkey, mail server, clocks, permissions, disk space.

    Prints one line for each check, with the remedy of what is wrong. Changes nothing and sends nothing. Exits with 1 if there
    is a problem; warnings alone are a success.
    """


@app.command("settings")
@implemented_in("show_settings", settings=False)
def show_settings(
    *,
    reference_as: Annotated[
        Literal["markdown", "env"] | None,
        typer.Option("--reference", help="Print the reference instead: as docs/configuration.md, or as .env.example."),
    ] = None,
    as_json: AsJSON = False,
) -> None:
    """Print the settings in effect, without secrets."""


@app.command()
@implemented_in("check", settings=False)
def check() -> None:
    """Check that every operation of openapi.yaml has exactly one matching handler."""
