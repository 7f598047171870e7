"""Handlers tagged `sessions`."""

from app.call import Public, SignedIn
from app.schemas.models import SessionCreate, SessionTokenCreate
from app.schemas.operations import CreateSession, CreateSessionToken, DeleteSession, ListSessions
from app.services import sessions


@ListSessions
async def list_sessions(call: SignedIn) -> ListSessions.OK:
    return ListSessions.OK(await sessions.list(call.resources, call.principal))


@CreateSession
async def create_session(call: Public, body: SessionCreate) -> CreateSession.Created:
    issued = await sessions.create(call.resources, body, call.client, call.origin)
    return CreateSession.Created(issued, location=DeleteSession.path(session_id=issued.session_id))


@DeleteSession
async def delete_session(call: SignedIn, session_id: int | str) -> DeleteSession.NoContent:
    await sessions.delete(call.resources, call.principal, session_id, call.origin)
    return DeleteSession.NoContent()


@CreateSessionToken
async def create_session_token(call: Public, body: SessionTokenCreate) -> CreateSessionToken.Created:
    issued = await sessions.refresh(call.resources, body.refresh_token, call.origin)
    return CreateSessionToken.Created(issued, location=DeleteSession.path(session_id=issued.session_id))
