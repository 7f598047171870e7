"""Sign-in attempts: which wait, which are admitted at once, which are rejected."""

from __future__ import annotations

import asyncio
import time

import pytest

from app.core.limits import UNLIMITED, Limit, throttle
from app.core.limits.throttle import Attempt, AttemptQueues, Throttle

pytestmark = pytest.mark.anyio

HOUR = 3600


def attempt(address="unknown", account="ada", known=("home",)):
    """An attempt at an account that knows some addresses."""

    async def look_up():
        return address in known

    return Attempt(account, address, look_up)


def make_throttle(failures=3, of_address=100, interval=0.05):
    """A throttle with short delays."""
    return Throttle(Limit("sign-in", failures, HOUR), Limit("sign-in-failures", of_address, HOUR), AttemptQueues(interval))


async def timed(work):
    """The result, and whether it took any time."""
    before = time.monotonic()
    return await work, time.monotonic() - before > 0.03


async def fail(guard, times, address=None):
    for number in range(times):
        await guard.failed(attempt(address or f"unknown {number}"))


class TestThrottle:
    async def test_with_few_failures_an_attempt_is_admitted_at_once(self):
        guard = make_throttle()
        await fail(guard, 2)

        decision, waited = await timed(guard.admit(attempt()))

        assert (decision.wait, waited) == (0, False)

    async def test_success_does_not_count(self):
        guard = make_throttle()
        for _ in range(10):
            await guard.admit(attempt())

        assert await timed(guard.admit(attempt())) == (UNLIMITED, False)

    async def test_unknown_addresses_wait_and_are_not_rejected(self):
        guard = make_throttle()
        await fail(guard, 3)

        decision, waited = await timed(guard.admit(attempt("another unknown")))

        assert (decision.wait, waited) == (0, True)

    async def test_a_known_address_is_admitted_despite_failures_of_others(self):
        guard = make_throttle()
        await fail(guard, 50)

        assert await timed(guard.admit(attempt("home"))) == (UNLIMITED, False)

    async def test_failures_at_a_known_address_count_separately(self):
        guard = make_throttle()
        await fail(guard, 3, address="home")

        assert (await timed(guard.admit(attempt("unknown"))))[1] is False
        decision, waited = await timed(guard.admit(attempt("home")))
        assert (decision.wait, waited) == (0, True)

    async def test_an_address_with_many_failures_is_rejected_unless_the_account_knows_it(self):
        guard = make_throttle(of_address=5)
        for number in range(5):
            await guard.failed(attempt("home", f"victim {number}", known=()))

        refused = await guard.admit(attempt("home", "another victim", known=()))
        passed = await guard.admit(attempt("home"))

        assert dict(refused.headers)[b"ratelimit-policy"] == b'"sign-in-failures";q=5;w=3600'
        assert refused.wait == HOUR // 5
        assert passed.wait == 0

    async def test_without_limits_nothing_is_looked_up(self):
        async def look_up():
            raise AssertionError("asked")

        guard = Throttle(None, None, AttemptQueues(0.05))
        await guard.failed(Attempt("ada", "home", look_up))

        assert (await guard.admit(Attempt("ada", "home", look_up))).wait == 0


class TestLines:
    async def test_one_attempt_proceeds_per_interval_in_order_of_arrival(self):
        queues, gone = AttemptQueues(0.05), []

        async def wait(number):
            await queues.wait_turn("ada", number)
            gone.append((number, time.monotonic()))

        begin = time.monotonic()
        await asyncio.gather(*(wait(number) for number in range(6)))

        assert [number for number, _ in gone] == [0, 1, 2, 3, 4, 5]
        assert all(moment - begin >= 0.05 * (number + 1) - 0.01 for number, moment in gone)

    async def test_queues_do_not_wait_for_each_other(self):
        queues = AttemptQueues(0.05)

        _, waited = await timed(asyncio.gather(*(queues.wait_turn(account, "x") for account in range(100))))

        assert waited
        assert await asyncio.wait_for(queues.wait_turn("ada", "x"), 1)

    async def test_of_one_address_few_wait_at_an_account(self, monkeypatch):
        monkeypatch.setattr(throttle, "FULL_DELAY", 0.01)
        queues = AttemptQueues(0.05)

        verdicts = await asyncio.gather(*(queues.wait_turn("ada", "x") for _ in range(10)), queues.wait_turn("ada", "y"))

        assert [decision.wait for decision in verdicts] == [0] * throttle.MIN_PLACES + [1] * (10 - throttle.MIN_PLACES) + [0]

    async def test_a_full_queue_rejects_with_retry_after(self, monkeypatch):
        monkeypatch.setattr(throttle, "FULL_DELAY", 0.01)
        monkeypatch.setattr(throttle, "MAX_WAIT", 0.5)
        queues = AttemptQueues(0.05)

        verdicts = await asyncio.gather(*(queues.wait_turn("ada", number) for number in range(30)))

        full = [decision for decision in verdicts if decision.wait]
        assert len(full) == 20
        assert {dict(decision.headers)[b"ratelimit-policy"] for decision in full} == {b'"sign-in";q=10;w=0'}

    async def test_the_number_of_waiting_attempts_is_bounded(self, monkeypatch):
        monkeypatch.setattr(throttle, "MAX_HELD", 10)
        queues = AttemptQueues(0.05)

        verdicts = await asyncio.gather(*(queues.wait_turn(number, "x") for number in range(30)))

        assert [decision.wait for decision in verdicts] == [0] * 10 + [1] * 20
        assert (await queues.wait_turn("ada", "x")).wait == 0  # all of them have left

    async def test_a_cancelled_attempt_frees_its_place(self):
        queues = AttemptQueues(5)
        waiting = [asyncio.create_task(queues.wait_turn("ada", number)) for number in range(throttle.MIN_PLACES)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

        with pytest.raises(TimeoutError):  # it waits, in a queue of its own
            await asyncio.wait_for(queues.wait_turn("ada", "x"), 0.05)

    async def test_independent_workers_keep_the_pace_together(self):
        queues = AttemptQueues(0.05, share=4)

        begin = time.monotonic()
        await asyncio.gather(queues.wait_turn("ada", 1), queues.wait_turn("ada", 2))

        assert time.monotonic() - begin >= 0.39
