"""Access: every operation is called with every role."""

from __future__ import annotations

import pytest

from tests.app.api.requests import IN_ORDER, send, store_others
from tests.contract.contract import BY_ID
from tests.support.builders import PASSWORD, signed_in, stored_post, stored_user
from tests.support.resources import resource_entry

WHO = ("nobody", "grace", "alan", "admin", "deactivated")  # as in the ACCESS of `tests/resources/`


@pytest.fixture
def people(client, admin):
    """The headers of every role, with the rows that `REQUESTS` refers to."""
    stored_user(client, username="grace", email="grace@example.com")
    stored_user(client, username="alan")
    signed_in(client, "grace")
    grace = signed_in(client, "grace")
    stored_post(client, grace, is_published=False)
    store_others(client, grace)
    return {"nobody": {}, "grace": grace, "alan": signed_in(client, "alan"), "admin": admin, "deactivated": grace}


@pytest.mark.parametrize("who", WHO)
def test_every_role_has_exactly_the_access_of_the_resource(client, people, who, subtests):
    tokens = client.post("/api/v1/sessions", json={"identifier": "grace", "password": PASSWORD}).json()
    if who == "deactivated":
        client.patch("/api/v1/users/2", json={"is_active": False}, headers=people["admin"])

    for operation in IN_ORDER:
        with subtests.test(operation=operation):
            access = resource_entry("ACCESS", operation, BY_ID[operation].tag)
            response = send(client, operation, headers=people[who], refresh_token=tokens["refresh_token"])

            assert response.status_code == access[WHO.index(who)], response.text


class TestTokens:
    @pytest.fixture
    def token(self, admin):
        return admin["Authorization"].removeprefix("Bearer ")

    def test_the_scheme_is_read_without_regard_to_case(self, client, token):
        for scheme in ("bearer", "BEARER", "Bearer"):
            assert client.get("/api/v1/users/me", headers={"Authorization": f"{scheme} {token}"}).status_code == 200

    def test_anything_but_one_token_is_rejected_with_a_challenge(self, client, token, subtests):
        headers = [
            {},
            {"Authorization": ""},
            {"Authorization": "Bearer"},
            {"Authorization": "Bearer "},
            {"Authorization": token},
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
            [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")],
        ]
        for sent in headers:
            with subtests.test(sent=str(sent)[:60]):
                response = client.get("/api/v1/users/me", headers=sent)

                assert response.status_code == 401
                assert response.headers.get_list("WWW-Authenticate") == ["Bearer", 'ApiKey in="header"']
                assert token not in response.text

    def test_a_token_in_the_query_is_ignored(self, client, token):
        assert client.get("/api/v1/users/me", params={"access_token": token}).status_code == 401

    @pytest.mark.parametrize(
        "token",
        [
            "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiIxIiwicm9sZSI6ImFkbWluIn0.",
            "eyJhbGciOiJOT05FIn0.eyJzdWIiOiIxIn0.c2ln",
            "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLy4uL2Rldi9udWxsIn0.eyJzdWIiOiIxIn0.AAAA",
        ],
    )
    def test_json_web_tokens_are_rejected(self, client, token):
        assert client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401

    def test_method_overrides_are_ignored(self, client, admin):
        for name in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"):
            assert client.get("/api/v1/users/1", headers={**admin, name: "DELETE"}).status_code == 200

        assert client.get("/api/v1/users/me", headers=admin).status_code == 200
