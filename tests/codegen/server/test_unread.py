"""Pipelined requests without waiting, and responses that the client does not read."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import Response

from accord.server import timeouts
from accord.server.connections import Connections
from tests.codegen.server.wire import BODY, HOST, OBSERVER, POST, THING, Connection, is_problem, serving

pytestmark = pytest.mark.slow

LARGE = 4_000_000
LARGE_ONE = b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n"


@pytest.fixture(scope="module")
def large() -> Iterator[int]:
    """The port of a server whose answers are larger than what the network takes."""
    with serving(routes={"/large": large_answer}) as port:
        yield port


async def large_answer(_: Request) -> Response:
    OBSERVER.statuses.append(1)
    return Response(b"a" * LARGE)


@contextlib.contextmanager
def connected(port: int, source: str = "127.0.0.1") -> Iterator[Connection]:
    with contextlib.closing(Connection(port, source)) as connection:
        yield connection


class TestPipelinedRequests:
    def test_wait_until_the_one_before_is_answered(self, connection):
        OBSERVER.statuses.clear()
        connection.send(b"GET /v1/things/300 HTTP/1.1\r\n" + HOST + b"\r\n" + (THING + b"\r\n") * 2)
        time.sleep(0.1)

        assert OBSERVER.statuses == []
        assert [connection.answer().status for _ in range(3)] == [200] * 3

    def test_are_all_answered_however_many(self, connection):
        connection.send((THING + b"\r\n") * 500)

        assert [connection.answer().status for _ in range(500)] == [200] * 500

    @pytest.mark.parametrize("size", [1, 7, 100])
    def test_are_answered_in_whatever_pieces_they_come(self, connection, size):
        chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
        data = THING + b"\r\n" + chunked + POST + b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY) + THING + b"\r\n"
        for start in range(0, len(data), size):
            connection.send(data[start : start + size])

        assert [connection.answer().status for _ in range(4)] == [200, 201, 201, 200]

    def test_beyond_what_is_held_are_not_read(self, connection):
        connection.send(b"GET /v1/things/900 HTTP/1.1\r\n" + HOST + b"\r\n")
        connection.set_timeout(0.3)

        with pytest.raises(TimeoutError):
            connection.send((THING + b"\r\n") * 1_000_000)

    def test_expect_no_more_than_one_continuation_each(self, connection):
        connection.send((POST + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(BODY) + BODY) * 3)

        statuses = [connection.answer(head_only=True).status for _ in range(2)]

        assert statuses[0] in (100, 201)


class TestAnUnreadAnswer:
    def test_holds_up_the_next_request(self, large):
        OBSERVER.statuses.clear()
        with connected(large) as connection:
            connection.send(LARGE_ONE * 50)
            time.sleep(0.5)

            assert OBSERVER.statuses.count(1) < 5

    def test_is_given_up_after_a_while(self, large, monkeypatch):
        monkeypatch.setattr(timeouts, "WRITE_SECONDS", 0.2)
        with connected(large) as connection:
            connection.send(LARGE_ONE * 5)
            time.sleep(1)

            with pytest.raises((ConnectionResetError, EOFError)):
                [connection.answer() for _ in range(5)]

    def test_that_is_read_slowly_is_finished(self, large, monkeypatch):
        monkeypatch.setattr(timeouts, "WRITE_SECONDS", 1.5)
        with connected(large) as connection:
            connection.send(LARGE_ONE)
            connection.pause = 0.05  # so that all of it takes longer

            assert len(connection.answer().body) == LARGE

    def test_is_closed_at_last_where_the_client_wants_no_other(self, large, monkeypatch):
        monkeypatch.setattr(timeouts, "WRITE_SECONDS", 0.2)
        with connected(large) as connection:
            connection.send(LARGE_ONE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            time.sleep(0.6)

            with pytest.raises((ConnectionResetError, EOFError)):
                connection.answer()


class TestConnections:
    @pytest.fixture
    def few(self) -> Iterator[int]:
        counted = Connections(6, 3, key=lambda address: address, exempt=["127.0.0.9/32"])
        with serving(counted) as port:
            yield port

    def test_of_one_address_are_limited(self, few):
        with contextlib.ExitStack() as stack:
            opened = [stack.enter_context(connected(few)) for _ in range(4)]

            assert [connection.send(THING + b"\r\n").answer().status for connection in opened[:3]] == [200] * 3
            assert opened[3].is_closed()
            assert stack.enter_context(connected(few, "127.0.0.2")).send(THING + b"\r\n").answer().status == 200

    def test_are_limited_in_all(self, few):
        with contextlib.ExitStack() as stack:
            opened = [stack.enter_context(connected(few, f"127.0.0.{number}")) for number in range(1, 8)]

            assert opened[5].send(THING + b"\r\n").answer().status == 200
            assert opened[6].is_closed()

    def test_of_a_trusted_proxy_are_limited_in_all_only(self, few):
        with contextlib.ExitStack() as stack:
            opened = [stack.enter_context(connected(few, "127.0.0.9")) for _ in range(7)]

            assert opened[5].send(THING + b"\r\n").answer().status == 200
            assert opened[6].is_closed()

    def test_that_are_closed_make_room(self, few):
        for _ in range(20):
            with connected(few) as connection:
                assert connection.send(THING + b"Connection: close\r\n\r\n").answer().status == 200
                assert connection.is_closed()

    def test_that_are_too_many_are_warned_of_once(self, few, capfd):
        with contextlib.ExitStack() as stack:
            for connection in [stack.enter_context(connected(few)) for _ in range(20)][3:]:
                assert connection.is_closed()

        captured = capfd.readouterr()
        assert (captured.out + captured.err).count("connection limit reached") == 1


class TestARefusal:
    @pytest.mark.parametrize("head", [b"junk\r\n\r\n", b"GET / HTTP/2.0\r\n\r\n", b"X: " + b"a" * 40_000])
    def test_carries_the_headers_of_every_answer(self, limited, head):
        with connected(limited) as connection, contextlib.suppress(ConnectionResetError):
            answer = connection.send(head).answer()

            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["connection"] == "close"
            assert answer.headers["ratelimit"]

    def test_counts_against_the_limit_of_the_address(self, limited):
        statuses = []
        for _ in range(12):
            with connected(limited, "127.0.0.3") as connection:
                statuses.append(connection.send(b"junk\r\n\r\n").answer().status)
        with connected(limited, "127.0.0.3") as connection:
            is_problem(connection.send(THING.replace(b"things", b"nothing") + b"\r\n").answer(), 429, "too-many-requests")

        assert statuses == [400] * 10 + [429] * 2

    def test_is_noted_as_every_answer_is(self, port):
        OBSERVER.statuses.clear()
        with connected(port) as connection:
            connection.send(b"junk\r\n\r\n").answer()

        assert OBSERVER.statuses == [400]

    def test_waits_for_the_client_to_stop_sending(self, port):
        with connected(port) as connection:
            connection.send(b"junk\r\n\r\n")
            for _ in range(20):
                connection.send(b"a" * 10_000)
                time.sleep(0.005)

            is_problem(connection.answer(), 400, "bad-request")
            with contextlib.suppress(socket.timeout):
                assert connection.is_closed()
