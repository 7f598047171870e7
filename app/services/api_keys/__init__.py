"""Rules of API keys: created and revoked by their owner, and never worth more than the owner is at that moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import get_args

from app.call import KeyPrincipal, Origin, Role, SessionPrincipal
from app.core.database import Transaction, retry_on_conflict
from app.core.security import tokens
from app.models.audit import AuditEventType
from app.resources import Resources
from app.schemas.models import ApiKeyCreate
from app.schemas.problems import NotFound, TooManyApiKeys, Unauthorized
from app.schemas.rows import ApiKeyListRow, CreatedApiKeyRow
from app.services import audit
from app.services.api_keys.last_uses import LastUses
from app.services.api_keys.queries import (
    DELETE_API_KEY,
    INSERT_API_KEY,
    LOCK_ACTIVE_OWNER,
    MAX_KEYS,
    SELECT_API_KEY,
    SELECT_API_KEYS,
)
from app.services.audit import Details

_ROLES = frozenset(get_args(Role))


class ApiKeys:
    """Verifies the document's security scheme `apiKey`: keys of active users, with scopes and the roles of their owners."""

    def __init__(self, resources: Resources) -> None:
        self._resources, self._last_uses = resources, LastUses(resources)

    async def verify(self, credential: str) -> KeyPrincipal | None:
        """The owner of a key that has not expired, if active; one look-up of its hash."""
        if not tokens.is_well_formed(credential, tokens.API_KEY):
            return None
        found = await self._resources.database.one(SELECT_API_KEY, hash=tokens.digest(credential))
        now = self._resources.now()
        if found is None or found.expires_at <= now:
            return None
        self._last_uses.note(found.id, found.last_used_at, now)
        return KeyPrincipal(found.user_id, found.role, frozenset(found.scopes.split(" ")))

    def allows(self, principal: KeyPrincipal, scopes: tuple[str, ...]) -> bool:
        """Whether the key has these scopes; of a role, whether its owner has it."""
        return all(scope == principal.role if scope in _ROLES else scope in principal.scopes for scope in scopes)


@retry_on_conflict
async def create(
    resources: Resources, principal: SessionPrincipal, new: ApiKeyCreate, origin: Origin | None = None
) -> CreatedApiKeyRow:
    """Create a key of the principal. Its secret is in the returned row and nowhere else. Three statements.

    Raises:
        TooManyApiKeys: the user has the most keys already.
        Unauthorized: the user was just deleted or deactivated.
    """
    secret, now = tokens.new(tokens.API_KEY), resources.now()
    expires_at = now + timedelta(seconds=new.expires_in)
    async with resources.database.transaction() as transaction:
        if await transaction.one(LOCK_ACTIVE_OWNER, user_id=principal.user_id) is None:
            raise Unauthorized("The account is inactive or no longer exists.")
        key_id = await transaction.one(
            INSERT_API_KEY,
            user_id=principal.user_id,
            name=new.name,
            scopes=" ".join(new.scopes),
            hash=tokens.digest(secret),
            created_at=now,
            expires_at=expires_at,
        )
        if key_id is None:
            raise TooManyApiKeys(f"You have {MAX_KEYS} API keys; delete one first.")
        await _record(transaction, "api-key.created", now, origin, principal, key_id)
    return CreatedApiKeyRow(key_id, new.name, new.scopes, now, expires_at, None, secret)


async def list(resources: Resources, principal: SessionPrincipal) -> ApiKeyListRow:
    """The principal's keys that have not expired, newest first; one statement."""
    return ApiKeyListRow(await resources.database.all(SELECT_API_KEYS, user_id=principal.user_id, now=resources.now()))


@retry_on_conflict
async def delete(resources: Resources, principal: SessionPrincipal, key_id: int, origin: Origin | None = None) -> None:
    """Delete a key of the principal. Raises `NotFound`."""
    async with resources.database.transaction() as transaction:
        if await transaction.one(DELETE_API_KEY, key_id=key_id, user_id=principal.user_id) is None:
            raise NotFound("You have no such API key.")
        await _record(transaction, "api-key.deleted", resources.now(), origin, principal, key_id)


async def _record(
    transaction: Transaction,
    event: AuditEventType,
    now: datetime,
    origin: Origin | None,
    principal: SessionPrincipal,
    key_id: int,
) -> None:
    actor, details = principal.user_id, Details(api_key_id=key_id)
    await audit.record(transaction, audit.event(event, now, origin, actor=actor, subject=actor, details=details))
