"""Rules of factors: authenticator apps (TOTP, RFC 6238) and recovery codes; those of passkeys are in `passkeys`."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import secrets
from collections.abc import Hashable
from typing import TYPE_CHECKING

from pydantic import MISSING

from app.call import Origin, Principal
from app.core.database import Database, Transaction, retry_on_conflict
from app.models.audit import AuditEventType
from app.resources import Resources
from app.schemas.models import TotpCreate
from app.schemas.problems import FactorExists, NotFound, Unauthorized
from app.schemas.rows import FactorListRow, FactorRow, RecoveryCodesRow, TotpEnrolmentRow
from app.services import audit, mails
from app.services.audit import Details
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
    USE_RECOVERY_CODE,
    USE_TOTP,
    Owner,
    StoredTotp,
)
from app.services.verification import Verification

if TYPE_CHECKING:
    from pyotp import TOTP

RECOVERY_CODES = 10
_PURPOSE = "totp"  # of the encryption
_NAME = "Authenticator app"
_DRIFT = (0, -1, 1)  # steps of 30 seconds by which the clocks may differ


async def list(database: Database, principal: Principal) -> FactorListRow:
    """The principal's confirmed factors, oldest first; two statements."""
    factors = await database.all(SELECT_FACTORS, user_id=principal.user_id)
    return FactorListRow(factors, await database.one(COUNT_RECOVERY_CODES, user_id=principal.user_id) or 0)


async def rename(
    resources: Resources, principal: Principal, factor_id: int, name: str, origin: Origin | None = None
) -> FactorRow:
    """Rename a factor of the principal. Raises `NotFound`."""
    values = {"factor_id": factor_id, "user_id": principal.user_id, "new_name": name}

    async def record(transaction: Transaction) -> None:
        await _record(transaction, resources, "factor.updated", origin, principal, factor_id)

    factor = await audit.run(resources.database, UPDATE_NAME, values, record)
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
        await _record(transaction, resources, "factor.removed", origin, principal, factor_id)
    resources.outbox_added.set()


async def enrol(resources: Resources, principal: Principal, sent: TotpCreate, origin: Origin | None = None) -> TotpEnrolmentRow:
    """A new secret for an authenticator app, in place of one that was not confirmed. Raises `FactorExists`."""
    owner = await _owner(resources.database, principal)
    secret = _random_base32(20)
    name = _NAME if sent.name is MISSING else sent.name
    factor_id = await _store(resources, principal, name, resources.secrets.encrypt(_PURPOSE, secret), origin)
    return TotpEnrolmentRow(factor_id, secret, _totp(secret).provisioning_uri(name=owner.username, issuer_name=ISSUER))


@retry_on_conflict
async def _store(resources: Resources, principal: Principal, name: str, secret: str, origin: Origin | None) -> int:
    async with resources.database.transaction() as transaction:
        factor_id = await transaction.one(
            UPSERT_TOTP,
            user_id=principal.user_id,
            key=_key(principal.user_id),
            name=name,
            secret=secret,
            created_at=resources.now(),
        )
        if factor_id is None:
            raise FactorExists("You already have an authenticator app; remove it first.")
        await _record(transaction, resources, "factor.added", origin, principal, factor_id)
    return factor_id


async def confirm(
    resources: Resources, principal: Principal, code: str, address: Hashable, origin: Origin | None = None
) -> RecoveryCodesRow:
    """Make the authenticator app the principal's second factor, with the first code of it.

    Raises:
        NotFound: there is no app to confirm.
        TooManyRequests, VerificationFailed: see `Verification`.
    """
    stored = await resources.database.one(SELECT_TOTP, key=_key(principal.user_id))
    if stored is None or stored.is_confirmed:
        raise NotFound("You have no authenticator app that is not confirmed.")
    verification = Verification(resources, principal.user_id, address, origin=origin)
    await verification.admit()
    counter = _counter(resources, stored, code)
    await verification.require(counter is not None, "The code is not correct.")
    return await _store_confirmation(resources, principal, stored.id, counter or 0, origin)


