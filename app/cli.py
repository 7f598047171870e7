"""`accord`: serve, migrate, administer."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import sys
from typing import Annotated, Any

import structlog
import typer
from argon2.exceptions import HashingError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from app import cli_migrate, cli_outbox, cli_seed
from app.console import MISUSED, fail, faults_of, log_misspelt, program, read_settings, require_mail, require_tables, run
from app.core import limits
from app.core.call import Resources
from app.core.config import Settings
from app.core.database import describe
from app.core.errors import ApiError, DatabaseUnreachable
from app.engine import life, supervisor
from app.engine.binding import BindingError
from app.engine.connections import Connections, Hosts
from app.engine.description import Description
from app.engine.document import DocumentError
from app.main import connected, create_app, description, handlers, make_resources
from app.migrations import NotMigrated
from app.schemas.models import UserCreate
from app.schemas.problems import NotFound
from app.services import demo, sessions, users

_LONGEST_PASSWORD = 1024  # bytes read from standard input; the contract allows 128 characters

_log = structlog.get_logger()

app = typer.Typer(
    help="Accord: users and posts, exactly as openapi.yaml says.",
    epilog="Exit codes: 0 done; 1 failed; 2 the command line or a setting is wrong, so that a restart does not help.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # an unexpected traceback is read in logs, which have no boxes
    rich_markup_mode=None,  # as above
)
admin = typer.Typer(help="Administrators.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(admin, name="admin")
app.add_typer(cli_outbox.outbox, name="outbox")
app.command()(cli_migrate.migrate)
app.command()(cli_outbox.worker)
app.command()(cli_seed.seed)


def main() -> None:
    """The command. Expected failures are one clear line each and an exit code (`app.console`), never a traceback."""
    try:
        app()
    except (BindingError, DocumentError) as error:  # with a line for each place
        fail(*str(error).splitlines())
    except DatabaseUnreachable as error:
        fail(f"DATABASE_URL: {error}")
    except ApiError as error:
        fail(f"{error.detail} ({error.__cause__})" if error.__cause__ is not None else error.detail)
    except (NotMigrated, OSError, ValueError) as error:
        fail(str(error))
    except HashingError as error:  # it does not get this much memory
        fail(f"PASSWORD_MEMORY_KIB: {error}")
    except DBAPIError as error:  # its own text is the whole statement
        fail(f"DATABASE_URL: {describe(Settings().database_url)}: {error.driver_exception or error.orig}")


def _print_version(asked: bool) -> None:  # noqa: FBT001 - as typer calls it
    if asked:
        typer.echo(f"accord {_version()}")
        raise typer.Exit


def _version() -> str:
    return str(description().document.data["info"]["version"])


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


@app.command()
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
    if supervised is None:
        for number in (signal.SIGINT, signal.SIGTERM):  # until it serves, and then knows better
            signal.signal(number, lambda *_: sys.exit(0))
    settings = read_settings(logged=True, host=host, port=port, workers=workers, mock=mock)
    draining = asyncio.Event()
    application = create_app(settings, draining=draining)
    line: socket.socket | None = None
    if supervised is not None:
        require_tables(settings)
        line, *sockets = [socket.socket(fileno=int(number)) for number in supervised.split(",")]
    else:
        sockets = _listen(settings)
        _prepare(settings, sockets[0].getsockname()[1])
        if settings.workers > 1:
            patience = _drain_seconds(settings) + life.GRACE_SECONDS + 5
            readable = settings.env == "development"
            supervisor.become(sockets, workers=settings.workers, patience=patience, readable=readable)
    life.serve(
        application,
        sockets,
        draining=draining,
        drain_seconds=_drain_seconds(settings),
        trusted_proxies=settings.trusted_proxies,
        connections=Connections(
            settings.max_connections,
            settings.max_connections_per_address,
            key=limits.client,
            exempt=settings.trusted_proxies,
        ),
        hosts=Hosts(settings.allowed_hosts),
        line=line,
    )


def _listen(settings: Settings) -> list[socket.socket]:
    host, port = settings.host, settings.port
    try:
        return life.listen(host, port)
    except UnicodeError:
        fail(f"HOST: {host} is neither an address nor the name of a host")
    except socket.gaierror as error:
        fail(f"HOST: {host} is neither an address nor the name of a host that is known ({error.strerror})")
    except OSError as error:
        other = port + 1 if port < 65_535 else port - 1  # noqa: PLR2004 - the last port there is
        fail(
            {
                errno.EADDRINUSE: f"PORT: {port} of {host} is in use; choose another one with PORT={other} or --port {other}",
                errno.EADDRNOTAVAIL: f"HOST: {host} is not an address of this machine; 0.0.0.0 listens on all of them",
                errno.EACCES: f"PORT: this user may not listen on {port}; choose one above 1023 with PORT or --port",
            }.get(error.errno or 0, f"HOST, PORT: {error.strerror}")
        )


def _prepare(settings: Settings, port: int) -> None:
    """What is done and said once, however many workers there are."""
    facts = {
        "address": _address(settings.host, port),
        "version": _version(),
        "env": settings.env,
        "database": describe(settings.database_url),
        "workers": settings.workers,
    }
    if settings.env == "development":
        cli_migrate.upgrade(settings)
        _greet(facts, asyncio.run(_demo(settings)))
    else:
        require_tables(settings)
        _log.info("starting", **facts)
    log_misspelt()
    if settings.worker:
        require_mail(settings)
    if settings.workers > 1 and settings.redis_url is None:
        _log.warning(
            "without REDIS_URL each worker takes its share of the limits, the cache is off and no replica is used",
            workers=settings.workers,
        )


def _drain_seconds(settings: Settings) -> float:
    if settings.drain_seconds is not None:
        return settings.drain_seconds
    return 0 if settings.env == "development" else 3


async def _demo(settings: Settings) -> list[demo.Account]:
    async with connected(make_resources(settings)) as resources:
        return await demo.create(resources)


def _address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _greet(facts: dict[str, Any], accounts: list[demo.Account]) -> None:
    workers = f"{facts['workers']} worker{'s' if facts['workers'] > 1 else ''}"
    typer.echo(f"\n  Accord {facts['version']} ({facts['env']}), {workers}, {facts['database']}\n")
    base = facts["address"]
    typer.echo(f"  {base}/docs           try it\n  {base}/redoc          read it\n  {base}/openapi.yaml   the contract\n")
    if accounts:
        typer.echo("  Demo accounts; their passwords are shown this once:\n")
        for account in accounts:
            typer.echo(f"  {account.username:<8}{account.password:<24}{account.role}")
        example = f'{{"identifier":"{accounts[0].username}","password":"{accounts[0].password}"}}'
        typer.echo(f"\n  curl -s {base}/api/v1/sessions -H 'Content-Type: application/json' -d '{example}'\n")
    else:
        typer.echo(f"  `{program()} admin token` prints an access token of an administrator.")
        typer.echo(f"  `{program()} admin create` creates an administrator.\n")
    sys.stdout.flush()


@app.command()
def check() -> None:
    """Check that every operation of openapi.yaml has exactly one handler that fits."""
    described: Description = description()
    typer.echo(f"{described.document.name}: {len(handlers())} operations, each with its handler")


@admin.command("create")
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
    settings = read_settings()
    require_tables(settings)
    piped = password_stdin or not sys.stdin.isatty()
    if piped and (email is None or username is None):
        fail("give --email and --username: standard input holds the password", code=MISUSED)
    given = {
        "email": email if email is not None else typer.prompt("Email"),
        "username": username if username is not None else typer.prompt("Username"),
        "password": _piped() if piped else typer.prompt("Password", hide_input=True, confirmation_prompt=True),
    }
    try:
        new = UserCreate(**given)
    except ValidationError as error:
        fail(*faults_of(error, {name: field.description for name, field in UserCreate.model_fields.items()}))

    async def create() -> int:
        async with connected(make_resources(settings)) as resources:
            return (await users.create(resources, new, "admin")).id

    typer.echo(f"administrator {new.username} has the id {run(settings, create())}")


def _piped() -> str:
    """The password on standard input; the end of its line is none of it."""
    data = sys.stdin.buffer.read(_LONGEST_PASSWORD + 1)
    if len(data) > _LONGEST_PASSWORD:
        fail("password: standard input holds more than a password")
    try:
        return data.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        fail("password: standard input is not UTF-8")


@admin.command("token")
def admin_token(
    username: Annotated[str | None, typer.Option(help="Whose; the first active administrator's if not given.")] = None,
) -> None:
    """Print an access token of an administrator, for scripts. It lives as long as any other."""
    settings = read_settings()
    require_tables(settings)

    async def issue() -> str:
        async with connected(make_resources(settings)) as resources:
            return await _token(resources, username)

    try:
        typer.echo(run(settings, issue()))
    except NotFound as error:
        fail(f"{error.detail} `{program()} admin create` creates one.")


async def _token(resources: Resources, username: str | None) -> str:
    user_id = await users.find_admin(resources.database, username)
    return (await sessions.issue(resources, user_id)).access_token


if __name__ == "__main__":
    main()
