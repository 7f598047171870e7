"""Who may create users, and how: the setting SIGN_UP (docs/adr/0040-sign-up-policies.md)."""

from __future__ import annotations

from collections.abc import Hashable

import msgspec

from app.call import Origin, Principal
from app.core.database import Database, retry_on_conflict
from app.resources import Resources
from app.schemas.models import UserCreate
from app.schemas.problems import SignUpClosed
from app.schemas.rows import UserRow
from app.services import audit, idempotency, mail_tokens, mails, profiles, sign_ups
from app.services.idempotency import Creation, Record, run_once
from app.services.shared.limits import count
from app.services.shared.password_rules import require_strong
from app.services.sign_ups.queries import ConfirmedSignUp
from app.services.users.creation import NewUser, create_user, full_name, insert_user


class _SignUp(msgspec.Struct):
    """What is remembered of a request that was accepted."""

    id: int


async def _read(_: Database, sign_up_id: int) -> _SignUp:
    return _SignUp(sign_up_id)


# The key of a request that was answered under another setting is not one of these.
_REQUEST = Creation("createUser.strict", _SignUp, _read, secrets=frozenset({"password"}))


async def sign_up(
    resources: Resources,
    principal: Principal | None,
    new: UserCreate,
    idempotency_key: str | None,
    address: Hashable,
    origin: Origin | None = None,
) -> UserRow | None:
    """Create a user, for oneself or as an administrator; None if a mail says what to do next.

    With `strict`, everything that the response and its time depend on is in the request, not in the database.

    Raises:
        SignUpClosed: the caller may not create users.
        TooManyRequests, DisallowedCharacters, WeakPassword, AlreadyRegistered: see `create_user`.
        IdempotencyKeyInUse, IdempotencyKeyReused: see `idempotency.run_once`.
    """
    policy = resources.settings.sign_up
    if policy == "closed":
        raise SignUpClosed("Nobody can create users here.")
    if principal is not None and principal.is_admin:
        return await create_user(resources, new, idempotency_key=idempotency_key, origin=origin, creator=principal)
    if policy == "invite":
        raise SignUpClosed("Only administrators create users here.")
    if policy == "strict":
        await _request(resources, new, idempotency_key, address, origin)
        return None
    return await create_user(resources, new, idempotency_key=idempotency_key, address=address, origin=origin)


async def _request(
    resources: Resources, new: UserCreate, idempotency_key: str | None, address: Hashable, origin: Origin | None
) -> None:
    async def effect(record: Record[_SignUp] | None) -> _SignUp:
        require_strong(resources.settings, new.password, new.email, new.username, full_name(new))
        await count(resources.sign_ups, address, "sign-ups from this address")
        await count(resources.mails, mails.mailbox(new.email), "mails to this mailbox")
        return await _store(resources, new, await resources.passwords.hash(new.password), record, origin)

    await run_once(resources, _REQUEST, idempotency.request(_REQUEST, idempotency_key, new.email.lower(), new), effect)


@retry_on_conflict
async def _store(
    resources: Resources, new: UserCreate, password_hash: str, record: Record[_SignUp] | None, origin: Origin | None
) -> _SignUp:
    now = resources.now()
    async with resources.database.transaction() as transaction:
        stored = _SignUp(await sign_ups.store(transaction, new, full_name(new), password_hash, now))
        await mails.queue_sign_up(transaction, resources, stored.id, new.email, now)
        await audit.record(transaction, audit.event("user.sign-up-requested", now, origin, actor=None, subject=None))
        if record is not None:
            await record(transaction, stored)
    resources.outbox_added.set()
    return stored


async def confirm(resources: Resources, token: str, origin: Origin | None = None) -> bool:
    """Create the user who signed up and got the token. False if there is none, or nobody may sign up any more.

    Raises:
        InvalidToken: it was used at the same time.
        AlreadyRegistered: another user has the address or the username by now.
    """
    found = await sign_ups.find(resources, token) if resources.settings.sign_up in {"open", "strict"} else None
    if found is None:
        return False
    try:
        await _create(resources, found, origin)
    finally:  # even if the outcome of the write is unknown
        await resources.cache.drop(profiles.CACHE_TOPIC)
    return True


@retry_on_conflict
async def _create(resources: Resources, confirmed: ConfirmedSignUp, origin: Origin | None) -> None:
    new = NewUser(
        confirmed.email, confirmed.username, confirmed.full_name, confirmed.password_hash, "user", email_verified=True
    )
    async with resources.database.transaction() as transaction:
        if not await sign_ups.use(transaction, confirmed):
            raise mail_tokens.invalid()
        await insert_user(transaction, resources, new, origin)
