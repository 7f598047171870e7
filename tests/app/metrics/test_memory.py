"""Numbers that outlive the process that counted them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime

import pytest

from app.metrics.memory import SLOT_BYTES, Memory, Slot, create_file
from tests.support.paths import ROOT

CLAIM = """
import sys
from app.metrics.memory import Memory
slot = Memory(int(sys.argv[1])).claim()
slot.row("requests_total", "listPosts")[0] += 1
slot.beat()
print(slot.row("requests_total", "listPosts")[0], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def file():
    file = create_file(2)
    yield file
    os.close(file)


def claimed(file: int) -> subprocess.Popen[str]:
    """A process with a slot."""
    return subprocess.Popen(
        [sys.executable, "-c", CLAIM, str(file)],
        cwd=ROOT,
        pass_fds=[file],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def said(process: subprocess.Popen[str]) -> float:
    assert process.stdout is not None
    return float(process.stdout.readline())


class TestSlot:
    def test_a_row_is_found_again_by_its_key(self):
        memory = memoryview(bytearray(SLOT_BYTES))
        slot = Slot(memory)
        slot.row("duration", "listPosts", "200", width=3)[1] = 2.5
        slot.row("duration", "Zoë", "200", width=3)[0] = 1

        assert {key: list(row) for key, row in Slot(memory)} == {
            ("duration", "listPosts", "200"): [0, 2.5, 0],
            ("duration", "Zoë", "200"): [1, 0, 0],
        }
        assert list(Slot(memory).row("duration", "listPosts", "200", width=3)) == [0, 2.5, 0]

    def test_a_full_slot_counts_no_more_and_breaks_nothing(self):
        memory = memoryview(bytearray(4096))
        slot = Slot(memory)
        for number in range(1000):
            slot.row("name", str(number))[0] = number

        rows = {key: row[0] for key, row in Slot(memory)}
        assert 100 < len(rows) < 150
        assert all(rows["name", str(number)] == number for number in range(len(rows)))

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the memory is a temporary file")
    def test_it_needs_no_folder_that_can_be_written(self, monkeypatch):
        monkeypatch.setattr(tempfile, "tempdir", "/proc/none")

        os.close(create_file(1))

    def test_a_slot_is_of_a_process_as_long_as_it_beats(self):
        slot = Slot(memoryview(bytearray(SLOT_BYTES)))
        assert slot.pid is None

        slot.beat()
        assert slot.pid == os.getpid()
        slot.leave()
        assert slot.pid is None


class TestMemory:
    def test_a_killed_process_is_replaced_and_its_counters_go_on(self, file):
        with claimed(file) as first, claimed(file) as second:
            assert (said(first), said(second)) == (1, 1)
            first.kill()
            first.wait()
            with claimed(file) as third:
                assert said(third) == 2
                third.kill()
            second.kill()

        assert sorted(sum(row[0] for _, row in slot) for slot in Memory(file).slots()) == [0, 0, 1, 2]

    def test_it_counts_since_its_creation_even_if_a_slot_was_cleared(self):
        before = datetime.now(UTC)
        file = create_file(2)
        created = Memory(file).since
        for slot in Memory(file).slots():
            slot.clear()
        cleared = Memory(file).since
        os.close(file)

        assert before <= created == cleared <= datetime.now(UTC)
