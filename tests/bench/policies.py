"""What each response policy costs the server: `python -m tests.bench.policies`, some two minutes.

One service for each policy, on copies of one database; they take turns in short rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from tests.bench import data, load, services
from tests.bench.workloads import WORKLOADS

POLICIES = ("off", "sample(0.01)", "log", "raise")
ASKED = ("W1", "W1t", "W2", "W2t", "W6")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.policies", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=1, help="of each run")
    chosen = parser.parse_args()
    workloads = [workload for workload in WORKLOADS if workload.name in ASKED]
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="accord-bench-") as folder, contextlib.ExitStack() as stack:
        first = Path(folder, "first.db")
        data.make(first)
        running = {}
        for number, policy in enumerate(POLICIES):
            own = Path(shutil.copy(first, Path(folder, f"{number}.db")))
            running[policy] = stack.enter_context(services.accord(own, policy=policy))
        for turn in range(1, chosen.rounds + 1):
            for workload in workloads:
                for policy, service in running.items() if turn % 2 else reversed(running.items()):
                    before = service.cpu_seconds()
                    run = load.run(service, workload, chosen.seconds, turn)
                    found[workload.name, policy].append((service.cpu_seconds() - before) / run.requests * 1e6)
    _say(f"cpu us of a request, medians of {chosen.rounds} rounds; in brackets beside off, median of each round's ratio", "")
    _say(f"{'':<52}" + "".join(f"{policy:>18}" for policy in POLICIES))
    for workload in workloads:
        off = found[workload.name, "off"]
        cells = []
        for policy in POLICIES:
            runs = found[workload.name, policy]
            ratio = statistics.median(one / other for one, other in zip(runs, off, strict=True))
            cells.append(f"{statistics.median(runs):>9.1f} (x{ratio:.2f}) ")
        _say(f"{workload.name + ' ' + workload.title:<52}" + "".join(f"{cell:>18}" for cell in cells))


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
