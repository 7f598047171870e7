"""Lifecycle of a service of one or several processes: draining, killed workers, restarts without lost requests."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import new_user
from tests.support.databases import query
from tests.support.load import MARGIN, Load, Response, ask, connected, person, wait_until
from tests.support.servers.haproxy import proxy
from tests.support.servers.service import Server, alive, children, free_port

pytestmark = pytest.mark.slow

# About a third of a second a hash, one after the other.
SLOW: dict[str, Any] = {"PASSWORD_MEMORY_KIB": "65536", "PASSWORD_PASSES": "5", "PASSWORD_THREADS": "1"}


@pytest.fixture
def database(sqlite_template, tmp_path) -> Path:
    sqlite_template.copy(tmp_path)
    return tmp_path / "accord.db"


def get(port: int, path: str) -> Response:
    with connected(port) as connection:
        return ask(connection, "GET", path)


def sign_up(port: int, username: str) -> int:
    with connected(port) as connection:
        return ask(connection, "POST", "/api/v1/users", person(username)).status


def refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=MARGIN).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return True
    return False


def events(server: Server) -> list[dict[str, Any]]:
    """The lines of its log."""
    return [json.loads(line) for line in server.log.read_text().splitlines()]


def connections(pid: int, port: int) -> int:
    """The number of clients connected to a process that serves this port."""
    inodes = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        if found := re.fullmatch(r"socket:\[(\d+)]", str(entry.readlink())):
            inodes.add(found[1])
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "01" and row[9] in inodes for row in rows)


@pytest.mark.parametrize("workers", [1, 2])
class TestAtSIGTERM:
    def test_readiness_fails_first_then_running_requests_finish(self, database, workers):
        with Server(database, workers=workers, DRAIN_SECONDS="1", **SLOW) as server, ThreadPoolExecutor(30) as pool:
            assert get(server.port, "/health/ready").status == 200
            started = time.monotonic()
            begun = [pool.submit(sign_up, server.port, "first")]
            begun[0].result()
            five_seconds = min(28, max(3, int(5 / (time.monotonic() - started))))  # of sign-ups, on this machine today
            begun += [pool.submit(sign_up, server.port, "early")]
            time.sleep(0.1)
            server.process.send_signal(signal.SIGTERM)
            while (readiness := get(server.port, "/health/ready")).status == 200:
                time.sleep(0.02)
            begun += [pool.submit(sign_up, server.port, f"late{number}") for number in range(five_seconds)]
            health = get(server.port, "/health")
            wait_until(lambda: refuses(server.port))
            unfinished = sum(not request.done() for request in begun)
            answers = Counter(request.result() for request in begun)

            assert readiness.status == 503
            assert json.loads(readiness.text)["type"] == "/problems/service-unavailable"
            assert int(readiness.headers["Retry-After"]) >= 1
            assert health.status == 200
            assert unfinished > 0
            assert answers == {201: len(begun)}
            assert server.process.wait(MARGIN) == 0
            print(f"\n{workers} workers: {unfinished} of {len(begun)} sign-ups were answered after the socket had closed")  # noqa: T201 - for people

    def test_connections_that_wait_to_be_accepted_are_answered(self, database, workers):
        def ask_on_new_connections(_: int) -> list[int]:
            answers = []
            with suppress(ConnectionRefusedError):
                while True:
                    with connected(server.port) as connection:
                        answers.append(ask(connection, "POST", "/api/v1/sessions", {}).status)
            return answers

        with Server(database, workers=workers, DRAIN_SECONDS="0.5") as server, ThreadPoolExecutor(16) as pool:
            answers = [pool.submit(ask_on_new_connections, number) for number in range(16)]
            time.sleep(0.5)
            server.process.send_signal(signal.SIGTERM)
            statuses = Counter(status for answer in answers for status in answer.result())

        assert list(statuses) == [422]

    def test_responses_while_draining_close_their_connection(self, database, workers):
        with Server(database, workers=workers, DRAIN_SECONDS="3") as server, connected(server.port) as kept:
            before = ask(kept, "GET", "/health")
            local = kept.sock.getsockname()
            server.process.send_signal(signal.SIGTERM)
            wait_until(lambda: get(server.port, "/health/ready").status == 503)
            time.sleep(0.5)  # until the other worker knows
            same = kept.sock.getsockname() == local
            during = ask(kept, "GET", "/health")
            fresh = get(server.port, "/health")
            with connected(server.port) as other:
                head = ask(other, "HEAD", "/health")  # which takes another way to the network

        assert before.headers["Connection"] is None
        assert same
        for answer in (during, fresh, head):
            assert (answer.status, answer.headers["Connection"]) == (200, "close")

    def test_a_partial_request_head_is_waited_for(self, database, workers):
        with Server(database, workers=workers) as server, connected(server.port) as client:
            client.connect()
            client.sock.sendall(b"GET /health HTTP/1.1\r\n")
            time.sleep(0.2)
            server.process.send_signal(signal.SIGTERM)
            wait_until(lambda: refuses(server.port))
            client.sock.sendall(b"Host: x\r\n\r\n")
            answer = client.sock.makefile("rb").read()

        assert answer.startswith(b"HTTP/1.1 200")

    def test_a_second_signal_ends_the_drain(self, database, workers):
        with Server(database, workers=workers, DRAIN_SECONDS="300") as server:
            server.process.send_signal(signal.SIGTERM)
            wait_until(lambda: get(server.port, "/health/ready").status == 503)
            server.process.send_signal(signal.SIGTERM)

            assert server.process.wait(MARGIN) == 0

    def test_a_signal_to_the_whole_group_is_one_signal(self, database, workers):
        with Server(database, workers=workers, DRAIN_SECONDS="2") as server:
            for pid in {server.process.pid, *server.pids()}:
                os.kill(pid, signal.SIGINT)
            wait_until(lambda: get(server.port, "/health/ready").status == 503)
            time.sleep(0.5)

            assert get(server.port, "/health").status == 200
            assert server.process.wait(MARGIN) == 0


class TestWorkers:
    def test_a_killed_worker_loses_only_its_own_connections_and_is_replaced(self, database):
        with Server(database, workers=3) as server, Load(server.port, 24) as load:
            before = server.pids()
            spread = {pid: connections(pid, server.port) for pid in before}
            victim = max(before, key=spread.__getitem__)
            os.kill(victim, signal.SIGKILL)
            killed = time.monotonic()
            load.go_on(200)
            wait_until(lambda: sum(line["event"] == "worker ready" for line in events(server)) == 4)
            back, now = time.monotonic() - killed, server.pids()
        answered, failed = dict(load.statuses), len(load.failures)
        print(f"\nconnections {list(spread.values())}, lost {failed}, answered {answered}; back after {back:.1f} s")  # noqa: T201 - for people

        assert len(now) == 3
        assert victim not in now
        assert 0 < failed <= spread[victim]
        assert set(answered) == {200, 201}

    def test_a_restarting_worker_closes_its_connections_and_stays_ready(self, database):
        with Server(database, workers=2, DRAIN_SECONDS="10") as server, ExitStack() as stack:
            kept = [stack.enter_context(connected(server.port)) for _ in range(12)]
            for connection in kept:
                ask(connection, "GET", "/health")
            spread = [connections(pid, server.port) for pid in server.pids()]
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: sum(line["event"] == "worker ready" for line in events(server)) == 3)
            time.sleep(0.5)  # until the first worker has been notified
            answers = [ask(connection, "GET", "/health/ready") for connection in kept]
            server.process.terminate()

        assert {answer.status for answer in answers} == {200}
        assert sum(answer.headers["Connection"] == "close" for answer in answers) == spread[0]

    def test_one_that_dies_while_the_schema_is_newer_is_replaced(self, database):
        with Server(database, workers=2) as server:
            query(f"sqlite:///{database}", "UPDATE alembic_version SET version_num = '0777'")
            os.kill(server.pids()[0], signal.SIGKILL)
            wait_until(lambda: sum(line["event"] == "worker ready" for line in events(server)) == 3)

    def test_are_forked_while_there_are_no_threads_and_number_their_own_requests(self, database):
        settings: dict[str, Any] = {
            "METRICS_BIND": f"127.0.0.1:{free_port()}",
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1",
        }
        with Server(database, workers=2, **settings) as server, ExitStack() as stack:
            [fork_server] = children(server.process.pid)
            threads = list(Path(f"/proc/{fork_server}/task").iterdir())
            clients = [stack.enter_context(connected(server.port)) for _ in range(24)]
            ids = [ask(client, "GET", "/health").headers["X-Request-ID"] for client in clients]

        assert len(threads) == 1
        assert len({identifier[:23] for identifier in ids}) == 2
        assert len(set(ids)) == 24

    def test_all_end_when_their_supervisor_is_killed(self, database):
        with Server(database, workers=2) as server:
            workers = server.pids()
            server.process.kill()
            server.process.wait()

            wait_until(lambda: not any(alive(pid) for pid in workers))
            assert refuses(server.port)

    def test_without_valkey_a_warning_is_logged_once(self, database):
        with Server(database, workers=3) as server:
            lines = [line["event"] for line in events(server)]

        assert sum("each worker enforces its share of the limits" in line for line in lines) == 1

    def test_in_development_the_greeting_is_printed_once(self, tmp_path):
        with Server(tmp_path / "accord.db", workers=3, ENV="development") as server:
            log = server.log.read_text()

        assert log.count("/openapi.yaml") == log.count("Demo accounts") == 1
        assert log.count("each worker enforces its share of the limits") == 1

    def test_do_not_start_without_their_database(self, tmp_path):
        with pytest.raises(RuntimeError) as failure, Server(tmp_path / "accord.db", workers=3):
            pass

        assert str(failure.value).count("error: pending migrations: ") == 1

    def test_on_one_sqlite_file_one_of_fifty_sign_ups_succeeds(self, database):
        def attempt(number: int) -> int:
            with connected(server.port) as connection:
                barrier.wait()
                body = new_user(username=f"ada{number}", email="ada@example.com")
                return ask(connection, "POST", "/api/v1/users", body).status

        barrier = threading.Barrier(50)
        with Server(database, workers=4) as server, ThreadPoolExecutor(50) as pool:
            answers = Counter(pool.map(attempt, range(50)))
        print(f"\n{dict(answers)}")  # noqa: T201 - for people

        assert answers == {201: 1, 409: 49}

    @pytest.mark.alone  # on a busy machine fifty hashes take longer than anyone is let wait
    @pytest.mark.parametrize(("kind", "workers"), [("sqlite", 1), ("postgres", 2)])
    def test_a_burst_of_sign_ups_of_one_name_waits_for_its_hashes(self, request, tmp_path, kind, workers):
        url = request.getfixturevalue(f"{kind}_template").copy(tmp_path)
        hashing = {"PASSWORD_MEMORY_KIB": "19456", "PASSWORD_PASSES": "2"}  # as in production

        def attempt(_: int) -> int:
            with connected(server.port) as connection:
                barrier.wait()
                return ask(connection, "POST", "/api/v1/users", new_user(username="grace")).status

        barrier = threading.Barrier(50)
        with (
            Server(url, workers=workers, log=tmp_path / "log", **hashing) as server,
            ThreadPoolExecutor(50) as pool,
        ):
            answers = Counter(pool.map(attempt, range(50)))

        assert answers == {201: 1, 409: 49}


class TestBehindAProxy:
    def test_sighup_restarts_all_workers_and_no_request_is_lost(self, database, tmp_path):
        with (
            Server(database, workers=3, DRAIN_SECONDS="1") as server,
            proxy(tmp_path, server.port) as front,
            Load(front.port, 12) as load,
        ):
            before = set(server.pids())
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: any(line["event"] == "all workers restarted" for line in events(server)))
            wait_until(lambda: len(server.pids()) == 3)
            load.go_on(200)
            after = set(server.pids())
        print(f"\nanswered {dict(load.statuses)}, lost {len(load.failures)} {set(load.failures)}")  # noqa: T201 - for people

        assert not before & after
        assert set(load.statuses) == {200, 201}
        assert load.failures == []

    def test_a_rolling_restart_of_services_loses_no_request(self, database, tmp_path):
        with (
            Server(database, DRAIN_SECONDS="1") as one,
            Server(database, DRAIN_SECONDS="1", log=tmp_path / "two.log") as two,
            proxy(tmp_path, one.port, two.port) as front,
            Load(front.port, 12) as load,
        ):
            for service in (one, two):
                service.stop()
                load.go_on(50)
                service.start()
                front.wait_up([one.port, two.port])
                load.go_on(50)
        print(f"\nanswered {dict(load.statuses)}, lost {len(load.failures)} {set(load.failures)}")  # noqa: T201 - for people

        assert set(load.statuses) == {200, 201}
        assert load.failures == []
