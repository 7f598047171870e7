"""SMTP transport with a small pool of connections, so that a burst of mails opens few."""

from __future__ import annotations

import asyncio
import re
from email.headerregistry import Address

from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPRecipientRefused, SMTPResponseException

from app.core.errors import MailUnavailable, Undeliverable
from app.core.mail.message import Mail, build_message
from app.core.urls.smtp import SMTPURL

CONNECT_SECONDS = 15.0
COMMAND_SECONDS = 60.0
# RFC 5321, 4.5.3.2.6. With a shorter timeout, mails would be sent to a slow server again and again.
ACCEPT_SECONDS = 600.0

IDLE_SECONDS = 5.0  # after which an idle connection is closed
MAX_MAILS = 100  # per connection; many servers allow no more

_PERMANENT = range(500, 600)
_CLOSING = 421  # RFC 5321: the server is shutting down the connection, whatever the command was


class SMTPTransport:
    """A `MailTransport`. Mails may be sent concurrently, each over its own connection."""

    def __init__(self, url: str, sender: Address) -> None:
        self._url, self._sender = SMTPURL.of(url), sender
        self._idle: list[tuple[SMTP, int, float]] = []  # connection, mails sent over it, idle since
        self._sweeping: asyncio.TimerHandle | None = None

    async def send(self, mail: Mail) -> None:
        """Send a mail."""
        data = build_message(mail, self._sender).as_bytes()
        connection, sent = await self._begin()
        try:
            await connection.rcpt(mail.to, timeout=COMMAND_SECONDS)
            await connection.data(data, timeout=ACCEPT_SECONDS)
        except (SMTPRecipientRefused, SMTPDataError) as error:
            connection.close()
            if error.code in _PERMANENT:
                raise Undeliverable(_message(error)) from error
            if error.code == _CLOSING:
                raise MailUnavailable(_message(error)) from error
            raise
        except BaseException:
            connection.close()  # in an unknown state
            raise
        self._keep(connection, sent + 1)

    async def close(self) -> None:
        """Close the idle connections."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        while self._idle:
            connection, _, _ = self._idle.pop()
            connection.close()

    async def _begin(self) -> tuple[SMTP, int]:
        """A connection on which the server has accepted MAIL FROM, and the number of mails sent over it.

        Raises:
            MailUnavailable: the server is unreachable, fails TLS verification, or rejects our credentials or sender.
        """
        while self._idle:
            connection, sent, _ = self._idle.pop()
            try:
                await connection.mail(self._sender.addr_spec, timeout=COMMAND_SECONDS)
            except SMTPException:  # closed by the server in the meantime; a new connection shows what is wrong, if anything
                connection.close()
            except BaseException:
                connection.close()
                raise
            else:
                return connection, sent
        url, connection = self._url, _create_connection(self._url)
        try:
            await connection.connect()
            await connection.mail(self._sender.addr_spec, timeout=COMMAND_SECONDS)
        except (SMTPException, OSError) as error:
            connection.close()
            raise MailUnavailable(f"{url.host}:{url.port}: {_message(error)}") from error
        except BaseException:
            connection.close()
            raise
        return connection, 0

    def _keep(self, connection: SMTP, sent: int) -> None:
        if sent >= MAX_MAILS or not connection.is_connected:
            connection.close()
            return
        loop = asyncio.get_running_loop()
        self._idle.append((connection, sent, loop.time()))
        if self._sweeping is None:
            self._sweeping = loop.call_later(IDLE_SECONDS, self._sweep)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        oldest = loop.time() - IDLE_SECONDS
        while self._idle and self._idle[0][2] <= oldest:  # connections are reused last in, first out: the first is the oldest
            self._idle.pop(0)[0].close()
        self._sweeping = loop.call_at(self._idle[0][2] + IDLE_SECONDS, self._sweep) if self._idle else None


async def check_server(url: SMTPURL) -> None:
    """Connect, negotiate TLS and sign in as the URL says, and send nothing.

    Raises:
        MailUnavailable: the server is unreachable, fails TLS verification, or rejects our credentials.
    """
    connection = _create_connection(url)
    try:
        await connection.connect()
        await connection.quit()
    except (SMTPException, OSError) as error:
        raise MailUnavailable(f"{url.host}:{url.port}: {_message(error)}") from error
    finally:
        connection.close()


def _create_connection(url: SMTPURL) -> SMTP:
    return SMTP(
        hostname=url.host,
        port=url.port,
        username=url.username,
        password=url.password,
        use_tls=url.tls == "always",
        start_tls=url.tls == "starttls",
        timeout=CONNECT_SECONDS,
    )


def _message(error: BaseException) -> str:
    """The server's reply on one line, for the operator."""
    reply = f"{error.code} {error.message}" if isinstance(error, SMTPResponseException) else str(error)
    return re.sub(r"\s+", " ", reply)
