"""Request heads on a real socket: what the HTTP server rejects, and that it rejects nothing else."""

from __future__ import annotations

import contextlib
import time

import msgspec
import pytest

from accord.server import http_protocol as server
from accord.server.request_head import HEAD_BYTES
from tests.codegen.server.wire import BODY, HOST, OBSERVER, POST, THING, Connection, is_problem

pytestmark = pytest.mark.slow


class TestAHead:
    def test_of_a_megabyte_is_rejected(self, connection):
        connection.send(THING + b"X-Large: " + b"a" * (1 << 20) + b"\r\n\r\n")

        is_problem(connection.answer(), 431, "request-header-fields-too-large")
        assert connection.is_closed()

    def test_of_a_megabyte_in_many_lines_is_rejected(self, connection):
        connection.send(THING + b"X-Large: aaaaaaaaaaaaaaaaaaaaaa\r\n" * 32_000 + b"\r\n")

        is_problem(connection.answer(), 431, "request-header-fields-too-large")

    def test_with_a_target_of_a_hundred_kilobytes_is_rejected(self, connection):
        connection.send(b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n")

        is_problem(connection.answer(), 431, "request-header-fields-too-large")
        assert connection.is_closed()

    def test_that_comes_in_pieces_is_counted_as_a_whole(self, connection):
        connection.send(THING)
        for _ in range(9):
            connection.send(b"X-Large: " + b"a" * 4000 + b"\r\n")
            time.sleep(0.01)

        is_problem(connection.answer(), 431, "request-header-fields-too-large")

    def test_of_nearly_the_limit_is_read(self, connection):
        connection.send(THING + b"X-Large: " + b"a" * (HEAD_BYTES - 200) + b"\r\n\r\n")

        assert connection.answer().status == 200

    def test_is_not_charged_for_the_body_before_it(self, connection):
        body = b" " * 60_000 + BODY
        connection.send(POST + b"Content-Length: %d\r\n\r\n" % len(body))
        connection.send(body + THING[:30])
        time.sleep(0.1)
        connection.send(THING[30:] + b"\r\n")

        assert connection.answer().status == 201
        assert connection.answer().status == 200

    @pytest.mark.parametrize("hosts", [b"", HOST + HOST, HOST + b"Host: other\r\n"])
    def test_needs_one_host(self, connection, hosts):
        connection.send(b"GET /v1/things/7 HTTP/1.1\r\n" + hosts + b"\r\n")

        is_problem(connection.answer(), 400, "bad-request")
        assert connection.is_closed()

    def test_of_http_1_0_has_at_most_one_host(self, connection):
        connection.send(b"GET /v1/things/7 HTTP/1.0\r\n" + HOST + HOST + b"\r\n")

        is_problem(connection.answer(), 400, "bad-request")

    @pytest.mark.parametrize(
        "head",
        [
            *(
                b"junk\r\n\r\n",
                b"\0\r\n\r\n",
                b"GET\r\n\r\n",
                b"\x16\x03\x01\x02\x00\x01",
            ),
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            *(THING + line + b"\r\n\r\n" for line in (b"no colon", b"X : y", b": y", b"X: a\0b", b"X: a\rb", b"X\xe9: a")),
            THING + b"X: a\r\n folded\r\n\r\n",
            b"GET /v1/things/\xff HTTP/1.1\r\n" + HOST + b"\r\n",
            b"GET v1/things HTTP/1.1\r\n" + HOST + b"\r\n",
            POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            POST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}{}",
            POST + b"Content-Length: 4\r\nContent-Length: 4\r\n\r\n{}{}",
            *(
                POST + b"Content-Length: " + length + b"\r\n\r\n"
                for length in (b"-1", b"+1", b"1_0", b"0x1", b"4, 4", b"", b"9" * 30)
            ),
            POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            POST + b"Transfer-Encoding: gzip\r\n\r\n",
            POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        ],
    )
    def test_that_is_not_http_is_rejected(self, connection, head):
        connection.send(head)

        is_problem(connection.answer(), 400, "bad-request")
        assert connection.is_closed()

    @pytest.mark.parametrize("version", [b"0.9", b"1.2", b"2.0", b"3.0", b"9.9"])
    def test_of_another_version_is_rejected(self, connection, version):
        connection.send(THING.replace(b"1.1", version) + b"\r\n")

        is_problem(connection.answer(), 505, "http-version-not-supported")
        assert connection.is_closed()

    @pytest.mark.parametrize("method", [b"BREW", b"get", b"GETS", b"X-Y"])
    def test_with_an_unknown_method_is_rejected(self, connection, method):
        connection.send(THING + b"\r\n" + THING.replace(b"GET", method) + b"\r\n")

        assert connection.answer().status == 200
        is_problem(connection.answer(), 501, "not-implemented")
        assert connection.is_closed()

    def test_with_a_method_that_the_path_does_not_have_is_405(self, connection):
        answer = connection.send(THING.replace(b"GET", b"PROPFIND") + b"\r\n").answer()

        assert answer.status == 405
        assert "GET" in answer.headers["allow"]

    def test_of_connect_is_rejected(self, connection):
        connection.send(b"CONNECT shelf:443 HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nabc" + THING + b"\r\n")

        is_problem(connection.answer(), 501, "not-implemented")
        assert connection.is_closed()

    def test_has_values_without_white_space_around_them(self, connection):
        body = POST.replace(b"writer", b"writer \t") + b"Content-Length:\t 15 \t\r\n\r\n" + BODY

        assert connection.send(body).answer().status == 201

    def test_that_is_rejected_is_the_last_one(self, connection):
        refused = THING + b"Host: other\r\n\r\n"
        connection.send(THING + b"\r\n").answer()
        OBSERVER.statuses.clear()

        connection.send(refused + THING + b"\r\n" + THING + b"\r\n")

        is_problem(connection.answer(), 400, "bad-request")
        assert connection.is_closed()
        time.sleep(0.1)  # or the handlers of the others might not have had their turn
        assert 200 not in OBSERVER.statuses

    def test_that_is_rejected_does_not_answer_for_the_one_before_it(self, connection):
        connection.send(b"GET /v1/things/100 HTTP/1.1\r\n" + HOST + b"\r\njunk\r\n\r\n")

        assert msgspec.json.decode(connection.answer().body)["id"] == 100
        is_problem(connection.answer(), 400, "bad-request")
        assert connection.is_closed()

    def test_that_never_ends_is_closed(self, port, monkeypatch):
        monkeypatch.setattr(server, "HEAD_SECONDS", 0.2)
        with contextlib.closing(Connection(port)) as connection:
            started = time.monotonic()
            connection.send(THING)

            assert connection.is_closed()
            assert time.monotonic() - started < 1.5

    def test_that_comes_slowly_gains_no_time(self, port, monkeypatch):
        monkeypatch.setattr(server, "HEAD_SECONDS", 0.3)
        with contextlib.closing(Connection(port)) as connection:
            connection.send(THING + b"\r\n").answer()
            started = time.monotonic()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for byte in THING * 10:
                    connection.send(bytes([byte]))
                    time.sleep(0.02)

            assert time.monotonic() - started < 1.5

    def test_that_never_begins_is_closed(self, port, monkeypatch):
        monkeypatch.setattr(server, "HEAD_SECONDS", 0.2)
        with contextlib.closing(Connection(port)) as connection:
            assert connection.is_closed()

    def test_of_empty_lines_only_is_closed(self, port, monkeypatch):
        monkeypatch.setattr(server, "HEAD_SECONDS", 0.2)
        with contextlib.closing(Connection(port)) as connection:
            connection.send(THING + b"\r\n").answer()
            connection.send(b"\r\n")

            assert connection.is_closed()

    def test_is_timed_and_not_its_answer(self, port, monkeypatch):
        monkeypatch.setattr(server, "HEAD_SECONDS", 0.2)
        with contextlib.closing(Connection(port)) as connection:
            connection.send(b"GET /v1/things/500 HTTP/1.1\r\n" + HOST + b"\r\n")
            time.sleep(0.05)
            connection.send(b"\r\n")

            assert connection.answer().status == 200
