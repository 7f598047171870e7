"""What pages of a list cost with a million users and with ten thousand: `python -m tests.bench.million`, some two minutes.

Two services on one PostgreSQL take turns in short rounds. Of both databases the plans of the pages are printed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg

from app.core.database.postgres.dialect import DIALECT
from app.core.database.statements import Statement
from app.migrations import run
from app.services.users.list_queries import QueryShape, users_listing
from tests.bench import load, services
from tests.bench.services import Service
from tests.bench.workloads import Workload
from tests.support.paths import ROOT
from tests.support.servers.postgres import Postgres

SIZE = 50
USERS = (10_000, 1_000_000)
DEEP = {10_000: 100, 1_000_000: 10_000}  # the page in the middle
ALL = QueryShape(None, None, created_after=False, created_before=False, q=False, sort=None)
ADMIN = (
    "INSERT INTO users (email, email_key, username, username_key, role, is_active, password_hash, created_at, version)"
    " VALUES ('root@example.com', 'root@example.com', 'root', 'root', 'admin', true, 'x', now(), 1)"
)
LISTS = {"listUsers": "/api/v1/users", "listUserProfiles": "/api/v1/user-profiles"}


class Cost(NamedTuple):
    """Microseconds of one request."""

    service: float
    database: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.million", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=2, help="of each run")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="accord-bench-") as folder, Postgres(shared_buffers="256MB") as server:
        urls = {users: _filled(server, users) for users in USERS}
        with (
            services.accord(Path(folder, "few.db"), urls[USERS[0]]) as few,
            services.accord(Path(folder, "many.db"), urls[USERS[1]]) as many,
        ):
            both = dict(zip(USERS, (few, many), strict=True))
            postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
            _compare(both, postmaster, chosen.rounds, chosen.seconds)
        for users, url in urls.items():
            asyncio.run(_explain(users, url))


def _filled(server: Postgres, users: int) -> str:
    url = server.create(f"users_{users}")
    run.upgrade(url)
    server.execute(ADMIN, f"users_{users}")
    began = time.perf_counter()
    command = [sys.executable, "-m", "app", "seed", "--users", str(users), "--posts", "0"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, check=True, capture_output=True)
    _say(f"{users} users were made in {time.perf_counter() - began:.1f} s")
    server.execute("VACUUM (ANALYZE)", f"users_{users}")
    return url


def _compare(both: dict[int, Service], postmaster: int, rounds: int, seconds: int) -> None:
    pages = {users: _pages(service, DEEP[users]) for users, service in both.items()}
    costs: dict[tuple[str, int], list[Cost]] = {(name, users): [] for users in both for name in pages[users]}
    for turn in range(rounds):
        for name in pages[USERS[0]]:
            for users in USERS if turn % 2 else reversed(USERS):
                service = both[users]
                before = service.cpu_seconds(), services.cpu_seconds(postmaster)
                requests = load.run(service, pages[users][name], seconds, turn).requests
                after = service.cpu_seconds(), services.cpu_seconds(postmaster)
                costs[name, users].append(Cost(*((b - a) / requests * 1e6 for a, b in zip(before, after, strict=True))))
    few, many = USERS
    _say(f"{rounds} rounds of {seconds} s, {load.CONNECTIONS} connections, pages of {SIZE}; us of processor time a request", "")
    _say(f"| page | service, {few} | service, {many} | ratio | database, {few} | database, {many} | ratio | both, ratio |")
    _say("|---|---|---|---|---|---|---|---|")
    for name in pages[few]:
        _say("| " + " | ".join((name, *_columns(costs[name, few], costs[name, many]))) + " |")


def _columns(few: Sequence[Cost], many: Sequence[Cost]) -> list[str]:
    """Medians; a ratio is the median of each round's, so that noise which neighbours share cancels out."""
    found = []
    for part in (lambda cost: cost.service, lambda cost: cost.database):
        found += [f"{statistics.median(map(part, costs)):.0f}" for costs in (few, many)]
        found.append(f"{statistics.median(part(b) / part(a) for a, b in zip(few, many, strict=True)):.2f}")
    return [*found, f"{statistics.median(sum(b) / sum(a) for a, b in zip(few, many, strict=True)):.2f}"]


def _pages(service: Service, deep: int) -> dict[str, Workload]:
    """The first page of each list, and one in the middle by its cursor."""
    found = {}
    for operation, path in LISTS.items():
        first = Workload(operation, operation, "GET", f"{path}?page_size={SIZE}", 200, signed_in=True)
        before = replace(first, path=f"{first.path}&page={deep - 1}")
        cursor = json.loads(service.answer(before))["next_cursor"]
        found[f"{operation}, page 1"] = first
        found[f"{operation}, page {DEEP[USERS[1]]} by cursor (of {USERS[0]}: {DEEP[USERS[0]]})"] = replace(
            first, path=f"{first.path}&cursor={cursor}"
        )
    return found


async def _explain(users: int, url: str) -> None:
    found = users_listing(ALL)
    connection = await asyncpg.connect(url)
    last = await connection.fetchval("SELECT id FROM users ORDER BY id OFFSET $1 LIMIT 1", (DEEP[users] - 1) * SIZE - 1)
    plans: list[tuple[str, Any, dict[str, object]]] = [
        ("page 1", found.index_scan.by_number, {"limit": SIZE + 1, "offset": 0}),
        ("the total", found.count, {}),
        (f"page {DEEP[users]} by cursor", found.index_scan.after, {"limit": SIZE + 1, "after_id": last}),
    ]
    for title, statement, values in plans:
        _say("", f"{users} users, {title}:", *await _plan(connection, statement, values))
    await connection.close()


async def _plan(connection: Any, statement: Statement[Any], values: dict[str, object]) -> list[str]:
    compiled = statement.compiled(DIALECT)
    for _ in range(2):  # the second time everything is in memory
        rows = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {compiled.sql}", *compiled.parameters(values))
    return [f"    {row[0]}" for row in rows]


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
