"""Faults measured in the example that this service began with, and the response here."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.support.answers import faults, problem
from tests.support.builders import PASSWORD, new_user, signed_in, stored_user
from tests.support.databases import stored

JSON = {"Content-Type": "application/json"}


def sign_up(url, bodies):
    def post(body):
        connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
        connection.request("POST", "/api/v1/users", json.dumps(body), JSON)
        response = connection.getresponse()
        answer = response.status, json.loads(response.read())
        connection.close()
        return answer

    with ThreadPoolExecutor(20) as pool:
        return list(pool.map(post, bodies))


@pytest.mark.slow
class TestSimultaneousSignUps:
    """Of many simultaneous sign-ups, over real connections to a real server, one succeeds."""

    @pytest.mark.parametrize(
        "same",
        [
            lambda number: {"email": "one@example.com", "username": f"one_{number}"},
            lambda number: {"email": f"two{number}@example.com", "username": "two"},
            lambda number: {"email": ("three@example.com", "THREE@example.com", "Three@Example.com")[number % 3]},
            lambda number: {"username": ("four", "FOUR", "Four", "fOUR")[number % 4]},
        ],
        ids=["one address", "one username", "cases of an address", "cases of a username"],
    )
    def test_one_is_stored_and_the_others_are_conflicts(self, server_url, same):
        answers = sign_up(server_url, [new_user(**same(number)) for number in range(50)])

        assert sorted(status for status, _ in answers) == [201] + [409] * 49
        assert {body["type"] for status, body in answers if status == 409} == {"/problems/already-registered"}


class TestValuesThatBrokeIt:
    def test_null_for_is_active_is_rejected_and_the_list_still_works(self, client, admin):
        user = stored_user(client)

        response = client.patch(f"/api/v1/users/{user['id']}", json={"is_active": None}, headers=admin)

        assert faults(response) == {("body", "/is_active", "type")}
        assert client.get("/api/v1/users", headers=admin).json()["users"][-1] == user

    @pytest.mark.parametrize("number", [2**63, 2**64, 2**53, 10**20, 10**400])
    def test_numbers_beyond_the_database_are_rejected(self, client, admin, number):
        paths = [f"/api/v1/users/{number}", f"/api/v1/users/{number}/posts", f"/api/v1/posts/{number}"]
        paths += [f"/api/v1/user-profiles/{number}", f"/api/v1/users?page={number}", f"/api/v1/posts?page_size={number}"]

        for path in paths:
            assert problem(client.get(path, headers=admin)) == (422, "unprocessable-content"), path

    def test_the_largest_page_of_the_largest_size_is_empty(self, client, admin):
        assert client.get("/api/v1/users?page=1000000&page_size=100", headers=admin).json()["users"] == []

    def test_an_unpaired_surrogate_is_a_bad_request(self, client, admin):
        response = client.patch("/api/v1/users/1", content=b'{"bio":"\\ud800"}', headers={**admin, **JSON})

        assert problem(response) == (400, "bad-request")

    def test_a_patch_without_a_body_is_a_bad_request(self, client, admin):
        assert problem(client.patch("/api/v1/users/1", headers=admin)) == (400, "bad-request")

    def test_nul_is_rejected_in_every_text(self, client, admin):
        sent = {"email": "a\0@example.com", "username": "a\0bc", "password": "a\0bcdefg7", "full_name": "\0"}
        post = {"title": "\0", "content": "\0"}

        created = faults(client.post("/api/v1/users", json=sent))
        written = faults(client.post("/api/v1/posts", json=post, headers=admin))
        session = faults(client.post("/api/v1/sessions", json={"identifier": "abc\0", "password": "\0"}))

        assert {pointer for _, pointer, _ in created} == {f"/{name}" for name in sent}
        assert {pointer for _, pointer, _ in written} == {f"/{name}" for name in post}
        assert {pointer for _, pointer, _ in session} == {"/identifier", "/password"}

    def test_a_password_of_10_megabytes_is_not_even_read(self, client):
        assert problem(client.post("/api/v1/users", json=new_user(password="a1" * 5_000_000))) == (413, "content-too-large")

    def test_a_password_as_long_as_the_body_limit_is_rejected_before_it_is_hashed(self, client):
        response = client.post("/api/v1/users", json=new_user(password="a1" * 125_000))

        assert faults(response) == {("body", "/password", "maxLength")}


class TestPasswords:
    def test_password1_is_too_easy_to_guess(self, client):
        assert problem(client.post("/api/v1/users", json=new_user(password="password1"))) == (409, "weak-password")

    def test_a_long_phrase_needs_its_digit_as_documented(self, client):
        response = client.post("/api/v1/users", json=new_user(password="correct horse battery staple"))

        assert faults(response) == {("body", "/password", "pattern")}

    def test_a_problem_does_not_repeat_the_password(self, client):
        response = client.post("/api/v1/users", json=new_user(email="x", password="so-secret-a-phrase"))

        assert response.status_code == 422
        assert "so-secret" not in response.text

    def test_passwords_and_tokens_are_stored_only_as_hashes(self, client, settings):
        stored_user(client, username="grace", password="so-secret-a-phrase-7")
        tokens = client.post("/api/v1/sessions", json={"identifier": "grace", "password": "so-secret-a-phrase-7"}).json()

        kept = stored(settings.database_url)
        assert b"grace" in kept
        for secret in ("so-secret-a-phrase-7", tokens["access_token"], tokens["refresh_token"]):
            assert secret.encode() not in kept
            assert secret.removeprefix("aca_").removeprefix("acr_")[:64].encode() not in kept


class TestAnswersOfTheFramework:
    def test_the_problem_of_another_content_type_names_the_supported_one(self, client):
        response = client.post("/api/v1/users", data={"email": "a@example.com"})

        assert problem(response) == (415, "unsupported-media-type")
        assert response.headers["Accept"] == "application/json"

    def test_allow_is_complete(self, client):
        assert client.put("/api/v1/users").headers["Allow"] == "GET, HEAD, OPTIONS, POST"

    def test_listing_and_deleting_users_require_a_token(self, client):
        assert problem(client.get("/api/v1/users")) == (401, "unauthorized")
        assert problem(client.delete("/api/v1/users/1")) == (401, "unauthorized")

    def test_security_headers_are_sent(self, client):
        headers = client.get("/api/v1/posts").headers

        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


class TestTokens:
    def test_a_token_is_invalid_after_signing_out(self, client, admin):
        client.delete("/api/v1/sessions/current", headers=admin)

        assert problem(client.get("/api/v1/users/me", headers=admin)) == (401, "unauthorized")

    def test_alg_none_is_rejected(self, client):
        token = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiIxIiwicm9sZSI6ImFkbWluIn0."

        response = client.get("/api/v1/users", headers={"Authorization": f"Bearer {token}"})

        assert problem(response) == (401, "unauthorized")

    def test_an_address_in_another_case_is_the_same_account(self, client):
        stored_user(client, email="grace@example.com")

        response = client.post("/api/v1/users", json=new_user(email="Grace@Example.COM"))

        assert problem(response) == (409, "already-registered")
        assert signed_in(client, "GRACE@example.com", PASSWORD)
