"""Rules of factors: authenticator apps (TOTP, RFC 6238) and recovery codes; those of passkeys are in `passkeys`."""

from __future__ import annotations

from collections.abc import Hashable

from pydantic import MISSING

from app.call import Origin, Principal, SessionPrincipal
from app.core.database import Database, Transaction, retry_on_conflict
from app.core.database.statements import Insertion
from app.models.audit import AuditEventType
from app.resources import Resources
from app.schemas.models import TotpCreate
from app.schemas.problems import FactorExists, NotFound, Unauthorized
from app.schemas.rows import FactorListRow, FactorRow, RecoveryCodesRow, TotpEnrolmentRow
from app.services import audit, mails
from app.services.audit import Details
from app.services.factors.codes import PURPOSE, digest, new_recovery_code, random_base32, time_step, totp, totp_key
from app.services.factors.queries import (
    CONFIRM_TOTP,
    COUNT_RECOVERY_CODES,
    DELETE_FACTOR,
    DELETE_RECOVERY_CODES,
    INSERT_RECOVERY_CODE,
    ISSUER,
    SELECT_FACTORS,
    SELECT_OWNER,
    SELECT_TOTP,
    UPDATE_NAME,
    UPSERT_TOTP,
    Owner,
    StoredTotp,
)
from app.services.verification import Verification, require_session

RECOVERY_CODES = 10
_NAME = "Authenticator app"


async def list(database: Database, principal: Principal) -> FactorListRow:
    """The principal's confirmed factors, oldest first; two statements."""
    factors = await database.all(SELECT_FACTORS, user_id=principal.user_id)
    return FactorListRow(factors, await database.one(COUNT_RECOVERY_CODES, user_id=principal.user_id) or 0)


async def rename(
    resources: Resources, principal: Principal, factor_id: int, name: str, origin: Origin | None = None
) -> FactorRow:
    """Rename a factor of the principal. Raises `NotFound`."""
    values = {"factor_id": factor_id, "user_id": principal.user_id, "new_name": name}
    event = _event("factor.updated", resources, origin, principal, factor_id)
    factor = await resources.database.one_with(UPDATE_NAME, values, event)
    if factor is None:
        raise _not_found()
    return factor


@retry_on_conflict
async def delete(resources: Resources, principal: Principal, factor_id: int, origin: Origin | None = None) -> None:
    """Remove a factor of the principal; with the authenticator app also the recovery codes. Raises `NotFound`."""
    owner = await _owner(resources.database, principal)
    async with resources.database.transaction() as transaction:
        removed = await transaction.one(DELETE_FACTOR, factor_id=factor_id, user_id=principal.user_id)
        if removed is None:
            raise _not_found()
        if removed == "totp":
            await transaction.run(DELETE_RECOVERY_CODES, user_id=principal.user_id)
        notice = "Your authenticator app was removed." if removed == "totp" else "A passkey was removed."
        await _tell(transaction, resources, principal, owner, notice)
        await audit.record(transaction, _event("factor.removed", resources, origin, principal, factor_id))
    resources.outbox_added.set()


async def enrol(resources: Resources, principal: Principal, sent: TotpCreate, origin: Origin | None = None) -> TotpEnrolmentRow:
    """A new secret for an authenticator app, in place of one that was not confirmed. Raises `FactorExists`."""
    owner = await _owner(resources.database, principal)
    secret = random_base32(20)
    name = _NAME if sent.name is MISSING else sent.name
    factor_id = await _store(resources, principal, name, resources.secrets.encrypt(PURPOSE, secret), origin)
    return TotpEnrolmentRow(factor_id, secret, totp(secret).provisioning_uri(name=owner.username, issuer_name=ISSUER))


@retry_on_conflict
async def _store(resources: Resources, principal: Principal, name: str, secret: str, origin: Origin | None) -> int:
    async with resources.database.transaction() as transaction:
        factor_id = await transaction.one(
            UPSERT_TOTP,
            user_id=principal.user_id,
            key=totp_key(principal.user_id),
            name=name,
            secret=secret,
            created_at=resources.now(),
        )
        if factor_id is None:
            raise FactorExists("You already have an authenticator app; remove it first.")
        await audit.record(transaction, _event("factor.added", resources, origin, principal, factor_id))
    return factor_id


async def confirm(
    resources: Resources, principal: SessionPrincipal, code: str, address: Hashable, origin: Origin | None = None
) -> RecoveryCodesRow:
    """Make the authenticator app the principal's second factor, with the first code of it.

    Raises:
        NotFound: there is no app to confirm.
        TooManyRequests, VerificationFailed: see `Verification`.
        ServiceUnavailable: see `time_step`.
        Unauthorized: the session has just ended.
    """
    stored = await resources.database.one(SELECT_TOTP, key=totp_key(principal.user_id))
    if stored is None or stored.is_confirmed:
        raise NotFound("You have no authenticator app that is not confirmed.")
    verification = Verification.in_session(resources, principal, address, origin)
    await verification.admit()
    step = time_step(resources, stored, code)
    await verification.require(step is not None, "The code is not correct.")
    return await _store_confirmation(resources, principal, stored, step or 0, origin)


@retry_on_conflict
async def _store_confirmation(
    resources: Resources, principal: SessionPrincipal, verified: StoredTotp, step: int, origin: Origin | None
) -> RecoveryCodesRow:
    owner = await _owner(resources.database, principal)
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    async with resources.database.transaction() as transaction:
        await require_session(transaction, principal)
        confirmed = await transaction.one(
            CONFIRM_TOTP, factor_id=verified.id, old_secret=verified.secret, new_counter=step, now=resources.now()
        )
        if confirmed is None:
            raise NotFound("The authenticator app was confirmed, replaced or removed at the same time.")
        await transaction.run(DELETE_RECOVERY_CODES, user_id=principal.user_id)
        for code in codes:
            await transaction.run(INSERT_RECOVERY_CODE, user_id=principal.user_id, hash=digest(code))
        await _tell(transaction, resources, principal, owner, "An authenticator app was added.")
        await audit.record(transaction, _event("factor.confirmed", resources, origin, principal, verified.id))
    resources.outbox_added.set()
    return RecoveryCodesRow(codes)


async def _owner(database: Database, principal: Principal) -> Owner:
    owner = await database.one(SELECT_OWNER, user_id=principal.user_id)
    if owner is None:
        raise Unauthorized("The account no longer exists.")
    return owner


async def _tell(transaction: Transaction, resources: Resources, principal: Principal, owner: Owner, notice: str) -> None:
    await mails.queue_notice(transaction, resources, principal.user_id, owner.email, owner, notice, resources.now())


def _event(
    type_: AuditEventType, resources: Resources, origin: Origin | None, principal: Principal, factor_id: int
) -> Insertion:
    actor, details = principal.user_id, Details(factor_id=factor_id)
    return audit.event(type_, resources.now(), origin, actor=actor, subject=actor, details=details)


def _not_found() -> NotFound:
    return NotFound("You have no such factor.")
