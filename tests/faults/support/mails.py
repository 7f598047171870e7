"""Mails while something breaks: a server that is late with its answer, `python -m app worker` as a process, and the count."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.faults.support.clients import wait_until
from tests.faults.support.table import Finding
from tests.support.databases import Connection, query
from tests.support.paths import ROOT
from tests.support.servers.smtp import MailServer, Received


class LateServer(MailServer):
    """It keeps a mail at once, and says so only after `answer`: who dies before that never hears that it was taken."""

    def __init__(self) -> None:
        super().__init__()
        self._answering = asyncio.Event()

    def answer(self) -> None:
        """Answer, also to what comes from now on."""
        self._loop.call_soon_threadsafe(self._answering.set)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        answer = await super().handle_DATA(_server, _session, envelope)
        await self._answering.wait()
        return answer


class Worker:
    """`python -m app worker`; `settings` are environment variables."""

    def __init__(self, database: str, log: Path, *command: str, **settings: str) -> None:
        self._command = command or ("-m", "app", "worker")
        self._environment = {**os.environ, "ENV": "staging", "DATABASE_URL": database, **settings}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._log.open("ab") as log:
            command = [sys.executable, *self._command]
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
                raise

    def kill(self) -> None:
        """SIGKILL, and wait."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def let_leases_end(url: str) -> int:
    """Do as if the minute were over for which a dead worker has taken items; how many. Nobody may be at work."""
    with Connection(url) as connection:
        [[held]] = connection.execute("SELECT count(*) FROM outbox WHERE claimed_by IS NOT NULL")
        connection.execute("UPDATE outbox SET available_at = created_at WHERE claimed_by IS NOT NULL")
    return int(held)


def wait_until_delivered(url: str) -> None:
    """Until the outbox is empty."""
    wait_until(lambda: query(url, "SELECT count(*) FROM outbox")[0][0] == 0, "the delivery of every mail")


def count(finding: Finding, mails: Sequence[Received], acknowledged: Iterable[str]) -> None:
    """Compare the mails that came with the names of those who were told that they have an account."""
    names = [mail.recipients[0].partition("@")[0] for mail in mails]
    finding.count(acknowledged, names)
    ids = Counter((name, mail.id) for name, mail in zip(names, mails, strict=True))
    assert len(ids) == len(set(names)), "a mail that came twice had two Message-IDs"
    assert len({mail.id for mail in mails}) == len(set(names)), "two mails had one Message-ID"
