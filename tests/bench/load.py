"""Closed-loop load over keep-alive connections: by wrk where the machine has it, else by the client beside this file."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass

from tests.bench.services import Service
from tests.bench.workloads import Workload
from tests.support.paths import ROOT

CONNECTIONS = 32

# wrk speaks Lua. Every status is looked at, which costs wrk some time and the server none.
_SCRIPT = """
local n, first, last, status = %d, %d, %d, %d
unexpected = 0
function setup(thread) only = thread end
function request()
  n = n < last and n + 1 or first
  return %s
end
function response(answered) if answered ~= status then unexpected = unexpected + 1 end end
function done(summary, latency)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format('JSON{"requests":%%d,"seconds":%%f,"p50":%%f,"p99":%%f,"unexpected":%%d}', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, only:get("unexpected") + broken))
end
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What a load generator tells: latencies in ms; `unexpected` counts other statuses and broken connections."""

    requests: int
    seconds: float
    p50: float
    p99: float
    unexpected: int


def generator() -> str:
    """What makes the load on this machine."""
    return "wrk" if shutil.which("wrk") else "tests/bench/client.py (wrk is not installed)"


def run(service: Service, workload: Workload, seconds: int, turn: int) -> Run:
    """Load a service for some seconds.

    Raises:
        RuntimeError: an answer had another status than the workload expects.
    """
    generate = _wrk if shutil.which("wrk") else _client
    text = workload.text(f"127.0.0.1:{service.port}", service.token)
    found = Run(**json.loads(generate(service.port, text, workload, seconds, turn)))
    if found.unexpected or not found.requests:
        raise RuntimeError(f"{service.name}, {workload.name}: {found.unexpected} unexpected of {found.requests} answers")
    return found


def _wrk(port: int, text: str, workload: Workload, seconds: int, turn: int) -> str:
    first, last = workload.numbers(turn)
    # The parts are ASCII, for which JSON and Lua write the same literals.
    expression = " .. n .. ".join(json.dumps(part) for part in text.split("{n}"))
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT % (first - 1, first, last, workload.status, expression))
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", script.name]
        done = subprocess.run([*command, f"http://127.0.0.1:{port}"], check=True, capture_output=True, text=True)
    return done.stdout.rpartition("JSON")[2]


def _client(port: int, text: str, workload: Workload, seconds: int, turn: int) -> str:
    first, last = workload.numbers(turn)
    order = {"port": port, "text": text, "first": first, "last": last, "status": workload.status}
    order |= {"connections": CONNECTIONS, "seconds": seconds}
    command = [sys.executable, "-m", "tests.bench.client"]
    return subprocess.run(command, cwd=ROOT, input=json.dumps(order), check=True, capture_output=True, text=True).stdout
