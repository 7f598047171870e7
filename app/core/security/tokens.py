"""Opaque tokens: a prefix, 256 random bits and a checksum. Only their hashes are stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import zlib

ACCESS, REFRESH = "aca_", "acr_"

_DIGITS = 64  # hexadecimal digits of the random part


def _complete(prefix: str, random: str) -> str:
    body = prefix + random
    return f"{body}{zlib.crc32(body.encode()):08x}"


def new(prefix: str) -> str:
    """A token that nobody can guess."""
    return _complete(prefix, secrets.token_hex(_DIGITS // 2))


def successor(token: str, nonce: str, prefix: str) -> str:
    """The token that follows `token` under `nonce`.

    Only who holds `token` can compute it, and always computes the same one: so the holder who asks twice gets one
    lineage, and neither the token nor the nonce alone, which is all that is stored, tells anything.
    """
    return _complete(prefix, hmac.new(token.encode(), (prefix + nonce).encode(), hashlib.sha256).hexdigest())


def is_well_formed(token: str, prefix: str) -> bool:
    """Whether the checksum holds: made-up tokens are refused without asking the database."""
    if len(token) != len(prefix) + _DIGITS + 8 or not token.startswith(prefix):
        return False
    return f"{zlib.crc32(token[:-8].encode()):08x}" == token[-8:]


def digest(token: str) -> str:
    """What is stored of a token. A plain hash suffices for 256 random bits (no dictionary reaches them)."""
    return hashlib.sha256(token.encode()).hexdigest()
