"""Checks of the services beside the database: Valkey, and the mail server or folder."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from app.cli.doctor.clock import compare_clocks
from app.cli.doctor.finding import Finding, in_time, ok, problem, warning
from app.cli.doctor.machine import existing_parent
from app.core import mail
from app.core.config import Settings
from app.core.errors import MailUnavailable
from app.core.urls.smtp import SMTPURL
from app.core.urls.valkey import ValkeyURL


async def check_valkey(settings: Settings, now: Callable[[], datetime]) -> AsyncIterator[Finding]:
    """The server of REDIS_URL."""
    if settings.redis_url is None:
        if settings.workers > 1:
            yield warning(
                "valkey",
                f"without REDIS_URL, each of {settings.workers} workers enforces its share of the limits, and the cache is off",
                "set REDIS_URL, or WORKERS=1",
            )
        return
    from app.core.valkey.connections import create_connection  # noqa: PLC0415 - redis-py, which few configurations need

    url = ValkeyURL.of(settings.redis_url)
    connection = create_connection(url)
    try:
        await in_time(connection.open([]))
        await in_time(connection.run([["PING"]]))
        yield ok("valkey", f"{url.name} answers")
        if url.kind != "cluster":

            async def time() -> datetime:
                [[seconds, microseconds]] = await connection.run([["TIME"]])
                return datetime.fromtimestamp(int(seconds) + int(microseconds) / 1e6, UTC)

            yield await compare_clocks("Valkey", time, now)
    except Exception as error:  # noqa: BLE001 - whatever redis-py raises
        yield problem("valkey", f"{url.name}: {error or type(error).__name__}", "start the server, or correct REDIS_URL")
    finally:
        await connection.close()


async def check_mail(settings: Settings) -> AsyncIterator[Finding]:
    """The server of SMTP_URL: connects, negotiates TLS and signs in, but sends nothing. Else the folder."""
    transport = mail.create_transport(settings)
    if settings.smtp_url is not None:
        yield await _check_smtp(settings.smtp_url)
    elif isinstance(transport, mail.FolderTransport):
        folder = existing_parent(transport.path)
        if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
            yield ok("mail", f"written to the folder {transport.path}")
        else:
            yield problem(
                "mail", f"cannot write to {folder}", "let this user write to it, or set MAIL_FOLDER to another folder"
            )
    else:
        yield warning("mail", "mails stay in the outbox", "set SMTP_URL or MAIL_FOLDER")


async def _check_smtp(given: str) -> Finding:
    from app.core.mail.smtp import check_server  # noqa: PLC0415 - aiosmtplib, only if it is used

    url = SMTPURL.of(given)
    try:
        await in_time(check_server(url))
    except (MailUnavailable, TimeoutError) as error:
        return problem("mail", f"{error}", "start the mail server, or correct SMTP_URL")
    signed_in = f", signed in as {url.username}" if url.username is not None else ""
    return ok("mail", f"{url.host}:{url.port} answers{signed_in}")
