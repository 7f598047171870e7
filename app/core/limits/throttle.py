"""Throttling of sign-in attempts: failures delay unknown addresses and never lock out the owner of an account.

Only failures count, per account (within a session: per session) and per client address. Failures of others never reject an
attempt: while an account has many failures, attempts from unknown addresses wait in its queue, which advances at a steady pace;
addresses that the account knows skip the queue. See docs/adr/0018-throttling-of-sign-in-attempts.md.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeAlias

from app.core.limits.memory import UNLIMITED, Decision, Limit
from app.core.limits.shared import PendingDecision, SharedLimit, resolve

AnyLimit: TypeAlias = Limit | SharedLimit | None

MAX_WAIT = 20.0  # seconds that an attempt waits in a queue; the length of the queue follows from its pace
MIN_PLACES = 4  # places in a queue, however slow it is, and those of one address in it
MAX_HELD = 512  # waiting attempts of one worker, about 40 KB each
FULL_DELAY = 2.0  # seconds before an attempt is rejected because the queue is full, so that retrying at once gains nothing


@dataclass(slots=True)
class _Queue:
    """The attempts that wait at one account."""

    due: float = 0.0  # when the last of them proceeds
    addresses: list[Hashable] = field(default_factory=list)


class AttemptQueues:
    """A queue of attempts per account, which advances every `interval` seconds. Waiting needs no thread.

    Each of `share` independent workers has its part: fewer places, and a slower pace.
    """

    def __init__(self, interval: float, clock: Callable[[], float] = time.monotonic, *, share: int = 1) -> None:
        places = max(MIN_PLACES, int(MAX_WAIT / interval))
        self._places, self._interval, self._clock = max(MIN_PLACES, places // share), interval * share, clock
        self._queues: dict[Hashable, _Queue] = {}
        self._held = 0
        self._full = Limit("sign-in", places, places * interval).refused(1)

    async def wait_turn(self, account: Hashable, address: Hashable) -> Decision:
        """Wait in the queue of the account. If it is full, the decision is to try again later."""
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
    """A sign-in to an account from an address, or a proof within a session, whose key is `account` then.

    `look_up` is called only if it matters whether the address is known.
    """

    account: Hashable
    address: Hashable
    look_up: Callable[[], Awaitable[bool]]
    _known: bool | None = None

    @property
    def pair(self) -> Hashable:
        """Key of the failures of this account at this address, which are counted only for known addresses."""
        return self.account, self.address

    async def is_known(self) -> bool:
        """Whether the account knows the address."""
        if self._known is None:
            self._known = await self.look_up()
        return self._known


class Throttle:
    """The rules for attempts. `accounts` and `addresses` count failures; either may be None."""

    def __init__(self, accounts: AnyLimit, addresses: AnyLimit, queues: AttemptQueues) -> None:
        self._accounts, self._addresses, self._queues = accounts, addresses, queues

    async def admit(self, attempt: Attempt) -> Decision:
        """Admit an attempt, possibly after a delay; otherwise the decision is to try again later.

        An address with many failures is rejected, unless the account knows it. At an account with many failures, unknown
        addresses wait in the queue, and so do known addresses that many failures came from.
        """
        accounts, addresses = self._accounts, self._addresses
        pending = [_peek(accounts, attempt.account), _peek(accounts, attempt.pair), _peek(addresses, attempt.address)]
        of_account, of_pair, of_address = [await resolve(decision) for decision in pending]
        if not of_account.wait and not of_pair.wait and not of_address.wait:
            return UNLIMITED
        if await attempt.is_known():
            if not of_pair.wait:
                return UNLIMITED
        elif of_address.wait:
            return of_address
        return await self._queues.wait_turn(attempt.account, attempt.address)

    async def failed(self, attempt: Attempt) -> None:
        """Count a wrong password, separately for a known address: the owner's mistakes do not add to those of others."""
        if self._accounts is None and self._addresses is None:
            return
        if await attempt.is_known():
            await _hit(self._accounts, attempt.pair)
        else:
            await _hit(self._accounts, attempt.account)
            await _hit(self._addresses, attempt.address)


def _peek(limit: AnyLimit, key: Hashable) -> PendingDecision:
    return UNLIMITED if limit is None else limit.peek(key)


async def _hit(limit: AnyLimit, key: Hashable) -> None:
    if limit is not None:
        await resolve(limit.hit(key))
