"""The error that a service raises to answer with a problem (RFC 9457)."""

from __future__ import annotations

from typing import ClassVar


class ApiError(Exception):
    """One problem for the client; `detail` is one sentence: what is wrong and with what. No SQL, no secrets."""

    status: ClassVar[int]
    type: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str, *, retry_after: int | None = None, limits: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after  # seconds; becomes the Retry-After header
        self.limits = limits  # headers that tell of the limit that refuses, not of the one that was counted last
