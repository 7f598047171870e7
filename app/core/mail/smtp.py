"""An SMTP server that takes mails, with connections kept for a moment: a burst of mails needs few."""

from __future__ import annotations

import asyncio
import re
from email.headerregistry import Address
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPRecipientRefused, SMTPResponseException

from app.core.mail import Mail, MailUnavailable, Undeliverable, build_message

CONNECT_SECONDS = 15.0
COMMAND_SECONDS = 60.0
# RFC 5321, 4.5.3.2.6: who gives up earlier on a server that is only slow sends the mail again and again.
ACCEPT_SECONDS = 600.0

IDLE_SECONDS = 5.0  # a connection without work is closed
MAILS = 100  # over one connection; many servers allow no more

_PERMANENT = range(500, 600)
_CLOSING = 421  # RFC 5321: the server is going away, whatever it was asked

_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
_EXPECTED = "must be smtp://, smtps:// or smtp+starttls://user:password@host:port"


class SMTPURL(NamedTuple):
    """Where mails go. `tls` is verified wherever there is some."""

    host: str
    port: int
    tls: Literal["no", "always", "starttls"]
    username: str | None
    password: str | None

    @classmethod
    def of(cls, url: str) -> SMTPURL:
        """Read an URL; user and password are percent-encoded.

        Raises:
            ValueError: it has other parts than these; the text repeats nothing, for there may be a password in it.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ValueError(_EXPECTED) from None
        if parts.scheme not in _PORTS or not host or parts.path not in {"", "/"} or parts.query or parts.fragment:
            raise ValueError(_EXPECTED)
        if (parts.username is None) != (parts.password is None):
            raise ValueError(f"{_EXPECTED}, with both or neither of user and password")
        return cls(
            host,
            port or _PORTS[parts.scheme],
            {"smtps": "always", "smtp+starttls": "starttls"}.get(parts.scheme, "no"),  # type: ignore[arg-type]
            unquote(parts.username) if parts.username is not None else None,
            unquote(parts.password) if parts.password is not None else None,
        )


class SMTPTransport:
    """An `MailTransport`. Any number of mails may be sent at once, each over a connection of its own."""

    def __init__(self, url: str, sender: Address) -> None:
        self._account, self._sender = SMTPURL.of(url), sender
        self._idle: list[tuple[SMTP, int, float]] = []  # with the mails that went over it, and since when it waits
        self._sweeping: asyncio.TimerHandle | None = None

    async def send(self, mail: Mail) -> None:
        """Hand the mail over."""
        data = build_message(mail, self._sender).as_bytes()
        connection, sent = await self._begin()
        try:
            await connection.rcpt(mail.to, timeout=COMMAND_SECONDS)
            await connection.data(data, timeout=ACCEPT_SECONDS)
        except (SMTPRecipientRefused, SMTPDataError) as error:
            connection.close()
            if error.code in _PERMANENT:
                raise Undeliverable(_words(error)) from error
            if error.code == _CLOSING:
                raise MailUnavailable(_words(error)) from error
            raise
        except BaseException:
            connection.close()  # in the middle of something: of no use to another mail
            raise
        self._keep(connection, sent + 1)

    async def close(self) -> None:
        """Close the connections that wait for work."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        while self._idle:
            connection, _, _ = self._idle.pop()
            connection.close()

    async def _begin(self) -> tuple[SMTP, int]:
        """A connection on which the server has accepted our address, and how many mails went over it.

        Raises:
            MailUnavailable: the server is not there, is not who it should be, or refuses us.
        """
        while self._idle:
            connection, sent, _ = self._idle.pop()
            try:
                await connection.mail(self._sender.addr_spec, timeout=COMMAND_SECONDS)
            except SMTPException:  # the server has closed it in the meantime; a new one tells what is the matter
                connection.close()
            except BaseException:
                connection.close()
                raise
            else:
                return connection, sent
        account = self._account
        connection = SMTP(
            hostname=account.host,
            port=account.port,
            username=account.username,
            password=account.password,
            use_tls=account.tls == "always",
            start_tls=account.tls == "starttls",
            timeout=CONNECT_SECONDS,
        )
        try:
            await connection.connect()
            await connection.mail(self._sender.addr_spec, timeout=COMMAND_SECONDS)
        except (SMTPException, OSError) as error:
            connection.close()
            raise MailUnavailable(f"{account.host}:{account.port}: {_words(error)}") from error
        except BaseException:
            connection.close()
            raise
        return connection, 0

    def _keep(self, connection: SMTP, sent: int) -> None:
        if sent >= MAILS or not connection.is_connected:
            connection.close()
            return
        loop = asyncio.get_running_loop()
        self._idle.append((connection, sent, loop.time()))
        if self._sweeping is None:
            self._sweeping = loop.call_later(IDLE_SECONDS, self._sweep)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        oldest = loop.time() - IDLE_SECONDS
        while self._idle and self._idle[0][2] <= oldest:  # the last one used is used first, so the first waits longest
            self._idle.pop(0)[0].close()
        self._sweeping = loop.call_at(self._idle[0][2] + IDLE_SECONDS, self._sweep) if self._idle else None


def _words(error: BaseException) -> str:
    """What the server said, without line breaks; for the operator."""
    said = f"{error.code} {error.message}" if isinstance(error, SMTPResponseException) else str(error)
    return re.sub(r"\s+", " ", said)
