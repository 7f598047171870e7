"""Secrets and signatures of webhooks, as Standard Webhooks defines them (symmetric, version 1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"
PURPOSE = "webhook"  # of the encryption at rest
SECRET_BYTES = 32  # Standard Webhooks: 24 to 64


def new_secret() -> str:
    """A new random secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(keys: Iterable[str], message_id: str, now: datetime, content: bytes) -> dict[str, str]:
    """The headers of one attempt, with a signature for each secret."""
    timestamp = str(int(now.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + content
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_sign(key, signed) for key in keys),
    }


def _sign(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"
