"""Passwords, factors and sessions that are replaced while an attempt waits: what was verified before is worth nothing after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
import pyotp
import pytest

from app.call import SessionPrincipal
from app.core.limits.throttle import Attempt, AttemptQueues, Throttle
from app.resources import Resources
from app.schemas.models import (
    EmailChange,
    PasskeyCreate,
    PasswordChange,
    PasswordReset,
    Reauthentication,
    SessionCreate,
    TotpCreate,
)
from app.schemas.problems import InvalidCredentials, NotFound, Unauthorized
from app.services import accounts, factors, mail_tokens, sessions
from app.services.factors import passkeys
from app.services.sessions.proofs import reauthenticate
from app.services.sessions.queries import UPDATE_PASSWORD_HASH
from tests.support.authenticator import Authenticator
from tests.support.builders import PASSWORD
from tests.support.databases import query

pytestmark = pytest.mark.anyio

NEW = "otter-kayak-62"
ELSEWHERE = "198.51.100.7"

Act = Callable[[Resources, SessionPrincipal], Awaitable[object]]


class Meanwhile(Throttle):
    """A throttle at which the next attempt waits until something has happened."""

    def __init__(self, happens: Callable[[], Awaitable[object]]) -> None:
        super().__init__(None, None, AttemptQueues(0.1))
        self._happens: Callable[[], Awaitable[object]] | None = happens

    async def admit(self, attempt: Attempt):
        happens, self._happens = self._happens, None
        if happens is not None:
            await happens()
        return await super().admit(attempt)


async def session(service: Resources) -> SessionPrincipal:
    """A session of the administrator, who was created with the database."""
    return SessionPrincipal(1, "admin", (await sessions.issue(service, 1)).session_id)


async def change_password(service: Resources, principal: SessionPrincipal) -> None:
    sent = PasswordChange(current_password=PASSWORD, new_password=NEW)
    await accounts.change_password(service, principal, sent, "")


async def reset_password(service: Resources, _: SessionPrincipal) -> None:
    [[email]] = query(service.settings.database_url, "SELECT email FROM users WHERE id = 1")
    token = await mail_tokens.create(service, 1, "reset-password", email)
    await accounts.confirm_password_reset(service, PasswordReset(token=token, password=NEW), "")


async def add_totp(service: Resources, principal: SessionPrincipal) -> None:
    app = pyotp.TOTP((await factors.enrol(service, principal, TotpCreate())).secret)
    await factors.confirm(service, principal, app.at(service.now()), "")


async def end_other_sessions(service: Resources, principal: SessionPrincipal) -> None:
    await sessions.delete_others(service, principal)


async def renew_hash(service: Resources, _: SessionPrincipal) -> None:
    [[old]] = query(service.settings.database_url, "SELECT password_hash FROM users WHERE id = 1")
    values = {"old_hash": old, "new_hash": await service.passwords.hash(PASSWORD)}
    await service.database.run(UPDATE_PASSWORD_HASH, user_id=1, **values)


async def sign_in(service: Resources) -> object:
    return await sessions.create(service, SessionCreate(identifier="admin", password=PASSWORD), ELSEWHERE)


@pytest.mark.parametrize("change", [change_password, reset_password, add_totp])
async def test_a_sign_in_that_waited_creates_no_session_after_a_change(processes, change: Act):
    owner = await session(processes[1])
    processes[0].throttle = Meanwhile(lambda: change(processes[1], owner))

    with pytest.raises(InvalidCredentials):
        await sign_in(processes[0])


async def test_a_new_hash_of_the_same_password_is_no_change(processes):
    owner = await session(processes[1])
    processes[0].throttle = Meanwhile(lambda: renew_hash(processes[1], owner))

    await sign_in(processes[0])


async def email_change(service: Resources, principal: SessionPrincipal) -> Callable[[], Awaitable[object]]:
    sent = EmailChange(email="mallory@example.com", password=PASSWORD)
    return lambda: accounts.change_email(service, principal, sent, "")


async def password_change(service: Resources, principal: SessionPrincipal) -> Callable[[], Awaitable[object]]:
    return lambda: change_password(service, principal)


async def passkey(service: Resources, principal: SessionPrincipal) -> Callable[[], Awaitable[object]]:
    asked = await passkeys.challenge(service, principal, "registration")
    credential = Authenticator().create(msgspec.to_builtins(asked.options))
    sent = PasskeyCreate.model_validate({"challenge_id": asked.challenge_id, "credential": credential})
    return lambda: passkeys.create(service, principal, sent, "")


async def totp(service: Resources, principal: SessionPrincipal) -> Callable[[], Awaitable[object]]:
    app = pyotp.TOTP((await factors.enrol(service, principal, TotpCreate())).secret)
    return lambda: factors.confirm(service, principal, app.at(service.now()), "")


async def proof(service: Resources, principal: SessionPrincipal) -> Callable[[], Awaitable[object]]:
    return lambda: reauthenticate(service, principal, Reauthentication(password=PASSWORD), "")


@pytest.mark.parametrize("attempt", [email_change, password_change, passkey, totp, proof])
async def test_what_waited_in_a_session_that_ended_changes_nothing(processes, attempt):
    thief, owner = await session(processes[0]), await session(processes[1])
    attempted = await attempt(processes[0], thief)
    processes[0].throttle = Meanwhile(lambda: end_other_sessions(processes[1], owner))

    with pytest.raises(Unauthorized):
        await attempted()

    url = processes[0].settings.database_url
    assert query(url, "SELECT count(*) FROM factors WHERE confirmed_at IS NOT NULL") == [(0,)]
    assert query(url, "SELECT count(*) FROM outbox") == [(0,)]
    await sign_in(processes[1])


@pytest.mark.parametrize(
    ("attempt", "change", "problem"),
    [(email_change, change_password, Unauthorized), (proof, add_totp, Unauthorized), (totp, totp, NotFound)],
    ids=["the-password", "the-second-factor", "the-secret"],
)
async def test_what_waited_in_a_session_needs_what_was_verified(processes, attempt, change, problem):
    """Of the same session: the password is another one, an app was added, or the secret that a code was for was replaced."""
    principal = await session(processes[0])
    attempted = await attempt(processes[0], principal)
    processes[0].throttle = Meanwhile(lambda: change(processes[1], principal))

    with pytest.raises(problem):
        await attempted()
