"""Requests that are done once, however often they are sent: `Idempotency-Key` (docs/adr/0011-idempotency-keys.md)."""

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
from app.services.idempotency_queries import INSERT_DONE_REQUEST, SELECT_DONE_REQUEST, DoneRequest

R = TypeVar("R", bound=msgspec.Struct)

Members: TypeAlias = dict[str, msgspec.Raw]  # of a JSON object
Keep: TypeAlias = Callable[[Transaction, R], Awaitable[None]]
Effect: TypeAlias = Callable[[Keep[R] | None], Awaitable[R]]


class _Created(msgspec.Struct):
    """What every version of this service can read of an answer."""

    id: int


Secrets: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True)
class Creation(Generic[R]):
    """An operation that creates something: its name, the row that it answers, and how that row is read later by its id.

    Of `secrets`, the members that the document marks as passwords, nothing is kept, not even in a hash: `matches` holds those
    of a repeated request against what was created.
    """

    operation: str
    row: type[R]
    read: Callable[[Database, int], Awaitable[R | None]]
    secrets: frozenset[str] = frozenset()
    matches: Callable[[Resources, int, Secrets], Awaitable[bool]] | None = None


class Request(NamedTuple):
    """A request with a key. What is stored of it tells nothing to who does not hold the key."""

    scope: str
    key_hash: str
    request_hash: str
    payload: Members
    secrets: Secrets


def request(creation: Creation[R], key: str | None, caller: Principal | str, body: BaseModel) -> Request | None:
    """Name a request; None if it has no key.

    An anonymous caller is known by a text, which no stranger would send with the same key: a part of what they create. The
    order of members, and members that say what is meant without them, do not matter.
    """
    if key is None:
        return None
    secret = (key[1:-1] if key[0] == key[-1] == '"' else key).encode()  # the draft writes it as a structured field's string
    members = body.model_dump(exclude_defaults=True)
    secrets = {name: members.pop(name) for name in creation.secrets & members.keys()}
    payload = msgspec.json.encode(members, order="sorted")
    who = str(caller.user_id) if isinstance(caller, Principal) else _mac(secret, "caller", caller.encode())
    return Request(
        f"{creation.operation}:{who}",
        _mac(secret, "key", b""),
        _mac(secret, "request", payload),
        msgspec.json.decode(payload, type=Members),
        secrets,
    )


def _mac(secret: bytes, purpose: str, text: bytes) -> str:
    """A hash that only the holder of the key can compute.

    The key itself is hashed in the same way: of a key beyond 64 bytes HMAC uses its plain hash, which must not be stored.
    """
    return hmac.new(secret, f"{purpose}\n".encode() + text, hashlib.sha256).hexdigest()


async def once(resources: Resources, creation: Creation[R], sent: Request | None, effect: Effect[R]) -> R:
    """The row of the first request with this key, or that of `effect`, which then runs.

    `effect` gets what it must call in its transaction with the row that it has made: the record commits with it or not at
    all, so what fails leaves the key free. Without a key it gets None. One statement more for a key, and one for the record.

    Raises:
        IdempotencyKeyReused: the key was sent with another request.
        IdempotencyKeyInUse: the first request with the key has not ended.
    """
    if sent is None:
        return await effect(None)
    name = (sent.scope, sent.key_hash)
    if name in resources.under_way:
        raise _in_use()
    resources.under_way.add(name)
    try:
        done = await _find(resources, sent)
        if done is None:
            try:
                return await effect(functools.partial(_keep, resources, sent))
            except ServiceUnavailable:
                raise
            except ApiError:
                # Another process may have been first: then it is its effect that refuses ours, or its record.
                done = await _find(resources, sent)
                if done is None:
                    raise
        return await _again(resources, creation, sent, done)
    finally:
        resources.under_way.discard(name)


async def _find(resources: Resources, sent: Request) -> DoneRequest | None:
    return await resources.database.one(SELECT_DONE_REQUEST, scope=sent.scope, key_hash=sent.key_hash, now=resources.now())


async def _keep(resources: Resources, sent: Request, transaction: Transaction, row: msgspec.Struct) -> None:
    """Store the answer: what the request has said is left out, since who repeats the request says it again."""
    members = msgspec.json.decode(msgspec.json.encode(row), type=Members)
    answer = {name: value for name, value in members.items() if sent.payload.get(name) != value}
    now = resources.now()
    kept = await transaction.one(
        INSERT_DONE_REQUEST,
        scope=sent.scope,
        key_hash=sent.key_hash,
        request_hash=sent.request_hash,
        answer=msgspec.json.encode(answer).decode(),
        expires_at=now + timedelta(seconds=resources.settings.idempotency_seconds),
        now=now,
    )
    if kept is None:
        raise _in_use()


async def _again(resources: Resources, creation: Creation[R], sent: Request, done: DoneRequest) -> R:
    """The first answer, from what is stored of it and what the request says again."""
    if done.request_hash != sent.request_hash or not await _matches(resources, creation, sent, done):
        raise IdempotencyKeyReused("This Idempotency-Key was sent before, with another request.")
    members = {**sent.payload, **msgspec.json.decode(done.answer, type=Members)}
    try:
        return msgspec.json.decode(msgspec.json.encode(members), type=creation.row)
    except msgspec.ValidationError:  # another version of the service has stored it, which answered in another shape
        created = msgspec.json.decode(done.answer, type=_Created)
        row = await creation.read(resources.database, created.id)
    if row is None:
        raise IdempotencyKeyReused("What the first request with this Idempotency-Key created is gone; use a new key.")
    return row


async def _matches(resources: Resources, creation: Creation[R], sent: Request, done: DoneRequest) -> bool:
    if creation.matches is None:
        return True
    created = msgspec.json.decode(done.answer, type=_Created)
    return await creation.matches(resources, created.id, sent.secrets)


def _in_use() -> IdempotencyKeyInUse:
    return IdempotencyKeyInUse("The first request with this Idempotency-Key has not ended.", retry_after=1)
