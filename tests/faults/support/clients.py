"""Clients that write and read over HTTP while something breaks, and remember what they were told."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from tests.faults.support.table import Finding
from tests.support.builders import PASSWORD
from tests.support.databases import query

Kind = Literal["post", "user"]

PATIENCE = 60.0  # seconds for what should take a few, on a machine that has much else to do
ANSWER_SECONDS = 30.0  # the longest that a client waits
AGAIN_SECONDS = 0.05  # before a request is repeated

# What a client may be told while a part is broken, beside success.
DOCUMENTED = frozenset({"409 idempotency-key-in-use", "503"})
# What it sees, besides, of a process that dies or does not run.
UNHEARD = frozenset({"refused", "cut"})

_FOUND = {"post": "SELECT title FROM posts WHERE title LIKE ?", "user": "SELECT username FROM users WHERE username LIKE ?"}

_numbers = itertools.count(1)


def wait_until(holds: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait until something is true; an assertion fails if it never is."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} seconds"
        time.sleep(0.01)


@dataclass
class Answer:
    """What came of a request: a status, with the problem's code if there are several; or in words why none came."""

    status: str
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def succeeded(self) -> bool:
        """Whether the service has done it."""
        return self.status[0] == "2"


class Client:
    """One connection, kept open and opened again when it breaks. For one thread."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._address = urlsplit(url)
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._connection: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One attempt. Underscores in the names of headers are hyphens."""
        sent = {**self._headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        data = None if body is None else json.dumps(body)
        if data is not None:
            sent["Content-Type"] = "application/json"
        if self._connection is None:
            assert self._address.hostname is not None
            self._connection = http.client.HTTPConnection(self._address.hostname, self._address.port, timeout=ANSWER_SECONDS)
        try:
            self._connection.request(method, path, data, sent)
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Answer(_in_words(error))
        if answer.will_close:
            self.close()
        found: Any = json.loads(text) if text else None
        status = f"409 {found['code']}" if answer.status == 409 else str(answer.status)
        return Answer(status, {name.lower(): value for name, value in answer.getheaders()}, found)

    def sign_in(self, username: str) -> str:
        """An access token, which later requests carry."""
        answer = self.send("POST", "/api/v1/sessions", {"identifier": username, "password": PASSWORD})
        assert answer.status == "201", answer
        token: str = answer.body["access_token"]
        self._headers = {"Authorization": f"Bearer {token}"}
        return token

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _in_words(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "no answer" if isinstance(error, TimeoutError) else "cut"


def signed_in(url: str, username: str = "admin") -> str:
    """An access token."""
    with Client(url) as client:
        return client.sign_in(username)


class Load:
    """Clients at work in threads, until the block ends.

    Each write has a name of its own. With `keys` it has an Idempotency-Key too, and is repeated until it is acknowledged: also
    after the end of the block, for `PATIENCE`. Without, it is sent once. Readers ask for the account of the signed-in user and
    for posts that were acknowledged. Everybody pauses `pause` seconds between two requests.
    """

    def __init__(  # noqa: PLR0913 - a crowd has many sides
        self, url: str, *, posts: int = 0, users: int = 0, readers: int = 0, keys: bool = True, pause: float = 0.005
    ) -> None:
        self.acknowledged: dict[Kind, dict[str, int]] = {"post": {}, "user": {}}
        self.writes: Counter[str] = Counter()
        self.reads: Counter[str] = Counter()
        self.unheard: set[str] = set()  # names of writes of which it is not known whether they were done
        self.prefix = f"load{next(_numbers)}x"
        self._successes: list[float] = []
        self._seconds: dict[str, list[float]] = {"read": [], "write": []}
        self._url, self._keys, self._pause = url, keys, pause
        self._token = signed_in(url)
        self._newest: int | None = None  # the last post that was acknowledged
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._faults: list[BaseException] = []
        works = [*[partial(self._write, "post")] * posts, *[partial(self._write, "user")] * users, *[self._read] * readers]
        self._threads = [threading.Thread(target=self._guarded, args=(work, n)) for n, work in enumerate(works)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        self.wait_for_writes()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        if error is None and self._faults:
            raise self._faults[0]

    @property
    def number(self) -> int:
        """How many writes were acknowledged so far."""
        return len(self._successes)

    def wait_for_writes(self, more: int = 20) -> None:
        """Until so many more writes are acknowledged."""
        wanted = self.number + more
        wait_until(lambda: self.number >= wanted or self._faults, f"{more} more writes, of {self.number}; {self.writes}")

    def wait_for(self, status: str, more: int = 3) -> None:
        """Until so many more writes were answered with a status."""
        wanted = self.writes[status] + more
        wait_until(lambda: self.writes[status] >= wanted or self._faults, f"{more} more answers {status}; {self.writes}")

    def wait_for_reads(self, more: int = 20) -> None:
        """Until so many more reads have succeeded."""
        wanted = self.reads["200"] + more
        wait_until(lambda: self.reads["200"] >= wanted or self._faults, f"{more} more reads; {self.reads}")

    @property
    def outage(self) -> float:
        """The longest time between two writes that succeeded, in seconds."""
        moments = sorted(self._successes)
        return max((later - earlier for earlier, later in itertools.pairwise(moments)), default=0.0)

    def seconds(self, what: Literal["read", "write"]) -> list[float]:
        """What each answered request took."""
        return list(self._seconds[what])

    def report(self, finding: Finding, url: str) -> None:
        """Count what the database at a URL has of what was acknowledged, and what clients were told besides."""
        found: list[str] = []
        for sql in _FOUND.values():
            found += [row[0] for row in query(url, sql, f"{self.prefix}%")]
        finding.count([name for names in self.acknowledged.values() for name in names], found)
        finding.outage = self.outage
        for what, answers in (("write", self.writes), ("read", self.reads)):
            for status, number in answers.items():
                if status[0] != "2":
                    finding.answers[f"{what} {status}"] += number

    def _guarded(self, work: Callable[[int], None], number: int) -> None:
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - it is raised where the block ends
            self._faults.append(error)

    def _write(self, kind: Kind, writer: int) -> None:
        with Client(self._url, self._token if kind == "post" else None) as client:
            for number in itertools.count():
                if self._over.is_set():
                    return
                self._write_one(client, kind, f"{self.prefix}{writer}n{number}")
                time.sleep(self._pause)

    def _write_one(self, client: Client, kind: Kind, name: str) -> None:
        path, body = {
            "post": ("/api/v1/posts", {"title": name, "content": "Nothing acknowledged is lost.", "is_published": True}),
            "user": ("/api/v1/users", {"username": name, "email": f"{name}@example.com", "password": PASSWORD}),
        }[kind]
        headers = {"Idempotency_Key": str(uuid.uuid4())} if self._keys else {}
        deadline: float | None = None
        while True:
            answer = self._timed("write", client, "POST", path, body, **headers)
            if answer.succeeded:
                self._succeeded(kind, name, answer.body["id"])
                return
            self.unheard.add(name)
            time.sleep(AGAIN_SECONDS)
            if not self._keys:
                return
            if self._over.is_set():
                deadline = deadline or time.monotonic() + PATIENCE
                assert time.monotonic() < deadline, f"{name} was never acknowledged, last {answer}"

    def _succeeded(self, kind: Kind, name: str, number: int) -> None:
        with self._lock:
            self.acknowledged[kind][name] = number
            self.unheard.discard(name)
            self._successes.append(time.monotonic())
            if kind == "post":
                self._newest = number

    def _read(self, reader: int) -> None:
        with Client(self._url, self._token) as client:
            while not self._over.is_set():
                path = f"/api/v1/posts/{self._newest}" if reader % 2 and self._newest else "/api/v1/users/me"
                answer = self._timed("read", client, "GET", path)
                time.sleep(self._pause if answer.succeeded else AGAIN_SECONDS)

    def _timed(
        self, what: Literal["read", "write"], client: Client, method: str, path: str, body: Any = None, **headers: str
    ) -> Answer:
        began = time.monotonic()
        answer = client.send(method, path, body, **headers)
        with self._lock:
            (self.reads if what == "read" else self.writes)[answer.status] += 1
            self._seconds[what].append(time.monotonic() - began)
        return answer
