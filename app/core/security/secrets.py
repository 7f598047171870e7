"""Encryption of secrets that the service must be able to read again, such as those of authenticator apps; and keyed hashes."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

KEY_BYTES = 32

# The key in `.env.example`.
SAMPLE_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
# The key of development, where no secret is worth protecting. It is public.
_DEVELOPMENT_KEY = base64.b64encode(hashlib.sha256(b"accord development").digest()).decode()


class Secrets:
    """Encrypts with the first key and decrypts with all of them, so that a key can be replaced without losing anything.

    `keys` are base64 of 32 bytes each. Without keys, the public one of development is used.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys) or (_DEVELOPMENT_KEY,)

    @functools.cached_property
    def _fernet(self) -> MultiFernet:
        from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - 10 MB, needed only where secrets are used

        return MultiFernet([Fernet(base64.urlsafe_b64encode(base64.b64decode(key))) for key in self._keys])

    def encrypt(self, purpose: str, secret: str) -> str:
        """Encrypt and authenticate (Fernet: AES-128-CBC and HMAC-SHA-256). It can be decrypted for the same purpose only."""
        return self._fernet.encrypt(f"{purpose}\n{secret}".encode()).decode()

    def decrypt(self, purpose: str, encrypted: str) -> str:
        """The secret.

        Raises:
            ValueError: it was encrypted for another purpose or with none of the keys, or was changed.
        """
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - as above

        try:
            found, _, secret = self._fernet.decrypt(encrypted.encode()).decode().partition("\n")
        except InvalidToken:
            raise ValueError(
                "a stored secret cannot be decrypted: SECRET_KEY lacks the key that it was encrypted with"
            ) from None
        if found != purpose:
            raise ValueError(f"a stored secret was encrypted for {found!r}, not for {purpose!r}")
        return secret

    def macs(self, purpose: str, text: str) -> list[str]:
        """Hashes of a text (HMAC-SHA-256) that nobody can compute without a key: with each of the keys, the first one first."""
        derived = (hmac.digest(base64.b64decode(key), f"accord mac {purpose}".encode(), "sha256") for key in self._keys)
        return [hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in derived]


def check_key(key: str) -> str:
    """The key. Raises ValueError if it is not base64 of 32 bytes."""
    try:
        size = len(base64.b64decode(key, validate=True))
    except ValueError:
        size = 0
    if size != KEY_BYTES:
        raise ValueError(
            f"must be base64 of {KEY_BYTES} random bytes, as `openssl rand -base64 32` prints; several are separated by commas"
        )
    return key
