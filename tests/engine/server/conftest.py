"""A running server, and a connection to it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from app.engine import life, server
from app.engine.host import Host
from tests.engine.operations import handlers
from tests.engine.server.wire import OBSERVER, Connection, slow_thing
from tests.engine.service import make_engine


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
