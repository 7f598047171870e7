"""Listening sockets, without the server that serves them."""

from __future__ import annotations

import errno
import socket

UNSENT_BYTES = 64 * 1024  # of responses that the kernel buffers beyond what is in flight; its default is megabytes
OTHER_FILES = 256  # file descriptors other than client connections


def listen(host: str, port: int) -> list[socket.socket]:
    """Bind a socket for each address of a host. They do not listen yet: connections are refused until a process serves them.

    Raises:
        OSError: the address is in use, or does not belong to this machine.
    """
    sockets: list[socket.socket] = []
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, kind, protocol, _, address in dict.fromkeys(found):
        try:
            listening = socket.socket(family, kind, protocol)
        except OSError as error:
            if error.errno == errno.EAFNOSUPPORT and len(found) > 1:  # a machine without IPv6 that resolves IPv6 addresses
                continue
            raise
        sockets.append(listening)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # inherited by connections
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        port = sockets[0].getsockname()[1] or port  # with port 0, the port of the first socket
        try:
            listening.bind((address[0], port, *address[2:]))
        except OSError as error:
            for opened in sockets:
                opened.close()
            raise OSError(error.errno, f"cannot listen on {host or 'any address'} port {port}: {error.strerror}") from error
    return sockets
