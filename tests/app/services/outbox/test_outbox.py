"""The outbox: adding, claiming, retrying and giving up items, on both databases."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from itertools import chain

import pytest

from app.call import SessionPrincipal
from app.resources import connected, make_resources
from app.schemas.models import SessionCreate, UserCreate
from app.schemas.problems import AlreadyRegistered
from app.services import housekeeping, outbox, sessions
from app.services.idempotency import LIFETIME
from app.services.outbox import ATTEMPTS, LEASE, MAX_DELAY
from app.services.users.creation import create_user
from tests.support.builders import PASSWORD, new_user
from tests.support.clock import Clock
from tests.support.databases import Connection, query

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def services(settings, clock):
    """Two processes with one database."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(connected(make_resources(settings, clock))) for _ in range(2)]


@pytest.fixture
def service(services):
    return services[0]


@pytest.fixture
def database(service):
    return service.database


async def added(service, number=1):
    async with service.database.transaction() as transaction:
        for item in range(number):
            await outbox.add(transaction, "test", {"number": item}, service.now())


async def entry(database):
    [found] = await outbox.list_items(database, 10)
    return found


class TestAdd:
    async def test_a_new_user_has_one_mail_to_their_address(self, service, database):
        user = await create_user(service, UserCreate(**new_user(full_name="Grace Hopper")))

        found = await entry(database)
        assert (found.topic, found.recipient) == ("mail.welcome", user.email)
        assert (found.attempts, found.claimed_by, found.failed_at) == (0, None, None)
        assert found.created_at == found.available_at == user.created_at

    async def test_a_rolled_back_transaction_leaves_no_mail(self, service, database):
        with suppress(ZeroDivisionError):
            async with database.transaction() as transaction:
                await outbox.add(transaction, "test", {}, service.now())
                raise ZeroDivisionError

        assert await outbox.list_items(database, 10) == []

    async def test_of_many_sign_ups_with_one_address_one_has_a_mail(self, services):
        body = UserCreate(**new_user(username="grace"))

        outcomes = await asyncio.gather(*(create_user(services[n % 2], body) for n in range(50)), return_exceptions=True)

        assert sum(isinstance(outcome, AlreadyRegistered) for outcome in outcomes) == 49
        assert await outbox.count(services[0].database) == (1, 0)

    async def test_an_administrator_created_on_the_command_line_gets_none(self, service, database):
        await create_user(service, UserCreate(**new_user()), "admin")

        assert await outbox.count(database) == (0, 0)

    async def test_it_wakes_the_worker_after_the_commit(self, service):
        with suppress(AlreadyRegistered):
            await create_user(service, UserCreate(**new_user(username="admin")))
        refused = service.outbox_added.is_set()

        await create_user(service, UserCreate(**new_user()))

        assert (refused, service.outbox_added.is_set()) == (False, True)


