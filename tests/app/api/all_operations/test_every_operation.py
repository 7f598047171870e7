"""Behaviour that all operations share."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from tests.app.api.requests import IN_ORDER, REQUESTS, operations, send, store_others
from tests.conftest import settings_of
from tests.contract.contract import BY_ID, OPERATIONS
from tests.support.answers import faults, problem
from tests.support.builders import PASSWORD, signed_in, stored_post, stored_user
from tests.support.clock import Clock
from tests.support.resources import resource_data

WITH_BODY = [name for name, operation in operations().items() if "requestBody" in operation]
WITH_CONTENT = [
    name for name, found in operations().items() if any("content" in r for s, r in found["responses"].items() if s < "3")
]
READING = [name for name, (method, _, _) in REQUESTS.items() if method == "GET"]
PUBLIC = [operation.id for operation in OPERATIONS if operation.is_cached]  # public resources
SECURED = [
    name for name, operation in operations().items() if "401" in operation["responses"] and operation.get("security") != []
]


def open_world(template, folder):
    """A started application with a fixed clock, with the rows of `REQUESTS`; Grace's refresh token."""
    client = TestClient(create_app(settings_of(template, folder), now=Clock()), raise_server_exceptions=False)
    client.__enter__()
    admin = signed_in(client, "admin")
    client.headers.update(admin)
    signed_in(client, "admin")  # the session 2
    stored_user(client, username="grace", email="grace@example.com")
    stored_user(client, username="alan", email="alan@example.com")
    tokens = client.post("/api/v1/sessions", json={"identifier": "grace", "password": PASSWORD}).json()
    author = signed_in(client, "grace")
    stored_post(client, author)
    store_others(client, admin)
    return client, tokens["refresh_token"]


@pytest.fixture(scope="module")
def world(template, tmp_path_factory):
    """A client, signed in as the administrator, for requests that change nothing."""
    client, _ = open_world(template, tmp_path_factory.mktemp("world"))
    yield client
    client.__exit__(None, None, None)


