"""S16-S20: attacks on JSON Web Tokens. Ours are opaque, so each is a token that nobody has; and tokens for another purpose."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from tests.security.client import bearer, code

pytestmark = pytest.mark.slow

CLAIMS = {"sub": "1", "role": "admin", "iss": "accord", "aud": "accord", "exp": 4_102_444_800}


def _part(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(header: dict[str, Any], claims: dict[str, Any] = CLAIMS, secret: bytes | None = None) -> str:
    """A JSON Web Token; signed with HMAC if there is a secret, else its signature is empty."""
    signed = f"{_part({'typ': 'JWT', **header})}.{_part(claims)}"
    return f"{signed}.{'' if secret is None else _part(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def refused(service, *tokens: str) -> None:
    """Each is no token, for every worker, whatever the operation."""
    for token in tokens:
        assert code(service.get("/users/me", headers=bearer(token))) == (401, "unauthorized"), token
        assert code(service.get("/users", headers=bearer(token))) == (401, "unauthorized"), token
        assert service.refresh(token).status_code in {401, 422}, token


def test_s16_tokens_without_a_signature_are_refused(service):
    """`alg` none, None and nOnE, and an empty signature, are 401."""
    refused(service, *(jwt({"alg": name}) for name in ("none", "None", "nOnE", "NONE", "HS256")))


def test_s17_tokens_signed_with_a_known_secret_are_refused(service):
    """HS256 with an empty secret, a sample value, or a public key as the secret is 401."""
    public = b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n"

    refused(service, *(jwt({"alg": "HS256"}, secret=secret) for secret in (b"", b"secret", b"changeme", public)))


def test_s18_tokens_that_name_their_own_key_are_refused_and_nothing_is_fetched(service):
    """`kid` with a path or SQL, and `jku`, `x5u` and an embedded `jwk`, are 401."""
    kids = ("../../../../dev/null", "0' UNION SELECT 'secret' --", "|sleep 5")
    elsewhere = {"jku": f"{service.url}/jwks.json", "x5u": f"{service.url}/certificate.pem"}
    own = {"jwk": {"kty": "oct", "k": _part(b"secret")}}

    refused(service, *(jwt({"alg": "HS256", "kid": kid}, secret=b"") for kid in kids))
    refused(service, *(jwt({"alg": "HS256", name: value}, secret=b"secret") for name, value in {**elsewhere, **own}.items()))
    assert "jwks.json" not in service.log


def test_s19_a_token_is_valid_for_its_purpose_and_time_only(service, user):
    """Expired tokens, and an access, refresh, reset or confirmation token in place of another, are refused."""
    tokens = user.tokens
    service.post("/password-resets", {"email": user.email})
    reset = service.mailed_token(user.email, subject="assword")
    other = service.new()
    service.post("/users", other)
    confirmation = service.mailed_token(other["email"])

    for token in (tokens["refresh_token"], reset, confirmation):
        assert not service.is_signed_in(token)
    for token in (tokens["access_token"], reset, confirmation):
        assert service.refresh(token).status_code == 422  # its prefix is another
    for token in (tokens["access_token"], tokens["refresh_token"], confirmation):
        sent = {"token": token, "password": "otter-kayak-47-lantern"}
        assert service.post("/password-reset-confirmations", sent).status_code == 422
    for token in (tokens["access_token"], tokens["refresh_token"], reset):
        assert service.post("/email-verification-confirmations", {"token": token}).status_code == 422
    refused(service, jwt({"alg": "HS256"}, {**CLAIMS, "exp": 1}, b""), jwt({"alg": "HS256"}, {"sub": "1"}, b""))
    assert service.is_signed_in(tokens)
    service.age("sessions", "access_expires_at", "user_id", user.id, minutes=16)
    assert not service.is_signed_in(tokens)


def test_s20_the_token_of_a_deleted_user_is_nobodys_because_ids_are_not_reused(service, user):
    """The id of a deleted user, even the newest, is not given to the next one; the old tokens stay worthless."""
    newest = service.sign_up()
    assert service.delete(f"/users/{newest.id}", headers=newest.headers).status_code == 204

    following = service.sign_up(username=newest.username, email=newest.email)

    assert following.id > newest.id > user.id
    assert not service.is_signed_in(newest.tokens)
    assert service.refresh(newest.tokens["refresh_token"]).status_code == 401
