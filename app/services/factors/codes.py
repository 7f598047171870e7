"""Codes of authenticator apps (TOTP, RFC 6238), of which few may be wrong, and recovery codes, which are too long to guess."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Hashable
from typing import TYPE_CHECKING

import structlog

from app.call import Origin
from app.core.database import retry_on_conflict
from app.core.errors import ServiceUnavailable
from app.resources import Resources
from app.services import audit, mails
from app.services.factors.queries import SELECT_OWNER, SELECT_TOTP, USE_RECOVERY_CODE, USE_TOTP, StoredTotp
from app.services.shared.limits import count_guess, require_allowed

if TYPE_CHECKING:
    from pyotp import TOTP

PURPOSE = "totp"  # of the encryption
_DRIFT = (0, -1, 1)  # steps of 30 seconds by which the clocks may differ
_NOTICE = (
    "Somebody who knows your password, or is signed in as you, sent many wrong codes of your authenticator app. "
    "For a while, sign in with a passkey or a recovery code. If it was not you, change your password."
)


async def is_code(
    resources: Resources,
    user_id: int,
    totp_code: str | None,
    recovery_code: str | None,
    origin: Origin | None = None,
    session_id: int | None = None,
) -> bool:
    """Whether a code is valid for a user, who can use it once. At most one of them is looked at.

    Args:
        resources: of the process.
        user_id: the user, whose password was verified.
        totp_code: of the authenticator app.
        recovery_code: one of the recovery codes.
        origin: the request.
        session_id: the session that sent it, whose wrong codes are counted apart from those of attempts to sign in.

    Raises:
        TooManyRequests: too many codes of the app were wrong; then none is accepted.
        ServiceUnavailable: see `time_step`.
    """
    if totp_code is not None:
        return await _is_totp_code(
            resources, user_id, totp_code, ("user", user_id) if session_id is None else ("session", session_id)
        )
    if recovery_code is None:
        return False
    values = {"user_id": user_id, "hash": digest(recovery_code)}
    event = audit.event("recovery-code.used", resources.now(), origin, actor=user_id, subject=user_id)
    return await resources.database.one_with(USE_RECOVERY_CODE, values, event) is not None


async def _is_totp_code(resources: Resources, user_id: int, code: str, guesser: Hashable) -> bool:
    stored = await resources.database.one(SELECT_TOTP, key=totp_key(user_id))
    step = None if stored is None or not stored.is_confirmed else time_step(resources, stored, code)
    require_allowed(await count_guess(resources.guesses, guesser, is_right=step is not None), "wrong codes")
    if stored is None or step is None:
        is_last = bool((await count_guess(resources.guesses, guesser, is_right=True)).wait)
        if is_last and not (await count_guess(resources.guess_notices, user_id, is_right=False)).wait:
            await _warn_owner(resources, user_id)
        return False
    return await resources.database.one(USE_TOTP, factor_id=stored.id, new_counter=step, now=resources.now()) is not None


@retry_on_conflict
async def _warn_owner(resources: Resources, user_id: int) -> None:
    """Tell the user by mail."""
    async with resources.database.transaction() as transaction:
        owner = await transaction.one(SELECT_OWNER, user_id=user_id)
        if owner is not None:
            await mails.queue_notice(transaction, resources, user_id, owner.email, owner, _NOTICE, resources.now())
    resources.outbox_added.set()


def time_step(resources: Resources, stored: StoredTotp, code: str) -> int | None:
    """The time step of a code; None if it is wrong or was used.

    Raises:
        ServiceUnavailable: the secret of the app cannot be decrypted, because the operator has removed its key. The user
            cannot help it, and a recovery code or a passkey still works.
    """
    try:
        secret = resources.secrets.decrypt(PURPOSE, stored.secret)
    except ValueError as error:
        structlog.get_logger().error("codes of an authenticator app cannot be verified", factor_id=stored.id, error=str(error))
        raise ServiceUnavailable("Codes of your authenticator app cannot be verified at the moment.", retry_after=60) from None
    app, now = totp(secret), resources.now()
    steps = [app.timecode(now) + drift for drift in _DRIFT]
    return next((step for step in steps if step > stored.counter and hmac.compare_digest(app.generate_otp(step), code)), None)


def new_recovery_code() -> str:
    """120 random bits in base32, in groups of four: enough that a fast hash cannot be reversed (OWASP ASVS 5.0, 6.5.2)."""
    text = random_base32(15).lower()
    return "-".join(text[begin : begin + 4] for begin in range(0, len(text), 4))


def totp_key(user_id: int) -> str:
    """The key of a user's authenticator app among all factors."""
    return f"totp:{user_id}"


def random_base32(size: int) -> str:
    """So many random bytes."""
    return base64.b32encode(secrets.token_bytes(size)).decode()


def digest(code: str) -> str:
    """How a recovery code is stored."""
    return hashlib.sha256(code.encode()).hexdigest()


def totp(secret: str) -> TOTP:
    """The generator of codes for a secret."""
    from pyotp import TOTP  # noqa: PLC0415 - few requests need it

    return TOTP(secret)
