"""Traces, as a collector receives them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from app.core.errors import RequestFailed
from app.core.http.client import GuardedClient
from app.core.mail import create_transport
from app.core.tracing import create_tracing
from app.main import create_app
from app.resources import connected, make_resources
from app.worker import working
from tests.app.metrics.scraping import Scrape, monitored
from tests.app.tracing.collector import Collector
from tests.app.worker.working import all_delivered, signed_up
from tests.support.builders import new_user, signed_in, stored_post
from tests.support.paths import ROOT
from tests.support.servers.receiver import Receiver

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"


@pytest.fixture
def collector():
    with Collector() as collector:
        yield collector


@pytest.fixture
def template(sqlite_template):
    """Only statements depend on the database."""
    return sqlite_template


@pytest.fixture
def settings(settings, collector):
    """Settings of a process that sends traces."""
    return settings.model_copy(update={"otel_exporter_otlp_endpoint": collector.url})


def ask(settings, *requests: Any):
    """Send requests to an application, and end it, so that its spans are exported."""
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        for method, path, options in requests:
            client.request(method, path, **options)


class TestARequest:
    def test_is_a_span_named_by_its_operation(self, settings, collector):
        ask(settings, ("GET", "/api/v1/posts/999", {"headers": {"X-Secret": "secret"}}))

        span = collector.named("getPost")
        assert span.attributes["http.route"] == "/api/v1/posts/{post_id}"
        assert span.attributes["http.request.method"] == "GET"
        assert span.attributes["http.response.status_code"] == 404
        assert span.attributes["url.path"] == "/api/v1/posts/999"
        assert len(span.attributes["accord.request_id"]) == 36
        assert (span.is_error, span.service, span.parent) == (False, "accord", "")
        assert "secret" not in str(collector.spans)

    def test_outside_the_document_is_named_by_its_method(self, settings, collector):
        ask(settings, ("GET", "/nowhere", {}))

        assert collector.named("GET").attributes["http.response.status_code"] == 404

    def test_continues_the_trace_of_its_caller(self, settings, collector):
        ask(settings, ("GET", "/health", {"headers": {"traceparent": TRACEPARENT, "tracestate": "vendor=1"}}))

        span = collector.named("getHealth")
        assert (span.trace, span.parent, span.state) == (TRACE, SPAN, "vendor=1")

    def test_with_a_long_state_continues_without_it(self, settings, collector):
        state = ",".join(f"vendor{number}={'x' * 100}" for number in range(10))
        ask(settings, ("GET", "/health", {"headers": {"traceparent": TRACEPARENT, "tracestate": state}}))

        span = collector.named("getHealth")
        assert (span.trace, span.state) == (TRACE, "")

    @pytest.mark.parametrize(
        "headers",
        [
            [("traceparent", f"00-{TRACE}-{SPAN}")],
            [("traceparent", f"00-{'0' * 32}-{SPAN}-01")],
            [("traceparent", f"ff-{TRACE}-{SPAN}-01")],
            [("traceparent", f"01-{TRACE}-{SPAN}-01-{'a' * 600}")],
            [("traceparent", TRACEPARENT), ("traceparent", TRACEPARENT)],
            [("traceparent", "\u00e9" * 55)],
        ],
    )
    def test_with_a_malformed_context_begins_a_trace(self, settings, collector, headers):
        encoded = [(name, value.encode("latin-1")) for name, value in headers]
        ask(settings, ("GET", "/health", {"headers": encoded}))

        span = collector.named("getHealth")
        assert (span.trace != TRACE, span.parent) == (True, "")

    def test_that_its_caller_does_not_sample_is_not_exported(self, settings, collector):
        ask(settings, ("GET", "/health", {"headers": {"traceparent": f"00-{TRACE}-{SPAN}-00"}}))

        assert collector.spans == []

    def test_that_fails_is_an_error_without_what_the_exception_says(self, settings, collector, monkeypatch):
        async def fail(*_: object):
            raise ValueError("ada@example.com is not what it should be")

        monkeypatch.setattr("app.services.profiles.get", fail)
        with capture_logs() as events:
            ask(settings, ("GET", "/api/v1/user-profiles/1", {"headers": {"traceparent": TRACEPARENT}}))

        span = collector.named("getUserProfile")
        assert (span.is_error, span.attributes["error.type"]) == (True, "500")
        assert "ada@example.com" not in str(collector.spans)
        assert any(event["event"] == "unexpected error" for event in events)


class TestAStatement:
    @pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
    def template(self, request):
        return request.getfixturevalue(f"{request.param}_template")

    def test_is_a_child_of_its_request_without_values(self, settings, collector):
        ask(settings, ("GET", "/api/v1/user-profiles/1", {}))

        [statement] = collector.children(collector.named("getUserProfile"))
        assert statement.name == "SELECT users"
        assert statement.attributes["db.system.name"] == settings.database_url.partition(":")[0]
        assert statement.attributes["db.collection.name"] == "users"
        assert statement.attributes["db.query.text"].startswith("SELECT users.id")

    def test_of_a_transaction_is_a_child_of_that(self, settings, collector):
        user = new_user()
        ask(settings, ("POST", "/api/v1/users", {"json": user}))

        [transaction] = collector.children(collector.named("createUser"))
        assert transaction.name == "transaction"
        assert "INSERT users" in [span.name for span in collector.children(transaction)]
        assert user["email"] not in str(collector.spans)
        assert user["password"] not in str(collector.spans)


class TestTheLog:
    def test_names_the_trace(self, settings, capfd):
        changes = {"access_log": True, "log_format": "json"}
        ask(settings.model_copy(update=changes), ("GET", "/health", {"headers": {"traceparent": TRACEPARENT}}))
        ask(settings.model_copy(update={**changes, "log_format": "readable"}), ("GET", "/health", {}))

        line, readable = capfd.readouterr().out.splitlines()
        assert json.loads(line)["trace"] == TRACE
        assert len(readable.split()[-1]) == 32

    def test_is_passed_on_to_from_metrics(self, settings, collector):
        with monitored(settings) as (client, port):
            client.get("/health")
            scrape = Scrape(port)

        labels = {"operation": "getHealth", "method": "GET", "status": "200"}
        assert scrape["http_server_request_duration_seconds_count", labels] == 1
        assert collector.named("getHealth")


@pytest.mark.anyio
class TestTheWorker:
    async def test_a_mail_is_a_span_without_its_recipient(self, settings, collector, tmp_path):
        settings = settings.model_copy(update={"mail_folder": tmp_path / "mail"})
        async with connected(traced(settings)) as resources:
            [user] = await signed_up(resources)
            async with working(resources, create_transport(settings)):
                await all_delivered(resources)
            assert dict(resources.deliveries) == {("mail", "succeeded"): 1}

        span = collector.named("send mail")
        assert span.attributes["messaging.message.id"]
        assert user.email not in str(span)

    async def test_a_webhook_that_is_not_received_is_an_error_by_its_type_only(self, settings, collector):
        tracing = create_tracing(settings, lambda: "1.0")
        assert tracing is not None
        tracing.start()
        with pytest.raises(RequestFailed, match="refused"):
            await tracing.client(GuardedClient(allow_private=True)).post("http://127.0.0.1:1/hook", {}, b"")
        await tracing.close()

        span = collector.named("POST")
        assert (span.is_error, span.attributes["error.type"], span.events) == (True, "RequestFailed", 0)
        assert "refused" not in str(span)

    async def test_a_webhook_carries_the_context_of_its_span(self, settings, collector):
        settings = settings.model_copy(update={"webhook_allow_private": True})
        async with Receiver() as receiver:
            with TestClient(create_app(settings)) as client:
                admin = signed_in(client, "admin")
                hook = {"url": f"{receiver.url}?token=secret", "events": ["post.created"]}
                client.post("/api/v1/webhooks", json=hook, headers=admin).raise_for_status()
                stored_post(client, admin)
            collector.spans.clear()
            async with connected(traced(settings)) as resources, working(resources, None):
                [request] = await receiver.wait_for(1)

        span = collector.named("POST")
        assert request.headers["traceparent"] == f"00-{span.trace}-{span.id}-03"  # sampled, and random
        assert span.attributes["server.address"] == "127.0.0.1"
        assert span.attributes["http.response.status_code"] == 204
        assert "secret" not in str(span)
        assert [span.name for span in collector.spans] == ["POST"]  # looking for work is none


def traced(settings):
    resources = make_resources(settings)
    resources.tracing = create_tracing(settings, lambda: "1.0")
    return resources


class TestWithoutTraces:
    @pytest.mark.slow
    def test_nothing_of_it_is_imported(self, tmp_path):
        program = (
            "import sys; from app.core.config import Settings; from app.main import create_app; "
            f"create_app(Settings(env='development', database_url='sqlite:///{tmp_path}/a.db')); "
            "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter', "
            "'prometheus_client', 'google.protobuf', 'app.metrics', 'app.core.tracing.'))])"
        )
        ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

        assert ended.stdout == "[]\n"

    def test_missing_packages_are_named(self, settings, monkeypatch):
        monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
        monkeypatch.delitem(sys.modules, "app.core.tracing.exporter", raising=False)

        with pytest.raises(ValueError, match=r"install requirements-traces\.lock"):
            create_app(settings)