class TestClaim:
    async def test_the_oldest_items_are_claimed_first_up_to_the_limit(self, service, database, clock):
        for _ in range(3):
            await added(service)
            clock.advance(seconds=1)

        first = await outbox.claim(database, "a", clock(), 2)
        second = await outbox.claim(database, "a", clock(), 2)

        assert [[item.payload for item in items] for items in (sorted(first), second)] == [
            ['{"number":0}'] * 2,
            ['{"number":0}'],
        ]
        assert max(item.id for item in first) < second[0].id

    async def test_concurrent_workers_claim_each_item_once(self, services, clock):
        await added(services[0], 100)

        async def take(number):
            found = []
            while items := await outbox.claim(services[number % 2].database, f"holder {number}", clock(), 3):
                found += [item.id for item in items]
            return found

        taken = await asyncio.gather(*(take(number) for number in range(10)))

        everything = list(chain(*taken))
        assert (len(everything), len(set(everything))) == (100, 100)

    async def test_a_claimed_item_cannot_be_claimed_until_its_lease_expires(self, service, database, clock):
        await added(service)
        [item] = await outbox.claim(database, "a", clock(), 1)

        clock.advance(seconds=LEASE.total_seconds() - 1)
        early = await outbox.claim(database, "b", clock(), 1)
        clock.advance(seconds=1)
        late = await outbox.claim(database, "b", clock(), 1)

        assert (early, late) == ([], [item])

    async def test_a_lease_can_be_extended(self, service, database, clock):
        await added(service)
        [item] = await outbox.claim(database, "a", clock(), 1)

        clock.advance(seconds=50)
        renewed = await outbox.extend(database, item.id, "a", clock())
        clock.advance(seconds=50)

        assert renewed
        assert await outbox.claim(database, "b", clock(), 1) == []

    async def test_a_lost_claim_changes_nothing(self, service, database, clock):
        await added(service)
        [item] = await outbox.claim(database, "a", clock(), 1)
        clock.advance(minutes=2)
        await outbox.claim(database, "b", clock(), 1)
        before = await entry(database)

        renewed = await outbox.extend(database, item.id, "a", clock())
        await outbox.delete(database, item.id, "a")
        await outbox.fail(database, item, "a", "no", clock())
        await outbox.dead_letter(database, item, "a", "no", clock())
        await outbox.postpone(database, item, "a", "no", clock())
        await outbox.release(database, "a", clock())

        assert not renewed
        assert await entry(database) == before

    async def test_released_claims_are_due_at_once(self, services, clock):
        database = services[0].database
        await added(services[0], 2)
        [item] = await outbox.claim(database, "a", clock(), 1)
        await outbox.claim(database, "b", clock(), 1)

        await outbox.release(database, "a", clock())

        assert await outbox.claim(services[1].database, "c", clock(), 10) == [item]

    async def test_a_delivered_item_is_deleted(self, service, database, clock):
        await added(service)
        [item] = await outbox.claim(database, "a", clock(), 1)

        await outbox.delete(database, item.id, "a")

        assert await outbox.count(database) == (0, 0)


class TestFailure:
    async def test_it_is_retried_with_backoff_and_then_given_up(self, service, database, clock):
        await added(service)
        waits: list[timedelta] = []
        while True:
            [item] = await outbox.claim(database, "a", clock(), 1)
            assert item.attempts == len(waits)
            if not await outbox.fail(database, item, "a", "451 later", clock()):
                break
            waits.append((await entry(database)).available_at - clock())
            clock.advance(seconds=waits[-1].total_seconds())

        assert len(waits) == ATTEMPTS - 1
        assert timedelta(seconds=1) <= waits[0] <= timedelta(seconds=2)
        assert all(timedelta(seconds=2**n / 2) <= wait <= MAX_DELAY for n, wait in enumerate(waits[:11], 1))
        assert all(MAX_DELAY / 2 <= wait <= MAX_DELAY for wait in waits[12:])
        dead = await entry(database)
        assert (dead.failed_at, dead.attempts, dead.error, dead.claimed_by) == (clock(), ATTEMPTS, "451 later", None)
        clock.advance(days=400)
        assert await outbox.claim(database, "a", clock(), 1) == []

    async def test_delays_have_jitter(self):
        assert len({outbox.delay(20) for _ in range(20)}) > 1

    async def test_a_postponed_attempt_is_not_counted(self, service, database, clock):
        await added(service)
        [item] = await outbox.claim(database, "a", clock(), 1)

        await outbox.postpone(database, item, "a", "refused", clock() + timedelta(seconds=5))

        found = await entry(database)
        assert (found.attempts, found.available_at, found.claimed_by) == (0, clock() + timedelta(seconds=5), None)

    async def test_an_error_is_stored_shortened_on_one_line(self, service, database, clock):
        await added(service)
        [item] = await outbox.claim(database, "a", clock(), 1)

        await outbox.dead_letter(database, item, "a", "550 no\x00\r\n" + "x" * 1000, clock())

        error = (await entry(database)).error
        assert error is not None
        assert (error[:16], len(error)) == (r"550 no\x00\r\nxx", outbox.MAX_ERROR_LENGTH)


