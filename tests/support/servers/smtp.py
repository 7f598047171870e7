"""An SMTP server on the loopback address that keeps what it gets: aiosmtpd, on a loop in a thread of its own.

with MailServer() as server:
    ...
    [mail] = server.wait_for(1)
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
import time
from collections import deque
from collections.abc import Coroutine
from concurrent.futures import Future
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from types import TracebackType
from typing import Any, NamedTuple, Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.support.servers.service import free_port

PATIENCE = 20.0  # seconds


class Received(NamedTuple):
    """A mail that the server has accepted."""

    sender: str
    recipients: list[str]
    data: bytes

    @property
    def message(self) -> EmailMessage:
        return BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(self.data)

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])

    def part(self, kind: str) -> str:
        """The text or HTML part."""
        part = self.message.get_body((kind,))
        assert part is not None
        text: str = part.get_content()
        return text


class MailServer:
    """Keeps mails in `mails`. `refuse(address, "450 later")` answers one RCPT so; `slow` delays mails by seconds.

    `stop` and `start` keep the port. With `tls` it speaks TLS at once, or with `starttls` when asked; with `account` (user,
    password) it wants that first, over TLS.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        account: tuple[str, str] | None = None,
    ) -> None:
        self.port = free_port()
        self.mails: list[Received] = []
        self.connections = 0
        self.slow = 0.0
        self.on_data = ""  # a reply to DATA instead of accepting the mail
        self.on_sender = ""  # a reply to MAIL FROM
        self._refusals: dict[str, deque[str]] = {}
        self._tls, self._starttls, self._account = tls, starttls, account
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.BaseTransport] = set()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def connected(self) -> int:
        """The number of open connections."""
        return len(self._open)

    def refuse(self, address: str, *replies: str) -> None:
        """Reply to RCPT of an address with these replies in turn, then accept it."""
        self._refusals.setdefault(address, deque()).extend(replies)

    def wait_for(self, number: int) -> list[Received]:
        """Wait for this many mails and return them."""
        deadline = time.monotonic() + PATIENCE
        while len(self.mails) < number and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(self.mails) >= number, f"{len(self.mails)} of {number} mails came"
        return self.mails

    def __enter__(self) -> Self:
        self._thread.start()
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        self._run(self._settle())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def start(self) -> None:
        """Listen."""
        self._server = self._run(self._listen())

    def stop(self) -> None:
        """Stop listening and drop all connections."""
        self._run(self._close())

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        future: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(PATIENCE)

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._connection, "127.0.0.1", self.port, ssl=self._tls)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for transport in list(self._open):
            transport.abort()  # type: ignore[attr-defined]

    async def _settle(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 2)

    def _connection(self) -> SMTP:
        sink = self

        class Connection(SMTP):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                sink.connections += 1
                sink._open.add(transport)
                super().connection_made(transport)

            def connection_lost(self, error: Exception | None) -> None:
                sink._open.discard(self.transport)
                super().connection_lost(error)

        return Connection(
            self,
            hostname="sink",
            loop=self._loop,
            tls_context=self._starttls,
            require_starttls=self._starttls is not None,
            auth_required=self._account is not None,
            authenticator=self._authenticate if self._account is not None else None,
        )

    def _authenticate(self, *arguments: Any) -> AuthResult:
        given = arguments[-1]
        assert isinstance(given, LoginPassword)
        wanted = tuple(part.encode() for part in self._account or ())
        return AuthResult(success=(given.login, given.password) == wanted, handled=False)

    # Hooks of aiosmtpd.

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if self.on_sender:
            return self.on_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if waiting := self._refusals.get(address):
            return waiting.popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.on_data:
            return self.on_data
        await asyncio.sleep(self.slow)
        self.mails.append(Received(envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        return "250 OK"
