"""Checks of the database: that it answers, is migrated, has no drift, and that its content shows no problem of the service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from app import migrations
from app.cli.doctor.clock import compare_clocks
from app.cli.doctor.finding import Finding, in_thread, in_time, ok, problem, skipped, warning
from app.cli.doctor.probe import fetch_row
from app.cli.errors import program
from app.core import mail
from app.core.config import Settings
from app.core.errors import DatabaseUnreachable
from app.core.security.secrets import Secrets
from app.core.urls.database import describe, is_postgresql
from app.services.factors.codes import PURPOSE as TOTP
from app.services.webhooks.signatures import PURPOSE as WEBHOOK

_SHOWN_DIFFERENCES = 3
_LATE_SECONDS = 300  # after which a due item that nobody delivers is a problem; retries of a failed one are due later
_MAX_LAG = 5.0  # seconds, as in app.core.database.replica

_OUTBOX = """
SELECT count(failed_at), min(CASE WHEN failed_at IS NULL THEN available_at END) FROM outbox
"""
_ADMINISTRATORS = "SELECT count(*) FROM users WHERE role = 'admin' AND is_active"
_SECRETS = """
SELECT (SELECT secret FROM webhooks ORDER BY id DESC LIMIT 1),
    (SELECT secret FROM factors WHERE type = 'totp' ORDER BY id DESC LIMIT 1)
"""
_REPLICA = """
SELECT pg_is_in_recovery(), CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
    ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END
"""

Now = Callable[[], datetime]


async def check_database(settings: Settings, now: Now) -> AsyncIterator[Finding]:
    """The database of DATABASE_URL."""
    url, name = settings.database_url, describe(settings.database_url)
    try:
        pending = await in_thread(migrations.pending, url)
    except migrations.NewerDatabase as error:
        yield ok("database", f"{name} answers")
        yield problem("migrations", str(error), "use the version of the service that migrated it")
        return
    except (DatabaseUnreachable, TimeoutError, ValueError) as error:
        yield problem("database", str(error), "start the database, or correct DATABASE_URL")
        for check in ("migrations", "outbox"):
            yield skipped(check, "the database does not answer")
        return
    exists = is_postgresql(url) or migrations.path_of(url).exists()
    yield ok("database", f"{name} answers" if exists else f"{name} does not exist yet")
    if is_postgresql(url):
        yield await compare_clocks("the database", lambda: _time_of(url), now)
    if pending:
        yield problem("migrations", f"pending: {', '.join(pending)}", f"run `{program()} migrate`")
        yield skipped("outbox", "migrations are pending")
        return
    yield await _find_drift(url)
    yield await _check_outbox(settings, now)
    yield await _check_administrators(url)
    yield await _check_secrets(settings)


async def _time_of(url: str) -> datetime:
    (found,) = await fetch_row(url, "SELECT clock_timestamp()")
    return found  # type: ignore[no-any-return]  # timestamptz


async def _find_drift(url: str) -> Finding:
    from app.migrations import drift  # noqa: PLC0415 - imports Alembic, which a pending migration makes useless

    if differences := await in_thread(drift.find, url):
        shown, more = differences[:_SHOWN_DIFFERENCES], len(differences) - _SHOWN_DIFFERENCES
        return problem(
            "migrations",
            f"the schema differs from the models: {'; '.join(shown)}{f'; and {more} more' if more > 0 else ''}",
            "undo changes made by hand; `migrate --check` lists all differences",
        )
    return ok("migrations", f"applied up to {migrations.REVISIONS[-1]}, without drift")


async def _check_outbox(settings: Settings, now: Now) -> Finding:
    dead, oldest = await in_time(fetch_row(settings.database_url, _OUTBOX))
    due = datetime.fromisoformat(oldest) if isinstance(oldest, str) else oldest
    late = (now() - due).total_seconds() if due is not None else 0
    if late > _LATE_SECONDS:
        message = f"nobody delivers: an item has been due since {due.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
        if mail.create_transport(settings) is None:
            return problem("outbox", message, "set SMTP_URL or MAIL_FOLDER")
        remedy = "start the server, and look for errors in its log" if settings.worker else f"run `{program()} worker`"
        return problem("outbox", message, remedy)
    if dead:
        remedy = f"see `{program()} outbox list --dead`, then `{program()} outbox retry --all-dead`"
        return warning("outbox", f"items that could not be delivered: {dead}", remedy)
    return ok("outbox", "no item waits too long")


async def _check_administrators(url: str) -> Finding:
    (number,) = await in_time(fetch_row(url, _ADMINISTRATORS))
    if not number:
        return warning("administrators", "there is no active one", f"run `{program()} admin create`")
    return ok("administrators", f"{number} active")


async def _check_secrets(settings: Settings) -> Finding:
    secrets = Secrets(settings.secret_key)
    stored = await in_time(fetch_row(settings.database_url, _SECRETS))
    for purpose, secret in zip((WEBHOOK, TOTP), stored, strict=True):
        try:
            if secret is not None:
                secrets.decrypt(purpose, secret)
        except ValueError as error:
            return problem("secrets", str(error), "append the earlier key to SECRET_KEY: NEW,OLD")
    return ok("secrets", "SECRET_KEY decrypts what is stored" if any(stored) else "no secrets are stored yet")


async def check_replica(settings: Settings) -> AsyncIterator[Finding]:
    """The replica of DATABASE_READ_URL."""
    url = settings.database_read_url
    if url is None:
        return
    if not (is_postgresql(url) and is_postgresql(settings.database_url)):
        yield problem("replica", "DATABASE_READ_URL is used with PostgreSQL only", "remove it")
        return
    try:
        is_replica, lag = await in_time(fetch_row(url, _REPLICA))
    except (DatabaseUnreachable, TimeoutError) as error:
        yield problem("replica", str(error), "start the replica, or correct DATABASE_READ_URL; until then the primary is read")
        return
    if not is_replica:
        yield warning(
            "replica", f"{describe(url)} is not a replica", "name a standby server in DATABASE_READ_URL, or remove it"
        )
    elif lag is None or lag > _MAX_LAG:
        behind = "has received nothing yet" if lag is None else f"is {lag:.0f} s behind"
        yield warning("replica", f"{describe(url)} {behind}, so the primary is read", "check its replication")
    else:
        yield ok("replica", f"{describe(url)} follows the primary")
    if settings.workers > 1 and settings.redis_url is None:
        yield warning("replica", "several workers do not use the replica without REDIS_URL", "set REDIS_URL")
