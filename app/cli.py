"""`accord`: serve, migrate, administer."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Annotated

import structlog
import typer
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from app import cli_migrate, cli_outbox, cli_seed
from app.console import fail, read_settings, require_tables, run, tell_if_mails_wait
from app.core import limits, logs
from app.core.call import Resources
from app.core.config import Settings
from app.core.errors import ApiError
from app.engine import life, supervisor
from app.engine.binding import BindingError
from app.engine.connections import Connections, Hosts
from app.engine.description import Description
from app.engine.document import DocumentError
from app.main import connected, create_app, description, handlers, make_resources
from app.migrations import NotMigrated
from app.schemas.models import UserCreate
from app.services import demo, sessions, users

_log = structlog.get_logger()

app = typer.Typer(
    help="Accord: users and posts, exactly as openapi.yaml says.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # an unexpected traceback is read in logs, which have no boxes
)
admin = typer.Typer(help="Administrators.", no_args_is_help=True)
app.add_typer(admin, name="admin")
app.add_typer(cli_outbox.outbox, name="outbox")
app.command()(cli_migrate.migrate)
app.command()(cli_outbox.worker)
app.command()(cli_seed.seed)


def main() -> None:
    """The command. Expected failures are one clear line and exit code 1, never a traceback."""
    try:
        app()
    except (ApiError, BindingError, DocumentError, NotMigrated, OSError, ValueError) as error:
        fail(str(error))
    except DBAPIError as error:  # of a migration; its own text is the whole statement
        fail(f"the database refuses to be migrated: {error.driver_exception or error.orig}")


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
    settings = read_settings(host=host, port=port, workers=workers, mock=mock)
    logs.configure(readable=settings.env == "development")
    draining = asyncio.Event()
    application = create_app(settings, draining=draining)
    line: socket.socket | None = None
    if supervised is not None:
        require_tables(settings)
        line, *sockets = [socket.socket(fileno=int(number)) for number in supervised.split(",")]
    else:
        sockets = life.listen(settings.host, settings.port)
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


def _prepare(settings: Settings, port: int) -> None:
    """What is done and said once, however many workers there are."""
    if settings.env == "development":
        cli_migrate.upgrade(settings)
        _greet(settings, port, asyncio.run(_demo(settings)))
    else:
        require_tables(settings)
    if settings.worker:
        tell_if_mails_wait(settings)
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


def _greet(settings: Settings, port: int, accounts: list[demo.Account]) -> None:
    base = f"http://{settings.host}:{port}"
    typer.echo(f"\n  {base}/docs           try it\n  {base}/redoc          read it\n  {base}/openapi.yaml   the contract\n")
    if accounts:
        typer.echo("  Demo accounts; their passwords are shown this once:\n")
        for account in accounts:
            typer.echo(f"  {account.username:<8}{account.password:<24}{account.role}")
        example = f'{{"identifier":"{accounts[0].username}","password":"{accounts[0].password}"}}'
        typer.echo(f"\n  curl -s {base}/api/v1/sessions -H 'Content-Type: application/json' -d '{example}'\n")
    else:
        typer.echo("  Sign in: `accord admin token` prints an access token; `accord admin create` makes an administrator.\n")
    sys.stdout.flush()


@app.command()
def check() -> None:
    """Check that every operation of openapi.yaml has exactly one handler that fits."""
    described: Description = description()
    typer.echo(f"{described.document.name}: {len(handlers())} operations, each with its handler")


@admin.command("create")
def admin_create(
    email: Annotated[str, typer.Option(prompt=True)],
    username: Annotated[str, typer.Option(prompt=True)],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
) -> None:
    """Make a user with the role admin."""
    settings = read_settings()
    try:
        new = UserCreate(email=email, username=username, password=password)
    except ValidationError as error:
        fail("\n".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors(include_input=False)))

    require_tables(settings)

    async def create() -> int:
        async with connected(make_resources(settings)) as resources:
            return (await users.create(resources, new, "admin")).id

    typer.echo(f"administrator {username} has the id {run(settings, create())}")


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

    typer.echo(run(settings, issue()))


async def _token(resources: Resources, username: str | None) -> str:
    user_id = await users.find_admin(resources.database, username)
    return (await sessions.issue(resources, user_id)).access_token


if __name__ == "__main__":
    main()
