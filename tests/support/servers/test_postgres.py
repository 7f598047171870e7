"""The PostgreSQL that tests start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.support.paths import ROOT
from tests.support.servers.postgres import Postgres

ABANDON = """
import os, sys
from tests.support.servers.postgres import Postgres
server = Postgres().__enter__()
print(server.folder, server.data.joinpath("postmaster.pid").read_text().split()[0], flush=True)
sys.stdin.read()
"""


@pytest.mark.slow
def test_it_creates_copies_and_drops_databases():
    with Postgres() as server:
        server.create("first")
        server.execute("CREATE TABLE words (word text)", "first")
        server.execute("INSERT INTO words VALUES ('a')", "first")

        server.create("second", template="first")
        assert server.execute("SELECT word FROM words", "second") == [("a",)]

        server.drop("first")
        assert server.execute("SELECT datname FROM pg_database WHERE datname IN ('first', 'second')") == [("second",)]
        assert server.execute("SHOW server_encoding") == [("UTF8",)]
    assert not server.folder.exists()


@pytest.mark.slow
def test_what_was_committed_outlives_a_kill_and_a_restart():
    with Postgres(durable=True) as server:
        server.execute("CREATE TABLE words (word text)")
        server.execute("INSERT INTO words VALUES ('a')")

        server.kill()
        with pytest.raises(psycopg.OperationalError):
            server.execute("SELECT 1")
        server.start()
        server.restart()

        assert server.execute("SELECT word FROM words") == [("a",)]


@pytest.mark.slow
def test_it_ends_with_a_test_run_that_is_killed():
    run = subprocess.Popen([sys.executable, "-c", ABANDON], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert run.stdout is not None
    folder, postmaster = run.stdout.readline().decode().split()
    run.send_signal(signal.SIGKILL)
    run.communicate()

    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (Path(folder).exists() or Path("/proc", postmaster).exists()):
        time.sleep(0.05)

    assert not Path(folder).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(postmaster), 0)
