"""Rate limits in memory."""

from __future__ import annotations

from app.core.limits import Limit, create_limit


class Clock:
    """A clock set by the test."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def limit(clock, requests=3, period=60):
    return Limit("address", requests, period, clock)


def headers(decision):
    return {name.decode(): value.decode() for name, value in decision.headers}


class TestLimit:
    def test_the_whole_limit_may_arrive_as_one_burst(self):
        few = limit(Clock())

        waits = [few.hit("a").wait for _ in range(5)]

        assert waits == [0, 0, 0, 20, 20]

    def test_the_headers_have_policy_remaining_requests_and_reset(self):
        few = limit(Clock())

        verdicts = [headers(few.hit("a")) for _ in range(4)]

        assert {decision["ratelimit-policy"] for decision in verdicts} == {'"address";q=3;w=60'}
        assert [decision["ratelimit"] for decision in verdicts] == [
            *('"address";r=2;t=20', '"address";r=1;t=40', '"address";r=0;t=60'),
            '"address";r=0;t=20',
        ]

    def test_a_request_succeeds_after_the_wait_and_not_before(self):
        clock = Clock()
        few = limit(clock)
        wait = [few.hit("a").wait for _ in range(4)][-1]

        clock.now += wait - 0.5
        early = few.hit("a").wait
        clock.now += 0.5

        assert early == 1
        assert few.hit("a").wait == 0

    def test_rejected_requests_do_not_count(self):
        clock = Clock()
        few = limit(clock)
        for _ in range(100):
            few.hit("a")

        clock.now += 60

        assert [few.hit("a").wait for _ in range(4)] == [0, 0, 0, 20]

    def test_keys_are_limited_separately(self):
        few = limit(Clock(), requests=1)

        assert [few.hit(key).wait for key in ("a", "b", 1, 2)] == [0, 0, 0, 0]
        assert few.hit("a").wait == 60

    def test_over_a_long_time_the_rate_holds(self):
        clock = Clock()
        few = limit(clock, requests=60)
        allowed = 0
        for _ in range(6000):  # ten a second for ten minutes
            allowed += few.hit("a").wait == 0
            clock.now += 0.1

        assert 600 <= allowed <= 661


class TestAShare:
    def test_of_four_workers_each_allows_a_quarter(self):
        workers = [Limit("address", 100, 60, Clock(), share=4) for _ in range(4)]

        allowed = [sum(worker.hit("a").wait == 0 for _ in range(100)) for worker in workers]

        assert allowed == [25] * 4

    def test_the_headers_have_the_whole_policy_and_what_remains_in_this_worker(self):
        decision = Limit("address", 100, 60, Clock(), share=4).hit("a")

        assert headers(decision) == {"ratelimit-policy": '"address";q=100;w=60', "ratelimit": '"address";r=24;t=3'}

    def test_over_a_long_time_the_sum_of_the_rates_is_the_limit(self):
        clock = Clock()
        workers = [Limit("address", 10, 60, clock, share=4) for _ in range(4)]
        allowed = 0
        for _ in range(6000):  # ten a second for ten minutes, at each
            allowed += sum(worker.hit("a").wait == 0 for worker in workers)
            clock.now += 0.1

        assert 96 <= allowed <= 110  # the rate of ten minutes, and at most one burst

    def test_with_more_workers_than_requests_each_allows_one(self):
        worker = Limit("signin", 10, 60, Clock(), share=64)

        assert [worker.hit("a").wait for _ in range(2)] == [0, 60]


class TestChoose:
    def test_zero_requests_means_no_limit(self):
        assert create_limit("address", 0, 60, None) is None

    def test_without_valkey_it_is_the_share_of_this_worker(self):
        limit = create_limit("address", 8, 60, None, share=4)

        assert isinstance(limit, Limit)
        assert [limit.hit("a").wait > 0 for _ in range(3)] == [False, False, True]
