"""Streamed responses: chunks, client disconnects, and errors on the way."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest
import uvicorn

from accord.runtime import Answer, Binary, Engine, Event, Events, Lines, Text
from accord.server.http_writer import Cycle
from tests.codegen.support.service import GONE, Observer, answering

TEXT = "{'200': {description: Y, content: {text/plain: {}}}}"


class Words(Text):
    status = 200


class Source:
    """Parts that tell what becomes of them; an exception among them is raised, an event waited for."""

    def __init__(self, *parts: Any) -> None:
        self.parts, self.begun, self.closed, self.ended = parts, False, False, False

    async def __aiter__(self) -> AsyncIterator[Any]:
        self.begun = True
        try:
            for part in self.parts:
                if isinstance(part, Exception):
                    raise part
                if isinstance(part, asyncio.Event):
                    await part.wait()
                else:
                    yield part
            self.ended = True
        finally:
            self.closed = True


def engine(answer: Answer, documented: str = TEXT, **service: Any) -> Engine:
    return answering(documented, lambda **_: answer, **service)


def call(served: Engine, method: str = "GET", leave_after: int | None = None) -> tuple[list[dict[str, Any]], Exception | None]:
    """The messages that are sent, and what ends the connection; the client leaves after so many messages."""
    sent: list[dict[str, Any]] = []
    ended: list[Exception] = []

    async def run() -> None:
        left = asyncio.Event()
        requests = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> dict[str, Any]:
            if requests:
                return requests.pop()
            await left.wait()
            return GONE

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(dict(message))
            if len(sent) == leave_after:
                left.set()

        scope = {"type": "http", "method": method, "path": "/p", "raw_path": b"/p", "query_string": b"", "headers": []}
        if leave_after == 0:
            left.set()
        try:
            await asyncio.wait_for(served.serve(scope, receive, send), 10)
        except Exception as error:  # noqa: BLE001 - what a server would be told
            ended.append(error)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert not others

    asyncio.run(run())
    return sent, ended[0] if ended else None


def bodies(sent: list[dict[str, Any]]) -> list[bytes]:
    assert [message["type"] for message in sent] == ["http.response.start"] + ["http.response.body"] * (len(sent) - 1)
    assert [message.get("more_body", False) for message in sent[1:]] == [True] * (len(sent) - 2) + [False]
    return [message["body"] for message in sent[1:]]


class TestAStream:
    def test_sends_each_part_as_it_is_made(self):
        observer, source = Observer(), Source("a", "", "grün")

        sent, error = call(engine(Words(source), observer=observer))

        assert (bodies(sent), error) == ([b"a", "grün".encode(), b""], None)
        assert (source.ended, source.closed, observer.statuses, observer.errors) == (True, True, [200], [])

    def test_has_no_length_but_its_media_type(self):
        sent, _ = call(engine(Words(Source("a"))))

        headers = dict(sent[0]["headers"])
        assert b"content-length" not in headers
        assert headers[b"content-type"] == b"text/plain; charset=utf-8"
        assert b"x-request-id" in headers

    def test_has_the_length_that_the_handler_gives(self):
        class Sized(Binary, kw_only=True):
            status = 200
            headers = (("content_length", "Content-Length"),)
            content_length: int | None = None

        documented = (
            "{'200': {description: Y, headers: {Content-Length: {schema: {type: integer}}}, content: {application/pdf: {}}}}"
        )

        sent, _ = call(engine(Sized(Source(b"abc"), content_length=3), documented))
        assert [value for name, value in sent[0]["headers"] if name == b"content-length"] == [b"3"]
        sent, _ = call(engine(Sized(b"abc", content_length=5), documented))
        assert [value for name, value in sent[0]["headers"] if name == b"content-length"] == [b"3"]

    def test_that_is_empty_is_an_empty_body(self):
        sent, _ = call(engine(Words(Source())))

        assert bodies(sent) == [b""]

    def test_does_not_run_for_head(self):
        observer, source = Observer(), Source("a")

        sent, _ = call(engine(Words(source), observer=observer), "HEAD")

        assert (sent[0]["status"], bodies(sent), source.begun, observer.statuses) == (200, [b""], False, [200])

    @pytest.mark.parametrize("leave_after", [0, 1, 2, 3])
    def test_ends_when_the_client_leaves(self, leave_after):
        observer, source = Observer(), Source("a", "b", asyncio.Event(), "c")

        sent, error = call(engine(Words(source), observer=observer), leave_after=leave_after)

        assert error is None
        assert (source.closed, source.ended) == (source.begun, False)
        assert (observer.statuses, observer.errors) == ([499], [])
        assert not any(message.get("body") == b"c" for message in sent)

    def test_that_fails_at_once_is_a_reported_500(self):
        observer, fault = Observer(), ZeroDivisionError("secret")

        sent, error = call(engine(Words(Source(fault)), observer=observer))

        assert (sent[0]["status"], error, observer.errors, observer.statuses) == (500, None, [fault], [500])
        assert b"secret" not in sent[1]["body"]

    def test_that_fails_later_is_broken_off_and_reported(self):
        observer, fault = Observer(), ZeroDivisionError("secret")
        source = Source("a", fault, "b")

        sent, error = call(engine(Words(source), observer=observer))

        assert error is fault
        assert [message.get("body") for message in sent] == [None, b"a"]
        assert sent[-1]["more_body"] is True
        assert (observer.errors, observer.statuses, source.closed) == ([fault], [500], True)

    @pytest.mark.parametrize("part", [b"bytes", 7, None])
    def test_of_another_type_is_a_fault(self, part):
        assert call(engine(Words(Source(part))))[0][0]["status"] == 500

    def test_of_bytes_takes_bytes_only(self):
        class OK(Binary):
            status = 200

        documented = "{'200': {description: Y, content: {application/pdf: {}}}}"

        assert bodies(call(engine(OK(Source(b"a", memoryview(b"b"))), documented))[0]) == [b"a", b"b", b""]
        assert call(engine(OK(Source(7)), documented))[0][0]["status"] == 500

    def test_is_validated_by_its_status_and_headers(self):
        observer, source = Observer(), Source("a")

        class Wrong(Text):
            status = 200

        documented = "{'200': {description: Y, headers: {X-A: {required: true, schema: {}}}, content: {text/plain: {}}}}"
        served = engine(Wrong(source), documented, observer=observer)
        (operation,) = served.operations
        operation.encoder.encode = lambda answer, tag, encode=operation.encoder.encode: encode(  # type: ignore[method-assign,misc] # a fault of the encoder, made here
            type("Given", (Wrong,), {"x_a": None})(answer.body), tag
        )

        sent, _ = call(served)

        assert sent[0]["status"] == 500
        assert str(observer.errors[0]).startswith("ask returned 200 without the header x-a")
        assert not source.begun


class TestLines:
    def test_are_json_values(self):
        class OK(Lines[Any]):
            status = 200

        documented = "{'200': {description: Y, content: {application/jsonl: {schema: {}}}}}"

        assert bodies(call(engine(OK(Source({"a": 1}, "b\nc", None)), documented))[0]) == [
            b'{"a":1}\n',
            b'"b\\nc"\n',
            b"null\n",
            b"",
        ]


class TestEvents:
    DOCUMENTED = "{'200': {description: Y, content: {text/event-stream: {}}}}"

    class OK(Events):
        status = 200

    def test_are_written_as_browsers_read_them(self):
        source = Source("a", Event(data="b\nc\r\nd\re", event="news", id="7", retry=1000))

        sent, _ = call(engine(self.OK(source), self.DOCUMENTED))

        news = b"event: news\nid: 7\nretry: 1000\ndata: b\ndata: c\ndata: d\ndata: e\n\n"
        assert bodies(sent) == [b"", b"data: a\n\n", news, b""]
        assert dict(sent[0]["headers"])[b"content-type"] == b"text/event-stream"

    @pytest.mark.parametrize("field", ["event", "id"])
    def test_have_no_line_breaks_in_their_fields(self, field):
        observer = Observer()
        fields: dict[str, Any] = {field: "a\nb"}

        sent, error = call(engine(self.OK(Source(Event(data="", **fields))), self.DOCUMENTED, observer=observer))

        assert isinstance(error, ValueError)
        assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]

    def test_are_waited_for_with_the_head_sent(self):
        sent, error = call(engine(self.OK(Source(asyncio.Event())), self.DOCUMENTED), leave_after=2)

        assert error is None
        assert [message.get("body") for message in sent] == [None, b""]


class TestOnTheNetwork:
    """With the server that the service runs on."""

    @staticmethod
    def served(answer: Answer, request: bytes, documented: str = TEXT) -> bytes:
        async def run() -> bytes:
            listener = socket.create_server(("127.0.0.1", 0))
            app = engine(answer, documented).serve
            config = uvicorn.Config(app, http="httptools", interface="asgi3", lifespan="off", log_config=None, access_log=False)
            server = uvicorn.Server(config)
            task = asyncio.create_task(server.serve(sockets=[listener]))
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            writer.write(request)
            try:
                return await asyncio.wait_for(reader.read(), 10)
            finally:
                writer.close()
                server.should_exit = True
                await task

        return asyncio.run(run())

    REQUEST = b"GET /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    @pytest.fixture(autouse=True)
    def _our_writing(self, monkeypatch):
        monkeypatch.setattr("uvicorn.protocols.http.httptools_impl.RequestResponseCycle", Cycle)

    def test_a_stream_is_chunked(self):
        got = self.served(Words(Source("a", "bc")), self.REQUEST)

        assert got.endswith(b"\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n")
        assert b"transfer-encoding: chunked\r\n" in got

    def test_a_stream_that_fails_has_no_end(self):
        got = self.served(Words(Source("a", ZeroDivisionError())), self.REQUEST)

        assert got.startswith(b"HTTP/1.1 200 OK\r\n")
        assert got.endswith(b"\r\n\r\n1\r\na\r\n")

    def test_a_head_request_has_no_parts(self):
        got = self.served(Words(Source("a")), self.REQUEST.replace(b"GET", b"HEAD"))

        assert got.endswith(b"\r\n\r\n")
        assert b"content-length" not in got
