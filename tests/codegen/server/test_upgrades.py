"""Upgrade requests are served without changing the protocol (RFC 9110, 7.8)."""

from __future__ import annotations

import time

import pytest

from tests.codegen.server.wire import BODY, HOST, OBSERVER, POST, THING

H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
LENGTH = b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (5, BODY[:5], len(BODY) - 5, BODY[5:])
INNER = b"GET /v1/things/8 HTTP/1.1\r\n" + HOST + b"\r\n"


@pytest.mark.parametrize(
    "asked", [H2C, b"Connection: Upgrade\r\nUpgrade: websocket\r\n", b"Connection: upgrade\r\nUpgrade: x/1\r\n"]
)
class TestAnUpgrade:
    @pytest.mark.parametrize("message", [LENGTH, CHUNKED], ids=["length", "chunked"])
    @pytest.mark.parametrize("size", [10_000, 40, 7, 1])
    def test_leaves_the_body_what_it_is(self, connection, asked, message, size):
        data = (POST + asked + message) * 2 + THING + b"\r\n"

        for start in range(0, len(data), size):
            connection.send(data[start : start + size])

        assert [connection.answer().status for _ in range(3)] == [201, 201, 200]

    @pytest.mark.parametrize("pause", [0, 0.1])
    def test_never_makes_a_request_of_a_body(self, connection, asked, pause):
        OBSERVER.statuses.clear()
        connection.send(POST + asked + b"Content-Length: %d\r\n\r\n" % len(INNER))
        time.sleep(pause)
        connection.send(INNER)

        assert connection.answer().status == 400
        assert connection.send(THING + b"\r\n").answer().body == b'{"id":7,"name":"lamp"}'
        assert OBSERVER.statuses == [400, 200]

    def test_without_a_body_is_answered_once(self, connection, asked):
        connection.send((THING + asked + b"\r\n") * 3)

        assert [connection.answer().status for _ in range(3)] == [200] * 3

    def test_ends_the_connection_where_the_client_asks(self, connection, asked):
        connection.send(POST.replace(b"HTTP/1.1", b"HTTP/1.0") + asked + LENGTH)

        assert connection.answer().status == 201
        assert connection.is_closed()

    def test_does_not_lift_the_limit_of_the_body(self, connection, asked):
        connection.send(POST + asked + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(18):
            connection.send(b"10000\r\n" + b" " * 65536 + b"\r\n")

        assert connection.answer().status == 413

    def test_gives_no_hint_in_the_log(self, connection, asked, caplog):
        connection.send(POST + asked + LENGTH).answer()

        assert caplog.records == []
