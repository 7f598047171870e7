"""The log: one JSON line per request and event."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import time
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from accord.runtime import RequestContext
from app.core.limits import Limit
from app.core.logs import ReadableRequestLog, RequestLog, configure
from app.core.printable import printable, printable_json

REQUEST_ID = b"11111111-2222-8333-a444-555555555555"
LIST_POSTS = SimpleNamespace(id="listPosts")

# Characters that a terminal interprets, or that misrepresent a line: controls (C0, DEL, C1), bidirectional marks and overrides,
# line separators, zero-width characters.
HOSTILE = "\r\n\x00\x07\x08\x1b[2J\x7f\x85\x9b31m\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff\U000e0001"


@pytest.fixture
def configured(capsys):
    """Configure the log as the service does, and restore it; yields a function that reads the output."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level

    def read(*, readable: bool):
        configure(readable=readable)
        return lambda: capsys.readouterr().err

    yield read
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("readable", [True, False])
class TestConfigure:
    def test_an_error_is_logged_with_its_traceback_but_without_local_variables(self, configured, readable):
        output = configured(readable=readable)

        def fail(token: str):
            raise ValueError(f"cannot read {len(token)} characters")

        try:
            fail("aca_" + "7" * 72)
        except ValueError as error:
            RequestLog(None, str).on_error(context(), error)

        text = output()
        assert "cannot read 76 characters" in text
        assert "in fail" in text
        assert "7777" not in text

    def test_warnings_of_libraries_have_the_same_format(self, configured, readable):
        output = configured(readable=readable)

        logging.getLogger("a.library").warning("%s is odd", "this")

        text = output()
        assert "this is odd" in text
        assert readable or json.loads(text)["event"] == "this is odd"

    def test_no_control_character_is_written_raw(self, configured, readable):
        output = configured(readable=readable)

        structlog.get_logger().warning(f"event {HOSTILE}", word=HOSTILE, words=[HOSTILE], inner={"a": HOSTILE})
        logging.getLogger("a.library").error("%s", HOSTILE, exc_info=ValueError(f"{HOSTILE}\nforged line"))

        text = output()
        assert all(line.isprintable() for line in text.split("\n"))
        assert "u202e" in text
        assert len([line for line in text.split("\n") if line and not line.startswith("    ")]) == 2

    def test_no_colour_without_a_terminal(self, configured, readable):
        output = configured(readable=readable)

        structlog.get_logger().warning("replica unavailable")

        assert "\x1b" not in output()


class TestPrintable:
    def test_unprintable_characters_are_escaped(self):
        assert printable("Zoë 😀 a\\b") == "Zoë 😀 a\\b"
        assert printable("a\r\n\x1b[2J\x9b\u202eb\udcff") == r"a\r\n\x1b[2J\x9b\u202eb\udcff"
        assert printable(HOSTILE).isprintable()

    def test_escaped_json_has_the_same_value(self):
        text = json.dumps([HOSTILE, "Zoë 😀"], ensure_ascii=False)

        assert printable_json(text).isprintable()
        assert json.loads(printable_json(text)) == [HOSTILE, "Zoë 😀"]
        assert "Zoë 😀" in printable_json(text)


def context(path: str = "/api/v1/posts", client: str = "192.0.2.7", operation: Any = None, user: int | None = None):
    scope = {"method": "GET", "path": path, "client": (client, 4711)}
    principal = SimpleNamespace(user_id=user) if user is not None else None
    return RequestContext(REQUEST_ID, scope, time.perf_counter(), operation, principal)


