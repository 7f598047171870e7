"""Rules of passwords and e-mail addresses: how users change them, and how a mail proves that an address is theirs."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime

from app.call import Origin, SessionPrincipal
from app.core.database import Transaction, retry_on_conflict
from app.core.errors import ConstraintViolation
from app.models.audit import AuditEventType
from app.resources import Resources
from app.schemas.models import EmailChange, PasswordChange, PasswordReset
from app.schemas.problems import AlreadyRegistered, Unauthorized
from app.services import audit, mail_tokens, mails, profiles
from app.services.accounts.first_confirmation import verify_email
from app.services.accounts.queries import (
    LOCK_PASSWORD,
    RESET_PASSWORD,
    SELECT_ACCOUNT,
    UPDATE_EMAIL,
    UPDATE_PASSWORD,
    Account,
)
from app.services.mail_tokens.queries import StoredToken
from app.services.sessions.queries import DELETE_OTHER_SESSIONS, DELETE_SESSIONS_OF_USER
from app.services.shared.limits import count
from app.services.shared.password_rules import require_strong
from app.services.users import sign_up
from app.services.users.queries import SELECT_USER
from app.services.verification import Verification, require_session
from app.services.webhooks import events


async def change_password(
    resources: Resources, principal: SessionPrincipal, sent: PasswordChange, address: Hashable, origin: Origin | None = None
) -> None:
    """Change the principal's password. Ends their other sessions and makes tokens sent by mail invalid.

    Raises:
        TooManyRequests, VerificationFailed: see `_verified`.
        Unauthorized: the password was changed meanwhile, or the session has ended.
        DisallowedCharacters, WeakPassword: nothing was changed.
    """
    account = await _verified(resources, principal, sent.current_password, address, origin)
    require_strong(resources.settings, sent.new_password, account.email, account.username, account.full_name)
    await _store_password(resources, principal, account, await resources.passwords.hash(sent.new_password), origin)


@retry_on_conflict
async def _store_password(
    resources: Resources, principal: SessionPrincipal, account: Account, new_hash: str, origin: Origin | None
) -> None:
    now = resources.now()
    async with resources.database.transaction() as transaction:
        changed = await transaction.one(
            UPDATE_PASSWORD, user_id=principal.user_id, old_hash=account.password_hash, new_hash=new_hash, now=now
        )
        if changed is None:
            raise _password_changed()
        await require_session(transaction, principal)
        await transaction.run(DELETE_OTHER_SESSIONS, user_id=principal.user_id, session_id=principal.session_id)
        await mail_tokens.delete_all(transaction, principal.user_id)
        await mails.queue_notice(
            transaction, resources, principal.user_id, account.email, account, "Your password was changed.", now
        )
        await _record(transaction, "password.changed", now, origin, principal.user_id)
    resources.outbox_added.set()


async def change_email(
    resources: Resources, principal: SessionPrincipal, sent: EmailChange, address: Hashable, origin: Origin | None = None
) -> None:
    """Queue a token for the new address, and a notice for the old one. Nothing changes until the token is confirmed.

    Raises:
        TooManyRequests: see `_verified`; or too many mails to the new mailbox.
        VerificationFailed: see `_verified`.
        Unauthorized: the password was changed meanwhile, or the session has ended.
    """
    account = await _verified(resources, principal, sent.password, address, origin)
    await count(resources.mails, mails.mailbox(sent.email), "mails to this mailbox")
    await _queue_change(resources, principal, sent.email, account, origin)


@retry_on_conflict
async def _queue_change(
    resources: Resources, principal: SessionPrincipal, email: str, account: Account, origin: Origin | None
) -> None:
    now = resources.now()
    notice = f"Somebody who knows your password asked to change your e-mail address to {email}."
    async with resources.database.transaction() as transaction:
        if await transaction.one(LOCK_PASSWORD, user_id=principal.user_id, old_hash=account.password_hash) is None:
            raise _password_changed()
        await require_session(transaction, principal)
        await mails.queue_token(transaction, resources, "change-email", email, now, user_id=principal.user_id)
        await mails.queue_notice(transaction, resources, principal.user_id, account.email, account, notice, now)
        await _record(transaction, "email.change-requested", now, origin, principal.user_id)
    resources.outbox_added.set()


async def request_mail(
    resources: Resources, purpose: mails.Requested, email: str, address: Hashable, origin: Origin | None = None
) -> None:
    """Queue a mail with a token. Whether a user has the address is looked up when it is delivered, so nothing here tells.

    Raises:
        TooManyRequests: too many requests from this client address, or mails to this mailbox.
    """
    await count(resources.mail_requests, address, "requests for mails from this address")
    await count(resources.mails, mails.mailbox(email), "mails to this mailbox")
    await _queue_requested(resources, purpose, email, origin)


@retry_on_conflict
async def _queue_requested(resources: Resources, purpose: mails.Requested, email: str, origin: Origin | None) -> None:
    now = resources.now()
    event: AuditEventType = "password.reset-requested" if purpose == "reset-password" else "email.verification-requested"
    async with resources.database.transaction() as transaction:
        await mails.queue_token(transaction, resources, purpose, email, now)
        await audit.record(transaction, audit.event(event, now, origin, actor=None, subject=None))
    resources.outbox_added.set()


async def confirm_password_reset(
    resources: Resources, sent: PasswordReset, address: Hashable, origin: Origin | None = None
) -> None:
    """Set the password of the user who got the token, and end their sessions.

    Whoever got the token reads the mails of the address. If it was not confirmed before, this confirms it: see `verify_email`.

    Raises:
        TooManyRequests: see `mail_tokens.refused`.
        InvalidToken, DisallowedCharacters, WeakPassword: nothing was changed.
    """
    token = await mail_tokens.find(resources, sent.token, "reset-password")
    if token is None:
        raise await mail_tokens.refused(resources, address)
    require_strong(resources.settings, sent.password, token.user_email, token.username, token.full_name)
    new_hash = await resources.passwords.hash(sent.password)
    try:
        await _reset_password(resources, token, new_hash, origin)
    finally:  # even if the outcome of the write is unknown
        await resources.cache.drop(profiles.CACHE_TOPIC)


@retry_on_conflict
async def _reset_password(resources: Resources, token: StoredToken, new_hash: str, origin: Origin | None) -> None:
    now = resources.now()
    async with resources.database.transaction() as transaction:
        await mail_tokens.use(transaction, token)
        await transaction.run(RESET_PASSWORD, user_id=token.user_id, new_hash=new_hash, now=now)
        await transaction.run(DELETE_SESSIONS_OF_USER, user_id=token.user_id)
        await mail_tokens.delete_all(transaction, token.user_id)
        await mails.queue_notice(
            transaction, resources, token.user_id, token.user_email, token, "Your password was reset.", now
        )
        await _record(transaction, "password.reset", now, origin, token.user_id)
        await verify_email(transaction, resources, token, now, origin)
    resources.outbox_added.set()


async def confirm_email(resources: Resources, token: str, address: Hashable, origin: Origin | None = None) -> None:
    """Confirm an address, change it to the one that the token was sent to, or create the user who signed up with it.

    Raises:
        TooManyRequests: see `mail_tokens.refused`.
        InvalidToken: also if the user's address is another one by now, or confirmed already.
        AlreadyRegistered: another user has the address, or the username of the sign-up, by now.
    """
    found = await mail_tokens.find(resources, token, "verify-email", "change-email")
    if found is not None:
        try:
            await _confirm_email(resources, found, origin)
        finally:  # even if the outcome of the write is unknown
            await resources.cache.drop(profiles.CACHE_TOPIC)
        resources.outbox_added.set()
    elif not await sign_up.confirm(resources, token, origin):
        raise await mail_tokens.refused(resources, address)


@retry_on_conflict
async def _confirm_email(resources: Resources, token: StoredToken, origin: Origin | None) -> None:
    now = resources.now()
    async with resources.database.transaction() as transaction:
        await mail_tokens.use(transaction, token)
        if token.purpose == "verify-email":
            if not await verify_email(transaction, resources, token, now, origin):
                raise mail_tokens.invalid()
            return
        try:
            await transaction.run(
                UPDATE_EMAIL, user_id=token.user_id, new_email=token.email, new_email_key=token.email.lower(), now=now
            )
        except ConstraintViolation:
            raise AlreadyRegistered("Another user has this email.") from None
        await mail_tokens.delete_all(transaction, token.user_id)
        await mails.delete_requested(transaction, token.user_email)
        await _record(transaction, "email.changed", now, origin, token.user_id)
        await events.emit_changed(transaction, resources, "user.updated", SELECT_USER, user_id=token.user_id)


async def _record(transaction: Transaction, event: AuditEventType, now: datetime, origin: Origin | None, user_id: int) -> None:
    """What users do to their own accounts."""
    await audit.record(transaction, audit.event(event, now, origin, actor=user_id, subject=user_id))


async def _verified(
    resources: Resources, principal: SessionPrincipal, password: str, address: Hashable, origin: Origin | None
) -> Account:
    """The principal's account, if the password is theirs.

    Raises:
        TooManyRequests: too many failed attempts in this session.
        VerificationFailed: the password is not correct.
        Unauthorized: the account was just deleted.
    """
    account = await resources.database.one(SELECT_ACCOUNT, user_id=principal.user_id)
    if account is None:
        raise Unauthorized("The account no longer exists.")
    verification = Verification.in_session(resources, principal, address, origin)
    await verification.admit()
    await verification.require(await verification.is_password(account.password_hash, password), "The password is not correct.")
    return account


def _password_changed() -> Unauthorized:
    return Unauthorized("The password was changed at the same time; sign in again.")
