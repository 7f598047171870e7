"""The fork server of `serve --workers N`: a process that has loaded the application, and forks the workers (docs/adr/0008).

What was loaded before is in memory once, and a worker starts in milliseconds. For each worker, the supervisor sends its control
socket with one byte. The fork server answers in lines: `ready` once, and `exited PID CODE`, where the code is minus the number
of the signal that ended the process. A worker sends its process id on its control socket.
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

POLL_SECONDS = 0.25  # between checks for workers that have exited


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
    workers: set[int] = set()  # process ids
    _send(channel, "ready")
    while True:
        readable, _, _ = select.select([channel], [], [], POLL_SECONDS)
        if readable:
            received = _receive(channel)
            if received is None:
                break
            with contextlib.suppress(OSError):  # too many processes: the supervisor sees the control socket close
                if (pid := os.fork()) == 0:
                    channel.close()
                    _send(received, str(os.getpid()))
                    return received
                workers.add(pid)
            received.close()
        _report(channel, workers)
    for listening in sockets:
        listening.close()  # otherwise it would still listen after the last worker has closed it
    while workers:
        _report(channel, workers)
        time.sleep(POLL_SECONDS)
    sys.exit(0)


def _report(channel: socket.socket, workers: set[int]) -> None:
    """Report the workers that have exited to the supervisor."""
    for pid in list(workers):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            workers.remove(pid)
            _send(channel, f"exited {pid} {os.waitstatus_to_exitcode(status)}")


def _receive(channel: socket.socket) -> socket.socket | None:
    """The control socket of a worker; None if the supervisor has closed its side, or has died."""
    try:
        _, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
    except ConnectionError:
        return None
    return socket.socket(fileno=descriptors[0]) if descriptors else None


def _send(channel: socket.socket, message: str) -> None:
    with contextlib.suppress(ConnectionError):  # the supervisor has died, and the next receive reports it
        channel.sendall(f"{message}\n".encode())
