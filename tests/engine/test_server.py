"""The HTTP server on a real socket: what it refuses, and that it refuses nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import pytest
import uvicorn

from app.engine import life, server
from app.engine.host import Host
from tests.engine.operations import GetThing, ThingRow, handlers
from tests.engine.service import Observer, make_engine

OBSERVER = Observer()
HOST = b"Host: shelf\r\n"
THING = b"GET /v1/things/7 HTTP/1.1\r\n" + HOST
POST = b"POST /v1/things HTTP/1.1\r\n" + HOST + b"Authorization: Bearer writer\r\nContent-Type: application/json\r\n"
BODY = b'{"name":"lamp"}'


async def slow_thing(call: object, thing_id: int) -> GetThing.OK:  # noqa: ARG001 - as documented
    """A thousand thousandths a second."""
    await asyncio.sleep(thing_id / 1000 if thing_id < 1000 else 0)
    return GetThing.OK(ThingRow(thing_id, "lamp"), etag='"one"')


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """One connection to the server, in bytes."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._read = b""

    def send(self, data: bytes) -> Connection:
        self._socket.sendall(data)
        return self

    def answer(self, *, head_only: bool = False) -> Answer:
        """The next answer."""
        while b"\r\n\r\n" not in self._read:
            self._more()
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = 0 if head_only else int(headers.get("content-length", 0))
        while len(self._read) < length:
            self._more()
        body, self._read = self._read[:length], self._read[length:]
        return Answer(int(first.split()[1]), headers, body)

    def is_closed(self) -> bool:
        """Whether the server ends the connection without another word."""
        try:
            return not self._read and self._socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self._socket.close()

    def _more(self) -> None:
        data = self._socket.recv(65536)
        if not data:
            raise EOFError(f"the server closed the connection after {self._read!r}")
        self._read += data


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    app = Host(make_engine(handlers(get_thing=slow_thing), observer=OBSERVER))
    config = uvicorn.Config(
        app,
        port=0,
        http=server.Protocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=2,
    )
    running = life.Server(config, asyncio.Event(), 0)
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield running.servers[0].sockets[0].getsockname()[1]
    running.should_exit = True
    thread.join()


@pytest.fixture
def connection(port) -> Iterator[Connection]:
    with contextlib.closing(Connection(port)) as opened:
        yield opened


