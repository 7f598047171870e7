"""Handlers tagged `sessions`."""

from app.call import InSession, Public
from app.schemas.models import Reauthentication, SessionCreate, SessionTokenCreate
from app.schemas.operations import (
    CreateReauthentication,
    CreateSession,
    CreateSessionToken,
    DeleteOtherSessions,
    DeleteSession,
    DeleteUserSessions,
    ListSessions,
)
from app.services import sessions
from app.services.sessions import rotation
from app.services.sessions.proofs import reauthenticate


@ListSessions
async def list_sessions(call: InSession) -> ListSessions.OK:
    return ListSessions.OK(await sessions.list(call.resources, call.principal))


@CreateSession
async def create_session(call: Public, body: SessionCreate) -> CreateSession.Created:
    issued = await sessions.create(call.resources, body, call.client, call.origin)
    return CreateSession.Created(issued, location=DeleteSession.path(session_id=issued.session_id))


@DeleteSession
async def delete_session(call: InSession, session_id: int | str) -> DeleteSession.NoContent:
    await sessions.delete(call.resources, call.principal, session_id, call.origin)
    return DeleteSession.NoContent()


@DeleteOtherSessions
async def delete_other_sessions(call: InSession) -> DeleteOtherSessions.NoContent:
    await sessions.delete_others(call.resources, call.principal, call.origin)
    return DeleteOtherSessions.NoContent()


@DeleteUserSessions
async def delete_user_sessions(call: InSession, user_id: int) -> DeleteUserSessions.NoContent:
    await sessions.delete_of_user(call.resources, call.principal, user_id, call.origin)
    return DeleteUserSessions.NoContent()


@CreateReauthentication
async def create_reauthentication(call: InSession, body: Reauthentication) -> CreateReauthentication.NoContent:
    await reauthenticate(call.resources, call.principal, body, call.client, call.origin)
    return CreateReauthentication.NoContent()


@CreateSessionToken
async def create_session_token(call: Public, body: SessionTokenCreate) -> CreateSessionToken.Created:
    issued = await rotation.refresh(call.resources, body.refresh_token, call.client, call.origin)
    return CreateSessionToken.Created(issued, location=DeleteSession.path(session_id=issued.session_id))
