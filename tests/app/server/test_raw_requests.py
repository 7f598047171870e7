"""Raw requests to a running service: SQLite with one worker, PostgreSQL with two."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import msgspec
import pytest

from tests.codegen.server.wire import Answer, Connection
from tests.support.databases import Template
from tests.support.servers.service import Server

pytestmark = pytest.mark.slow

HOST = b"Host: api.example.com\r\n"
HEALTH = b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n"
POST = b"POST /api/v1/sessions HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
BODY = b'{"identifier":"nobody","password":"wrong-horse-9"}'
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n" % (len(BODY), BODY)
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"


@pytest.fixture(scope="module")
def server(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("raw")
    database = template.copy(folder)
    workers = 2 if database.startswith("postgresql") else 1
    settings = {"ALLOWED_HOSTS": "*.example.com,127.0.0.1", "MAX_CONNECTIONS_PER_ADDRESS": "20"}
    with Server(database, workers=workers, log=folder / "log", ADDRESS_LIMIT="10000", **settings) as running:
        yield running
    template.drop(database)


@pytest.fixture
def connection(server: Server) -> Iterator[Connection]:
    with contextlib.closing(Connection(server.port)) as opened:
        yield opened


def code(answer: Answer) -> object:
    return msgspec.json.decode(answer.body)["code"]


@pytest.mark.parametrize(
    "asked", [b"", H2C, b"Connection: Upgrade\r\nUpgrade: websocket\r\n"], ids=["none", "h2c", "websocket"]
)
@pytest.mark.parametrize("size", [10_000, 30])
def test_bodies_are_delimited_whatever_upgrade_is_requested(connection, asked, size):
    inner = b"GET /api/v1/user-profiles?page_size=1 HTTP/1.1\r\n" + HOST + b"\r\n"
    data = b"".join(
        POST + asked + b"Content-Length: %d\r\n\r\n%b" % (len(body), body) + CHUNKED.replace(HOST, HOST + asked) + b"\r\n"
        for body in (BODY, inner)
    )
    for start in range(0, len(data), size):
        connection.send(data[start : start + size])

    answers = [connection.answer() for _ in range(4)]

    assert [(answer.status, code(answer)) for answer in answers] == [
        (401, "invalid-credentials"),
        (401, "invalid-credentials"),
        (400, "bad-request"),
        (401, "invalid-credentials"),
    ]
    assert connection.send(HEALTH).answer().status == 200


def test_trailer_fields_are_not_headers(connection):
    connection.send(
        CHUNKED + b"Content-Type: text/plain\r\nAccept: image/png\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n" + HEALTH
    )

    assert code(connection.answer()) == "invalid-credentials"
    assert connection.answer().status == 200


def test_trailer_fields_are_bounded(connection):
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        connection.send(CHUNKED + b"a:b\r\n" * 600_000 + b"\r\n")

    assert connection.answer().status == 431


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"junk\r\n\r\n", 400),
        (HEALTH.replace(b"api.example.com", b"a b"), 400),
        (HEALTH.replace(b"api.example.com", b"example.org"), 400),
        (HEALTH.replace(b"/health", b"http://example.org/health"), 400),
        (HEALTH.replace(b"1.1", b"2.0"), 505),
        (HEALTH.replace(b"GET", b"BREW"), 501),
        (b"GET /health HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 40_000 + b"\r\n\r\n", 431),
    ],
    ids=["junk", "malformed host", "other host", "other host in the target", "version", "method", "large"],
)
def test_rejected_requests_get_the_usual_headers_and_problem(server, connection, head, status):
    usual = connection.send(HEALTH).answer()
    with contextlib.closing(Connection(server.port)) as other:
        refused = other.send(head).answer()

        assert refused.status == msgspec.json.decode(refused.body)["status"] == status
        assert other.is_closed()
    assert {*usual.headers} - {"etag", "ratelimit-policy"} <= {*refused.headers}
    assert {"strict-transport-security", "x-request-id", "ratelimit", "x-content-type-options"} <= {*refused.headers}


def test_absolute_targets_and_their_hosts_are_served(connection):
    heads = [
        HEALTH,
        HEALTH.replace(b"/health", b"http://other.example.com/health"),
        HEALTH.replace(b"api.example.com", b"127.0.0.1:1"),
    ]

    assert [connection.send(head).answer().status for head in heads] == [200] * 3


def test_connections_of_one_address_are_limited(server):
    with contextlib.ExitStack() as stack:
        source = "127.0.2.1"
        opened = [
            stack.enter_context(contextlib.closing(Connection(server.port, source))) for _ in range(20 * server.workers + 1)
        ]
        ends = []
        for connection in opened:
            with contextlib.suppress(OSError):
                connection.send(HEALTH)
            try:
                ends.append(connection.answer().status)
            except (EOFError, ConnectionResetError):
                ends.append(0)

        assert 20 <= ends.count(200) <= 20 * server.workers
        assert ends.count(0) == len(ends) - ends.count(200)


def test_hostile_requests_do_not_forge_log_lines(server):
    log = server.log.read_text()

    assert "Unsupported upgrade" not in log
    assert "WebSocket" not in log
    assert "Invalid HTTP" not in log
