"""The table."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.bench import load
from tests.bench.services import Service
from tests.bench.workloads import Workload


@dataclass(frozen=True, slots=True)
class Measurement:
    """One run of one workload against one service."""

    service: str
    workload: Workload
    cpu_us: float  # of the server, for one request
    run: load.Run


def table(measurements: Sequence[Measurement], services: Sequence[Service]) -> Iterator[str]:
    """The lines: medians of all rounds; ratios are medians of each round's, so noise that neighbours share cancels out."""
    yield f"{'':<5}{'service':<10}{'cpu us':>8}{'/ bare':>8}{'spread':>12}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}"
    for workload in dict.fromkeys(measurement.workload for measurement in measurements):
        yield f"{workload.name:<5}{workload.title}"
        bare = _runs(measurements, services[-1], workload)
        for service in services:
            runs = _runs(measurements, service, workload)
            cpu = [measurement.cpu_us for measurement in runs]
            ratio = statistics.median(ours.cpu_us / theirs.cpu_us for ours, theirs in zip(runs, bare, strict=True))
            spread = f"{min(cpu):.0f}..{max(cpu):.0f}"
            yield (
                f"{'':<5}{service.name:<10}{statistics.median(cpu):>8.1f}{ratio:>8.2f}{spread:>12}"
                f"{_median(runs, lambda run: run.requests / run.seconds):>9.0f}"
                f"{_median(runs, lambda run: run.p50):>9.2f}{_median(runs, lambda run: run.p99):>9.2f}"
            )
    yield ""
    for service in services:
        yield f"{'':<5}{service.name:<10}start {service.start_seconds:.2f} s, memory {service.memory():.0f} MB (PSS)"


def conditions(rounds: int, seconds: int) -> str:
    """Under which the numbers were found."""
    return (
        f"{rounds} rounds of {seconds} s, {load.CONNECTIONS} connections, {os.cpu_count()} processors, "
        f"load by {load.generator()}\n"
        "cpu us: user and system time of the server for one request"
    )


def _runs(measurements: Sequence[Measurement], service: Service, workload: Workload) -> list[Measurement]:
    return [found for found in measurements if found.service == service.name and found.workload == workload]


def _median(runs: Sequence[Measurement], value: Callable[[load.Run], float]) -> float:
    return statistics.median(value(measurement.run) for measurement in runs)
