"""`python -m tests.bench.http_servers [BIN]`: HTTP servers under the same attacks, for docs/adr/0019.

Each serves the application of this file in one process: ours, uvicorn as it is, and granian and hypercorn from the folder BIN
of another virtual environment.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.support.paths import ROOT
from tests.support.servers.service import children, free_port

HOST = b"Host: x\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST
POST = b"POST / HTTP/1.1\r\n" + HOST
NEXT = GET + b"X: next\r\n\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

# What may be taken for another number of requests by somebody in front; the answer to each should be one, and what follows
# should be refused or be the next request.
SMUGGLING: dict[str, bytes] = {
    "upgrade, length": POST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: %d\r\n\r\n" % len(NEXT) + NEXT,
    "upgrade, chunked": CHUNKED[:-2] + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(NEXT), NEXT),
    "length and chunked": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + NEXT,
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(NEXT) + NEXT,
    "length +0": POST + b"Content-Length: +0\r\n\r\n" + NEXT,
    "length 0x0": POST + b"Content-Length: 0x0\r\n\r\n" + NEXT,
    "chunked, identity": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + NEXT,
    "chunked twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + NEXT,
    "xchunked": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + NEXT,
    "space before colon": POST + b"Content-Length : %d\r\n\r\n" % len(NEXT) + NEXT,
    "folded line": POST + b"X: a\r\n Content-Length: %d\r\n\r\n" % len(NEXT) + NEXT,
    "bare LF": POST.replace(b"\r\n", b"\n") + b"Content-Length: %d\n\n" % len(NEXT) + NEXT,
    "bare CR": POST + b"X: a\rContent-Length: %d\r\n\r\n" % len(NEXT) + NEXT,
    "chunk size -1": CHUNKED + b"-1\r\n\r\n" + NEXT,
    "chunk size 0x1": CHUNKED + b"0x1\r\na\r\n0\r\n\r\n" + NEXT,
    "chunk size 2^64": CHUNKED + b"10000000000000000\r\n" + NEXT,
    "chunk without CRLF": CHUNKED + b"1\r\naX\r\n0\r\n\r\n" + NEXT,
    "chunk, bare LF": CHUNKED + b"1\na\n0\n\n" + NEXT,
    "trailer of framing": CHUNKED + b"0\r\nContent-Length: %d\r\n\r\n" % len(NEXT) + NEXT,
    "HTTP/1.0 chunked": CHUNKED.replace(b"1.1", b"1.0") + b"0\r\n\r\n" + NEXT,
    "two hosts": GET + b"Host: y\r\n\r\n" + NEXT,
    "malformed host": GET.replace(b"x\r\n", b"a b\r\n") + b"\r\n" + NEXT,
    "HTTP/2.0": GET.replace(b"1.1", b"2.0") + b"\r\n" + NEXT,
    "white space after value": POST + b"Content-Length: 0 \t\r\n\r\n" + NEXT,
}


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers with what arrived: headers that trailers should not become, and the length of the body; 150 kB at `/large`."""
    if scope["type"] == "lifespan":
        for _ in range(2):
            await send({"type": (await receive())["type"] + ".complete"})
        return
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    text = f"{scope['method']} {size} {sum(name == b'x-trailer' for name, _ in scope['headers'])}".encode()
    body = b"a" * 150_000 if scope["path"] == "/large" else text
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def ours(port: int) -> None:
    """Serve it with our protocol, as `life.serve` does."""
    from accord.server import lifecycle as life  # noqa: PLC0415 - another environment imports this file for `app`
    from accord.server.sockets import listen  # noqa: PLC0415 - as above

    async def refused(_: Any, __: Any, send: Any) -> None:
        head = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 400, "headers": head})
        await send({"type": "http.response.body", "body": b""})

    class Application:
        engine = SimpleNamespace(refuse=lambda _: refused)
        __call__ = staticmethod(app)

    life.serve(Application(), listen("127.0.0.1", port), draining=asyncio.Event(), drain_seconds=0)  # type: ignore[arg-type]


def commands(folder: str | None) -> dict[str, list[str]]:
    """How each is started; `{port}` is the port."""
    name = "tests.bench.http_servers:app"
    found = {"ours": [sys.executable, "-m", "tests.bench.http_servers", "--ours", "{port}"]}
    uvicorn = ["--port", "{port}", "--loop", "uvloop", "--http", "httptools", "--log-level", "critical", "--no-access-log"]
    found["uvicorn"] = [sys.executable, "-m", "uvicorn", *uvicorn, name]
    if folder is not None:
        found["granian"] = [
            f"{folder}/granian",
            "--interface",
            "asgi",
            "--port",
            "{port}",
            "--loop",
            "uvloop",
            "--no-log",
            name,
        ]
        found["hypercorn"] = [f"{folder}/hypercorn", "-b", "127.0.0.1:{port}", "-k", "uvloop", "--log-level", "critical", name]
    return found


