"""Concurrent requests with one Idempotency-Key. Two services on one database simulate two processes."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack

import msgspec
import pytest

from app.call import Principal
from app.resources import connected, make_resources
from app.schemas.models import PostCreate, UserCreate, UserUpdate
from app.schemas.problems import AlreadyRegistered, IdempotencyKeyInUse, IdempotencyKeyReused
from app.services import posts, users
from app.services.users.creation import create_user
from tests.app.services.races.outcomes import kinds, outcomes
from tests.contract.wire import Request
from tests.support.builders import new_post, new_user
from tests.support.databases import query
from tests.support.servers.service import Server

pytestmark = pytest.mark.anyio

ADMIN = Principal(1, "admin")
KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"


@pytest.fixture
async def processes(settings):
    """Four services on one database."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(connected(make_resources(settings))) for _ in range(4)]


@pytest.fixture
def total(settings):
    """The number of rows of a table."""
    return lambda table: query(settings.database_url, f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608 - ours


def bodies(found):
    """The response as bytes."""
    return {msgspec.json.encode(outcome) for outcome in found if not isinstance(outcome, Exception)}


async def test_of_many_sign_ups_with_one_key_in_four_processes_one_succeeds(processes, total):
    new = UserCreate(**new_user(full_name="Grace Hopper"))

    found = await outcomes(*(create_user(processes[n % 4], new, idempotency_key=KEY) for n in range(20)))
    again = await outcomes(*(create_user(process, new, idempotency_key=KEY) for process in processes))

    assert kinds(found, Exception) == kinds(found, IdempotencyKeyInUse)
    assert len(bodies(found)) == 1
    assert bodies(again) == bodies(found)
    assert (total("users"), total("idempotency_keys")) == (2, 1)


async def test_of_many_posts_with_one_key_in_four_processes_one_is_stored(processes, total):
    new = PostCreate(**new_post())

    found = await outcomes(*(posts.create(processes[n % 4], ADMIN, new, KEY) for n in range(20)))

    assert kinds(found, Exception) == kinds(found, IdempotencyKeyInUse)
    assert len(bodies(found)) == 1
    assert (total("posts"), total("idempotency_keys")) == (1, 1)


async def test_of_many_different_requests_with_one_key_one_succeeds(processes, total):
    found = await outcomes(
        *(posts.create(processes[n % 4], ADMIN, PostCreate(**new_post(title=f"{n}")), KEY) for n in range(20))
    )

    assert kinds(found, IdempotencyKeyInUse) + kinds(found, IdempotencyKeyReused) == 19
    assert (total("posts"), total("idempotency_keys")) == (1, 1)


async def test_of_many_keys_for_one_address_one_succeeds_and_is_stored(processes, total):
    new = UserCreate(**new_user())

    found = await outcomes(*(create_user(processes[n % 4], new, idempotency_key=f"{KEY}{n}") for n in range(20)))

    assert kinds(found, AlreadyRegistered) == 19
    assert (total("users"), total("idempotency_keys")) == (2, 1)


async def test_an_author_deleted_meanwhile_leaves_neither_posts_nor_keys(processes, total):
    author = await create_user(processes[0], UserCreate(**new_user()))
    principal, new = Principal(author.id, "user"), PostCreate(**new_post())

    await outcomes(
        *(posts.create(processes[n % 4], principal, new, f"{KEY}{n}") for n in range(10)),
        users.delete(processes[3], ADMIN, author.id, None),
        *(posts.create(processes[n % 4], principal, new, f"{KEY}{n}") for n in range(10, 20)),
    )

    assert total("posts") == 0
    with pytest.raises(Exception, match="account no longer exists"):
        await posts.create(processes[0], principal, new, f"{KEY}-later")


async def test_a_key_is_repeated_while_the_resource_changes(processes, total):
    new = UserCreate(**new_user())
    first = await create_user(processes[0], new, idempotency_key=KEY)

    found = await outcomes(
        *(create_user(processes[n % 4], new, idempotency_key=KEY) for n in range(8)),
        *(users.update(processes[n % 4], ADMIN, first.id, UserUpdate(bio=f"{n}"), None) for n in range(8)),
    )

    assert kinds(found, Exception) == kinds(found, IdempotencyKeyInUse)
    assert bodies(found[:8]) == bodies([first])
    assert total("users") == 2


@pytest.mark.slow
def test_of_many_requests_with_one_key_to_two_servers_one_succeeds(settings, tmp_path, total):
    """Real processes, real sockets: replayed responses have the same bytes."""
    posted = {"Content-Type": "application/json", "Idempotency-Key": KEY}
    request = Request("POST", "/api/v1/users", headers=posted, body=json.dumps(new_user()).encode())
    with ExitStack() as stack:
        ours = {"DATABASE_URL": settings.database_url, "WORKER": "false"}  # so that the mail of welcome stays to be counted
        ports = [stack.enter_context(Server(tmp_path / "none.db", log=tmp_path / f"{n}.log", **ours)).port for n in range(2)]
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda n: request.send(ports[n % 2]), range(20)))
        later = [request.send(port) for port in ports]

    assert {(answer.status, answer.code) for answer in answers} <= {(201, ""), (409, "idempotency-key-in-use")}
    done = [answer for answer in (*answers, *later) if answer.status == 201]
    assert len({(answer.body, answer.headers["location"], answer.headers["etag"]) for answer in done}) == 1
    assert [answer.status for answer in later] == [201, 201]
    assert (total("users"), total("idempotency_keys"), total("outbox")) == (2, 1, 1)