def comparable(response, operation=""):
    """A response without what differs each time: request ids, tokens, ids of events, secrets."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|msg_[0-9a-f]{32}|ac[ark]_[0-9a-f]{72}", "", response.text)
    for name in resource_data("SECRETS").get(operation, ()):
        text = re.sub(rf'"{name}":("[^"]*"|\[[^]]*\])', "", text)
    return response.status_code, text, {n: v for n, v in response.headers.items() if n != "x-request-id"}


def test_the_alias_answers_every_operation_identically(template, tmp_path, subtests):
    folders = [tmp_path / name for name in ("documented", "alias")]
    for folder in folders:
        folder.mkdir()
    (documented, token), (alias, other_token) = (open_world(template, folder) for folder in folders)

    for operation in IN_ORDER:
        with subtests.test(operation=operation):
            answer = send(alias, operation, alias=True, refresh_token=other_token)

            assert answer.status_code < 300
            documented_answer = send(documented, operation, refresh_token=token)
            assert comparable(answer, operation) == comparable(documented_answer, operation)
            assert answer.headers.get("Location", "/api/v1/").startswith("/api/v1/")

    for client in (documented, alias):
        client.__exit__(None, None, None)
    for folder in folders:
        shutil.rmtree(folder)


@pytest.mark.parametrize("operation", WITH_BODY)
class TestBodies:
    def test_a_missing_body_is_a_bad_request(self, world, operation):
        assert problem(send(world, operation, content=b"")) == (400, "bad-request")

    def test_invalid_json_is_a_bad_request(self, world, operation, subtests):
        for content in (
            *(
                b"{",
                b"{}{}",
                b"{'a':1}",
                b"nul",
                b"\xef\xbb\xbf{}",
                '{"a":1}'.encode("utf-16"),
                b'{"a":"\xff"}',
                b'{"a":"\x01"}',
            ),
            *(
                b'{"a":1,"a":2}',
                b'{"a":NaN}',
                b'{"a":-Infinity}',
                b'{"a":1e999}',
                b'{"a":"\\ud800"}',
                b"[" * 100_000,
                b'{"a":' * 9_999,
            ),
        ):
            with subtests.test(content=content[:20]):
                response = send(world, operation, content=content, headers={"Content-Type": "application/json"})

                assert problem(response) == (400, "bad-request")

    def test_json_other_than_an_object_is_rejected(self, world, operation, subtests):
        for content in (b"null", b"[]", b'"text"', b"1", b"true"):
            with subtests.test(content=content):
                response = send(world, operation, content=content, headers={"Content-Type": "application/json"})

                assert ("body", "", "type") in faults(response)

    def test_another_media_type_is_rejected_and_accept_lists_the_supported_ones(self, world, operation, subtests):
        content = json.dumps(REQUESTS[operation][2]).encode()
        others = (
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonx",
            "json",
            "",
        )
        for media_type in others:
            with subtests.test(media_type=media_type):
                response = send(world, operation, content=content, headers={"Content-Type": media_type})

                assert problem(response) == (415, "unsupported-media-type")
                assert response.headers["Accept"] == ", ".join(operations()[operation]["requestBody"]["content"])

    def test_a_body_over_the_limit_is_rejected_with_or_without_content_length(self, world, operation):
        content = b'{"a":"' + b"x" * (1 << 20) + b'"}'

        with_length = send(world, operation, content=content, headers={"Content-Type": "application/json"})
        chunked = send(
            world, operation, content=iter([content[:100], content[100:]]), headers={"Content-Type": "application/json"}
        )

        assert problem(with_length) == problem(chunked) == (413, "content-too-large")

    def test_an_invalid_content_length_is_a_bad_request(self, world, operation):
        for length in ("abc", "-1", "+1", "1.0", ""):
            response = send(world, operation, headers={"Content-Type": "application/json", "Content-Length": length})

            assert problem(response) == (400, "bad-request")


class TestRequests:
    @pytest.mark.parametrize("operation", WITH_CONTENT)
    def test_an_unacceptable_accept_header_gets_406(self, world, operation):
        assert problem(send(world, operation, headers={"Accept": "text/html"})) == (406, "not-acceptable")
        assert problem(send(world, operation, headers={"Accept": "application/json;q=0"})) == (406, "not-acceptable")

    @pytest.mark.parametrize("operation", REQUESTS)
    def test_an_unknown_query_parameter_is_rejected(self, world, operation):
        response = send(world, operation, params={"_method": "DELETE"})

        assert ("query", "/_method", "unknown") in faults(response)
        assert "DELETE" not in response.text

    @pytest.mark.parametrize("operation", SECURED)
    def test_an_invalid_token_is_rejected_before_other_errors(self, world, operation):
        response = send(world, operation, params={"x": 1}, content=b"{", headers={"Authorization": "Bearer x", "Accept": "x/y"})

        assert problem(response) == (401, "unauthorized")
        keys = ['ApiKey in="header"'] if BY_ID[operation].takes_keys else []
        assert response.headers.get_list("WWW-Authenticate") == ["Bearer", *keys]

    @pytest.mark.parametrize("operation", READING)
    def test_head_is_get_without_the_body(self, world, operation):
        get, head = send(world, operation), send(world, operation, method="HEAD")

        assert get.status_code == head.status_code == 200
        assert head.content == b""
        assert comparable(head)[2] == comparable(get)[2]

    def test_an_undefined_method_is_rejected_and_allow_lists_the_defined_ones(self, world, subtests):
        allowed: dict[str, set[str]] = {}
        for method, path, _ in REQUESTS.values():
            allowed.setdefault(path, {"OPTIONS"}).update({method, "HEAD"} if method == "GET" else {method})
        for path, methods in allowed.items():
            with subtests.test(path=path):
                for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - methods:
                    response = world.request(method, path)
                    assert problem(response) == (405, "method-not-allowed")
                    assert set(response.headers["Allow"].split(", ")) == methods

                options = world.request("OPTIONS", path)
                assert (options.status_code, set(options.headers["Allow"].split(", "))) == (204, methods)

    def test_a_path_is_matched_exactly_and_never_redirected(self, world, subtests):
        for path in (
            *("/api/v1/users/", "/API/v1/users", "/api//v1/users", "//api/v1/users", "/api/v1/users;a=b", "/api/v1//users"),
            *(
                "/api/v1/users/2/",
                "/api/v1/users/2%2fposts",
                "/api/v1/users/2/posts/",
                "/api/v2/users",
                "/v1/users",
                "/users",
                "/api",
            ),
            *("/health/", "/api/health", "/api/v1/health", "/api/v1/users/2/..%2f1/posts", "/api/v1/x%ff", "/metrics", "/.env"),
        ):
            with subtests.test(path=path):
                response = world.get(path, follow_redirects=False)

                assert response.status_code in {404, 422}, response.headers
                assert problem(response)[1] in {"not-found", "unprocessable-content"}


class TestAnswers:
    def test_every_response_has_the_security_headers_and_its_own_request_id(self, world):
        kept = [send(world, name) for name in PUBLIC]
        answers = [send(world, operation, content=b"x") for operation in WITH_BODY]
        answers += [send(world, name) for name in READING if name not in PUBLIC]
        answers += [world.get("/nowhere"), world.put("/health"), world.request("OPTIONS", "/health")]

        assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
        assert {answer.headers["Cache-Control"] for answer in kept} == {"no-cache"}
        answers += kept
        for answer in answers:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
            assert "Server" not in answer.headers
        ids = [answer.headers["X-Request-ID"] for answer in answers]
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", number) for number in ids)

    def test_a_request_id_of_the_client_is_ignored(self, world):
        response = world.get("/health", headers={"X-Request-ID": "11111111-1111-1111-1111-111111111111"})

        assert not response.headers["X-Request-ID"].startswith("1111")

    def test_without_limits_there_are_no_rate_limit_headers(self, world):
        assert not [name for name in world.get("/health").headers if name.startswith("ratelimit")]
