"""CORS: which origins may call from a browser."""

from __future__ import annotations

import itertools
import re

import pytest
from starlette.testclient import TestClient

from app.contract import api
from app.main import create_app
from tests.codegen.support.preflights import METHODS, asking, documented, exposed, passes
from tests.support.builders import new_user

ORIGIN = "https://app.example"


@pytest.fixture
def listed(settings):
    """A client of an application that lists one origin."""
    app = create_app(settings.model_copy(update={"env": "production", "allowed_origins": [ORIGIN]}))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def preflight(client, origin, method="PATCH", headers="authorization, content-type, if-match"):
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return client.options("/api/v1/users/2", headers=asked)


class TestAListedOrigin:
    def test_may_read_the_answer_and_its_headers(self, listed):
        response = listed.get("/api/v1/posts", headers={"Origin": ORIGIN})

        read = response.headers["Access-Control-Expose-Headers"].split(", ")
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "Origin" in response.headers["Vary"]
        assert {"ETag", "Location", "X-Request-ID", "Retry-After", "RateLimit", "RateLimit-Policy"} <= set(read)
        assert {name.lower() for name in read} == exposed(api().document)

    def test_may_send_exactly_the_methods_and_headers_of_the_path(self, listed):
        paths = list(documented(api().document))
        everywhere = set().union(*(sent for _, _, sent in paths), {"x-evil", "traceparent"})

        for path, methods, sent in paths:
            for method, header in itertools.product((one.upper() for one in METHODS), everywhere):
                answer = listed.options(re.sub(r"\{[^}]*\}", "2", path), headers=asking(ORIGIN, method, header))

                assert answer.status_code == 204
                assert passes(dict(answer.headers), method, header) is (method in methods and header in sent)

    def test_may_send_the_headers_of_the_operation(self, listed):
        user = preflight(listed, ORIGIN)

        assert user.headers["Access-Control-Allow-Methods"] == "DELETE, GET, HEAD, OPTIONS, PATCH"
        assert (
            user.headers["Access-Control-Allow-Headers"]
            == "Accept, Authorization, Content-Type, If-Match, If-None-Match, X-API-Key"
        )

    def test_a_preflight_request_is_limited_and_has_security_headers(self, settings):
        few = settings.model_copy(update={"allowed_origins": [ORIGIN], "address_limit": 1})
        with TestClient(create_app(few)) as client:
            allowed, refused = preflight(client, ORIGIN), preflight(client, ORIGIN)

        assert (allowed.status_code, refused.status_code) == (204, 429)
        assert refused.json()["code"] == "too-many-requests"
        for response in (allowed, refused):
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Content-Security-Policy"]
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["RateLimit"]
            assert response.headers["X-Request-ID"]

    def test_vary_is_one_header(self, listed):
        user = listed.post("/api/v1/users", json=new_user()).json()

        for origin in (ORIGIN, "https://other.example", None):
            headers = {"Origin": origin} if origin else {}
            posts = listed.get("/api/v1/posts", headers=headers)
            own = listed.get(f"/api/v1/users/{user['id']}/posts", headers=headers)
            unchanged = listed.get(f"/api/v1/users/{user['id']}/posts", headers={**headers, "If-None-Match": "*"})

            assert (posts.status_code, own.status_code, unchanged.status_code) == (200, 200, 304)
            assert posts.headers.get_list("Vary") == ["Origin"]
            assert own.headers.get_list("Vary") == unchanged.headers.get_list("Vary") == ["Authorization, X-API-Key, Origin"]

    def test_may_read_problems_too(self, listed, settings):
        few = settings.model_copy(update={"allowed_origins": [ORIGIN], "address_limit": 1})
        with TestClient(create_app(few)) as client:
            answers = [client.get("/api/v1/users/me", headers={"Origin": ORIGIN}) for _ in range(2)]
        answers += [listed.get(path, headers={"Origin": ORIGIN}) for path in ("/nowhere", "/api/v1/posts?page=0")]

        assert [answer.status_code for answer in answers] == [401, 429, 404, 422]
        assert {answer.headers["Access-Control-Allow-Origin"] for answer in answers} == {ORIGIN}

    def test_never_sends_cookies(self, listed):
        for response in (preflight(listed, ORIGIN), listed.get("/health", headers={"Origin": ORIGIN})):
            assert "Access-Control-Allow-Credentials" not in response.headers


class TestEnvironments:
    @pytest.mark.parametrize(("env", "allowed"), [("development", True), ("staging", False), ("production", False)])
    def test_local_pages_may_call_in_development_only(self, settings, env, allowed):
        with TestClient(create_app(settings.model_copy(update={"env": env}))) as client:
            response = client.get("/health", headers={"Origin": "http://localhost:3000"})

        assert (response.headers.get("Access-Control-Allow-Origin") == "http://localhost:3000") is allowed

    @pytest.mark.parametrize(("env", "sent"), [("development", False), ("staging", True), ("production", True)])
    def test_browsers_are_kept_on_https_outside_development(self, settings, env, sent):
        with TestClient(create_app(settings.model_copy(update={"env": env}))) as client:
            response = client.get("/health")

        assert ("Strict-Transport-Security" in response.headers) is sent
