"""Settings of sign-up, passwords, sessions and tokens."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.core.config.fields import Kibibytes, Seconds
from app.core.config.group import Group


class AccountSettings(Group):
    """Accounts."""

    sign_up: Literal["open", "strict", "invite", "closed"] = "open"
    """Who may create users over HTTP (docs/adr/0040-sign-up-policies.md). `open`: everybody. `strict`: everybody, but the user
    is created when the address is confirmed, and no response reveals who has an account. `invite`: only administrators; users
    choose their password with a link in a mail. `closed`: nobody; only `python -m app admin create` and `users import` do."""

    require_verified_email: bool = False
    """Whether users must confirm their e-mail address before they can sign in."""

    password_policy: Literal["seed", "nist"] = "seed"  # noqa: S105 - the name of a policy
    """`seed`: passwords have a letter and a digit, and at least 8 characters. `nist`: at least 15 characters of any kind,
    normalised to NFKC (SP 800-63B-4). Both refuse common and easily guessed passwords. Passwords that users already have stay
    valid."""

    password_memory_kib: Kibibytes = Field(default=19_456, ge=8, le=4_194_304)
    """argon2id: memory of one hash. The defaults of memory and passes are those of OWASP's Password Storage Cheat Sheet."""

    password_passes: int = Field(default=2, ge=1, le=100)
    """argon2id: passes over the memory."""

    password_threads: int = Field(default=2, ge=1, le=256)
    """Hashes computed at the same time by one worker."""

    password_queue: int = Field(default=256, ge=1, le=10_000)
    """Hashes waiting to be computed, each for at most 15 seconds; beyond that, the response is 503."""

    access_token_seconds: Seconds = Field(default=15 * 60, gt=0, le=86_400)
    """How long an access token is valid."""

    refresh_token_seconds: Seconds = Field(default=30 * 86_400, gt=0, le=31_536_000)
    """A session expires if it is not refreshed for this long."""

    session_seconds: Seconds = Field(default=90 * 86_400, gt=0)
    """A session expires after this time even if it is refreshed."""

    step_up_seconds: Seconds = Field(default=600, ge=30, le=86_400)
    """How long a proof of identity counts as recent. Sensitive operations require a recent one."""

    reset_token_seconds: Seconds = Field(default=3600, ge=60, le=86_400)
    """How long the link to reset a password is valid after its mail was sent."""

    email_token_seconds: Seconds = Field(default=86_400, ge=60, le=604_800)
    """How long the link to confirm an address is valid after its mail was sent."""

    @property
    def follows_nist(self) -> bool:
        """Whether passwords follow SP 800-63B-4."""
        return self.password_policy == "nist"  # noqa: S105 - the name of a policy
