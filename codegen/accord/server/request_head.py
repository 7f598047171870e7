"""The head of a request, before anybody looks at what it asks for: its size, version, method, host and target."""

from __future__ import annotations

import re

import httptools

from accord.runtime.errors import RequestRejected
from accord.server.connections import Hosts

HEAD_BYTES = 32 * 1024  # request line and headers together

HEAD_TOO_LARGE = RequestRejected(431, "The request headers are too large.")
_METHOD = RequestRejected(501, "The method is not implemented.")
_VERSION = RequestRejected(505, "The HTTP version is not supported; use HTTP/1.1.")

_ABSOLUTE = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL).fullmatch
_BEGINS_AS_REQUEST = re.compile(rb"[\r\n]*[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?: |$)").match

Headers = list[tuple[bytes, bytes]]


def judge(version: str, method: bytes, target: bytes, headers: Headers, hosts: Hosts) -> RequestRejected | None:
    """What is wrong with a head; None if nothing is."""
    named, size = [], len(target)
    for name, value in headers:
        size += len(name) + len(value) + 4
        if name == b"host":
            named.append(value)
    if size > HEAD_BYTES:
        return HEAD_TOO_LARGE
    if version not in ("1.1", "1.0"):
        return _VERSION
    if method == b"CONNECT":
        return _METHOD
    if len(named) > 1 or (not named and version == "1.1"):
        return RequestRejected(400, "The request must have exactly one Host header.")
    fault = hosts.fault(named[0] if named else b"")
    return RequestRejected(400, fault) if fault is not None else None


def origin_form(target: bytes, headers: Headers, hosts: Hosts) -> tuple[bytes, RequestRejected | None]:
    """Path and query of a target in absolute form, whose host replaces that of the header (RFC 9112, 3.2.2)."""
    if target == b"*":
        return target, None
    absolute = _ABSOLUTE(target)
    if absolute is None or not absolute[1]:
        return target, RequestRejected(400, "The request target is malformed.")
    authority, rest = absolute.groups()
    headers[:] = [(b"host", authority), *(header for header in headers if header[0] != b"host")]
    fault = hosts.fault(authority)
    return rest if rest.startswith(b"/") else b"/" + rest, RequestRejected(400, fault) if fault is not None else None


def unreadable(error: httptools.HttpParserError, data: bytes) -> RequestRejected:
    """What to answer where llhttp gave up on bytes."""
    if isinstance(error, httptools.HttpParserInvalidMethodError) and _BEGINS_AS_REQUEST(data):
        return _METHOD
    return _VERSION if str(error) == "Invalid HTTP version" else RequestRejected(400, "The request is not valid HTTP.")
