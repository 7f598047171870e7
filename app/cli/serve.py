"""`python -m app serve`: serve the API in this process, or as the supervisor of several workers."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import sys
from typing import Any

import structlog
import typer

from accord.server import fork_server, supervisor
from accord.server import lifecycle as life
from accord.server.connections import Connections, Hosts
from accord.server.sockets import listen
from app.cli import migrate
from app.cli.errors import fail, program
from app.cli.metrics import monitor, open_metrics
from app.cli.settings import require_migrated
from app.cli.startup import log_to_stderr, log_unknown_settings, log_unsafe_settings, require_mail, require_safe_settings, run
from app.contract import title, version
from app.core import limits
from app.core.config import Settings
from app.core.urls.database import describe
from app.main import create_app
from app.services.seed import demo

_log = structlog.get_logger()


def serve(settings: Settings, *, supervised: str | None) -> None:
    """Serve until SIGTERM or SIGINT."""
    if supervised is None:
        for number in (signal.SIGINT, signal.SIGTERM):  # until it serves, which installs handlers of its own
            signal.signal(number, lambda *_: sys.exit(0))
    log_to_stderr(settings)
    require_safe_settings(settings)
    draining = asyncio.Event()
    channel: socket.socket | None = None
    if supervised is not None:
        channel, sockets, files = fork_server.inherited(supervised)
        application = create_app(settings, draining=draining, monitor=monitor(files))
        require_migrated(settings)
    else:
        files = open_metrics(settings, processes=settings.workers)
        application = create_app(settings, draining=draining, monitor=monitor(files))
        sockets = _listen(settings)
        _prepare(settings, sockets[0].getsockname()[1])
        if settings.workers > 1:
            stop_seconds = _drain_seconds(settings) + life.GRACE_SECONDS + 5
            channel = supervisor.become(
                sockets,
                workers=settings.workers,
                stop_seconds=stop_seconds,
                readable=settings.has_readable_logs,
                files=files,
            )
    life.serve(
        application,
        sockets,
        draining=draining,
        drain_seconds=_drain_seconds(settings),
        trusted_proxies=settings.trusted_proxies,
        connections=Connections(
            settings.max_connections,
            settings.max_connections_per_address,
            key=limits.client_key,
            exempt=settings.trusted_proxies,
        ),
        hosts=Hosts(settings.host_names),
        control_socket=fork_server.fork_workers(channel, sockets) if channel is not None else None,
    )


def _listen(settings: Settings) -> list[socket.socket]:
    host, port = settings.host, settings.port
    try:
        return listen(host, port)
    except UnicodeError:
        fail(f"HOST: {host} is not an address or host name")
    except socket.gaierror as error:
        fail(f"HOST: {host} is not an address or known host name ({error.strerror})")
    except OSError as error:
        other = port + 1 if port < 65_535 else port - 1  # noqa: PLR2004 - the highest port
        fail(
            {
                errno.EADDRINUSE: f"PORT: {port} of {host} is in use; choose another with PORT={other} or --port {other}",
                errno.EADDRNOTAVAIL: f"HOST: {host} is not an address of this machine; use 0.0.0.0 to listen on all addresses",
                errno.EACCES: f"PORT: no permission to listen on {port}; choose a port above 1023 with PORT or --port",
            }.get(error.errno or 0, f"HOST, PORT: {error.strerror}")
        )


def _prepare(settings: Settings, port: int) -> None:
    """Migrate or check the database and report the start: once, not in every worker."""
    startup_info = {
        "address": _address(settings.host, port),
        "version": version(),
        "env": settings.env,
        "database": describe(settings.database_url),
        "workers": settings.workers,
    }
    if settings.env == "development":
        migrate.upgrade(settings)
        _print_banner(startup_info, run(settings, demo.create))
    else:
        require_migrated(settings)
        _log.info("starting", **startup_info)
    log_unknown_settings()
    log_unsafe_settings(settings)
    if settings.worker:
        require_mail(settings)
    if settings.workers > 1 and settings.redis_url is None:
        _log.warning(
            "without REDIS_URL, each worker enforces its share of the limits, and cache and replica are off",
            workers=settings.workers,
        )


def _drain_seconds(settings: Settings) -> float:
    if settings.drain_seconds is not None:
        return settings.drain_seconds
    return 0 if settings.env == "development" else 3


def _address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _print_banner(startup_info: dict[str, Any], accounts: list[demo.Account]) -> None:
    workers = f"{startup_info['workers']} worker{'s' if startup_info['workers'] > 1 else ''}"
    typer.echo(f"\n  {title()} {startup_info['version']} ({startup_info['env']}), {workers}, {startup_info['database']}\n")
    base = startup_info["address"]
    pages = {"": "start here", "console": "administer it", "docs": "try it out", "openapi.yaml": "the contract"}
    typer.echo("".join(f"  {base}/{page:<14} {purpose}\n" for page, purpose in pages.items()))
    if accounts:
        typer.echo("  Demo accounts (passwords are shown only once):\n")
        for account in accounts:
            typer.echo(f"  {account.username:<8}{account.password:<24}{account.role}")
        example = f'{{"identifier":"{accounts[0].username}","password":"{accounts[0].password}"}}'
        typer.echo(f"\n  curl -s {base}/api/v1/sessions -H 'Content-Type: application/json' -d '{example}'\n")
    else:
        typer.echo(f"  `{program()} admin token` prints an access token for an administrator.")
        typer.echo(f"  `{program()} admin create` creates an administrator.\n")
    sys.stdout.flush()
