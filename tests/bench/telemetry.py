"""What the access log, metrics and traces cost the server: `python -m tests.bench.telemetry`, some two minutes.

One service for each, on copies of one database; they take turns in short rounds. With `--before FOLDER`, the tree in that
folder takes part, without and with its access log.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from tests.app.tracing.collector import Collector
from tests.bench import data, load, services
from tests.bench.workloads import WORKLOADS
from tests.support.servers.service import free_port

ASKED = ("W1", "W1t", "W2", "W6")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.telemetry", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=1, help="of each run")
    parser.add_argument("--before", type=Path, help="another tree of the service")
    chosen = parser.parse_args()
    workloads = [workload for workload in WORKLOADS if workload.name in ASKED]
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="accord-bench-") as folder, contextlib.ExitStack() as stack:
        first = Path(folder, "first.db")
        data.make(first)
        collector = stack.enter_context(Collector())
        metrics = {"METRICS_BIND": f"127.0.0.1:{free_port()}"}
        traces = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "METRICS_BIND": f"127.0.0.1:{free_port()}"}
        variants = {
            "nothing": {"ACCESS_LOG": "false"},
            "log": {},
            "log, metrics": metrics,
            "log, metrics, traces": traces,
        }
        if chosen.before is not None:
            tree = {"PYTHONPATH": f"{chosen.before}{os.pathsep}{chosen.before / 'codegen'}", "PYTHONSAFEPATH": "1"}
            variants |= {"before": {"ACCESS_LOG": "false", **tree}, "before, log": tree}
        running = {}
        for number, (name, settings) in enumerate(variants.items()):
            own = Path(shutil.copy(first, Path(folder, f"{number}.db")))
            running[name] = stack.enter_context(services.accord(own, **settings))
        for turn in range(1, chosen.rounds + 1):
            for workload in workloads:
                for name, service in running.items() if turn % 2 else reversed(running.items()):
                    before = service.cpu_seconds()
                    run = load.run(service, workload, chosen.seconds, turn)
                    found[workload.name, name].append((service.cpu_seconds() - before) / run.requests * 1e6)
        _say(
            f"cpu us of a request, medians of {chosen.rounds} rounds; in brackets beside nothing, median of each round's ratio",
            "",
        )
        _say(f"{'':<52}" + "".join(f"{name:>22}" for name in running))
        for workload in workloads:
            cells = []
            for name in running:
                runs, other = found[workload.name, name], found[workload.name, "nothing"]
                ratio = statistics.median(one / another for one, another in zip(runs, other, strict=True))
                cells.append(f"{statistics.median(runs):.1f} (x{ratio:.3f})")
            _say(f"{workload.name + ' ' + workload.title:<52}" + "".join(f"{cell:>22}" for cell in cells))
        for what, unit in (("start", "s"), ("memory", "MB (PSS)")):
            cells = [f"{service.start_seconds if what == 'start' else service.memory():.2f}" for service in running.values()]
            _say(f"{what + ', ' + unit:<52}" + "".join(f"{cell:>22}" for cell in cells))


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
