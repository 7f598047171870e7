"""Settings of rate limits."""

from __future__ import annotations

from pydantic import Field

from app.core.config.fields import FractionalSeconds, PerHour, PerMinute
from app.core.config.group import Group


class LimitSettings(Group):
    """Rate limits; 0 means no limit."""

    address_limit: PerMinute = Field(default=600, ge=0)
    """Requests from one client address (IPv6: its /64)."""

    account_limit: PerMinute = Field(default=600, ge=0)
    """Requests of one user."""

    sign_in_limit: PerHour = Field(default=10, ge=0)
    """Failed sign-ins for one user. Beyond it, attempts from addresses that the user has not signed in from are queued."""

    sign_in_interval: FractionalSeconds = Field(default=0.5, ge=0.05, le=5)
    """Time between two queued sign-ins."""

    sign_in_failure_limit: PerHour = Field(default=60, ge=0)
    """Failed sign-ins from one client address."""

    guess_limit: PerHour = Field(default=10, ge=0)
    """Wrong codes of one user's authenticator app, after the password or in one session, and wrong passwords with one
    `Idempotency-Key`. Beyond it, correct ones are rejected too."""

    sign_up_limit: PerHour = Field(default=20, ge=0)
    """Sign-ups from one client address."""

    unknown_token_limit: PerHour = Field(default=60, ge=0)
    """Unknown refresh tokens, and unknown tokens from mails, from one client address; valid ones are still accepted."""

    mail_request_limit: PerHour = Field(default=20, ge=0)
    """Requests for mails, such as password resets, from one client address."""

    mail_limit: PerHour = Field(default=5, ge=0)
    """Mails to one mailbox."""
