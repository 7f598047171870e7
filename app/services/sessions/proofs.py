"""Proofs of identity: what a user can send, and how long a session counts as recent (RFC 9470)."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import timedelta
from typing import Literal, TypeAlias

from pydantic import MISSING

from app.call import Origin, SessionPrincipal
from app.core.database import retry_on_conflict
from app.resources import Resources
from app.schemas.models import PasskeyProof, Reauthentication, SessionCreate
from app.schemas.problems import ReauthenticationRequired, Unauthorized
from app.services import audit
from app.services.audit import Details
from app.services.factors import passkeys
from app.services.factors.codes import is_code
from app.services.sessions.queries import SELECT_PROOFS, SELECT_PROVEN, UPDATE_AUTHENTICATED_AT
from app.services.verification import Verification

Method: TypeAlias = Literal["password", "totp", "recovery-code", "passkey"]  # the document's


def accepted_proofs(*, has_totp: bool, has_passkey: bool = False) -> list[str]:
    """What a user can prove their identity with: a passkey; the second factor if there is one, else the password."""
    return [*(["totp", "recovery-code"] if has_totp else ["password"]), *(["passkey"] if has_passkey else [])]


def given(text: str | MISSING) -> str:
    """The text that was sent; empty if none was."""
    return "" if text is MISSING else text


def sent_code(sent: SessionCreate | Reauthentication) -> tuple[str | None, str | None] | None:
    """The code of the authenticator app and the recovery code that were sent; None if neither was."""
    found = tuple(None if code is MISSING else code for code in (sent.totp_code, sent.recovery_code))
    return None if found == (None, None) else (found[0], found[1])


def used_method(sent: SessionCreate | Reauthentication) -> Method:
    """What a valid body proves, if the user has what it sends: of a password and a code, the code."""
    if sent.passkey is not MISSING:
        return "passkey"
    if sent.totp_code is not MISSING:
        return "totp"
    return "recovery-code" if sent.recovery_code is not MISSING else "password"


async def require_recent(resources: Resources, principal: SessionPrincipal) -> None:
    """Require that the session's last proof of identity is recent; one statement.

    Raises:
        ReauthenticationRequired: it is not; `accepted` lists what would be a proof.
        Unauthorized: the session has just ended.
    """
    found = await resources.database.one(SELECT_PROVEN, session_id=principal.session_id)
    if found is None:
        raise Unauthorized("The session has ended.")
    seconds = resources.settings.step_up_seconds
    if resources.now() - found.authenticated_at > timedelta(seconds=seconds):
        raise ReauthenticationRequired(
            f"The last proof of identity is more than {seconds} seconds old.",
            challenge=f'Bearer error="insufficient_user_authentication", max_age={seconds}',
            members={"accepted": accepted_proofs(has_totp=found.has_totp, has_passkey=found.has_passkey)},
        )


async def reauthenticate(
    resources: Resources, principal: SessionPrincipal, sent: Reauthentication, address: Hashable, origin: Origin | None = None
) -> None:
    """Make the session recent, with a proof of identity.

    Raises:
        TooManyRequests: too many failed attempts in this session.
        VerificationFailed: the proof is wrong, or is not one of the accepted.
        Unauthorized: the session has just ended, or the user has a second factor since the password was sent.
        ServiceUnavailable: too many passwords wait to be verified; or see `is_code`.
    """
    found = await resources.database.one(SELECT_PROOFS, user_id=principal.user_id)
    if found is None:
        raise Unauthorized("The account no longer exists.")
    verification = Verification.in_session(resources, principal, address, origin)
    await verification.admit()
    code, passkey = sent_code(sent), sent.passkey
    if passkey is MISSING and found.has_totp == (code is None):
        accepted = " or ".join(accepted_proofs(has_totp=found.has_totp, has_passkey=found.has_passkey))
        raise await verification.refused(f"Your account accepts: {accepted}.")
    if passkey is not MISSING:
        verified = await _is_own_passkey(resources, principal, passkey, origin)
    elif code is not None:
        verified = await is_code(resources, principal.user_id, *code, origin, principal.session_id)
    else:
        verified = await verification.is_password(found.password_hash, given(sent.password))
    await verification.require(verified, "The password, code or passkey is not correct.")
    await _make_recent(resources, principal, used_method(sent), origin)


async def _is_own_passkey(
    resources: Resources, principal: SessionPrincipal, proof: PasskeyProof, origin: Origin | None
) -> bool:
    found = await passkeys.find(resources.database, proof)
    own = found is not None and found.user_id == principal.user_id
    return found is not None and own and await passkeys.is_proof(resources, found, proof, origin)


@retry_on_conflict
async def _make_recent(resources: Resources, principal: SessionPrincipal, method: Method, origin: Origin | None) -> None:
    user_id, now = principal.user_id, resources.now()
    async with resources.database.transaction() as transaction:
        recent = await transaction.one(
            UPDATE_AUTHENTICATED_AT, session_id=principal.session_id, is_second_factor=method != "password", now=now
        )
        if recent is None:
            raise Unauthorized("The session has ended, or a second factor was added.")
        details = Details(session_id=principal.session_id, method=method)
        await audit.record(
            transaction, audit.event("reauthentication.succeeded", now, origin, actor=user_id, subject=user_id, details=details)
        )
