"""Where the document's security schemes find their credentials: `Authorization`, or a header, query name or cookie."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from accord.document.document import Node
from accord.runtime.parameters.cookies import cookies

# The credential that a request holds; "" if it holds something that can be none, None if it holds nothing.
Finder = Callable[[dict[bytes, bytes], bytes], str | None]


def bearer(authorization: bytes | None) -> str | None:
    """The credential of an `Authorization: Bearer` header (the scheme's case does not matter, RFC 9110 11.1).

    A header sent twice arrives here empty and holds no credential.
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
    scheme, _, sent = authorization.partition(b" ")
    try:
        pair = base64.b64decode(sent.strip(b" "), validate=True).decode() if scheme.lower() == b"basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return pair if ":" in pair else ""


def _other(name: str) -> Finder:
    """Everything behind the scheme's name, for the service's verifier to understand."""
    prefix = f"{name.lower()} ".encode()

    def find(headers: dict[bytes, bytes], _: bytes) -> str | None:
        authorization = headers.get(b"authorization")
        if authorization is None:
            return None
        if authorization[: len(prefix)].lower() != prefix:
            return ""
        return authorization[len(prefix) :].strip(b" ").decode("latin-1")

    return find


def _in_header(name: str) -> Finder:
    key = name.lower().encode()

    def find(headers: dict[bytes, bytes], _: bytes) -> str | None:
        sent = headers.get(key)
        return sent.strip(b" \t").decode("latin-1") if sent is not None else None

    return find


def _in_query(name: str) -> Finder:
    def find(_: dict[bytes, bytes], query_string: bytes) -> str | None:
        sent = [part.partition(b"=") for part in query_string.split(b"&")] if query_string else []
        found = [value for key, _, value in sent if unquote_to_bytes(key.replace(b"+", b" ")) == name.encode()]
        if len(found) != 1:  # one sent twice is none
            return "" if found else None
        try:
            return unquote_to_bytes(found[0].replace(b"+", b" ")).decode()
        except UnicodeDecodeError:
            return ""

    return find


def _in_cookie(name: str) -> Finder:
    def find(headers: dict[bytes, bytes], _: bytes) -> str | None:
        sent = headers.get(b"cookie")
        return cookies(sent).get(name) if sent is not None else None

    return find


def finder(scheme: Node) -> tuple[Finder, str]:
    """Where a scheme of the document finds its credential, and its challenge (`WWW-Authenticate`, RFC 9110 11.6.1).

    Raises:
        DocumentError: a kind of scheme that the engine does not know.
    """
    value = scheme.value
    kind, name = value["type"], str(value.get("name", ""))
    if kind in ("oauth2", "openIdConnect"):
        return _bearer, "Bearer"
    if kind == "http":
        known = str(value["scheme"]).lower()
        realm = str(scheme.document.data.get("info", {}).get("title", "")).replace("\\", "").replace('"', "")
        if known == "bearer":
            return _bearer, "Bearer"
        if known == "basic":
            return (
                _basic,
                f'Basic realm="{realm}", charset="UTF-8"' if realm.isascii() else 'Basic realm="API", charset="UTF-8"',
            )
        return _other(known), str(value["scheme"])
    if kind == "apiKey":
        place = {"header": _in_header, "query": _in_query, "cookie": _in_cookie}[value["in"]]
        return place(name), f'ApiKey in="{value["in"]}"'
    raise scheme.error(f"the security scheme {kind!r} is not checked by the engine: use another")
