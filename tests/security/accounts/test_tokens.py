"""S06, S07, S10, S11, S14, S15: access tokens and API keys."""

from __future__ import annotations

import base64
import re
import zlib

import pytest

from tests.contract.contract import KEY_HEADER, SCOPES
from tests.security.client import bearer, code
from tests.support.builders import PASSWORD
from tests.support.databases import stored

pytestmark = pytest.mark.slow

NEW_PASSWORD = "otter-kayak-47-lantern"


def test_s06_a_sign_in_ignores_a_token_that_was_sent_with_it(service, user):
    """A successful sign-in issues a new token; one that was supplied in advance is ignored (session fixation)."""
    first = user.tokens["access_token"]

    again = service.try_to_sign_in(user.username, headers={**bearer(first), "Cookie": f"session={first}"}).json()

    assert again["access_token"] != first
    assert again["session_id"] != user.tokens["session_id"]
    made_up = "aca_" + "0" * 64
    made_up += f"{zlib.crc32(made_up.encode()):08x}"
    assert service.try_to_sign_in(user.username, headers=bearer(made_up)).json()["access_token"] != made_up
    assert not service.is_signed_in(made_up)


def _reset(service, user, _admin):
    service.post("/password-resets", {"email": user.email})
    token = service.mailed_token(user.email, subject="assword")
    return service.post("/password-reset-confirmations", {"token": token, "password": NEW_PASSWORD})


