"""What a process finds in the slot that another one has left."""

from __future__ import annotations

import os

import pytest

from app.metrics.exposition import Exposition
from app.metrics.families import DURATION, HISTOGRAM_WIDTH
from app.metrics.memory import SLOT_BYTES, Memory, Slot, create_file
from app.metrics.monitor import Monitor
from app.metrics.sampling import Sampler


@pytest.fixture
def memory():
    file = create_file(2)
    yield Memory(file)
    os.close(file)


def values(memory: Memory) -> dict[str, float]:
    return {sample.name: sample.value for metric in Exposition(memory, {}).collect() for sample in metric.samples}


def test_counters_go_on_and_gauges_begin_anew():
    slot = Slot(memoryview(bytearray(SLOT_BYTES)))
    slot.row("accord_cache_hits_total")[0] = 5
    slot.row("accord_database_waiting", "replica")[0] = 5
    hits = iter((3, 4))

    sampler = Sampler(slot, lambda: iter([(("accord_cache_hits_total",), next(hits))]))
    sampler.sample()
    sampler.sample()

    assert slot.row("accord_cache_hits_total")[0] == 5 + 4
    assert slot.row("accord_database_waiting", "replica")[0] == 0


def test_slots_are_added_up_but_not_gauges_of_processes_that_are_gone(memory):
    for slot in memory.slots()[:2]:
        slot.row("accord_cache_hits_total")[0] = 2
        slot.row("accord_password_hashes_waiting")[0] = 3
    memory.slots()[0].beat()

    found = values(memory)

    assert found["accord_cache_hits_total"] == 4
    assert found["accord_password_hashes_waiting"] == 3
    assert found["accord_processes"] == 1


@pytest.mark.parametrize(
    "key", [("accord_unknown_total",), ("accord_cache_hits_total", "label"), (DURATION, "a", "GET", "200")]
)
def test_rows_of_another_version_are_not_read_and_soon_removed(memory, key):
    first = memory.slots()[0]
    first.row(*key, width=HISTOGRAM_WIDTH - 1)[0] = 7
    first.row("accord_cache_hits_total")[0] = 1

    assert values(memory)["accord_cache_hits_total"] == 1
    assert Monitor(memory, []).slot
    assert dict(memory.slots()[0]) == {}
