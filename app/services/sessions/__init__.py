"""Rules of sessions: sign-in and sign-out. Each request looks its access token up in the database."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import timedelta

from msgspec import UNSET
from pydantic import MISSING

from app.call import Origin, SessionPrincipal
from app.core.config import Settings
from app.core.database import Transaction, retry_on_conflict
from app.core.security import tokens
from app.core.security.passwords import DEMO_PASSWORD
from app.resources import Resources
from app.schemas.models import PasskeyProof, SessionCreate
from app.schemas.problems import InvalidCredentials, NotFound, SecondFactorRequired
from app.schemas.rows import SessionListRow, TokensRow
from app.services import audit
from app.services.audit import Details
from app.services.factors import passkeys
from app.services.factors.codes import is_code
from app.services.factors.passkey_queries import StoredPasskey
from app.services.sessions.proofs import Method, accepted_proofs, given, require_recent, sent_code, used_method
from app.services.sessions.queries import (
    DELETE_OTHER_SESSIONS,
    DELETE_OWN_SESSION,
    DELETE_SESSIONS_OF_USER,
    DELETE_SURPLUS_SESSIONS,
    INSERT_REFRESH_TOKEN,
    INSERT_SESSION,
    INSERT_SESSION_BY_PASSWORD,
    SELECT_ACCESS_TOKEN,
    SELECT_CREDENTIALS,
    SELECT_PREVIOUS_ACCESS_TOKEN,
    SELECT_SESSIONS,
    SELECT_USER_ID,
    UPDATE_PASSWORD_HASH,
    Credentials,
)
from app.services.sessions.rotation import expiry, seconds_until
from app.services.verification import Verification, known_addresses


class Bearer:
    """Verifies the document's security scheme `bearer`: access tokens, with roles as scopes."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    async def verify(self, credential: str) -> SessionPrincipal | None:
        """The principal of a valid access token of an active user; one look-up of its hash.

        A second look-up if no session has it: the previous token stays valid during the grace period, for requests that were
        sent while another tab refreshed the session.
        """
        if not tokens.is_well_formed(credential, tokens.ACCESS):
            return None
        database, digest = self._resources.database, tokens.digest(credential)
        found = await database.one(SELECT_ACCESS_TOKEN, access_hash=digest)
        if found is None:
            found = await database.one(SELECT_PREVIOUS_ACCESS_TOKEN, hash=digest)
        if found is None or found.expires_at <= self._resources.now():
            return None
        return SessionPrincipal(found.user_id, found.role, found.session_id)

    def allows(self, principal: SessionPrincipal, scopes: tuple[str, ...]) -> bool:
        """Whether the principal has these roles."""
        return all(scope == principal.role for scope in scopes)

    async def step_up(self, principal: SessionPrincipal) -> None:
        """Raise `ReauthenticationRequired` unless the session's last proof of identity is recent; one statement."""
        await require_recent(self._resources, principal)


async def create(resources: Resources, sent: SessionCreate, address: Hashable = "", origin: Origin | None = None) -> TokensRow:
    """Sign in from a client address.

    Raises:
        TooManyRequests: too many failures from this address, or too many queued attempts to sign in with this identifier; or
            too many wrong codes after the correct password.
        InvalidCredentials: wrong password, unknown user, inactive user or one whose address must be verified first, which take
            the same time; or a wrong code; or a passkey that is not valid.
        SecondFactorRequired: the password is correct, but the user also needs a code.
        ServiceUnavailable: too many passwords wait to be verified; or see `is_code`.
    """
    if sent.passkey is not MISSING:
        return await _create_with_passkey(resources, sent.passkey, address, origin)
    identifier, password = given(sent.identifier), given(sent.password)
    # Usernames are ASCII, but lower() turns a few other letters into ASCII: the Kelvin sign into k.
    identifier = identifier.lower() if identifier.isascii() else identifier
    found = await resources.database.one(SELECT_CREDENTIALS, identifier=identifier)
    user_id = found.user_id if found is not None else 0
    # Attempts with the e-mail address and with the username of a user count together; an unknown identifier counts as a user.
    verification = Verification(resources, user_id, address, user_id or tokens.digest(identifier))
    await verification.admit()
    matches = await verification.is_password(found.password_hash if found else None, password)
    if found is None or not matches or not _may_sign_in(resources.settings, found, password):
        raise await _refused(resources, verification, user_id, origin)
    if found.has_totp:
        code = sent_code(sent)
        if code is None:
            now, details = resources.now(), Details(method="password")
            await audit.record(
                resources.database,
                audit.event("session.second-factor-required", now, origin, actor=None, subject=user_id, details=details),
            )
            raise SecondFactorRequired("Send a code as well.", members={"accepted": accepted_proofs(has_totp=True)})
        if not await is_code(resources, found.user_id, *code, origin):
            raise await _refused(resources, verification, found.user_id, origin)
    if resources.passwords.needs_rehash(found.password_hash):
        new_hash = await resources.passwords.hash(password)
        await resources.database.run(
            UPDATE_PASSWORD_HASH, user_id=found.user_id, old_hash=found.password_hash, new_hash=new_hash
        )
    method = used_method(sent) if found.has_totp else "password"
    return await issue(resources, found.user_id, address, origin, method, found)


async def _create_with_passkey(
    resources: Resources, proof: PasskeyProof, address: Hashable, origin: Origin | None
) -> TokensRow:
    found = await passkeys.find(resources.database, proof)
    user_id = found.user_id if found is not None else 0
    verification = Verification(resources, user_id, address, user_id or tokens.digest(proof.credential.id))
    await verification.admit()
    admitted = found is not None and _may_sign_in(resources.settings, found)
    if found is None or not admitted or not await passkeys.is_proof(resources, found, proof, origin):
        raise await _refused(resources, verification, user_id, origin)
    return await issue(resources, user_id, address, origin, "passkey")