ENDINGS = {
    "sign-out": lambda service, user, _: service.delete("/sessions/current", headers=user.headers),
    "sign-out elsewhere": lambda service, user, _: service.delete("/sessions", headers=bearer(service.sign_in(user.username))),
    "end by an administrator": lambda service, user, admin: service.delete(f"/users/{user.id}/sessions", headers=admin.headers),
    "password change elsewhere": lambda service, user, _: service.put(
        "/users/me/password",
        {"current_password": PASSWORD, "new_password": NEW_PASSWORD},
        headers=bearer(service.sign_in(user.username)),
    ),
    "password reset": _reset,
    "change of the role": lambda service, user, admin: service.put(
        f"/users/{user.id}/role", {"role": "admin"}, headers=admin.headers
    ),
    "deactivation": lambda service, user, admin: service.patch(
        f"/users/{user.id}", {"is_active": False}, headers=admin.headers
    ),
    "deletion": lambda service, user, admin: service.delete(f"/users/{user.id}", headers=admin.headers),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_s07_a_token_is_refused_right_after_the_session_ends(service, user, admin, ending):
    """Access and refresh tokens are refused right after a sign-out, a new password, a new role, deactivation and deletion."""
    assert service.is_signed_in(user.tokens)
    key = service.key(user)

    assert ENDINGS[ending](service, user, admin).is_success

    assert [service.is_signed_in(user.tokens) for _ in range(4)] == [False] * 4  # by every worker
    assert code(service.refresh(user.tokens["refresh_token"])) == (401, "invalid-refresh-token")
    # Keys are managed by themselves: they survive a new password, and end with the account (ADR 35).
    survives = ending not in {"deactivation", "deletion"}
    assert service.get("/users/me", headers=key).status_code == (200 if survives else 401)


def test_s10_tokens_have_256_random_bits_and_are_in_no_url_and_no_log(service, user):
    """Tokens have at least 128 random bits, all samples differ, and none is in a URL, a log or an error."""
    issued = [service.sign_in(user.username) for _ in range(60)]
    found = [tokens[name] for tokens in issued for name in ("access_token", "refresh_token")]

    assert all(re.fullmatch("ac[ar]_[0-9a-f]{72}", token) for token in found)
    bits = [f"{int(token[4:68], 16):0256b}" for token in found]
    assert len(set(bits)) == len(found)
    shares = [sum(sample[position] == "1" for sample in bits) / len(bits) for position in range(256)]
    assert min(shares) > 0.2  # no bit is fixed: of 120 fair coins fewer than 24 heads come up once in 10^11
    assert max(shares) < 0.8
    refused = [
        service.refresh(found[0]),
        service.get("/users/me", headers=bearer(found[0][:-1])),
        service.get("/users/me", params={"access_token": found[0]}),
        service.delete("/sessions/no", headers=bearer(found[-2])),
    ]
    assert all(response.status_code in {401, 422} for response in refused)
    assert not [token for response in refused for token in found if token[4:40] in response.text]
    assert not [response for response in refused if "aca_" in str(response.headers)]
    assert not re.search("ac[arkpe]_[0-9a-f]{20}", re.sub(r"\?\S+", "", service.log))


def test_s11_the_database_holds_no_token_and_no_password(service, user):
    """A copy of the database contains no token, key, code or password in clear."""
    key = service.key(user)[KEY_HEADER]
    secret = service.post("/users/me/totp", {"name": "Phone"}, headers=user.headers).json()["secret"]
    service.post("/password-resets", {"email": user.email})
    mailed = service.mailed_token(user.email, subject="assword")

    content = stored(service.database_url)

    tokens = [user.tokens["access_token"], user.tokens["refresh_token"], key, mailed]
    assert user.email.encode() in content
    for clear in (PASSWORD, secret, *tokens, *(token[4:68] for token in tokens)):
        assert clear.encode() not in content


def _token_headers(token: str) -> list:
    return [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": token},
        {"Authorization": f"Basic {base64.b64encode(f'admin:{PASSWORD}'.encode()).decode()}"},
        {"Authorization": f"Basic {token}"},
        {"Authorization": f"Bearer {token} junk"},
        {"Authorization": f"Bearer {token}, Bearer {token}"},
        {"Authorization": f"Bearer {token}0"},
        {"Authorization": f"Bearer {token[:-1]}"},
        {"Authorization": f"Bearer {token.upper()}"},
        {"Authorization": f"Bearer {token[:-8]}00000000"},
        {"Authorization": "Bearer " + "a" * 10_000},
        {"Authorization": "Bearer ' OR 1=1 --"},
        {"Authorization": "Bearer t\xf6ken".encode("latin-1")},
        {"Cookie": f"access_token={token}; session={token}"},
        {KEY_HEADER: token},
        [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")],
    ]


def test_s14_anything_but_one_bearer_token_is_rejected_with_a_challenge(service, user):
    """Basic, a doubled header, trailing junk or a cookie are 401 with WWW-Authenticate; the scheme is read in any case."""
    token = user.tokens["access_token"]

    for sent in _token_headers(token):
        response = service.get("/users/me", headers=sent)

        assert response.status_code == 401, sent
        assert response.headers.get_list("WWW-Authenticate") == ["Bearer", 'ApiKey in="header"'], sent
        assert token not in response.text
    for scheme in ("bearer", "BEARER", "Bearer"):
        assert service.get("/users/me", headers={"Authorization": f"{scheme} {token}"}).status_code == 200


def test_s15_an_api_key_holds_its_scopes_ends_at_once_and_is_shown_once(service, user, admin):
    """An API key reaches only its scopes, is 401 at once when revoked or expired, is shown once, and its last use is noted."""
    key = service.key(user, ["users:read"])
    assert service.get("/users/me", headers=key).status_code == 200
    assert code(service.patch(f"/users/{user.id}", {"bio": ""}, headers=key)) == (403, "forbidden")
    assert code(service.get("/sessions", headers=key)) == (401, "unauthorized")
    listed = service.get("/api-keys", headers=user.headers)
    [shown] = listed.json()["keys"]
    assert key[KEY_HEADER] not in listed.text
    assert "secret" not in shown

    def used() -> object:
        return service.get("/api-keys", headers=user.headers).json()["keys"][0].get("last_used_at")

    service.wait(used, "the note of the last use")
    expiring = service.key(user, ["users:read"])
    service.age("api_keys", "expires_at", "user_id", user.id, days=366)
    assert code(service.get("/users/me", headers=expiring)) == (401, "unauthorized")
    revoked = service.key(user, ["users:read"])
    [shown, *_] = service.get("/api-keys", headers=user.headers).json()["keys"]
    assert service.delete(f"/api-keys/{shown['id']}", headers=user.headers).status_code == 204
    assert [service.get("/users/me", headers=revoked).status_code for _ in range(4)] == [401] * 4

    powerful = service.key(admin, SCOPES)
    assert service.get("/users", headers=powerful).status_code == 200
    service.database.execute("UPDATE users SET role = 'user' WHERE id = ?", (admin.id,))
    assert service.get("/users", headers=powerful).status_code == 403
