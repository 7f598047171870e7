"""The metrics of all processes together, in the formats of Prometheus."""

from __future__ import annotations

import itertools
import platform
from collections.abc import Iterable, Mapping
from functools import partial

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from app.contract import version
from app.metrics.families import BOUNDS, FAMILIES, Family
from app.metrics.memory import Key, Memory
from app.metrics.totals import totals

_BOUNDS = [*map(str, BOUNDS), "+Inf"]


class Exposition(Collector):
    """The metrics of one scrape: the sums over all processes, the backlog, and /proc of each running process."""

    def __init__(self, memory: Memory, backlog: Mapping[Key, float]) -> None:
        self._memory, self._backlog = memory, backlog

    def collect(self) -> Iterable[Metric]:
        """The metrics by name."""
        slots = self._memory.slots()
        running = {str(number): pid for number, slot in enumerate(slots) if (pid := slot.pid) is not None}
        found = totals(slots)
        for key, value in self._backlog.items():
            found[key[0]][key[1:]] = [value]
        found["accord_processes"][()] = [len(running)]
        found["accord_build_info"][version(), platform.python_version()] = [1]
        for name, family in FAMILIES.items():
            if name in found:
                yield _metric(name, family, found[name])
        yield from _processes(running)


def _metric(name: str, family: Family, rows: Mapping[Key, list[float]]) -> Metric:
    if family.kind == "histogram":
        histogram = HistogramMetricFamily(name, family.help, labels=family.labels)
        for labels, (*counts, seconds) in rows.items():
            buckets = list(zip(_BOUNDS, itertools.accumulate(counts), strict=True))
            histogram.add_metric(labels, buckets, seconds)
        return histogram
    kind = GaugeMetricFamily if family.kind == "gauge" else CounterMetricFamily
    metric = kind(name, family.help, labels=family.labels)
    for labels, (value,) in rows.items():
        metric.add_metric(labels, value)
    return metric


def _processes(running: Mapping[str, int]) -> Iterable[Metric]:
    """The standard metrics of each process (CPU, memory, file descriptors), with the number of its slot as `worker`."""
    found: dict[str, Metric] = {}
    for worker, pid in running.items():
        for metric in ProcessCollector(pid=partial(int, pid), registry=None).collect():
            together = found.setdefault(metric.name, Metric(metric.name, metric.documentation, metric.type))
            for sample in metric.samples:
                together.add_sample(sample.name, {"worker": worker}, sample.value)
    return found.values()
