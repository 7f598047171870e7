"""`make bench`: what a request costs the server, beside the least that Python could spend on the same answer.

Both services run at once, on databases of their own, and take turns in short rounds. Nothing about time is asserted; every
answer's status is.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from app.core.security.passwords import Passwords
from tests.bench import data, load, report, services
from tests.bench.services import Service
from tests.bench.workloads import WORKLOADS, Workload


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="of each run")
    parser.add_argument("--quick", action="store_true", help="one round of one second")
    parser.add_argument("--workloads", default=",".join(workload.name for workload in WORKLOADS), help="some of %(default)s")
    chosen = parser.parse_args()
    rounds, seconds = (1, 1) if chosen.quick else (chosen.rounds, chosen.seconds)
    workloads = [workload for workload in WORKLOADS if workload.name in chosen.workloads.split(",")]
    _say(report.conditions(rounds, seconds))
    with tempfile.TemporaryDirectory(prefix="accord-bench-") as folder:
        ours, bare = Path(folder, "accord.db"), Path(folder, "bare.db")
        data.make(ours)
        shutil.copy(ours, bare)
        with services.accord(ours) as service, services.bare(bare) as yardstick:
            both = [service, yardstick]
            for workload in workloads:
                _compare(both, workload)
            measurements = [
                _measure(target, workload, seconds, turn)
                for turn in range(1, rounds + 1)
                for workload in workloads
                for target in (both if turn % 2 else reversed(both))
            ]
            _say("", *report.table(measurements, both))
        parameters = ", ".join(f"{name} {value}" for name, value in services.HASH.items())
        _say(f"     of W5 the hash of the password ({parameters}) costs accord {asyncio.run(_hash_us()):.0f} us")


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _measure(service: Service, workload: Workload, seconds: int, turn: int) -> report.Measurement:
    before = service.cpu_seconds()
    run = load.run(service, workload, seconds, turn)
    cpu = service.cpu_seconds() - before
    if workload.creates:
        data.forget_new_users(service.database)
    return report.Measurement(service.name, workload, cpu / run.requests * 1e6, run)


def _compare(both: list[Service], workload: Workload) -> None:
    """Ask each once: both must do the same work, down to the JSON where it does not depend on the moment.

    Raises:
        RuntimeError: they do not.
    """
    answers: list[dict[str, Any]] = [json.loads(service.answer(workload)) for service in both]
    if workload.creates:
        for service in both:
            data.forget_new_users(service.database)
    elif workload.status == 200:
        for answer in answers:
            answer.pop("next_cursor", None)  # the yardstick has none
        if answers[0] != answers[1]:
            raise RuntimeError(f"{workload.name} is answered differently:\n{answers[0]}\n{answers[1]}")


async def _hash_us(count: int = 1000, at_once: int = load.CONNECTIONS) -> float:
    """Processor time of one hash, with its way through the pool of threads, as the service hashes."""
    passwords = Passwords(**services.HASH, threads=2, queue=at_once)
    began = time.process_time()
    for _ in range(count // at_once):
        await asyncio.gather(*(passwords.hash("correct-horse-9") for _ in range(at_once)))
    passwords.close()
    return (time.process_time() - began) / (count // at_once * at_once) * 1e6


if __name__ == "__main__":
    main()