def is_problem(answer: Answer, status: int, code: str) -> None:
    problem = msgspec.json.decode(answer.body)
    assert answer.status == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert list(problem) == ["type", "title", "status", "detail", "code", "instance"]
    assert problem["type"] == f"/problems/{code}"
    assert problem["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert "date" in answer.headers


class TestAConnection:
    def test_serves_one_request_after_another(self, connection):
        for _ in range(3):
            assert connection.send(THING + b"\r\n").answer().body == b'{"id":7,"name":"lamp"}'

    def test_answers_pipelined_requests_in_their_order(self, connection):
        paths = [40, 20, 1000, 10]

        connection.send(b"".join(b"GET /v1/things/%d HTTP/1.1\r\n%b\r\n" % (number, HOST) for number in paths))

        assert [msgspec.json.decode(connection.answer().body)["id"] for _ in paths] == paths

    def test_answers_pipelined_bodies(self, connection):
        connection.send((POST + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY) * 3)

        assert [connection.answer().status for _ in range(3)] == [201] * 3

    def test_takes_a_head_byte_by_byte(self, connection):
        for byte in THING + b"\r\n":
            connection.send(bytes([byte]))

        assert connection.answer().status == 200

    def test_is_closed_when_the_client_asks(self, connection):
        answer = connection.send(THING + b"Connection: close\r\n\r\n").answer()

        assert answer.headers["connection"] == "close"
        assert connection.is_closed()

    def test_of_http_1_0_needs_no_host_and_is_closed(self, connection):
        assert connection.send(b"GET /v1/things/7 HTTP/1.0\r\n\r\n").answer().status == 200
        assert connection.is_closed()

    def test_sends_no_body_to_head(self, connection):
        answer = connection.send(THING.replace(b"GET", b"HEAD") + b"\r\n").answer(head_only=True)

        assert answer.headers["content-length"] == "22"
        assert connection.send(THING + b"\r\n").answer().status == 200

    def test_sends_no_body_with_204(self, connection):
        answer = connection.send(b"OPTIONS /v1/things HTTP/1.1\r\n" + HOST + b"\r\n").answer()

        assert answer.status == 204
        assert "content-length" not in answer.headers
        assert "transfer-encoding" not in answer.headers
        assert connection.send(THING + b"\r\n").answer().status == 200

    def test_takes_an_absolute_target(self, connection):
        assert connection.send(THING.replace(b"/v1", b"http://shelf/v1") + b"\r\n").answer().status == 200

    def test_goes_on_where_an_upgrade_is_not_taken(self, connection):
        answer = connection.send(THING + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n").answer()

        assert answer.status == 200

    def test_skips_an_empty_line_before_a_request(self, connection):
        assert connection.send(b"\r\n" + THING + b"\r\n").answer().status == 200
        assert connection.send(b"\r\n" + THING + b"\r\n").answer().status == 200


class TestAHead:
    def test_of_a_megabyte_is_refused(self, connection):
        connection.send(THING + b"X-Large: " + b"a" * (1 << 20) + b"\r\n\r\n")

        is_problem(connection.answer(), 431, "request-header-fields-too-large")
        assert connection.is_closed()

    def test_of_a_megabyte_in_many_lines_is_refused(self, connection):
        connection.send(THING + b"X-Large: aaaaaaaaaaaaaaaaaaaaaa\r\n" * 32_000 + b"\r\n")

        is_problem(connection.answer(), 431, "request-header-fields-too-large")

    def test_with_a_target_of_a_hundred_kilobytes_is_refused(self, connection):
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
        connection.send(THING + b"X-Large: " + b"a" * (server.HEAD_BYTES - 200) + b"\r\n\r\n")

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
                b"GET /v1/things/7 HTTP/9.9\r\n\r\n",
                b"\x16\x03\x01\x02\x00\x01",
            ),
            *(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"BREW /v1/things HTTP/1.1\r\n" + HOST + b"\r\n"),
            *(THING + line + b"\r\n\r\n" for line in (b"no colon", b"X : y", b": y", b"X: a\0b", b"X: a\rb", b"X\xe9: a")),
            THING + b"X: a\r\n folded\r\n\r\n",
            b"GET /v1/things/\xff HTTP/1.1\r\n" + HOST + b"\r\n",
            b"GET v1/things HTTP/1.1\r\n" + HOST + b"\r\n",
            b"CONNECT shelf:443 HTTP/1.1\r\n" + HOST + b"\r\n",
            POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            POST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}{}",
            POST + b"Content-Length: 4\r\nContent-Length: 4\r\n\r\n{}{}",
            *(
                POST + b"Content-Length: " + length + b"\r\n\r\n"
                for length in (b"-1", b"+1", b"1_0", b"0x1", b"4, 4", b"", b"9" * 30)
            ),
            POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            POST + b"Transfer-Encoding: gzip\r\n\r\n",
        ],
    )
    def test_that_is_no_http_is_refused(self, connection, head):
        connection.send(head)

        is_problem(connection.answer(), 400, "bad-request")
        assert connection.is_closed()

    def test_that_is_refused_is_the_last_one(self, connection):
        refused = THING + b"Host: other\r\n\r\n"
        connection.send(THING + b"\r\n").answer()
        OBSERVER.statuses.clear()

        connection.send(refused + THING + b"\r\n" + THING + b"\r\n")

        is_problem(connection.answer(), 400, "bad-request")
        assert connection.is_closed()
        time.sleep(0.1)  # or the handlers of the others might not have had their turn
        assert 200 not in OBSERVER.statuses

    def test_that_is_refused_does_not_answer_for_the_one_before_it(self, connection):
        connection.send(b"GET /v1/things/100 HTTP/1.1\r\n" + HOST + b"\r\njunk\r\n\r\n")

        assert msgspec.json.decode(connection.answer().body)["id"] == 100
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


class TestABody:
    def test_in_chunks_is_read(self, connection):
        connection.send(POST + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY))

        assert connection.answer().status == 201

    def test_beyond_the_limit_is_refused_when_it_is_announced(self, connection):
        connection.send(POST + b"Content-Length: 99999999\r\n\r\n")

        is_problem(connection.answer(), 413, "content-too-large")

    def test_in_chunks_beyond_the_limit_is_refused_while_it_is_read(self, connection):
        connection.send(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(18):
            connection.send(b"10000\r\n" + b" " * 65536 + b"\r\n")

        is_problem(connection.answer(), 413, "content-too-large")

    def test_that_was_refused_is_not_taken_for_the_next_request(self, connection):
        body = b"GET /v1/things HTTP/1.1\r\n" + HOST + b"\r\n"
        connection.send(POST.replace(b"writer", b"nobody") + b"Content-Length: %d\r\n\r\n" % len(body) + body)

        assert connection.answer().status == 401
        assert connection.send(THING + b"\r\n").answer().body == b'{"id":7,"name":"lamp"}'

    def test_is_waited_for_where_the_client_expects_it(self, connection):
        connection.send(POST + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(BODY))

        assert connection.answer(head_only=True).status == 100
        assert connection.send(BODY).answer().status == 201

    def test_is_not_asked_for_where_it_would_be_refused(self, connection):
        connection.send(POST.replace(b"writer", b"nobody") + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n")

        assert connection.answer().status == 401

    @pytest.mark.parametrize("chunk", [b"zz\r\n", b"-1\r\n", b"5\r\nabcdefgh\r\n", b"1;\0\r\n", b"f" * 17 + b"\r\n"])
    def test_in_broken_chunks_is_refused(self, connection, chunk):
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

    def test_that_breaks_off_is_nobody_s_fault(self, port):
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


class TestARequestId:
    def test_of_a_refusal_is_a_uuid(self, connection):
        answer = connection.send(b"junk\r\n\r\n").answer()

        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer.headers["x-request-id"])
