"""Opaque tokens: a prefix, 256 random bits and a CRC-32 checksum. Only their SHA-256 hashes are stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import zlib

ACCESS, REFRESH, API_KEY, EMAIL = "aca_", "acr_", "ack_", "ace_"

_DIGITS = 64  # hexadecimal digits of the random part


def _with_checksum(prefix: str, random: str) -> str:
    body = prefix + random
    return f"{body}{zlib.crc32(body.encode()):08x}"


def new(prefix: str) -> str:
    """A new random token."""
    return _with_checksum(prefix, secrets.token_hex(_DIGITS // 2))


def successor(token: str, nonce: str, prefix: str) -> str:
    """The token that follows `token` under `nonce`, by HMAC.

    Refreshing twice with the same token and nonce yields the same successor, so parallel requests stay in one session. The
    successor cannot be computed from the nonce and the hash of the token, which is all that is stored.
    """
    return _with_checksum(prefix, hmac.new(token.encode(), (prefix + nonce).encode(), hashlib.sha256).hexdigest())


def is_well_formed(token: str, prefix: str) -> bool:
    """Whether prefix, length and checksum are valid: a made-up token is rejected without a database query."""
    if len(token) != len(prefix) + _DIGITS + 8 or not token.startswith(prefix):
        return False
    return f"{zlib.crc32(token[:-8].encode()):08x}" == token[-8:]


def digest(token: str) -> str:
    """The hash that is stored instead of a token. A fast hash is enough: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()
