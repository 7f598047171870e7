"""A client for requests to URLs that users of the service choose: guarded, bounded, one request per connection.

It resolves the name once and connects to the address that was checked, so that a second answer of the name server (DNS
rebinding) is never used. It verifies TLS against the host name, follows no redirects, knows no proxies, and reads no more of a
response than it needs. h11 speaks HTTP/1.1.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property

import h11

from app.core.errors import RequestFailed
from app.core.http.addresses import Target, parse_target, resolve

CONNECT_SECONDS = 5.0  # to one address
TOTAL_SECONDS = 15.0  # from the look-up of the name to the head of the response
BODY_SECONDS = 2.0  # after the head
MAX_HEAD, MAX_BODY = 16_384, 65_536  # bytes

_CHUNK = 16_384


class GuardedClient:
    """Sends requests. `allow_private` permits private addresses and plain HTTP, for development and tests."""

    def __init__(self, *, allow_private: bool = False, context: ssl.SSLContext | None = None) -> None:
        self._allow_private, self._context = allow_private, context

    async def post(self, url: str, headers: Mapping[str, str], content: bytes) -> int:
        """POST and return the status of the response. Its body is read, within limits, and dropped.

        Raises:
            RequestBlocked: the URL or an address of its host is not allowed; nothing was sent.
            RequestFailed: there was no complete head of a response in time.
        """
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                target = parse_target(url, allow_private=self._allow_private)
                reader, writer = await self._connect(target)
                try:
                    return await _exchange(reader, writer, _request(target, headers, content), content)
                finally:
                    writer.transport.abort()
        except TimeoutError:
            raise RequestFailed(f"There was no response within {TOTAL_SECONDS:.0f} seconds.") from None

    @cached_property
    def _default_context(self) -> ssl.SSLContext:
        return ssl.create_default_context()  # reads all certificates of the system: once, and not before it is needed

    async def _connect(self, target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        addresses = await resolve(target.host, target.port, allow_private=self._allow_private)
        is_secure = target.scheme == "https"
        context, name = (self._context or self._default_context, target.host) if is_secure else (None, None)
        failed: Exception | None = None
        for address in addresses:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await asyncio.open_connection(address, target.port, ssl=context, server_hostname=name)
            except (OSError, TimeoutError) as error:
                failed = error
        raise RequestFailed(_reason(failed)) from failed


def _request(target: Target, headers: Mapping[str, str], content: bytes) -> h11.Request:
    sent = {"Host": target.authority, "Connection": "close", "Content-Length": str(len(content)), **headers}
    return h11.Request(method="POST", target=target.path, headers=list(sent.items()))


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: h11.Request, content: bytes) -> int:
    """Send a request and return the status of its response."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
    received = 0

    async def event() -> object:
        nonlocal received
        while (found := connection.next_event()) is h11.NEED_DATA:
            data = await reader.read(_CHUNK)
            received += len(data)
            if received > MAX_HEAD + MAX_BODY:
                raise h11.RemoteProtocolError("the response is too large")
            connection.receive_data(data)
        return found

    try:
        for part in (request, h11.Data(data=content), h11.EndOfMessage()):
            writer.write(connection.send(part) or b"")
        with suppress(ConnectionError):  # a receiver may respond before it has read everything
            await writer.drain()
        while isinstance(head := await event(), h11.InformationalResponse):
            pass
    except (h11.RemoteProtocolError, OSError) as error:
        raise RequestFailed(
            "The response is not valid HTTP." if isinstance(error, h11.RemoteProtocolError) else _reason(error)
        ) from error
    if not isinstance(head, h11.Response):
        raise RequestFailed("The connection was closed without a response.")
    with suppress(h11.RemoteProtocolError, OSError, TimeoutError):  # the status is what counts
        async with asyncio.timeout(BODY_SECONDS):
            while isinstance(await event(), h11.Data):
                pass
    return head.status_code


def _reason(error: Exception | None) -> str:
    """What happened to a connection, in words that name no address."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate is not valid: {error.verify_message}."
    if isinstance(error, ssl.SSLError):
        return "The TLS handshake failed."
    if isinstance(error, ConnectionRefusedError):
        return "The connection was refused."
    if isinstance(error, TimeoutError):
        return f"The connection was not established within {CONNECT_SECONDS:.0f} seconds."
    return "The connection failed."
