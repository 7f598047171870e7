"""Extracts the credential of a security scheme: from `Authorization`, or from a header, the query or a cookie."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from accord.document.document import Node
from accord.runtime.parameters.query import cookie_pairs

# Returns the credential of a request; "" if it is malformed, None if there is none.
Extractor = Callable[[dict[bytes, bytes], bytes], str | None]


def bearer(authorization: bytes | None) -> str | None:
    """The credential of an `Authorization: Bearer` header; the scheme is case-insensitive (RFC 9110 11.1).

    A repeated header is passed as an empty one, which has no credential.
    """
    if authorization is None:
        return None
    if authorization[:7].lower() != b"bearer ":
        return ""
    credential = authorization[7:].lstrip(b" ")
    return credential.decode("ascii") if credential.isascii() and b" " not in credential else ""


def _bearer(headers: dict[bytes, bytes], _: bytes) -> str | None:
    return bearer(headers.get(b"authorization"))


def _basic(headers: dict[bytes, bytes], _: bytes) -> str | None:
    """`name:password` (RFC 7617)."""
    authorization = headers.get(b"authorization")
    if authorization is None:
        return None
    scheme, _, encoded = authorization.partition(b" ")
    try:
        pair = base64.b64decode(encoded.strip(b" "), validate=True).decode() if scheme.lower() == b"basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return pair if ":" in pair else ""


def _other(name: str) -> Extractor:
    """Everything after the name of another HTTP scheme; the service's verifier interprets it."""
    prefix = f"{name.lower()} ".encode()

    def extract(headers: dict[bytes, bytes], _: bytes) -> str | None:
        authorization = headers.get(b"authorization")
        if authorization is None:
            return None
        if authorization[: len(prefix)].lower() != prefix:
            return ""
        return authorization[len(prefix) :].strip(b" ").decode("latin-1")

    return extract


def _in_header(name: str) -> Extractor:
    key = name.lower().encode()

    def extract(headers: dict[bytes, bytes], _: bytes) -> str | None:
        value = headers.get(key)
        return value.strip(b" \t").decode("latin-1") if value is not None else None

    return extract


def _in_query(name: str) -> Extractor:
    def extract(_: dict[bytes, bytes], query_string: bytes) -> str | None:
        pairs = [part.partition(b"=") for part in query_string.split(b"&")] if query_string else []
        values = [value for key, _, value in pairs if unquote_to_bytes(key.replace(b"+", b" ")) == name.encode()]
        if len(values) != 1:  # a repeated one is invalid
            return "" if values else None
        try:
            return unquote_to_bytes(values[0].replace(b"+", b" ")).decode()
        except UnicodeDecodeError:
            return ""

    return extract


def _in_cookie(name: str) -> Extractor:
    def extract(headers: dict[bytes, bytes], _: bytes) -> str | None:
        found = (value for key, value in cookie_pairs(headers.get(b"cookie", b"")) if key == name and value is not None)
        value = next(found, None)  # of a repeated one the first, because browsers send the most specific path first
        return value.decode("latin-1") if value is not None else None

    return extract


def extractor(scheme: Node) -> tuple[Extractor, str]:
    """The extractor of a security scheme, and its challenge (`WWW-Authenticate`, RFC 9110 11.6.1).

    Raises:
        DocumentError: an unsupported type of scheme.
    """
    value = scheme.value
    kind, name = value["type"], str(value.get("name", ""))
    if kind in ("oauth2", "openIdConnect"):
        return _bearer, "Bearer"
    if kind == "http":
        http_scheme = str(value["scheme"]).lower()
        realm = str(scheme.document.data.get("info", {}).get("title", "")).replace("\\", "").replace('"', "")
        if http_scheme == "bearer":
            return _bearer, "Bearer"
        if http_scheme == "basic":
            return _basic, f'Basic realm="{realm if realm.isascii() else "API"}", charset="UTF-8"'
        return _other(http_scheme), str(value["scheme"])
    if kind == "apiKey":
        extract_from = {"header": _in_header, "query": _in_query, "cookie": _in_cookie}[value["in"]]
        return extract_from(name), f'ApiKey in="{value["in"]}"'
    raise scheme.error(f"security schemes of type {kind!r} are not supported: use another")
