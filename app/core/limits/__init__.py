"""Rate limits: GCRA in memory or in Valkey, and the throttling of sign-in attempts."""

from app.core.limits.memory import (
    UNLIMITED,
    Decision,
    Headers,
    Limit,
    PendingDecision,
    SharedLimit,
    client_key,
    create_limit,
    resolve,
)

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
