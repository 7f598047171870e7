"""Valkey (or Redis): calls of scripts, merged and cut short, so that a dead or slow server never makes a request late.

`connect` takes the URL; `calls` has the queue, the deadline and the way back; `links` is what speaks through redis-py.
"""

from app.core.urls.valkey import ValkeyURL
from app.core.valkey.client import Valkey


def connect(url: str, *, patience: float = 0.008) -> Valkey:
    """The server at a URL, which is first spoken to in `open()`. `patience` is the most seconds that one call may take.

    redis://, valkey:// or rediss:// (TLS) `[user:password@]host:port/database`, redis+sentinel://host:port,host:port/service
    `[/database]` and redis+cluster://host:port,host:port, these two also with rediss+.

    Raises:
        ValueError: the URL is none of these; the message does not repeat it, for it may hold a password.
    """
    place = ValkeyURL.of(url)
    # Not at the top: redis-py is 60 modules that a service without Valkey does not need.
    from app.core.valkey.connections import link  # noqa: PLC0415

    return Valkey(lambda: link(place), place.name, patience)
