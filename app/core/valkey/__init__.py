"""Valkey (or Redis): batched script calls with a short timeout, so that a dead or slow server never delays a request."""

from app.core.urls.valkey import ValkeyURL
from app.core.valkey.client import Valkey

__all__ = ["Valkey", "connect"]


def connect(url: str, *, timeout: float = 0.008) -> Valkey:
    """The client of the server at a URL, which `open()` connects. `timeout` is the number of seconds that a call may take.

    redis://, valkey:// or rediss:// (TLS) `[user:password@]host:port/database`, redis+sentinel://host:port,host:port/service
    `[/database]` and redis+cluster://host:port,host:port, the last two also with rediss+.

    Raises:
        ValueError: the URL is invalid.
    """
    parsed = ValkeyURL.of(url)
    # Not at the top: redis-py has 60 modules, which a service without Valkey does not need.
    from app.core.valkey.connections import create_connection  # noqa: PLC0415

    return Valkey(lambda: create_connection(parsed), parsed.name, timeout)
