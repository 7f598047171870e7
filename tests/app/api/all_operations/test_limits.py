"""Rate limits per address and per account, over HTTP."""

from __future__ import annotations

import functools
from contextlib import ExitStack

import pytest
from starlette.testclient import TestClient

from app.core.valkey import connect
from app.main import create_app
from tests.support.answers import problem
from tests.support.builders import at
from tests.support.servers.valkey import Valkey

HEALTH = ("/health", "/health/ready")


class TestLimits:
    @pytest.fixture
    def few(self, settings):
        limits = {"address_limit": 5, "account_limit": 3}
        with TestClient(create_app(settings.model_copy(update=limits)), raise_server_exceptions=False) as client:
            yield client

    def test_every_response_has_the_remaining_requests(self, few):
        answers = [few.get(path) for path in ("/api/v1/posts", "/nowhere", "/api/v1/posts?page=0")]

        assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"address";q=5;w=60'}
        left = [answer.headers["RateLimit"].split(";")[1] for answer in answers]
        assert left == ["r=4", "r=3", "r=2"]

    def test_beyond_it_the_response_has_retry_after(self, few):
        response = [few.get("/api/v1/posts") for _ in range(6)][-1]

        assert problem(response) == (429, "too-many-requests")
        assert int(response.headers["Retry-After"]) in range(1, 13)
        assert response.headers["RateLimit"].startswith('"address";r=0;t=')

    def test_the_limit_of_an_account_counts_beside_that_of_the_address(self, few):
        body = {"identifier": "admin", "password": "correct-horse-9"}
        token = few.post("/api/v1/sessions", json=body).json()["access_token"]

        answers = [few.get("/api/v1/users/me", headers={"Authorization": f"Bearer {token}"}) for _ in range(4)]

        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"account";q=3;w=60'}

    @pytest.mark.parametrize(
        ("addresses", "last"),
        [
            ([f"2001:db8:0:1::{number}" for number in range(6)], 429),  # one network
            ([f"2001:db8:0:{number}::1" for number in range(6)], 200),
            (["192.0.2.1", "::ffff:192.0.2.1"] * 3, 429),  # one address
            ([f"192.0.2.{number}" for number in range(6)], 200),
        ],
    )
    def test_clients_are_keyed_by_address_or_ipv6_network(self, few, addresses, last):
        statuses = [at(few, address).get("/api/v1/posts").status_code for address in addresses]

        assert statuses == [200] * 5 + [last]

    def test_a_normal_burst_is_within_the_default_limits(self, settings):
        usual = {name: settings.__class__.model_fields[name].default for name in ("address_limit", "account_limit")}
        with TestClient(create_app(settings.model_copy(update=usual))) as client:
            assert {client.get("/api/v1/posts").status_code for _ in range(200)} == {200}

    def test_documentation_pages_are_limited_too(self, few):
        answers = [few.get(path) for path in ("/docs", "/openapi.json", "/problems/nothing", "/redoc", "/problems", "/docs")]

        assert [answer.status_code for answer in answers] == [200, 200, 404, 200, 200, 429]
        assert problem(answers[-1]) == (429, "too-many-requests")
        assert len({answer.headers["X-Request-ID"] for answer in answers}) == 6
        assert answers[2].json()["instance"] == f"urn:uuid:{answers[2].headers['X-Request-ID']}"
        assert all(answer.headers.get_list("RateLimit-Policy") == ['"address";q=5;w=60'] for answer in answers)

    def test_health_checks_are_never_limited_nor_counted(self, few):
        answers = [few.request(method, path) for _ in range(10) for method in ("GET", "HEAD") for path in HEALTH]
        others = [few.get("/api/v1/posts").status_code for _ in range(6)]

        assert {answer.status_code for answer in answers} == {200}
        assert not any(name.startswith("ratelimit") for answer in answers for name in answer.headers)
        assert others == [200] * 5 + [429]
        assert {few.get(path).status_code for path in HEALTH} == {200}
        assert few.delete("/health").status_code == 429  # no operation: counted


class TestSeveralWorkers:
    """Each application is a worker, which shares only Valkey with the others."""

    @pytest.fixture
    def workers(self, settings, monkeypatch):
        # On a machine that is busy with other tests, a server that gets no processor must not look like an outage.
        monkeypatch.setattr("app.core.valkey.connect", functools.partial(connect, timeout=5.0))
        with ExitStack() as stack:

            def start(**changed: object):
                app = create_app(settings.model_copy(update={"address_limit": 8, "sign_in_failure_limit": 3, **changed}))
                return stack.enter_context(TestClient(app, raise_server_exceptions=False))

            yield start

    def test_share_limits_through_valkey(self, workers):
        with Valkey() as server:
            one, two = (workers(redis_url=server.url, workers=2) for _ in range(2))
            statuses = [worker.get("/api/v1/posts").status_code for _ in range(5) for worker in (one, two)]
            left = one.get("/api/v1/posts")

            assert statuses == [200] * 8 + [429] * 2
            assert problem(left) == (429, "too-many-requests")
            assert left.headers["RateLimit-Policy"] == '"address";q=8;w=60'
            assert int(left.headers["Retry-After"]) in range(1, 9)

    def test_share_the_count_of_failed_sign_ins(self, workers):
        with Valkey() as server:
            one, two = (workers(redis_url=server.url, address_limit=0) for _ in range(2))
            body = {"identifier": "admin", "password": "wrong-guess-1"}
            answers = [worker.post("/api/v1/sessions", json=body) for worker in [one, two] * 2]

            assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
            assert answers[-1].headers["RateLimit-Policy"] == '"sign-in-failures";q=3;w=3600'
            assert not any("admin" in key for key in server.call("KEYS", "*"))

    def test_divide_the_limits_without_valkey(self, workers):
        one, two = (workers(workers=2) for _ in range(2))
        answers = [[worker.get("/api/v1/posts") for _ in range(6)] for worker in (one, two)]

        assert [[answer.status_code for answer in of_one] for of_one in answers] == [[200] * 4 + [429] * 2] * 2
        assert answers[0][0].headers["RateLimit-Policy"] == '"address";q=8;w=60'

    def test_continue_per_worker_while_valkey_is_down(self, workers):
        with Valkey() as server:
            one = workers(redis_url=server.url)
            assert one.get("/api/v1/posts").headers["RateLimit"] == '"address";r=7;t=8'
            server.kill()
            statuses = [one.get("/api/v1/posts").status_code for _ in range(10)]

            assert statuses == [200] * 8 + [429] * 2

    def test_start_while_valkey_is_down(self, workers):
        one = workers(redis_url=Valkey().url)

        assert [one.get("/api/v1/posts").status_code for _ in range(9)] == [200] * 8 + [429]

    def test_do_not_start_with_an_invalid_url(self, workers):
        with pytest.raises(ValueError, match="Valkey URL"):
            workers(redis_url="http://:s3cret@localhost")