@retry_on_conflict
async def _store_confirmation(
    resources: Resources, principal: Principal, factor_id: int, counter: int, origin: Origin | None
) -> RecoveryCodesRow:
    owner = await _owner(resources.database, principal)
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    async with resources.database.transaction() as transaction:
        if await transaction.one(CONFIRM_TOTP, factor_id=factor_id, new_counter=counter, now=resources.now()) is None:
            raise NotFound("The authenticator app was confirmed or removed at the same time.")
        await transaction.run(DELETE_RECOVERY_CODES, user_id=principal.user_id)
        for code in codes:
            await transaction.run(INSERT_RECOVERY_CODE, user_id=principal.user_id, hash=_digest(code))
        await _tell(transaction, resources, principal, owner, "An authenticator app was added.")
        await _record(transaction, resources, "factor.confirmed", origin, principal, factor_id)
    resources.outbox_added.set()
    return RecoveryCodesRow(codes)


async def is_code(
    resources: Resources, user_id: int, totp_code: str | None, recovery_code: str | None, origin: Origin | None = None
) -> bool:
    """Whether a code is valid for a user, who can use it once. At most one of them is looked at."""
    database = resources.database
    if totp_code is not None:
        stored = await database.one(SELECT_TOTP, key=_key(user_id))
        counter = None if stored is None or not stored.is_confirmed else _counter(resources, stored, totp_code)
        if stored is None or counter is None:
            return False
        return await database.one(USE_TOTP, factor_id=stored.id, new_counter=counter, now=resources.now()) is not None
    if recovery_code is None:
        return False
    values = {"user_id": user_id, "hash": _digest(recovery_code)}
    record = functools.partial(
        audit.record, event="recovery-code.used", now=resources.now(), origin=origin, actor=user_id, subject=user_id
    )
    return await audit.run(database, USE_RECOVERY_CODE, values, record) is not None


def new_recovery_code() -> str:
    """120 random bits in base32, in groups of four: enough that a fast hash cannot be reversed (OWASP ASVS 5.0, 6.5.2)."""
    text = _random_base32(15).lower()
    return "-".join(text[begin : begin + 4] for begin in range(0, len(text), 4))


def _key(user_id: int) -> str:
    return f"totp:{user_id}"


def _random_base32(size: int) -> str:
    return base64.b32encode(secrets.token_bytes(size)).decode()


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _totp(secret: str) -> TOTP:
    from pyotp import TOTP  # noqa: PLC0415 - few requests need it

    return TOTP(secret)


def _counter(resources: Resources, stored: StoredTotp, code: str) -> int | None:
    """The time step of a code; None if it is wrong or was used."""
    totp, now = _totp(resources.secrets.decrypt(_PURPOSE, stored.secret)), resources.now()
    steps = [totp.timecode(now) + drift for drift in _DRIFT]
    return next((step for step in steps if step > stored.counter and hmac.compare_digest(totp.generate_otp(step), code)), None)


async def _owner(database: Database, principal: Principal) -> Owner:
    owner = await database.one(SELECT_OWNER, user_id=principal.user_id)
    if owner is None:
        raise Unauthorized("The account no longer exists.")
    return owner


async def _tell(transaction: Transaction, resources: Resources, principal: Principal, owner: Owner, notice: str) -> None:
    await mails.queue_notice(transaction, resources, principal.user_id, owner.email, owner, notice, resources.now())


async def _record(
    transaction: Transaction,
    resources: Resources,
    event: AuditEventType,
    origin: Origin | None,
    principal: Principal,
    factor_id: int,
) -> None:
    actor, details = principal.user_id, Details(factor_id=factor_id)
    await audit.record(transaction, event, resources.now(), origin, actor=actor, subject=actor, details=details)


def _not_found() -> NotFound:
    return NotFound("You have no such factor.")
