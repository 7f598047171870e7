"""The fork server of `serve --workers N`: a process that has loaded the application, and forks the workers (docs/adr/0008).

What was loaded before is in memory once, and a worker starts in milliseconds. The supervisor sends the number of each worker,
with its control socket. The fork server answers in lines: `ready` once, `started NUMBER PID`, and `exited NUMBER CODE`, where
the code is minus the number of the signal that ended the process.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import socket
import sys
import time
from collections.abc import Sequence

POLL_SECONDS = 0.25  # between looks for workers that have exited


def inherited(supervised: str) -> tuple[socket.socket, list[socket.socket], list[int]]:
    """In a process that the supervisor has started: the channel to it, the listening sockets and the other files."""
    sockets, files = ([int(number) for number in group.split(",") if number] for group in supervised.split("/"))
    channel, *listening = [socket.socket(fileno=number) for number in sockets]
    return channel, listening, files


def fork_workers(channel: socket.socket, sockets: Sequence[socket.socket]) -> socket.socket:
    """Fork a worker whenever the supervisor asks for one, until it closes its side of the channel or dies.

    Returns in each worker, with its control socket. In the end it closes the listening sockets, and exits after its last
    worker. There must be no threads.
    """
    gc.collect()
    gc.freeze()  # a collection in a worker would write to all that it shares
    workers: dict[int, int] = {}  # numbers by process id
    _send(channel, "ready")
    while True:
        readable, _, _ = select.select([channel], [], [], POLL_SECONDS)
        if readable:
            number, descriptors = _receive(channel)
            if not number:
                break
            control_socket = socket.socket(fileno=descriptors[0])
            with contextlib.suppress(OSError):  # too many processes: the broken control socket tells the supervisor
                if (pid := os.fork()) == 0:
                    channel.close()
                    return control_socket
                workers[pid] = int.from_bytes(number, "big")
                _send(channel, f"started {workers[pid]} {pid}")
            control_socket.close()
        _report(channel, workers)
    for listening in sockets:
        listening.close()  # otherwise it would still listen after the last worker has closed it
    while workers:
        _report(channel, workers)
        time.sleep(POLL_SECONDS)
    sys.exit(0)


def _report(channel: socket.socket, workers: dict[int, int]) -> None:
    """Tell the supervisor which workers have exited."""
    for pid in list(workers):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            _send(channel, f"exited {workers.pop(pid)} {os.waitstatus_to_exitcode(status)}")


def _receive(channel: socket.socket) -> tuple[bytes, list[int]]:
    """A message and its descriptors; empty if the supervisor has died."""
    try:
        return socket.recv_fds(channel, 4, 1)[:2]
    except ConnectionError:
        return b"", []


def _send(channel: socket.socket, message: str) -> None:
    with contextlib.suppress(ConnectionError):  # the supervisor has died, which the next message tells
        channel.sendall(f"{message}\n".encode())
