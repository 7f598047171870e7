"""Errors a service may raise. Each one becomes one RFC 9457 problem.

ApiError                  the generated problem classes of `app.schemas.problems` derive from it
└── ServiceUnavailable    503: a dependency is out or overloaded; raised by the rooms below the services
"""

from __future__ import annotations

from accord.errors import ApiError


class DatabaseUnreachable(ConnectionError):
    """The database cannot be opened: at the start, or for a command. Its words are for the operator and hold no password."""


class ServiceUnavailable(ApiError):
    """Something that the request needs is out or overloaded.

    Nothing was done, unless the answer to a write was lost: whether that was done nobody can say, and `detail` says so. Who
    repeats a write needs what makes it happen once: a version, an `Idempotency-Key`.
    """

    status = 503
    type = "/problems/service-unavailable"
    title = "Service unavailable"

    def __init__(self, detail: str, *, retry_after: int = 1) -> None:
        super().__init__(detail, retry_after=retry_after)
