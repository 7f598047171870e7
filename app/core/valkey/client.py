"""The queue of calls: what waits while one is under way goes out together; what fails is answered at once and costs nothing."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, Self

import structlog

# Passes of the loop that a late answer still gets. A busy loop runs its timers before it reads its sockets, so
# the answer may be here already: the pass after next has read it and woken the call; two more for one in several parts.
GRACE_PASSES = 5
CONNECT_TIMEOUT = 0.5  # seconds for what is done in no request's time: connecting, loading the scripts
FIRST_BACKOFF = 0.1  # seconds between attempts to come back; doubled up to
MAX_BACKOFF = 5.0  # for a server that comes and goes, so it costs a request its patience seldom
BACKOFF_RESET_AFTER = 10.0  # seconds after which a server that was out counts as steady again

Argument = str | bytes | int | float
Callback = Callable[[Any], None]


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """A Lua script for many calls at once: each call has `keys` KEYS and `arguments` ARGV, and one item of the answer's array.

    Calls of a script that `reads` are sent once if their keys are the same.
    """

    text: str
    keys: int
    arguments: int
    reads: bool = False
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha", hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest())


class ScriptCall(NamedTuple):
    """One call. Calls of one script and one tag may go out as one; the tag stands in every key, as `{tag}`."""

    script: Script
    tag: str
    keys: tuple[str, ...]
    arguments: tuple[Argument, ...]
    done: Callback  # hears the item of the answer, or None: the server is out
    must_deliver: bool = False  # to be sent again when the server is back, before anything else


class ValkeyConnection(Protocol):
    """Speaks to the server; every method may raise whatever its library raises."""

    splits: bool  # whether a command may hold the keys of one tag only

    async def open(self, scripts: list[str]) -> None:
        """Connect anew and load the scripts."""

    async def run(self, commands: list[list[Argument]]) -> list[list[Any]]:
        """Send commands in one round trip; their answers in order."""

    async def close(self) -> None:
        """Let go of the connections. Raises nothing."""


class Valkey:
    """A server that may be out. All methods belong to the loop of `open()`."""

    def __init__(self, link: Callable[[], ValkeyConnection], name: str, patience: float) -> None:
        self.available = False
        self._new_link, self._name, self._patience = link, name, patience
        self._scripts: dict[str, Script] = {}
        self._waiting: list[ScriptCall] = []
        self._flying: list[ScriptCall] = []
        self._owed: dict[tuple[str, ...], ScriptCall] = {}
        self._flight: asyncio.Task[None] | None = None
        self._return: asyncio.Task[None] | None = None
        self._cancelled: set[asyncio.Task[Any]] = set()
        self._log = structlog.get_logger()
        self._pause, self._back_at = FIRST_BACKOFF, float("-inf")

    def script(self, text: str, *, keys: int, arguments: int, reads: bool = False) -> Script:
        """Make a script known; it is loaded whenever the server is met."""
        script = Script(text, keys, arguments, reads)
        return self._scripts.setdefault(script.sha, script)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Meet the server. One that is out is no error: it is looked for in the background."""
        self._loop = asyncio.get_running_loop()
        self._link = self._new_link()
        try:
            async with asyncio.timeout(2 * CONNECT_TIMEOUT):
                await self._link.open([script.text for script in self._scripts.values()])
        except Exception as error:  # noqa: BLE001 - as in `_fly`
            self._out(error)
        else:
            self.available = True

    async def close(self) -> None:
        """Answer what waits, and disconnect."""
        self.available = False
        tasks = [task for task in (self._flight, self._return) if task is not None]
        for task in tasks:
            task.cancel()
        self._fail()
        if tasks or self._cancelled:
            await asyncio.wait([*tasks, *self._cancelled])
        await self._link.close()

    def send(self, call: ScriptCall) -> None:
        """Call a script. `done` hears the answer later, or None at once if the server is out."""
        if not self.available:
            self._refuse(call)
            return
        self._waiting.append(call)
        if self._flight is None:  # its first step is taken after this pass of the loop, which may bring more calls
            self._flight = self._loop.create_task(self._fly())

    async def _fly(self) -> None:
        try:
            while self._waiting:
                calls = self._flying = self._waiting
                self._waiting = []
                commands, items = self._pack(calls)
                timer = self._loop.call_later(self._patience, self._late, calls, GRACE_PASSES)
                try:
                    answers = await self._link.run(commands)
                finally:
                    timer.cancel()
                if self._flying is not calls:  # too late: they have been refused
                    return
                self._flying = []
                for call, (command, place) in zip(calls, items, strict=True):
                    call.done(answers[command][place])
        except Exception as error:  # noqa: BLE001 - whatever the client raises is an outage and never a request's error
            self._out(error)
        finally:
            if self._flight is asyncio.current_task():
                self._flight = None

    def _pack(self, calls: list[ScriptCall]) -> tuple[list[list[Argument]], list[tuple[int, int]]]:
        """One command for each script (and tag), and for each call its command and its place in the answer."""
        splits = self._link.splits
        groups: dict[tuple[Script, str], tuple[int, list[str], list[Argument], dict[tuple[str, ...], int]]] = {}
        items = []
        for script, tag, keys, arguments, _, _ in calls:
            name = (script, tag if splits else "")
            group = groups.get(name)
            if group is None:
                group = groups[name] = (len(groups), [], [], {})
            index, all_keys, all_arguments, known = group
            place = known.get(keys) if script.reads else None
            if place is None:
                place = known[keys] = len(all_keys) // script.keys
                all_keys += keys
                all_arguments += arguments
            items.append((index, place))
        commands = [["EVALSHA", script.sha, len(keys), *keys, *words] for (script, _), (_, keys, words, _) in groups.items()]
        return commands, items

    def _late(self, calls: list[ScriptCall], passes: int) -> None:
        if self._flying is not calls:
            return
        if passes:
            self._loop.call_soon(self._late, calls, passes - 1)
        else:
            self._out(TimeoutError(f"no answer in {self._patience * 1000:g} ms"))

    def _out(self, error: Exception) -> None:
        """From now on nobody waits for the server."""
        self.available = False
        flight, self._flight = self._flight, None
        if flight is not None and flight is not asyncio.current_task():
            self._cancelled.add(flight)
            flight.add_done_callback(self._cancelled.discard)
            flight.cancel()
        if self._loop.time() - self._back_at > BACKOFF_RESET_AFTER:
            self._pause = FIRST_BACKOFF
        self._log.warning("valkey is out", server=self._name, error=f"{type(error).__name__}: {error}")
        self._fail()
        self._return = self._loop.create_task(self._come_back())

    def _fail(self) -> None:
        calls = self._flying + self._waiting
        self._flying, self._waiting = [], []
        for call in calls:
            self._refuse(call)

    def _refuse(self, call: ScriptCall) -> None:
        if call.must_deliver:
            self._owed[call.keys] = call
        call.done(None)

    async def _come_back(self) -> None:
        """Try until the server takes connections and answers within the patience; deliver first what is must_deliver."""
        while True:
            await asyncio.sleep(self._pause)
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT):
                    await self._link.open([script.text for script in self._scripts.values()])
                await self._prompt([["PING"]])
                while self._owed:
                    must_deliver = list(self._owed.values())
                    async with asyncio.timeout(CONNECT_TIMEOUT):
                        await self._link.run(self._pack(must_deliver)[0])
                    for call in must_deliver:
                        if self._owed.get(call.keys) is call:
                            del self._owed[call.keys]
            except Exception:  # noqa: BLE001, S112 - as in `_fly`; that it is out has been logged
                continue
            self._pause = min(2 * self._pause, MAX_BACKOFF)
            self._back_at, self._return, self.available = self._loop.time(), None, True
            self._log.warning("valkey is back", server=self._name)
            return

    async def _prompt(self, commands: list[list[Argument]]) -> None:
        """Raises `TimeoutError` if the answer takes longer than a request may wait."""
        task = self._loop.create_task(self._link.run(commands))

        def late(passes: int) -> None:
            if passes and not task.done():
                self._loop.call_soon(late, passes - 1)
            else:
                task.cancel()

        timer = self._loop.call_later(self._patience, late, GRACE_PASSES)
        try:
            await asyncio.wait({task})
        finally:
            timer.cancel()
            task.cancel()
        if task.cancelled():
            raise TimeoutError
        task.result()
