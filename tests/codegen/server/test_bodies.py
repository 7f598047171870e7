"""Request bodies on a real socket: what the HTTP server rejects, and that it rejects nothing else."""

from __future__ import annotations

import contextlib
import time

import msgspec
import pytest

from accord.server import http_protocol as server
from tests.codegen.server.wire import BODY, HOST, OBSERVER, POST, THING, Connection, is_problem

pytestmark = pytest.mark.slow


class TestABody:
    def test_in_chunks_is_read(self, connection):
        connection.send(POST + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY))

        assert connection.answer().status == 201

    def test_beyond_the_limit_is_rejected_when_it_is_announced(self, connection):
        connection.send(POST + b"Content-Length: 99999999\r\n\r\n")

        is_problem(connection.answer(), 413, "content-too-large")

    def test_in_chunks_beyond_the_limit_is_rejected_while_it_is_read(self, connection):
        connection.send(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(18):
            connection.send(b"10000\r\n" + b" " * 65536 + b"\r\n")

        is_problem(connection.answer(), 413, "content-too-large")

    def test_that_was_rejected_is_not_parsed_as_the_next_request(self, connection):
        body = b"GET /v1/things HTTP/1.1\r\n" + HOST + b"\r\n"
        connection.send(POST.replace(b"writer", b"nobody") + b"Content-Length: %d\r\n\r\n" % len(body) + body)

        assert connection.answer().status == 401
        assert connection.send(THING + b"\r\n").answer().body == b'{"id":7,"name":"lamp"}'

    def test_is_waited_for_where_the_client_expects_it(self, connection):
        connection.send(POST + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(BODY))

        assert connection.answer(head_only=True).status == 100
        assert connection.send(BODY).answer().status == 201

    def test_is_not_requested_where_it_would_be_rejected(self, connection):
        connection.send(POST.replace(b"writer", b"nobody") + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n")

        assert connection.answer().status == 401

    @pytest.mark.parametrize("chunk", [b"zz\r\n", b"-1\r\n", b"5\r\nabcdefgh\r\n", b"1;\0\r\n", b"f" * 17 + b"\r\n"])
    def test_in_broken_chunks_is_rejected(self, connection, chunk):
        connection.send(POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunk)

        answer = connection.answer()

        assert answer.status in (400, 413)
        is_problem(answer, answer.status, msgspec.json.decode(answer.body)["code"])

    @pytest.mark.parametrize("byte", [b" ", b""])
    def test_that_never_ends_is_closed(self, port, monkeypatch, byte):
        monkeypatch.setattr(server, "BODY_SECONDS", 0.3)
        with contextlib.closing(Connection(port)) as connection:
            started = time.monotonic()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.send(POST + b"Content-Length: 1000\r\n\r\n")
                for _ in range(50):
                    connection.send(byte)
                    time.sleep(0.02)

            assert connection.is_closed()
            assert time.monotonic() - started < 2

    def test_in_time_is_answered_however_long_the_answer_takes(self, port, monkeypatch):
        monkeypatch.setattr(server, "BODY_SECONDS", 0.1)
        with contextlib.closing(Connection(port)) as connection:
            connection.send(POST + b"Content-Length: %d\r\n\r\n" % len(BODY)).send(BODY[:3])
            connection.send(BODY[3:]).answer()
            time.sleep(0.2)

            assert connection.send(b"GET /v1/things/200 HTTP/1.1\r\n" + HOST + b"\r\n").answer().status == 200

    def test_that_breaks_off_is_not_reported(self, port):
        OBSERVER.statuses.clear()
        OBSERVER.errors.clear()
        with contextlib.closing(Connection(port)) as connection:
            connection.send(POST + b"Content-Length: 100\r\n\r\n{")
            time.sleep(0.05)

        for _ in range(100):
            if OBSERVER.statuses:
                break
            time.sleep(0.01)
        assert OBSERVER.statuses == [499]
        assert OBSERVER.errors == []
