"""An authenticator in software, with the browser around it: it creates passkeys and answers challenges (WebAuthn Level 3)."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "http://localhost:8000"  # of the default PUBLIC_URL
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40  # flags


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class Authenticator:
    """One passkey. What a test changes before a ceremony makes the answer wrong."""

    origin: str = ORIGIN
    rp_id: str = "localhost"
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    credential_id: bytes = b"the id of a passkey"
    user_handle: str | None = None
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.derive_private_key(1234567, ec.SECP256R1()))

    @property
    def id(self) -> str:
        return base64url(self.credential_id)

    @property
    def public_key(self) -> bytes:
        """In COSE."""
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """The JSON of what `navigator.credentials.create` returns."""
        self.user_handle = options["user"]["id"]
        attested = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id + self.public_key
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(self.flags | ATTESTED) + attested}
        return self._credential(
            clientDataJSON=self._client_data("webauthn.create", options),
            attestationObject=base64url(cbor2.dumps(attestation)),
            transports=["internal", "hybrid"],
        )

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """The JSON of what `navigator.credentials.get` returns."""
        self.counter += bool(self.counter)  # many authenticators do not count
        client_data, data = self._client_data("webauthn.get", options), self._data(self.flags)
        signed = data + hashlib.sha256(base64.urlsafe_b64decode(client_data + "==")).digest()
        return self._credential(
            clientDataJSON=client_data,
            authenticatorData=base64url(data),
            signature=base64url(self.key.sign(signed, ec.ECDSA(SHA256()))),
            userHandle=self.user_handle,
        )

    def _credential(self, **response: object) -> dict[str, Any]:
        return {
            "id": self.id,
            "rawId": self.id,
            "type": "public-key",
            "response": response,
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
        }

    def _client_data(self, kind: str, options: dict[str, Any]) -> str:
        data = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return base64url(json.dumps(data).encode())

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4)
