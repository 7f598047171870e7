"""Guesses at passwords: failures slow down those who are strangers to the account, and nobody can keep its owner out.

Only failures count, of an account and of a client address. Nobody is refused for what others did to an account: while it has
many failures, strangers wait in its line, which goes on at a steady pace, and an address that the account knows passes by.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeAlias

from app.core.limits.memory import UNLIMITED, Limit, SharedLimit, Verdict, settled

AnyLimit: TypeAlias = Limit | SharedLimit | None

LONGEST = 20.0  # seconds that an attempt waits in a line; how many wait follows from the pace
FEWEST = 4  # places of a line, however slow it is, and those of one address in it
HELD = 512  # attempts that one worker holds in all, some 40 KB each
PAUSE = 2.0  # seconds that an attempt without a place is held before it hears so: repeating it at once gains nothing


@dataclass(slots=True)
class _Line:
    """Those who wait at one account."""

    due: float = 0.0  # when the last of them goes on
    addresses: list[Hashable] = field(default_factory=list)


class Lines:
    """Lines of attempts, one an account: every `interval` seconds one goes on. No thread waits with them.

    Of `share` workers that know nothing of each other each has its part: fewer places, and a slower pace.
    """

    def __init__(self, interval: float, clock: Callable[[], float] = time.monotonic, *, share: int = 1) -> None:
        places = max(FEWEST, int(LONGEST / interval))
        self._places, self._interval, self._clock = max(FEWEST, places // share), interval * share, clock
        self._lines: dict[Hashable, _Line] = {}
        self._held = 0
        self._full = Limit("sign-in", places, places * interval).refused(1)

    async def turn(self, account: Hashable, address: Hashable) -> Verdict:
        """Wait for one's turn. The verdict tells to come back where there was no place."""
        line = self._lines.get(account)
        has_place = line is None or (len(line.addresses) < self._places and line.addresses.count(address) < FEWEST)
        if self._held >= (HELD if has_place else HELD // 2):
            return self._full
        self._held += 1
        try:
            if not has_place:
                await asyncio.sleep(PAUSE)
                return self._full
            if line is None:
                line = self._lines[account] = _Line()
            now = self._clock()
            line.due = min(max(line.due, now) + self._interval, now + LONGEST)
            line.addresses.append(address)
            try:
                await asyncio.sleep(line.due - now)
            finally:
                line.addresses.remove(address)
                if not line.addresses:
                    del self._lines[account]
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

    def __init__(self, accounts: AnyLimit, addresses: AnyLimit, lines: Lines) -> None:
        self._accounts, self._addresses, self._lines = accounts, addresses, lines

    async def admit(self, attempt: Attempt) -> Verdict:
        """Let an attempt go on, perhaps after a while. The verdict tells to come back, and of which limit.

        An address of many failures is refused, unless the account knows it. At an account of many failures strangers wait, and
        so do those at a known address of which many failures came.
        """
        accounts, addresses = self._accounts, self._addresses
        asked = [_peek(accounts, attempt.account), _peek(accounts, attempt.pair), _peek(addresses, attempt.address)]
        of_account, of_pair, of_address = [await settled(answer) for answer in asked]
        if not of_account.wait and not of_pair.wait and not of_address.wait:
            return UNLIMITED
        if await attempt.is_known():
            if not of_pair.wait:
                return UNLIMITED
        elif of_address.wait:
            return of_address
        return await self._lines.turn(attempt.account, attempt.address)

    async def failed(self, attempt: Attempt) -> None:
        """Count a wrong password: of a known address apart, so the owner's mistakes and those of strangers do not add up."""
        if self._accounts is None and self._addresses is None:
            return
        if await attempt.is_known():
            await _hit(self._accounts, attempt.pair)
        else:
            await _hit(self._accounts, attempt.account)
            await _hit(self._addresses, attempt.address)


def _peek(limit: AnyLimit, key: Hashable) -> Verdict | asyncio.Future[Verdict]:
    return UNLIMITED if limit is None else limit.peek(key)


async def _hit(limit: AnyLimit, key: Hashable) -> None:
    if limit is not None:
        await settled(limit.hit(key))