async def _refused(resources: Resources, verification: Verification, user_id: int, origin: Origin | None) -> InvalidCredentials:
    """Count and record a failure. For unknown users too, so that the response takes the same steps."""
    await verification.failed()
    await audit.record(
        resources.database, audit.event("session.refused", resources.now(), origin, actor=None, subject=user_id or None)
    )
    return _invalid_credentials()


def _may_sign_in(settings: Settings, user: Credentials | StoredPasskey, password: str = "") -> bool:
    # The database may have been filled in development, with the password that the document shows.
    is_demo = password == DEMO_PASSWORD and settings.env != "development"
    return user.is_active and not is_demo and (user.email_verified or not settings.require_verified_email)


@retry_on_conflict
async def issue(
    resources: Resources,
    user_id: int,
    address: Hashable | None = None,
    origin: Origin | None = None,
    method: Method | None = None,
    verified: Credentials | None = None,
) -> TokensRow:
    """Create a session of an active user and remember the address.

    `method`: the last proof; None on the command line.
    `verified`: the user as they were read before the password, and maybe a code, were verified.

    Raises:
        InvalidCredentials: the user is not active, or no longer; or has another password or another factor since.
    """
    settings, now = resources.settings, resources.now()
    access, refresh_token = tokens.new(tokens.ACCESS), tokens.new(tokens.REFRESH)
    ends_at = now + timedelta(seconds=settings.session_seconds)
    access_expires_at, expires_at = expiry(settings, now, ends_at)
    expected = {} if verified is None else {"changed_at": verified.changed_at, "is_second_factor": verified.has_totp}
    async with resources.database.transaction() as transaction:
        session_id = await transaction.one(
            INSERT_SESSION if verified is None else INSERT_SESSION_BY_PASSWORD,
            **expected,
            user_id=user_id,
            access_hash=tokens.digest(access),
            access_expires_at=access_expires_at,
            created_at=now,
            refreshed_at=now,
            expires_at=expires_at,
            ends_at=ends_at,
        )
        if session_id is None:
            raise _invalid_credentials()
        await transaction.run(
            INSERT_REFRESH_TOKEN, hash=tokens.digest(refresh_token), session_id=session_id, expires_at=expires_at
        )
        await transaction.run(DELETE_SURPLUS_SESSIONS, user_id=user_id, now=now)
        if address is not None:
            await known_addresses.remember(transaction, user_id, address, now)
        details = Details(session_id=session_id, method=UNSET if method is None else method)
        await audit.record(
            transaction, audit.event("session.created", now, origin, actor=user_id, subject=user_id, details=details)
        )
    return TokensRow(
        session_id, access, "Bearer", seconds_until(access_expires_at, now), refresh_token, seconds_until(expires_at, now)
    )


async def list(resources: Resources, principal: SessionPrincipal) -> SessionListRow:
    """The principal's sessions that have not expired, newest first; one statement."""
    found = await resources.database.all(
        SELECT_SESSIONS, user_id=principal.user_id, current=principal.session_id, now=resources.now()
    )
    return SessionListRow(found)


@retry_on_conflict
async def delete(
    resources: Resources, principal: SessionPrincipal, session_id: int | str, origin: Origin | None = None
) -> None:
    """End a session of the principal; any text means the session of this request. Raises `NotFound`."""
    number = principal.session_id if isinstance(session_id, str) else session_id
    user_id = principal.user_id
    async with resources.database.transaction() as transaction:
        if await transaction.one(DELETE_OWN_SESSION, session_id=number, user_id=user_id) is None:
            raise NotFound("You have no such session.")
        details = Details(session_id=number)
        await audit.record(
            transaction,
            audit.event("session.deleted", resources.now(), origin, actor=user_id, subject=user_id, details=details),
        )


@retry_on_conflict
async def delete_others(resources: Resources, principal: SessionPrincipal, origin: Origin | None = None) -> None:
    """End all sessions of the principal but the one of this request."""
    user_id = principal.user_id
    async with resources.database.transaction() as transaction:
        ended = await transaction.run(DELETE_OTHER_SESSIONS, user_id=user_id, session_id=principal.session_id)
        await _record_ended(transaction, resources, principal, user_id, ended, origin)


@retry_on_conflict
async def delete_of_user(resources: Resources, principal: SessionPrincipal, user_id: int, origin: Origin | None = None) -> None:
    """End all sessions of a user. Raises `NotFound`."""
    async with resources.database.transaction() as transaction:
        if await transaction.one(SELECT_USER_ID, user_id=user_id) is None:
            raise NotFound(f"There is no user {user_id}.")
        ended = await transaction.run(DELETE_SESSIONS_OF_USER, user_id=user_id)
        await _record_ended(transaction, resources, principal, user_id, ended, origin)


async def _record_ended(
    transaction: Transaction,
    resources: Resources,
    principal: SessionPrincipal,
    user_id: int,
    number: int,
    origin: Origin | None,
) -> None:
    details, now = Details(count=number), resources.now()
    await audit.record(
        transaction, audit.event("sessions.ended", now, origin, actor=principal.user_id, subject=user_id, details=details)
    )


def _invalid_credentials() -> InvalidCredentials:
    return InvalidCredentials("The identifier and the password, or the passkey, do not match an active user.")
