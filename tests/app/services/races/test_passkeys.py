"""Passkeys that are added and used at the same time, in two processes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from app.call import SessionPrincipal
from app.resources import Resources
from app.schemas.models import PasskeyCreate, SessionCreate
from app.schemas.problems import InvalidCredentials, TooManyPasskeys, VerificationFailed
from app.schemas.rows import PasskeyChallengeRow
from app.services import factors, sessions
from app.services.factors import passkeys
from tests.app.services.races.outcomes import kinds, outcomes
from tests.support.authenticator import Authenticator

pytestmark = pytest.mark.anyio


@pytest.fixture
async def admin(processes: list[Resources]) -> SessionPrincipal:
    return SessionPrincipal(1, "admin", (await sessions.issue(processes[0], 1)).session_id)


def options(asked: PasskeyChallengeRow) -> Any:
    """As a browser gets them."""
    return msgspec.to_builtins(asked.options)


async def registration(service: Resources, admin: SessionPrincipal, number: int = 0) -> PasskeyCreate:
    asked = await passkeys.challenge(service, admin, "registration")
    credential = Authenticator(credential_id=b"passkey %d" % number).create(options(asked))
    return PasskeyCreate.model_validate({"challenge_id": asked.challenge_id, "credential": credential})


async def test_a_user_has_twenty_however_many_are_added_at_once(processes, admin):
    bodies = [await registration(processes[0], admin, number) for number in range(24)]

    found = await outcomes(*(passkeys.create(processes[n % 2], admin, body, "") for n, body in enumerate(bodies)))

    assert kinds(found, TooManyPasskeys) == 4
    assert len((await factors.list(processes[0].database, admin)).factors) == 20


async def test_of_many_answers_to_one_challenge_one_is_accepted(processes, admin):
    answer = await registration(processes[0], admin)
    authenticator = Authenticator(credential_id=b"passkey 0", user_handle="MQ")

    added = await outcomes(*(passkeys.create(processes[n % 2], admin, answer, "") for n in range(6)))
    asked = await passkeys.challenge(processes[0], None, "authentication")
    proof = {"challenge_id": asked.challenge_id, "credential": authenticator.get(options(asked))}
    body = SessionCreate.model_validate({"passkey": proof})
    signed_in = await outcomes(*(sessions.create(processes[n % 2], body) for n in range(6)))

    assert kinds(added, VerificationFailed) == 5
    assert kinds(signed_in, InvalidCredentials) == 5
