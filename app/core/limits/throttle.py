"""Guesses at passwords: failures slow down those who are strangers to the account, and nobody can keep its owner out.

Only failures count, of an account and of a client address. Nobody is refused for what others did to an account: while it has
many failures, strangers wait in its queue, which goes on at a steady pace, and an address that the account knows passes by.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeAlias

from app.core.limits.memory import UNLIMITED, Decision, Limit, SharedLimit, resolve

AnyLimit: TypeAlias = Limit | SharedLimit | None

MAX_WAIT = 20.0  # seconds that an attempt waits in a line; how many wait follows from the pace
MIN_PLACES = 4  # places of a queue, however slow it is, and those of one address in it
MAX_HELD = 512  # attempts that one worker holds in all, some 40 KB each
FULL_DELAY = 2.0  # seconds that an attempt without a place is held before it hears so: repeating it at once gains nothing


@dataclass(slots=True)
class _Queue:
    """Those who wait at one account."""

    due: float = 0.0  # when the last of them goes on
    addresses: list[Hashable] = field(default_factory=list)


class AttemptQueues:
    """AttemptQueues of attempts, one an account: every `interval` seconds one goes on. No thread waits with them.

    Of `share` workers that know nothing of each other each has its part: fewer places, and a slower pace.
    """

    def __init__(self, interval: float, clock: Callable[[], float] = time.monotonic, *, share: int = 1) -> None:
        places = max(MIN_PLACES, int(MAX_WAIT / interval))
        self._places, self._interval, self._clock = max(MIN_PLACES, places // share), interval * share, clock
        self._queues: dict[Hashable, _Queue] = {}
        self._held = 0
        self._full = Limit("sign-in", places, places * interval).refused(1)

    async def wait_turn(self, account: Hashable, address: Hashable) -> Decision:
        """Wait for one's turn. The decision tells to come back where there was no place."""
        queue = self._queues.get(account)
        has_place = queue is None or (len(queue.addresses) < self._places and queue.addresses.count(address) < MIN_PLACES)
        if self._held >= (MAX_HELD if has_place else MAX_HELD // 2):
            return self._full
        self._held += 1
        try:
            if not has_place:
                await asyncio.sleep(FULL_DELAY)
                return self._full
            if queue is None:
                queue = self._queues[account] = _Queue()
            now = self._clock()
            queue.due = min(max(queue.due, now) + self._interval, now + MAX_WAIT)
            queue.addresses.append(address)
            try:
                await asyncio.sleep(queue.due - now)
            finally:
                queue.addresses.remove(address)
                if not queue.addresses:
                    del self._queues[account]
        finally:
            self._held -= 1
        return UNLIMITED


@dataclass(slots=True)
class Attempt:
    """Somebody signs in: as whom, and from where; whether the account knows the address is looked up only if needed."""

    account: Hashable
    address: Hashable
    look_up: Callable[[], Awaitable[bool]]
    _known: bool | None = None

    @property
    def pair(self) -> Hashable:
        """The account at this address, of whose failures there are some only if it is known."""
        return self.account, self.address

    async def is_known(self) -> bool:
        """Whether the account knows the address."""
        if self._known is None:
            self._known = await self.look_up()
        return self._known


class Throttle:
    """The rules for attempts. `accounts` and `addresses` count failures; either may be off."""

    def __init__(self, accounts: AnyLimit, addresses: AnyLimit, queues: AttemptQueues) -> None:
        self._accounts, self._addresses, self._queues = accounts, addresses, queues

    async def admit(self, attempt: Attempt) -> Decision:
        """Let an attempt go on, perhaps after a while. The decision tells to come back, and of which limit.

        An address of many failures is refused, unless the account knows it. At an account of many failures strangers wait, and
        so do those at a known address of which many failures came.
        """
        accounts, addresses = self._accounts, self._addresses
        asked = [_peek(accounts, attempt.account), _peek(accounts, attempt.pair), _peek(addresses, attempt.address)]
        of_account, of_pair, of_address = [await resolve(answer) for answer in asked]
        if not of_account.wait and not of_pair.wait and not of_address.wait:
            return UNLIMITED
        if await attempt.is_known():
            if not of_pair.wait:
                return UNLIMITED
        elif of_address.wait:
            return of_address
        return await self._queues.wait_turn(attempt.account, attempt.address)

    async def failed(self, attempt: Attempt) -> None:
        """Count a wrong password: of a known address apart, so the owner's mistakes and those of strangers do not add up."""
        if self._accounts is None and self._addresses is None:
            return
        if await attempt.is_known():
            await _hit(self._accounts, attempt.pair)
        else:
            await _hit(self._accounts, attempt.account)
            await _hit(self._addresses, attempt.address)


def _peek(limit: AnyLimit, key: Hashable) -> Decision | asyncio.Future[Decision]:
    return UNLIMITED if limit is None else limit.peek(key)


async def _hit(limit: AnyLimit, key: Hashable) -> None:
    if limit is not None:
        await resolve(limit.hit(key))
