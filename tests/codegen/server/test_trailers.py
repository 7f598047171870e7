"""Trailer fields and malformed chunked bodies."""

from __future__ import annotations

import contextlib
import time

import pytest

from accord.server import http_protocol as server
from tests.codegen.server.wire import BODY, POST, THING, is_problem

CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
LAST = b"%x\r\n%b\r\n0\r\n" % (len(BODY), BODY)


class TestTrailerFields:
    @pytest.mark.parametrize("size", [10_000, 30, 1])
    def test_are_dropped(self, connection, size):
        fields = b"Content-Type: text/plain\r\nAuthorization: Bearer nobody\r\nUpgrade: h2c\r\nX-Forwarded-For: ::1\r\n"
        data = CHUNKED + LAST + fields + b"\r\n" + THING + b"\r\n"

        for start in range(0, len(data), size):
            connection.send(data[start : start + size])

        assert connection.answer().status == 201
        assert connection.answer().status == 200

    def test_may_end_the_connection(self, connection):
        answer = connection.send(CHUNKED + LAST + b"Connection: close\r\n\r\n").answer()

        assert answer.headers["connection"] == "close"
        assert connection.is_closed()

    def test_that_frame_are_rejected(self, connection):
        connection.send(CHUNKED + LAST + b"Content-Length: 3\r\n\r\n")

        is_problem(connection.answer(), 400, "bad-request")

    def test_that_come_later_change_nothing(self, connection):
        connection.send(CHUNKED + LAST)
        time.sleep(0.05)
        connection.send(b"Accept: text/plain\r\n\r\n")

        assert connection.answer().status == 201

    @pytest.mark.parametrize(
        "fields",
        [b"a:b\r\n" * 600_000, b"X: " + b"a" * 3_000_000 + b"\r\n", b"a" * 3_000_000 + b": b\r\n"],
        ids=["many", "long", "name"],
    )
    def test_are_bounded(self, connection, fields):
        began = time.process_time()
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            connection.send(CHUNKED + LAST + fields + b"\r\n")

        is_problem(connection.answer(), 431, "request-header-fields-too-large")
        assert time.process_time() - began < 2  # joined one to the other they took 25 s

    def test_of_nearly_the_limit_are_dropped(self, connection):
        connection.send(CHUNKED + LAST + b"X: " + b"a" * (server.TRAILER_BYTES - 200) + b"\r\n\r\n")

        assert connection.answer().status == 201


class TestChunks:
    def test_of_one_byte_are_rejected_when_they_are_many(self, connection):
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            connection.send(CHUNKED + b"1\r\n \r\n" * 100_000)

        is_problem(connection.answer(), 400, "bad-request")

    def test_of_one_byte_are_read_when_they_are_few(self, connection):
        connection.send(CHUNKED + b"1\r\n \r\n" * 900 + LAST + b"\r\n")

        assert connection.answer().status == 201

    def test_may_be_small(self, connection):
        connection.send(CHUNKED + (b"14\r\n" + b" " * 20 + b"\r\n") * 5000 + LAST + b"\r\n")

        assert connection.answer().status == 201

    @pytest.mark.parametrize("extension", [b";a=" + b"b" * 1_000_000, b";a=b" * 250_000, b';a="' + b"b" * 1_000_000])
    def test_have_bounded_extensions(self, connection, extension):
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            connection.send(CHUNKED + b"1" + extension)

        is_problem(connection.answer(), 431, "request-header-fields-too-large")

    def test_may_have_extensions(self, connection):
        connection.send(CHUNKED + (b'1;name=value;other="quoted"\r\n \r\n' * 900) + LAST + b"\r\n")

        assert connection.answer().status == 201

    def test_full_of_blank_lines_are_one_body(self, connection):
        lines = b"\r\n" * 50_000
        connection.send(CHUNKED + b"%x\r\n%b\r\n" % (len(lines), lines) + LAST + b"\r\n" + THING + b"\r\n")

        assert connection.answer().status == 201
        assert connection.answer().status == 200
