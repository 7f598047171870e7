"""The metrics of all processes together, in the formats of Prometheus."""

from __future__ import annotations

import itertools
import platform
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial
from operator import add

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from app.contract import version
from app.metrics.families import BOUNDS, FAMILIES, Family, is_current
from app.metrics.memory import Key, Memory

_BOUNDS = [*map(str, BOUNDS), "+Inf"]


class Exposition(Collector):
    """The metrics of one scrape: the sums over all processes, the backlog, and /proc of each running process."""

    def __init__(self, memory: Memory, backlog: Mapping[Key, float]) -> None:
        self._memory, self._backlog = memory, backlog

    def collect(self) -> Iterable[Metric]:
        """The metrics by name. Gauges of processes that are gone do not count."""
        totals: defaultdict[str, dict[Key, list[float]]] = defaultdict(dict)
        running: dict[str, int] = {}
        for number, slot in enumerate(self._memory.slots()):
            if (pid := slot.pid) is not None:
                running[str(number)] = pid
            for key, row in slot:
                if is_current(key, row) and (pid is not None or FAMILIES[key[0]].kind != "gauge"):
                    known, labels, values = totals[key[0]], key[1:], list(row)
                    known[labels] = list(map(add, known[labels], values)) if labels in known else values
        for key, value in self._backlog.items():
            totals[key[0]][key[1:]] = [value]
        totals["accord_processes"][()] = [len(running)]
        totals["accord_build_info"][version(), platform.python_version()] = [1]
        for name, family in FAMILIES.items():
            if name in totals:
                yield _metric(name, family, totals[name])
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