@pytest.fixture
def pipe():
    """A file descriptor to write to, and a function that reads the lines."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)

    def lines():
        try:
            text = os.read(reader, 1 << 20).decode()
        except BlockingIOError:
            return []
        return [json.loads(line) for line in text.split("\n")[:-1]]

    yield writer, lines, reader
    os.close(reader)
    os.close(writer)


@pytest.mark.anyio
class TestRequestLog:
    async def test_a_line_has_request_operation_status_and_principal(self, pipe):
        log = RequestLog(pipe[0], lambda principal: principal.user_id)

        log.on_response(context(operation=LIST_POSTS, user=7), 200)
        log.close()

        [line] = pipe[1]()
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line.pop("time"))
        assert 0 <= line.pop("us") < 1_000_000
        assert line == {
            "request": REQUEST_ID.decode(),
            "method": "GET",
            "path": "/api/v1/posts",
            "operation": "listPosts",
            "status": 200,
            "client": "192.0.2.7",
            "principal": 7,
            "limit": None,
        }

    async def test_unknown_values_are_null(self, pipe):
        log = RequestLog(pipe[0], lambda principal: principal)

        log.on_response(context(), 404)
        log.close()

        [line] = pipe[1]()
        assert (line["operation"], line["principal"]) == (None, None)

    async def test_the_limit_that_was_checked_is_an_object(self, pipe):
        log, limited = RequestLog(pipe[0], lambda principal: principal), context()
        limited.rate_limit_headers = Limit("address", 3, 60).hit("192.0.2.7").headers

        log.on_response(limited, 200)
        log.close()

        [line] = pipe[1]()
        assert line["limit"] == {"name": "address", "remaining": 2, "reset": 20}

    async def test_a_hostile_path_stays_one_line(self, pipe):
        log = RequestLog(pipe[0], lambda principal: principal)
        path = f'/a"{HOSTILE}{{"status":200}}\\'

        log.on_response(context(path, HOSTILE), 404)
        log.close()

        text = os.read(pipe[2], 1 << 20).decode()
        assert text.endswith("\n")
        assert text[:-1].isprintable()
        assert (json.loads(text)["path"], json.loads(text)["client"]) == (path, HOSTILE)

    async def test_lines_are_written_after_a_short_delay(self, pipe):
        log = RequestLog(pipe[0], lambda principal: principal)
        for _ in range(3):
            log.on_response(context(), 200)

        before = pipe[1]()
        await asyncio.sleep(0.4)

        assert before == []
        assert len(pipe[1]()) == 3

    async def test_surplus_lines_are_dropped_and_counted(self, pipe):
        log = RequestLog(pipe[0], lambda principal: principal, most=2)
        for _ in range(5):
            log.on_response(context(), 200)
        log.close()

        lines = pipe[1]()

        assert len(lines) == 3
        assert lines[-1] == {"lost_lines": 3}
        assert log.dropped == 3

    async def test_an_error_is_logged_with_its_request_even_without_an_access_log(self):
        log = RequestLog(None, lambda principal: principal)

        with capture_logs() as events:
            log.on_response(context(), 200)
            log.on_error(context(operation=LIST_POSTS), ValueError("broken"))

        [entry] = events
        assert (entry["log_level"], entry["operation"]) == ("error", "listPosts")
        assert entry["request"] == REQUEST_ID.decode()
        assert str(entry["exc_info"]) == "broken"


@pytest.mark.anyio
class TestReadableRequestLog:
    async def test_a_line_is_readable(self, pipe):
        log = ReadableRequestLog(pipe[0], lambda principal: principal.user_id)

        log.on_response(context(user=7), 200)
        log.on_response(context(), 404)
        log.close()

        one, other = os.read(pipe[2], 1 << 20).decode().splitlines()
        request = REQUEST_ID.decode()
        assert re.fullmatch(rf"\d\d:\d\d:\d\d  200  GET    /api/v1/posts  \d+\.\d ms  user 7  {request}", one)
        assert re.fullmatch(rf"\d\d:\d\d:\d\d  404  GET    /api/v1/posts  \d+\.\d ms  anonymous  {request}", other)

    async def test_a_hostile_path_stays_one_printable_line(self, pipe):
        log = ReadableRequestLog(pipe[0], str)

        log.on_response(context(f"/{HOSTILE}", HOSTILE), 404)
        log.close()

        text = os.read(pipe[2], 1 << 20).decode()
        assert text[:-1].isprintable()

    async def test_colours_are_used_only_on_a_terminal(self, monkeypatch):
        main, terminal = os.openpty()
        for no_colour in ("", "1"):
            monkeypatch.setenv("NO_COLOR", no_colour)
            log = ReadableRequestLog(terminal, str)
            log.on_response(context(), 500)
            log.close()
        text = b""
        while text.count(b"\n") < 2:
            text += os.read(main, 1 << 16)
        coloured, plain = text.decode().splitlines()
        os.close(main)
        os.close(terminal)

        assert "\x1b[31m500\x1b[0m" in coloured
        assert "\x1b" not in plain

    async def test_dropped_lines_are_counted(self, pipe):
        log = ReadableRequestLog(pipe[0], str, most=1)
        for _ in range(3):
            log.on_response(context(), 200)
        log.close()

        assert os.read(pipe[2], 1 << 20).decode().splitlines()[1] == "2 log lines were dropped"
