"""Verification of what authenticators sign (WebAuthn Level 3, sections 7.1 and 7.2), by the package `webauthn`.

The functions block, for half a second the first time: call them in a thread.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from app.core.config import Settings
from app.core.http.addresses import DEFAULT_PORTS, is_loopback_address
from app.schemas.models import PasskeyAssertion, PasskeyRegistration


class RelyingParty(NamedTuple):
    """The domain that passkeys are bound to, and the origin of pages that may use them."""

    id: str
    origin: str


class Registered(NamedTuple):
    """A new passkey; bytes are base64url."""

    credential_id: str
    public_key: str  # COSE
    counter: int


def relying_party(settings: Settings) -> RelyingParty:
    """From PUBLIC_URL. Passkeys need a domain: a loopback address is replaced by `localhost`."""
    url = urlsplit(settings.public_url)
    host = (url.hostname or "").rstrip(".")
    domain = "localhost" if is_loopback_address(host) else host
    port = "" if url.port in {None, DEFAULT_PORTS.get(url.scheme)} else f":{url.port}"
    return RelyingParty(domain, f"{url.scheme}://{domain}{port}")


def verify_registration(party: RelyingParty, challenge: str, sent: PasskeyRegistration) -> Registered | None:
    """The passkey that was created for a challenge; None if it was not, or if the authenticator did not verify the user."""
    import webauthn  # noqa: PLC0415 - few requests need it
    from webauthn.helpers import bytes_to_base64url  # noqa: PLC0415 - as above

    response = {
        "clientDataJSON": sent.response.clientDataJSON,
        "attestationObject": sent.response.attestationObject,
    }
    try:
        verified = webauthn.verify_registration_response(
            credential={"id": sent.id, "rawId": sent.rawId, "type": sent.type, "response": response},
            expected_challenge=webauthn.base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - of what clients send, it raises exceptions of many kinds
        return None
    credential_id = bytes_to_base64url(verified.credential_id)
    if credential_id != sent.id:  # which the package does not compare
        return None
    return Registered(credential_id, bytes_to_base64url(verified.credential_public_key), verified.sign_count)


def verify_assertion(party: RelyingParty, challenge: str, sent: PasskeyAssertion, public_key: str) -> int | None:
    """The signature counter of a passkey that has answered a challenge; None as for `verify_registration`."""
    import webauthn  # noqa: PLC0415 - few requests need it

    response = {
        "clientDataJSON": sent.response.clientDataJSON,
        "authenticatorData": sent.response.authenticatorData,
        "signature": sent.response.signature,
    }
    try:
        verified = webauthn.verify_authentication_response(
            credential={"id": sent.id, "rawId": sent.rawId, "type": sent.type, "response": response},
            expected_challenge=webauthn.base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=webauthn.base64url_to_bytes(public_key),
            credential_current_sign_count=0,  # compared in the statement that stores the new one
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - as above
        return None
    return verified.new_sign_count
