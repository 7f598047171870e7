"""An attack on one account of a really running service does not lock out its owner."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any

import httpx2
import pytest

from tests.support.builders import PASSWORD
from tests.support.servers.service import Server

pytestmark = pytest.mark.slow

HOME = "198.51.100.7"  # from which the owner has signed in


@pytest.fixture(scope="module")
def attacked(sqlite_template, tmp_path_factory):
    """A client of a really running service that trusts X-Forwarded-For."""
    folder = tmp_path_factory.mktemp("attack")
    limits: dict[str, Any] = {
        "SIGN_IN_LIMIT": "10",
        "SIGN_IN_INTERVAL": "0.05",
        "SIGN_IN_FAILURE_LIMIT": "60",
        "TRUSTED_PROXIES": "127.0.0.1",
    }
    with (
        Server(folder / "accord.db", DATABASE_URL=sqlite_template.copy(folder), **limits) as server,
        httpx2.Client(base_url=server.url, timeout=60, limits=httpx2.Limits(max_connections=100)) as http,
    ):
        yield http


class TestAnAttack:
    """Guesses from changing addresses at one account, over real sockets, while the owner signs in.

    The queue advances every 0.05 seconds instead of 0.5, so that ten times as many guesses are made in the same time.
    """

    @staticmethod
    def sign_in(http, address, password=PASSWORD):
        body = {"identifier": "admin", "password": password}
        return http.post("/api/v1/sessions", json=body, headers={"X-Forwarded-For": address})

    def attack(self, http, name, pause, guesses, stop):
        """Guess repeatedly, each time from another address, and append each guess to `guesses`."""
        number = 0
        while not stop.wait(pause):
            number += 1
            with contextlib.suppress(httpx2.HTTPError):
                self.sign_in(http, f"10.{name}.{number // 250}.{number % 250}", "wrong-guess-1")
            guesses.append(number)

    def enter(self, http, address):
        """The seconds that the owner waits to sign in."""
        begin = time.monotonic()
        answer = self.sign_in(http, address)
        assert answer.status_code == 201, answer.text
        return time.monotonic() - begin

    @pytest.mark.parametrize(("attackers", "pause"), [(2, 0.0), (30, 0.0), (1, 0.1)], ids=["2", "30", "one that is slow"])
    def test_does_not_lock_out_the_owner(self, attacked, attackers, pause):
        stop = threading.Event()
        guesses: list[int] = []
        self.enter(attacked, HOME)
        threads = [
            threading.Thread(target=self.attack, args=(attacked, 2 * attackers + number, pause, guesses, stop))
            for number in range(attackers)
        ]
        for thread in threads:
            thread.start()
        try:
            while len(guesses) < 12:  # two more than the limit
                time.sleep(0.01)
            for _ in range(14):
                self.enter(attacked, HOME)
            waits = [self.enter(attacked, f"203.0.{attackers}.{number}") for number in range(2)]
        finally:
            stop.set()
            for thread in threads:
                thread.join()

        assert max(waits) < 20  # 30 in line; a machine that is busy is slow
