"""Rules of passkeys: WebAuthn credentials, which users create, sign in with, and prove their identity with."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Hashable
from typing import Final

from pydantic import MISSING

from app.call import Origin, Principal, SessionPrincipal
from app.core.database import Database, retry_on_conflict
from app.resources import Resources
from app.schemas.models import PasskeyCreate, PasskeyProof
from app.schemas.problems import FactorExists, TooManyPasskeys, Unauthorized
from app.schemas.rows import (
    FactorRow,
    PasskeyChallengeRow,
    PasskeyOptionsRow,
    PasskeyParametersRow,
    PasskeyRelyingPartyRow,
    PasskeySelectionRow,
    PasskeyUserRow,
)
from app.services import audit, mails
from app.services.audit import Details
from app.services.factors import challenges
from app.services.factors.ceremonies import Registered, relying_party, verify_assertion, verify_registration
from app.services.factors.challenges import Challenge, Purpose
from app.services.factors.passkey_queries import (
    INSERT_PASSKEY,
    LOCK_OWNER,
    MAX_PASSKEYS,
    PREFIX,
    SELECT_DESCRIPTORS,
    SELECT_PASSKEY,
    USE_PASSKEY,
    StoredPasskey,
)
from app.services.factors.queries import ISSUER, SELECT_OWNER
from app.services.verification import Verification, require_session

_NAME = "Passkey"
_ALGORITHMS: Final = (-8, -7, -257)  # COSE: EdDSA, ES256, RS256, which `webauthn` accepts by default
_TIMEOUT = int(challenges.LIFETIME.total_seconds() * 1000)
_SELECTION: Final = PasskeySelectionRow(residentKey="required", requireResidentKey=True, userVerification="required")


async def challenge(resources: Resources, principal: Principal | None, purpose: Purpose) -> PasskeyChallengeRow:
    """A new challenge, for the principal or, to sign in, for anybody. Two statements for `registration`, else none.

    Raises:
        Unauthorized: `registration` without a user.
    """
    party = relying_party(resources.settings)
    if purpose == "authentication":
        challenge_id, text = challenges.create(resources, purpose)
        return PasskeyChallengeRow(challenge_id, PasskeyOptionsRow(text, _TIMEOUT, rpId=party.id, userVerification="required"))
    owner = None if principal is None else await resources.database.one(SELECT_OWNER, user_id=principal.user_id)
    if principal is None or owner is None:
        raise Unauthorized("To add a passkey, send an access token.")
    challenge_id, text = challenges.create(resources, purpose, principal.user_id)
    options = PasskeyOptionsRow(
        text,
        _TIMEOUT,
        rp=PasskeyRelyingPartyRow(party.id, ISSUER),
        user=PasskeyUserRow(_handle(principal.user_id), owner.username, owner.full_name or owner.username),
        pubKeyCredParams=[PasskeyParametersRow("public-key", algorithm) for algorithm in _ALGORITHMS],
        excludeCredentials=await resources.database.all(SELECT_DESCRIPTORS, user_id=principal.user_id),
        authenticatorSelection=_SELECTION,
        attestation="none",
    )
    return PasskeyChallengeRow(challenge_id, options)


async def create(
    resources: Resources, principal: SessionPrincipal, sent: PasskeyCreate, address: Hashable, origin: Origin | None = None
) -> FactorRow:
    """Add a passkey of the principal, which answers a challenge for `registration`.

    Raises:
        FactorExists: it was added already, by this user or another.
        TooManyPasskeys: the user has the maximum number of passkeys.
        TooManyRequests, VerificationFailed: see `Verification`.
        Unauthorized: the session has just ended.
    """
    verification = Verification.in_session(resources, principal, address, origin)
    await verification.admit()
    found = challenges.read(resources, sent.challenge_id, "registration", principal.user_id)
    registered = None
    if found is not None:
        party = relying_party(resources.settings)
        registered = await asyncio.to_thread(verify_registration, party, found.text, sent.credential)
    if found is None or registered is None:
        raise await verification.refused("The passkey cannot be verified.")
    factor = await _store(resources, principal, sent, found, registered, origin)
    if factor is None:
        raise await verification.refused("The challenge was used before.")
    resources.outbox_added.set()
    return factor


@retry_on_conflict
async def _store(
    resources: Resources,
    principal: SessionPrincipal,
    sent: PasskeyCreate,
    answered: Challenge,
    registered: Registered,
    origin: Origin | None,
) -> FactorRow | None:
    """The passkey; None if its challenge was used before."""
    now, key, user_id = resources.now(), PREFIX + registered.credential_id, principal.user_id
    transports = sent.credential.response.transports
    async with resources.database.transaction() as transaction:
        owner = await transaction.one(LOCK_OWNER, user_id=user_id)
        if owner is None:
            raise Unauthorized("The account is inactive or no longer exists.")
        await require_session(transaction, principal)
        if not await challenges.use(transaction, answered):
            return None
        factor = await transaction.one(
            INSERT_PASSKEY,
            user_id=user_id,
            key=key,
            name=_NAME if sent.name is MISSING else sent.name,
            secret=registered.public_key,
            counter=registered.counter,
            transports=None if transports is MISSING else " ".join(dict.fromkeys(transports)),
            created_at=now,
            confirmed_at=now,
        )
        if factor is None:
            if await transaction.one(SELECT_PASSKEY, key=key) is not None:
                raise FactorExists("The passkey was added already.")
            raise TooManyPasskeys(f"You have {MAX_PASSKEYS} passkeys; remove one first.")
        await mails.queue_notice(transaction, resources, user_id, owner.email, owner, "A passkey was added.", now)
        details = Details(method="passkey", factor_id=factor.id)
        await audit.record(
            transaction, audit.event("factor.added", now, origin, actor=user_id, subject=user_id, details=details)
        )
        await audit.record(
            transaction, audit.event("factor.confirmed", now, origin, actor=user_id, subject=user_id, details=details)
        )
    return factor


async def find(database: Database, proof: PasskeyProof) -> StoredPasskey | None:
    """The passkey that a proof names, whether or not it is valid; one statement."""
    return await database.one(SELECT_PASSKEY, key=PREFIX + proof.credential.id)


async def is_proof(resources: Resources, passkey: StoredPasskey, proof: PasskeyProof, origin: Origin | None = None) -> bool:
    """Whether the passkey has answered a challenge for `authentication`, which it can do once."""
    answered = challenges.read(resources, proof.challenge_id, "authentication")
    handle = proof.credential.response.userHandle
    if answered is None or (handle is not MISSING and handle and handle != _handle(passkey.user_id)):
        return False
    party = relying_party(resources.settings)
    counter = await asyncio.to_thread(verify_assertion, party, answered.text, proof.credential, passkey.public_key)
    return counter is not None and await _use(resources, passkey, answered, counter, origin)


@retry_on_conflict
async def _use(resources: Resources, passkey: StoredPasskey, answered: Challenge, counter: int, origin: Origin | None) -> bool:
    now = resources.now()
    async with resources.database.transaction() as transaction:
        if not await challenges.use(transaction, answered):
            return False
        if await transaction.one(USE_PASSKEY, factor_id=passkey.id, new_counter=counter, now=now) is not None:
            return True
        if await transaction.one(SELECT_PASSKEY, key=passkey.key) is not None:  # else it was removed meanwhile
            details = Details(method="passkey", factor_id=passkey.id)
            subject = passkey.user_id
            await audit.record(
                transaction, audit.event("factor.counter-regressed", now, origin, actor=None, subject=subject, details=details)
            )
    return False


def _handle(user_id: int) -> str:
    """The user handle, which the authenticator stores: it names the user and reveals nothing about them."""
    return base64.urlsafe_b64encode(str(user_id).encode()).decode().rstrip("=")
