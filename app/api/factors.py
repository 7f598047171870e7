"""Handlers tagged `factors`."""

from app.call import InSession, OptionallyInSession
from app.schemas.models import FactorUpdate, PasskeyChallengeCreate, PasskeyCreate, TotpConfirmation, TotpCreate
from app.schemas.operations import (
    ConfirmTotp,
    CreatePasskey,
    CreatePasskeyChallenge,
    DeleteFactor,
    EnrolTotp,
    ListFactors,
    UpdateFactor,
)
from app.services import factors
from app.services.factors import passkeys


@ListFactors
async def list_factors(call: InSession) -> ListFactors.OK:
    return ListFactors.OK(await factors.list(call.database, call.principal))


@UpdateFactor
async def update_factor(call: InSession, factor_id: int, body: FactorUpdate) -> UpdateFactor.OK:
    return UpdateFactor.OK(await factors.rename(call.resources, call.principal, factor_id, body.name, call.origin))


@DeleteFactor
async def delete_factor(call: InSession, factor_id: int) -> DeleteFactor.NoContent:
    await factors.delete(call.resources, call.principal, factor_id, call.origin)
    return DeleteFactor.NoContent()


@EnrolTotp
async def enrol_totp(call: InSession, body: TotpCreate) -> EnrolTotp.Created:
    enrolled = await factors.enrol(call.resources, call.principal, body, call.origin)
    return EnrolTotp.Created(enrolled, location=UpdateFactor.path(factor_id=enrolled.factor_id))


@ConfirmTotp
async def confirm_totp(call: InSession, body: TotpConfirmation) -> ConfirmTotp.OK:
    return ConfirmTotp.OK(await factors.confirm(call.resources, call.principal, body.code, call.client, call.origin))


@CreatePasskeyChallenge
async def create_passkey_challenge(call: OptionallyInSession, body: PasskeyChallengeCreate) -> CreatePasskeyChallenge.OK:
    return CreatePasskeyChallenge.OK(await passkeys.challenge(call.resources, call.principal, body.purpose))


@CreatePasskey
async def create_passkey(call: InSession, body: PasskeyCreate) -> CreatePasskey.Created:
    factor = await passkeys.create(call.resources, call.principal, body, call.client, call.origin)
    return CreatePasskey.Created(factor, location=UpdateFactor.path(factor_id=factor.id))
