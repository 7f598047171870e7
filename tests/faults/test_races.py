"""Concurrent requests for the same row, the same name or the same migration."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.conftest import Record
from tests.faults.support.clients import PATIENCE, Client
from tests.faults.support.table import engine
from tests.support.databases import Template, query
from tests.support.paths import ROOT
from tests.support.servers.service import Server
from tests.support.servers.smtp import MailServer

pytestmark = pytest.mark.slow

WORKERS = 4
CLIENTS, CHANGES = 8, 30  # 240 changes


@pytest.fixture(scope="module")
def crowded(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str, MailServer]]:
    """A service of several workers, its database on each of the two engines, and where its mails go."""
    folder = tmp_path_factory.mktemp("crowded")
    database = template.copy(folder)
    with MailServer() as mails, Server(database, workers=WORKERS, log=folder / "log", SMTP_URL=mails.url) as server:
        yield server, database, mails
    template.drop(database)


def test_of_240_concurrent_read_modify_writes_none_is_lost(crowded, record: Record):
    server, database, _ = crowded
    finding = record(f"240 read-modify-writes, {CLIENTS} clients, {WORKERS} workers, {engine(database)}")
    answers: Counter[str] = Counter()
    path = "/api/v1/users/1"

    def work(token: str) -> None:
        """Add one to the number in the full name, each time as often as it takes to do it once."""
        with Client(server.url, token) as client:
            done = 0
            while done < CHANGES:
                seen = client.send("GET", path)
                new = {"full_name": str(int(seen.body["full_name"]) + 1)}
                status = client.send("PATCH", path, new, If_Match=seen.headers["etag"]).status
                answers.update([status])
                assert status in {"200", "412"}
                done += status == "200"
                time.sleep(random.uniform(0, 0.02) if status == "412" else 0)  # noqa: S311 - no secret

    with Client(server.url) as client:
        token = client.sign_in("admin")
        before = client.send("PATCH", path, {"full_name": "0"})
        with ThreadPoolExecutor(CLIENTS) as pool:
            for done in [pool.submit(work, token) for _ in range(CLIENTS)]:
                done.result()
        after = client.send("GET", path)

    total = CLIENTS * CHANGES
    finding.acknowledged = answers["200"]
    finding.lost = total - int(after.body["full_name"])
    finding.answers["write 412"] = answers["412"]
    assert finding.acknowledged == total
    assert finding.lost == 0
    assert int(after.headers["etag"].strip('"')) - int(before.headers["etag"].strip('"')) == total


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_two_processes_that_migrate_at_once_each_revision_is_made_by_one(kind, postgres, tmp_path, record: Record):
    url = f"sqlite:///{tmp_path / 'new.db'}" if kind == "sqlite" else postgres.create("migrated_by_two")
    finding = record(f"two processes migrate at once, {engine(url)}")
    environment = {**os.environ, "DATABASE_URL": url}
    command = [sys.executable, "-m", "app", "migrate"]

    processes = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=PATIENCE)[0] for process in processes]

    applied = [revision for text in said for revision in re.findall(r"\b\d{4}\b", text)]
    made = sorted(path.name[:4] for path in (ROOT / "app/migrations/versions").glob("[0-9]*.py"))
    finding.count(made, applied)
    finding.remark = "; ".join(text.strip() for text in said)
    assert [process.returncode for process in processes] == [0, 0], said
    assert sorted(applied) == made
    assert query(url, "SELECT count(*) FROM users")[0][0] == 0
    if kind == "postgresql":
        postgres.drop("migrated_by_two")
