"""The log: one JSON line per request and event."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from app.core.logs import ReadableRequestLog, RequestLog, configure
from app.core.printable import printable, printable_json

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
    def test_a_fault_is_told_with_its_stack_and_without_the_secrets_on_it(self, configured, readable):
        told = configured(readable=readable)

        def fail(token: str):
            raise ValueError(f"cannot read {len(token)} characters")

        try:
            fail("aca_" + "7" * 72)
        except ValueError as error:
            RequestLog(None, str).on_error(Exchange(), error)

        text = told()
        assert "cannot read 76 characters" in text
        assert "in fail" in text
        assert "7777" not in text

    def test_warnings_of_libraries_are_told_in_the_same_form(self, configured, readable):
        told = configured(readable=readable)

        logging.getLogger("a.library").warning("%s is odd", "this")

        text = told()
        assert "this is odd" in text
        assert readable or json.loads(text)["event"] == "this is odd"

    def test_no_control_character_is_written_raw(self, configured, readable):
        told = configured(readable=readable)

        structlog.get_logger().warning(f"event {HOSTILE}", word=HOSTILE, words=[HOSTILE], inner={"a": HOSTILE})
        logging.getLogger("a.library").error("%s", HOSTILE, exc_info=ValueError(f"{HOSTILE}\nforged line"))

        text = told()
        assert all(line.isprintable() for line in text.split("\n"))
        assert "u202e" in text
        assert len([line for line in text.split("\n") if line and not line.startswith("    ")]) == 2

    def test_there_is_no_colour_where_no_terminal_is(self, configured, readable):
        told = configured(readable=readable)

        structlog.get_logger().warning("the replica is out")

        assert "\x1b" not in told()


class TestPrintable:
    def test_what_is_visible_stays_and_all_else_is_an_escape(self):
        assert printable("Zoë 😀 a\\b") == "Zoë 😀 a\\b"
        assert printable("a\r\n\x1b[2J\x9b\u202eb\udcff") == r"a\r\n\x1b[2J\x9b\u202eb\udcff"
        assert printable(HOSTILE).isprintable()

    def test_json_means_the_same_afterwards(self):
        text = json.dumps([HOSTILE, "Zoë 😀"], ensure_ascii=False)

        assert printable_json(text).isprintable()
        assert json.loads(printable_json(text)) == [HOSTILE, "Zoë 😀"]
        assert "Zoë 😀" in printable_json(text)


@dataclass
class Exchange:
    """A request context."""

    id: bytes = b"11111111-2222-8333-a444-555555555555"
    scope: dict[str, Any] = field(
        default_factory=lambda: {"method": "GET", "path": "/api/v1/posts", "client": ("192.0.2.7", 4711)}
    )
    started: float = field(default_factory=time.perf_counter)
    operation: Any = None
    principal: Any = None


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
    async def test_a_line_tells_request_operation_status_and_who(self, pipe):
        log = RequestLog(pipe[0], lambda principal: principal.user_id)
        exchange = Exchange(operation=SimpleNamespace(id="listPosts"), principal=SimpleNamespace(user_id=7))

        log.on_response(exchange, 200)
        log.close()

        [line] = pipe[1]()
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line.pop("time"))
        assert 0 <= line.pop("us") < 1_000_000
        assert line == {
            "request": "11111111-2222-8333-a444-555555555555",
            "method": "GET",
            "path": "/api/v1/posts",
            "operation": "listPosts",
            "status": 200,
            "client": "192.0.2.7",
            "principal": 7,
        }

    async def test_what_is_not_known_is_null(self, pipe):
        log = RequestLog(pipe[0], lambda principal: principal)

        log.on_response(Exchange(), 404)
        log.close()

        [line] = pipe[1]()
        assert (line["operation"], line["principal"]) == (None, None)

    async def test_a_hostile_path_stays_one_line(self, pipe):
        log = RequestLog(pipe[0], lambda principal: principal)
        path = f'/a"{HOSTILE}{{"status":200}}\\'

        log.on_response(Exchange(scope={"method": "GET", "path": path, "client": (HOSTILE, 1)}), 404)
        log.close()

        text = os.read(pipe[2], 1 << 20).decode()
        assert text.endswith("\n")
        assert text[:-1].isprintable()
        assert (json.loads(text)["path"], json.loads(text)["client"]) == (path, HOSTILE)

    async def test_lines_are_written_by_themselves_after_a_moment(self, pipe):
        log = RequestLog(pipe[0], lambda principal: principal)
        for _ in range(3):
            log.on_response(Exchange(), 200)

        before = pipe[1]()
        await asyncio.sleep(0.4)

        assert before == []
        assert len(pipe[1]()) == 3

    async def test_what_is_too_much_is_counted_instead_of_kept(self, pipe):
        log = RequestLog(pipe[0], lambda principal: principal, most=2)
        for _ in range(5):
            log.on_response(Exchange(), 200)
        log.close()

        lines = pipe[1]()

        assert len(lines) == 3
        assert lines[-1] == {"lost_lines": 3}

    async def test_a_fault_is_told_with_its_request_even_where_no_lines_are_written(self):
        log = RequestLog(None, lambda principal: principal)

        with capture_logs() as told:
            log.on_response(Exchange(), 200)
            log.on_error(Exchange(operation=SimpleNamespace(id="listPosts")), ValueError("broken"))

        [entry] = told
        assert (entry["log_level"], entry["operation"]) == ("error", "listPosts")
        assert entry["request"] == "11111111-2222-8333-a444-555555555555"
        assert str(entry["exc_info"]) == "broken"


@pytest.mark.anyio
class TestReadableRequestLog:
    async def test_a_line_is_for_people(self, pipe):
        log = ReadableRequestLog(pipe[0], lambda principal: principal.user_id)

        log.on_response(Exchange(principal=SimpleNamespace(user_id=7)), 200)
        log.on_response(Exchange(), 404)
        log.close()

        one, other = os.read(pipe[2], 1 << 20).decode().splitlines()
        request = "11111111-2222-8333-a444-555555555555"
        assert re.fullmatch(rf"\d\d:\d\d:\d\d  200  GET    /api/v1/posts  \d+\.\d ms  user 7  {request}", one)
        assert re.fullmatch(rf"\d\d:\d\d:\d\d  404  GET    /api/v1/posts  \d+\.\d ms  anonymous  {request}", other)

    async def test_a_hostile_path_stays_one_line_that_a_terminal_only_shows(self, pipe):
        log = ReadableRequestLog(pipe[0], str)

        log.on_response(Exchange(scope={"method": "GET", "path": f"/{HOSTILE}", "client": (HOSTILE, 1)}), 404)
        log.close()

        text = os.read(pipe[2], 1 << 20).decode()
        assert text[:-1].isprintable()

    async def test_it_is_in_colour_on_a_terminal_alone(self, monkeypatch):
        main, terminal = os.openpty()
        for no_colour in ("", "1"):
            monkeypatch.setenv("NO_COLOR", no_colour)
            log = ReadableRequestLog(terminal, str)
            log.on_response(Exchange(), 500)
            log.close()
        text = b""
        while text.count(b"\n") < 2:
            text += os.read(main, 1 << 16)
        coloured, plain = text.decode().splitlines()
        os.close(main)
        os.close(terminal)

        assert "\x1b[31m500\x1b[0m" in coloured
        assert "\x1b" not in plain

    async def test_lines_that_were_lost_are_counted(self, pipe):
        log = ReadableRequestLog(pipe[0], str, most=1)
        for _ in range(3):
            log.on_response(Exchange(), 200)
        log.close()

        assert os.read(pipe[2], 1 << 20).decode().splitlines()[1] == "2 log lines were dropped"
