"""The client: concurrent script calls are sent as one batch; while the server is down, calls fail at once and cost nothing."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, Self

import structlog

# Passes of the event loop that a late answer is still given. A busy loop runs its timers before it reads its sockets, so the
# answer may have arrived: the pass after next has read it and woken the call, two more cover an answer in several parts.
GRACE_PASSES = 5
CONNECT_TIMEOUT = 0.5  # seconds for connecting and loading scripts, outside requests
FIRST_BACKOFF = 0.1  # seconds between attempts to reconnect, doubled after each return up to
MAX_BACKOFF = 5.0  # so that an unstable server seldom delays a request by the timeout
BACKOFF_RESET_AFTER = 10.0  # seconds after which a server that is back counts as stable

Argument = str | bytes | int | float
Callback = Callable[[Any], None]


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """A Lua script for a batch of calls: each call has `keys` KEYS, its ARGV, and one item of the reply's array.

    Calls with the same keys are sent once if the script only `reads`.
    """

    text: str
    keys: int
    reads: bool = False
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha", hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest())


class ScriptCall(NamedTuple):
    """A call of a script. Calls of one script and tag are sent as one command; every key contains the hash tag, `{tag}`."""

    script: Script
    tag: str
    keys: tuple[str, ...]
    arguments: tuple[Argument, ...]
    done: Callback  # receives the item of the reply, or None: the server is down
    must_deliver: bool = False  # if it fails, it is sent again as soon as the server is back, before anything else


class ValkeyConnection(Protocol):
    """A connection to the server. Methods raise the exceptions of the client library."""

    is_sharded: bool  # whether a command may contain the keys of only one hash tag

    async def open(self, scripts: list[str]) -> None:
        """Reconnect and load the scripts."""

    async def run(self, commands: list[list[Argument]]) -> list[list[Any]]:
        """Send commands in one round trip, and return their replies in order."""

    async def close(self) -> None:
        """Close the connections. Never raises."""


class Valkey:
    """A client of a server that may be down. All methods must be called on the event loop of `open()`."""

    def __init__(self, connect: Callable[[], ValkeyConnection], name: str, timeout: float) -> None:
        self.available = False
        self._connect, self._name, self._timeout = connect, name, timeout
        self._scripts: dict[str, Script] = {}
        self._waiting: list[ScriptCall] = []
        self._sent: list[ScriptCall] = []
        self._undelivered: dict[tuple[str, ...], ScriptCall] = {}
        self._sending: asyncio.Task[None] | None = None
        self._reconnecting: asyncio.Task[None] | None = None
        self._cancelled: set[asyncio.Task[Any]] = set()
        self._log = structlog.get_logger()
        self._backoff, self._back_at = FIRST_BACKOFF, float("-inf")

    def script(self, text: str, *, keys: int, reads: bool = False) -> Script:
        """Register a script, to be loaded on every connect."""
        script = Script(text, keys, reads)
        return self._scripts.setdefault(script.sha, script)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Connect. If the server is down, that is not an error: reconnecting goes on in the background."""
        self._loop = asyncio.get_running_loop()
        self._connection = self._connect()
        try:
            async with asyncio.timeout(2 * CONNECT_TIMEOUT):
                await self._connection.open([script.text for script in self._scripts.values()])
        except Exception as error:  # noqa: BLE001 - as in `_send_batches`
            self._mark_down(error)
        else:
            self.available = True

    async def close(self) -> None:
        """Fail waiting calls, and disconnect."""
        self.available = False
        tasks = [task for task in (self._sending, self._reconnecting) if task is not None]
        for task in tasks:
            task.cancel()
        self._fail_all()
        if tasks or self._cancelled:
            await asyncio.wait([*tasks, *self._cancelled])
        await self._connection.close()

    def send(self, call: ScriptCall) -> None:
        """Send a call. Its `done` receives the result later, or None, at once if the server is down."""
        if not self.available:
            self._fail(call)
            return
        self._waiting.append(call)
        if self._sending is None:  # starts after this pass of the loop, which may bring more calls
            self._sending = self._loop.create_task(self._send_batches())

    def call(
        self, script: Script, tag: str, keys: tuple[str, ...], arguments: tuple[Argument, ...], *, must_deliver: bool = False
    ) -> asyncio.Future[Any]:
        """Send a call at once. The future has its result, or None if the server is down."""
        result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def done(item: object) -> None:
            if not result.done():  # else the request was cancelled
                result.set_result(item)

        self.send(ScriptCall(script, tag, keys, arguments, done, must_deliver))
        return result

    async def _send_batches(self) -> None:
        try:
            while self._waiting:
                calls = self._sent = self._waiting
                self._waiting = []
                commands, items = self._pack(calls)
                timer = self._loop.call_later(self._timeout, self._late, calls, GRACE_PASSES)
                try:
                    answers = await self._connection.run(commands)
                finally:
                    timer.cancel()
                if self._sent is not calls:  # too late: they have failed already
                    return
                self._sent = []
                for call, (command, position) in zip(calls, items, strict=True):
                    call.done(answers[command][position])
        except Exception as error:  # noqa: BLE001 - any error is an outage, and never raised in a request
            self._mark_down(error)
        finally:
            if self._sending is asyncio.current_task():
                self._sending = None

    def _pack(self, calls: list[ScriptCall]) -> tuple[list[list[Argument]], list[tuple[int, int]]]:
        """A command for each script (and tag), and for each call the index of its command and its position in the reply."""
        sharded = self._connection.is_sharded
        groups: dict[tuple[Script, str], tuple[int, list[str], list[Argument], dict[tuple[str, ...], int]]] = {}
        items = []
        for script, tag, keys, arguments, _, _ in calls:
            name = (script, tag if sharded else "")
            group = groups.get(name)
            if group is None:
                group = groups[name] = (len(groups), [], [], {})
            index, all_keys, all_arguments, known = group
            position = known.get(keys) if script.reads else None
            if position is None:
                position = known[keys] = len(all_keys) // script.keys
                all_keys += keys
                all_arguments += arguments
            items.append((index, position))
        commands = [["EVALSHA", script.sha, len(keys), *keys, *values] for (script, _), (_, keys, values, _) in groups.items()]
        return commands, items

    def _late(self, calls: list[ScriptCall], passes: int) -> None:
        if self._sent is not calls:
            return
        if passes:
            self._loop.call_soon(self._late, calls, passes - 1)
        else:
            self._mark_down(TimeoutError(f"no answer in {self._timeout * 1000:g} ms"))

    def _mark_down(self, error: Exception) -> None:
        """Fail all calls from now on, until reconnected."""
        self.available = False
        flight, self._sending = self._sending, None
        if flight is not None and flight is not asyncio.current_task():
            self._cancelled.add(flight)
            flight.add_done_callback(self._cancelled.discard)
            flight.cancel()
        if self._loop.time() - self._back_at > BACKOFF_RESET_AFTER:
            self._backoff = FIRST_BACKOFF
        self._log.warning("valkey unavailable", server=self._name, error=f"{type(error).__name__}: {error}")
        self._fail_all()
        self._reconnecting = self._loop.create_task(self._reconnect())

    def _fail_all(self) -> None:
        calls = self._sent + self._waiting
        self._sent, self._waiting = [], []
        for call in calls:
            self._fail(call)

    def _fail(self, call: ScriptCall) -> None:
        if call.must_deliver:
            self._undelivered[call.keys] = call
        call.done(None)

    async def _reconnect(self) -> None:
        """Retry until the server connects and answers within the timeout; first deliver the calls that must be delivered."""
        while True:
            await asyncio.sleep(self._backoff)
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT):
                    await self._connection.open([script.text for script in self._scripts.values()])
                await self._run_in_time([["PING"]])
                while self._undelivered:
                    calls = list(self._undelivered.values())
                    async with asyncio.timeout(CONNECT_TIMEOUT):
                        await self._connection.run(self._pack(calls)[0])
                    for call in calls:
                        if self._undelivered.get(call.keys) is call:
                            del self._undelivered[call.keys]
            except Exception:  # noqa: BLE001, S112 - as in `_send_batches`; the outage has been logged
                continue
            self._backoff = min(2 * self._backoff, MAX_BACKOFF)
            self._back_at, self._reconnecting, self.available = self._loop.time(), None, True
            self._log.warning("valkey available again", server=self._name)
            return

    async def _run_in_time(self, commands: list[list[Argument]]) -> None:
        """Raises `TimeoutError` if the answer takes longer than a request may wait."""
        task = self._loop.create_task(self._connection.run(commands))

        def late(passes: int) -> None:
            if passes and not task.done():
                self._loop.call_soon(late, passes - 1)
            else:
                task.cancel()

        timer = self._loop.call_later(self._timeout, late, GRACE_PASSES)
        try:
            await asyncio.wait({task})
        finally:
            timer.cancel()
            task.cancel()
        if task.cancelled():
            raise TimeoutError
        task.result()