class TestRetry:
    async def test_a_retried_dead_letter_is_due_with_all_attempts(self, service, database, clock):
        await added(service)
        [item] = await outbox.claim(database, "a", clock(), 1)
        await outbox.dead_letter(database, item, "a", "550", clock())

        assert await outbox.retry(database, item.id, clock())

        [again] = await outbox.claim(database, "a", clock(), 1)
        assert (again.id, again.attempts) == (item.id, 0)

    async def test_claimed_and_missing_items_cannot_be_retried(self, service, database, clock):
        await added(service)
        [item] = await outbox.claim(database, "a", clock(), 1)

        assert not await outbox.retry(database, item.id, clock())
        assert not await outbox.retry(database, item.id + 1, clock())

    async def test_all_dead_letters_can_be_retried_at_once(self, service, database, clock):
        await added(service, 3)
        for item in await outbox.claim(database, "a", clock(), 2):
            await outbox.dead_letter(database, item, "a", "550", clock())

        assert await outbox.retry_dead_letters(database, clock()) == 2
        assert await outbox.count(database) == (3, 0)


class TestClockSteps:
    async def test_items_scheduled_by_a_wrong_clock_are_rescheduled(self, service, database, clock):
        await added(service, 3)
        taken, failed = sorted(await outbox.claim(database, "a", clock(), 2))
        for _ in range(20):
            await outbox.fail(database, failed, "a", "451", clock())
        clock.advance(days=-30)

        recovered = await outbox.reschedule_far_future(database, clock())

        assert recovered == 3
        assert {item.id for item in await outbox.claim(database, "b", clock(), 10)} == {taken.id, failed.id, taken.id + 2}

    async def test_possible_future_times_are_kept(self, service, database, clock):
        await added(service, 2)
        _, failed = sorted(await outbox.claim(database, "a", clock(), 2))
        await outbox.fail(database, failed._replace(attempts=30), "a", "451", clock())

        assert await outbox.reschedule_far_future(database, clock()) == 0
        assert await outbox.claim(database, "b", clock(), 10) == []


class TestHousekeeping:
    async def test_only_expired_rows_are_deleted(self, service, settings, clock):
        user = await create_user(service, UserCreate(**new_user(username="grace")), idempotency_key="k" * 20)
        await sessions.create(service, SessionCreate(identifier="grace", password=PASSWORD))
        clock.advance(seconds=LIFETIME.total_seconds() - 60)
        await create_user(service, UserCreate(**new_user()), idempotency_key="l" * 20)
        clock.advance(seconds=settings.refresh_token_seconds - LIFETIME.total_seconds())
        lively = await sessions.create(service, SessionCreate(identifier="admin", password=PASSWORD))
        early = await housekeeping.delete_expired(service.database, clock())
        clock.advance(seconds=60)

        late = await housekeeping.delete_expired(service.database, clock())

        assert (early, late) == (2, 2)
        assert [row[0] for row in query(settings.database_url, "SELECT count(*) FROM sessions")] == [1]
        assert [row[0] for row in query(settings.database_url, "SELECT count(*) FROM refresh_tokens")] == [1]
        assert lively.access_token
        assert (await sessions.list(service, SessionPrincipal(user.id, "user", 0))).sessions == []

    async def test_it_continues_until_no_expired_rows_remain(self, service, settings, clock):
        sql = "INSERT INTO idempotency_keys (scope, key_hash, request_hash, answer, expires_at) VALUES ('', ?, '', '{}', ?)"
        with Connection(settings.database_url) as connection:
            connection.execute("BEGIN")
            for number in range(1100):
                connection.execute(sql, (str(number), clock().isoformat(timespec="microseconds")))
            connection.execute("COMMIT")

        assert await housekeeping.delete_expired(service.database, clock()) == 1100
