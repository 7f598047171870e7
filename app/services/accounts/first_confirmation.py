"""The first confirmation of an address: it may end what somebody else prepared who signed up with it."""

from __future__ import annotations

from datetime import datetime

from app.call import Origin
from app.core.database import Transaction
from app.resources import Resources
from app.services import audit, mails
from app.services.accounts.queries import VERIFY_EMAIL
from app.services.api_keys.queries import DELETE_API_KEYS_OF_USER
from app.services.audit import Details
from app.services.factors.queries import DELETE_FACTORS_OF_USER, DELETE_RECOVERY_CODES
from app.services.mail_tokens.queries import StoredToken
from app.services.users.queries import SELECT_USER
from app.services.webhooks import events

_NOTICE = "Your e-mail address was confirmed. API keys, passkeys and authenticator apps that were added before were removed."


async def verify_email(
    transaction: Transaction, resources: Resources, token: StoredToken, now: datetime, origin: Origin | None
) -> bool:
    """Confirm the address that a token was sent to, and remove the API keys and factors that were added before.

    Nothing before shows that they belong to the owner of the address. False, and nothing is changed, if the user has another
    address by now, or has confirmed it before. Five statements; one more for each key and factor, and one for the notice.
    """
    user_id = token.user_id
    if await transaction.one(VERIFY_EMAIL, user_id=user_id, email_key=token.email.lower()) is None:
        return False
    await audit.record(transaction, audit.event("email.verified", now, origin, actor=user_id, subject=user_id))
    keys = await transaction.all(DELETE_API_KEYS_OF_USER, user_id=user_id)
    factors = await transaction.all(DELETE_FACTORS_OF_USER, user_id=user_id)
    await transaction.run(DELETE_RECOVERY_CODES, user_id=user_id)
    for key_id in keys:
        details = Details(api_key_id=key_id)
        await audit.record(
            transaction, audit.event("api-key.deleted", now, origin, actor=user_id, subject=user_id, details=details)
        )
    for factor_id in factors:
        details = Details(factor_id=factor_id)
        await audit.record(
            transaction, audit.event("factor.removed", now, origin, actor=user_id, subject=user_id, details=details)
        )
    await events.emit_changed(transaction, resources, "user.updated", SELECT_USER, user_id=user_id)
    if keys or factors:
        await mails.queue_notice(transaction, resources, user_id, token.user_email, token, _NOTICE, now)
    return True
