"""`Idempotency-Key`: a repeated request takes effect once (docs/adr/0011-idempotency-keys.md)."""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, NamedTuple, TypeAlias, TypeVar

import msgspec
from pydantic import BaseModel

from accord.runtime import ApiError
from app.call import Principal
from app.core.database import Database, Transaction
from app.core.errors import ServiceUnavailable
from app.resources import Resources
from app.schemas.problems import IdempotencyKeyInUse, IdempotencyKeyReused
from app.services.idempotency.queries import INSERT_COMPLETED_REQUEST, SELECT_COMPLETED_REQUEST, CompletedRequest
from app.services.shared.limits import count_guess

R = TypeVar("R", bound=msgspec.Struct)

LIFETIME = timedelta(hours=24)  # of a key; the document promises it

Members: TypeAlias = dict[str, msgspec.Raw]  # of a JSON object
Record: TypeAlias = Callable[[Transaction, R], Awaitable[None]]
Effect: TypeAlias = Callable[[Record[R] | None], Awaitable[R]]


class _Created(msgspec.Struct):
    """The part of a stored answer that every version of this service can read."""

    id: int


@dataclass(frozen=True, slots=True)
class Creation(Generic[R]):
    """An operation that creates something: its name, the row of its answer, and how to read that row by its id.

    `secrets` are the members that hold passwords: what is stored of them cannot be tested without SECRET_KEY.
    """

    operation: str
    row: type[R]
    read: Callable[[Database, int], Awaitable[R | None]]
    secrets: frozenset[str] = frozenset()


class Request(NamedTuple):
    """A request with a key. What is stored of it reveals nothing without the key."""

    scope: str
    key_hash: str
    request_hash: str
    payload: Members
    secrets_hash: str | None  # None: the operation has none


def request(creation: Creation[R], key: str | None, caller: Principal | str, body: BaseModel) -> Request | None:
    """The request that a key and a body identify; None without a key.

    An anonymous caller is identified by a text that is unique to them: a part of what they create. The order of members and
    members with default values are ignored.
    """
    if key is None:
        return None
    secret = (key[1:-1] if key[0] == key[-1] == '"' else key).encode()  # the draft defines it as a structured field string
    members = body.model_dump(exclude_defaults=True)
    secrets = {name: members.pop(name) for name in creation.secrets & members.keys()}
    secrets_hash = _mac(secret, "secrets", msgspec.json.encode(secrets, order="sorted")) if secrets else None
    payload = msgspec.json.encode(members, order="sorted")
    who = str(caller.user_id) if isinstance(caller, Principal) else _mac(secret, "caller", caller.encode())
    return Request(
        f"{creation.operation}:{who}",
        _mac(secret, "key", b""),
        _mac(secret, "request", payload),
        msgspec.json.decode(payload, type=Members),
        secrets_hash,
    )


def _mac(secret: bytes, purpose: str, text: bytes) -> str:
    """A hash that cannot be computed without the key.

    The key itself is hashed in the same way: HMAC replaces a key of more than 64 bytes by its plain hash, which must not be
    stored.
    """
    return hmac.new(secret, f"{purpose}\n".encode() + text, hashlib.sha256).hexdigest()


async def run_once(resources: Resources, creation: Creation[R], sent: Request | None, effect: Effect[R]) -> R:
    """Run the effect, or return the row of the first request with the same key.

    The effect receives a function that records its row, to be called in its transaction: both commit or neither, so a failed
    request leaves the key unused. Without a key it receives None. A key costs one statement, and another for the record.

    Raises:
        IdempotencyKeyReused: the key was sent with another request.
        IdempotencyKeyInUse: the first request with the key is still running.
    """
    if sent is None:
        return await effect(None)
    name = (sent.scope, sent.key_hash)
    if name in resources.in_progress:
        raise _in_use()
    resources.in_progress.add(name)
    try:
        completed = await _select(resources, sent)
        if completed is None:
            try:
                return await effect(functools.partial(_record, resources, sent))
            except ServiceUnavailable:
                raise
            except ApiError:
                # Another process may have been first: then our effect conflicts with its effect or with its record.
                completed = await _select(resources, sent)
                if completed is None:
                    raise
        return await _replay(resources, creation, sent, completed)
    finally:
        resources.in_progress.discard(name)


async def _select(resources: Resources, sent: Request) -> CompletedRequest | None:
    return await resources.database.one(SELECT_COMPLETED_REQUEST, scope=sent.scope, key_hash=sent.key_hash, now=resources.now())


async def _record(resources: Resources, sent: Request, transaction: Transaction, row: msgspec.Struct) -> None:
    """Store the answer without the members of the request, which a repeated request sends again."""
    members = msgspec.json.decode(msgspec.json.encode(row), type=Members)
    answer = {name: value for name, value in members.items() if sent.payload.get(name) != value}
    now = resources.now()
    stored = await transaction.one(
        INSERT_COMPLETED_REQUEST,
        scope=sent.scope,
        key_hash=sent.key_hash,
        request_hash=_request_hashes(resources, sent)[0],
        answer=msgspec.json.encode(answer).decode(),
        expires_at=now + LIFETIME,
        now=now,
    )
    if stored is None:
        raise _in_use()


async def _replay(resources: Resources, creation: Creation[R], sent: Request, completed: CompletedRequest) -> R:
    """The first answer, rebuilt from the stored members and those of the repeated request."""
    created = msgspec.json.decode(completed.answer, type=_Created)
    if not await _is_same(resources, sent, completed):
        raise IdempotencyKeyReused("This Idempotency-Key was already sent with another request.")
    members = {**sent.payload, **msgspec.json.decode(completed.answer, type=Members)}
    try:
        return msgspec.json.decode(msgspec.json.encode(members), type=creation.row)
    except msgspec.ValidationError:  # stored by another version of the service, whose answer had other members
        row = await creation.read(resources.database, created.id)
    if row is None:
        raise IdempotencyKeyReused("What the first request with this Idempotency-Key created no longer exists; use a new key.")
    return row


async def _is_same(resources: Resources, sent: Request, completed: CompletedRequest) -> bool:
    """Whether it is the first request again. After too many that were not, none is, so that nobody can guess its password."""
    is_same = any(hmac.compare_digest(completed.request_hash, each) for each in _request_hashes(resources, sent))
    if sent.secrets_hash is None:
        return is_same
    decision = await count_guess(resources.guesses, ("idempotency", sent.scope, sent.key_hash), is_right=is_same)
    return is_same and not decision.wait


def _request_hashes(resources: Resources, sent: Request) -> list[str]:
    """What may be stored of a request: with each SECRET_KEY if it has a password, since a password can be guessed."""
    if sent.secrets_hash is None:
        return [sent.request_hash]
    return resources.secrets.macs("idempotency", f"{sent.request_hash} {sent.secrets_hash}")


def _in_use() -> IdempotencyKeyInUse:
    return IdempotencyKeyInUse("The first request with this Idempotency-Key is still running.", retry_after=1)