@contextlib.contextmanager
def running(command: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The port and the process of a server."""
    port = free_port()
    process = subprocess.Popen(
        [part.format(port=port) for part in command], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    try:
        for _ in range(1200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def memory(first: int) -> float:
    """Of a process, its children and theirs, in MB."""
    found, started = 0.0, children(first)
    for process in (first, *started, *children(*started)):
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
            found += int(re.findall(r"Pss: +(\d+)", text)[0]) / 1024
    return found


def converse(port: int, data: bytes, seconds: float = 0.6) -> str:
    """The statuses of all answers to some bytes, and whether the connection was closed."""
    said, end = b"", "open"
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection, contextlib.suppress(OSError):
        connection.sendall(data)
        while chunk := connection.recv(65536):
            said += chunk
        end = "closed"
    answers = re.findall(r"HTTP/1\.[01] (\d+)(?:.*?\r\n\r\n[A-Z]+ (\d+) )?", said.decode("latin-1"), re.DOTALL)
    return ", ".join(f"{status} body {size}" if size else status for status, size in answers) + f"; {end}"


def attack(port: int, process: int, data: Sequence[bytes], connections: int, seconds: float) -> str:
    """Send on many connections and read nothing: memory before, at most and after, and the slowest answer to others."""
    before, over, slowest, most = memory(process), threading.Event(), 0.0, 0.0

    def ask() -> None:
        nonlocal slowest, most
        while not over.is_set():
            began = time.perf_counter()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=30) as other:
                other.sendall(GET + b"\r\n")
                other.recv(1000)
            slowest, most = max(slowest, time.perf_counter() - began), max(most, memory(process))
            time.sleep(0.02)

    asking = threading.Thread(target=ask)
    asking.start()
    opened = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    waiting = {connection: b"".join(data[:1]) for connection in opened}
    for connection in opened:
        connection.setblocking(False)  # noqa: FBT003 - the standard library's
    end = time.monotonic() + seconds
    pieces = {connection: iter(data[1:]) for connection in opened}
    while time.monotonic() < end:
        for connection in list(waiting):
            with contextlib.suppress(BlockingIOError):
                try:
                    waiting[connection] = waiting[connection][connection.send(waiting[connection]) :]
                except (ConnectionError, BrokenPipeError):
                    del waiting[connection]
                    continue
                if not waiting[connection]:
                    waiting[connection] = next(pieces[connection], b"")
        time.sleep(0.001)
    over.set()
    asking.join()
    for connection in opened:
        connection.close()
    return f"{most - before:+.0f} MB, others wait {slowest * 1e3:.0f} ms"


def cost(port: int, process: int, seconds: int = 3) -> float:
    """Processor time of one request, in microseconds."""
    from tests.bench.services import cpu_seconds  # noqa: PLC0415 - as above

    order = {"port": port, "text": "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "first": 1, "last": 1, "status": 200}
    order |= {"connections": 32, "seconds": seconds}
    before = cpu_seconds(process)
    command = [sys.executable, "-m", "tests.bench.client"]
    said = subprocess.run(command, cwd=ROOT, input=json.dumps(order), check=True, capture_output=True, text=True).stdout
    spent: float = (cpu_seconds(process) - before) / json.loads(said)["requests"] * 1e6
    return spent


def main(folder: str | None) -> None:
    """Measure and print a table in Markdown."""
    columns: dict[str, dict[str, str]] = {}
    many, long = (
        CHUNKED + b"0\r\n" + b"x-trailer: b\r\n" * 230_000 + b"\r\n",
        [CHUNKED + b"0\r\n", *[b"a:b\r\n" * 200_000] * 60],
    )
    for server, command in commands(folder).items():
        column = columns[server] = {}
        with running(command) as (port, process):
            for name, data in SMUGGLING.items():
                column[name] = converse(port, data)
            trailer = converse(port, CHUNKED + b"0\r\nX-Trailer: a\r\n\r\n")
            column["a trailer field"] = trailer
            column["CPU per request"] = f"{min(cost(port, process) for _ in range(3)):.0f} us"
            pipeline = GET.replace(b"/ ", b"/large ") + b"\r\n"
            column["40 pipelines, never read"] = attack(port, process, [pipeline * 2000] * 50, 40, 5)
            column["4 with 3 MB of trailers"] = attack(port, process, [many], 4, 8)
        with running(command) as (port, process):
            column["1 with 60 MB of trailers"] = attack(port, process, long, 1, 5)
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(column[name] for column in columns.values()) + " |" for name in names]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ours"]:
        ours(int(sys.argv[2]))
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else None)
