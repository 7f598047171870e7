"""Rate limits: GCRA in memory or in Valkey, and the throttling of sign-in attempts."""

from app.core.limits.memory import UNLIMITED, Answer, Headers, Limit, SharedLimit, Verdict, choose, client, settled

__all__ = ["UNLIMITED", "Answer", "Headers", "Limit", "SharedLimit", "Verdict", "choose", "client", "settled"]
