"""Checks the head of a request before it is routed: size, version, method, host and target."""

from __future__ import annotations

import re

import httptools

from accord.errors import HeaderList, RequestRejected
from accord.server.connections import Hosts

HEAD_BYTES = 32 * 1024  # request line and headers together

HEAD_TOO_LARGE = RequestRejected(431, "The request headers are too large.")
_NOT_IMPLEMENTED = RequestRejected(501, "The method is not implemented.")
_UNKNOWN_CODING = RequestRejected(400, "The only transfer coding is chunked.")
_VERSION_NOT_SUPPORTED = RequestRejected(505, "The HTTP version is not supported; use HTTP/1.1.")

_ABSOLUTE = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL).fullmatch
_BEGINS_WITH_METHOD = re.compile(rb"[\r\n]*[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?: |$)").match


def check_head(version: str, method: bytes, target: bytes, headers: HeaderList, hosts: Hosts) -> RequestRejected | None:
    """The rejection of an unacceptable head, or None."""
    host_headers, size = [], len(target)
    for name, value in headers:
        size += len(name) + len(value) + 4
        if name == b"host":
            host_headers.append(value)
        elif name == b"transfer-encoding" and value.lower() != b"chunked":
            return _UNKNOWN_CODING  # llhttp reads `gzip, chunked` as chunked
    if size > HEAD_BYTES:
        return HEAD_TOO_LARGE
    if version not in ("1.1", "1.0"):
        return _VERSION_NOT_SUPPORTED
    if method == b"CONNECT":
        return _NOT_IMPLEMENTED
    if len(host_headers) > 1 or (not host_headers and version == "1.1"):
        return RequestRejected(400, "The request must have exactly one Host header.")
    fault = hosts.fault(host_headers[0] if host_headers else b"")
    return RequestRejected(400, fault) if fault is not None else None


def origin_form(target: bytes, headers: HeaderList, hosts: Hosts) -> tuple[bytes, RequestRejected | None]:
    """Path and query of a target in absolute form; its host replaces the Host header (RFC 9112 3.2.2)."""
    if target == b"*":
        return target, None
    absolute = _ABSOLUTE(target)
    if absolute is None or not absolute[1]:
        return target, RequestRejected(400, "The request target is malformed.")
    authority, rest = absolute.groups()
    headers[:] = [(b"host", authority), *(header for header in headers if header[0] != b"host")]
    fault = hosts.fault(authority)
    return rest if rest.startswith(b"/") else b"/" + rest, RequestRejected(400, fault) if fault is not None else None


def parse_error(error: httptools.HttpParserError, data: bytes) -> RequestRejected:
    """The rejection of bytes that llhttp cannot parse."""
    if isinstance(error, httptools.HttpParserInvalidMethodError) and _BEGINS_WITH_METHOD(data):
        return _NOT_IMPLEMENTED
    return (
        _VERSION_NOT_SUPPORTED
        if str(error) == "Invalid HTTP version"
        else RequestRejected(400, "The request is not valid HTTP.")
    )
