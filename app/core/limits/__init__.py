"""Rate limits by GCRA, which needs one number per client: its theoretical arrival time. In memory, or shared in Valkey."""

from __future__ import annotations

from app.core.limits.memory import UNLIMITED, Decision, Headers, Limit, client_key
from app.core.limits.shared import PendingDecision, SharedLimit, resolve
from app.core.valkey import Valkey

__all__ = [
    "UNLIMITED",
    "Decision",
    "Headers",
    "Limit",
    "PendingDecision",
    "SharedLimit",
    "client_key",
    "create_limit",
    "resolve",
]


def create_limit(
    name: str, requests: int, period: float, valkey: Valkey | None, *, share: int = 1
) -> Limit | SharedLimit | None:
    """The limit for a setting: None for 0 requests, else shared in Valkey, else this worker's `share` in memory."""
    if not requests:
        return None
    return Limit(name, requests, period, share=share) if valkey is None else SharedLimit(name, requests, period, valkey)
