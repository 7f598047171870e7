"""The sums of what all processes count."""

from __future__ import annotations

import os

import pytest

from app.metrics.families import BOUNDS, DURATION, HISTOGRAM_WIDTH
from app.metrics.memory import Memory, create_file
from app.metrics.totals import request_counts, totals


@pytest.fixture
def memory():
    file = create_file(2)
    yield Memory(file)
    os.close(file)


def add(memory: Memory, process: int, number: int, *labels: str, width: int = HISTOGRAM_WIDTH):
    row = memory.slots()[process].row(DURATION, *labels, width=width)
    row[0] += number
    row[-1] += 2.5  # seconds


def test_requests_are_added_up_over_processes_and_methods(memory):
    add(memory, 0, 2, "listPosts", "GET", "200")
    add(memory, 1, 3, "listPosts", "GET", "200")
    add(memory, 1, 4, "listPosts", "other", "200")
    add(memory, 1, 5, "listPosts", "GET", "422")

    counts = request_counts(memory)

    others = [0.0] * len(BOUNDS)
    assert counts.buckets == {("listPosts", 200): [9, *others], ("listPosts", 422): [5, *others]}
    assert counts.bounds == BOUNDS


def test_requests_outside_the_document_and_rows_of_another_version_do_not_count(memory):
    add(memory, 0, 1, "", "GET", "404")
    add(memory, 0, 1, "listPosts", "GET", "200", width=3)
    add(memory, 0, 1, "listPosts", "200")

    assert request_counts(memory).buckets == {}


def test_a_gauge_of_a_process_that_is_gone_does_not_count(memory):
    gone, running = memory.slots()[:2]
    for number, process in enumerate((gone, running), 1):
        process.row("http_server_active_requests")[0] = number
        process.beat()
    gone.leave()

    assert totals(memory.slots())["http_server_active_requests"] == {(): [2]}
