"""Opens what the processes of a service share for metrics, before they start."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from accord.server.sockets import listen
from app.cli.errors import fail
from app.core.config import Settings

if TYPE_CHECKING:
    from app.metrics.monitor import Monitor


def open_metrics(settings: Settings, *, processes: int) -> list[int]:
    """The descriptors of the shared memory and of the sockets of METRICS_BIND, for `monitor`; none if it is not set."""
    if settings.metrics_bind is None:
        return []
    from app.metrics.memory import create_file  # noqa: PLC0415 - only if there are metrics

    host, _, port = settings.metrics_bind.rpartition(":")
    try:
        sockets = listen(host.strip("[]"), int(port))
        for bound in sockets:
            bound.listen()  # now, so that a second service with the same address fails
    except (socket.gaierror, UnicodeError):
        fail(f"METRICS_BIND: {host} is not an address or known host name")
    except (OSError, OverflowError) as error:
        fail(f"METRICS_BIND: {error}")
    return [create_file(processes), *(listening.detach() for listening in sockets)]


def monitor(files: list[int]) -> Monitor | None:
    """The monitor of this process, if there are metrics."""
    if not files:
        return None
    from app.metrics.memory import Memory  # noqa: PLC0415 - prometheus_client takes a tenth of a second to import
    from app.metrics.monitor import Monitor  # noqa: PLC0415 - likewise

    return Monitor(Memory(files[0]), [socket.socket(fileno=number) for number in files[1:]])
