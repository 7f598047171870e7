"""Rules under concurrent requests. Two databases on one file simulate two processes."""

from __future__ import annotations

import asyncio
import inspect

import pytest

from accord.runtime import ApiError
from app.call import Principal, SessionPrincipal
from app.schemas.models import ApiKeyCreate, PostCreate, PostUpdate, SessionCreate, UserCreate, UserUpdate
from app.schemas.problems import (
    AlreadyRegistered,
    InvalidRefreshToken,
    LastAdmin,
    NotFound,
    PreconditionFailed,
    TooManyApiKeys,
    Unauthorized,
)
from app.schemas.rows import CreatedApiKeyRow
from app.services import api_keys, audit, posts, sessions, users
from app.services.audit.list_queries import AuditFilters
from app.services.sessions import rotation
from app.services.users.creation import create_user
from app.services.users.list_queries import UserFilters
from app.services.users.queries import update_user
from tests.app.services.races.outcomes import kinds, outcomes
from tests.support.answers import total
from tests.support.builders import PASSWORD, new_user
from tests.support.databases import Connection

pytestmark = pytest.mark.anyio

WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def administrators(service):
    page = await users.list(service.database, 1, 100, None, UserFilters("admin", is_active=True))
    return page.total


class TestTheLastAdministrator:
    @pytest.fixture
    async def two(self, processes):
        """Two administrators, as principals."""
        second = await create_user(processes[0], UserCreate(**new_user()), "admin")
        return Principal(1, "admin"), Principal(second.id, "admin")

    async def test_two_administrators_deactivating_each_other_leave_one(self, processes, two):
        change = UserUpdate(is_active=False)

        found = await outcomes(
            users.update(processes[0], two[0], two[1].user_id, change, None),
            users.update(processes[1], two[1], two[0].user_id, change, None),
        )

        assert kinds(found, LastAdmin) == 1
        assert await administrators(processes[0]) == 1

    async def test_two_administrators_deleting_each_other_leave_one(self, processes, two):
        found = await outcomes(
            users.delete(processes[0], two[0], two[1].user_id, None),
            users.delete(processes[1], two[1], two[0].user_id, None),
        )

        assert kinds(found, LastAdmin) == 1
        assert await administrators(processes[0]) == 1

    async def test_twenty_administrators_deleting_themselves_leave_one(self, processes):
        ids = [1] + [(await create_user(processes[0], UserCreate(**new_user()), "admin")).id for _ in range(19)]

        found = await outcomes(*(users.delete(processes[n % 2], Principal(n, "admin"), n, None) for n in ids))

        assert kinds(found, LastAdmin) == 1
        assert await administrators(processes[0]) == 1


class TestDeactivating:
    async def test_with_a_stale_version_no_session_ends(self, processes):
        user = await create_user(processes[0], UserCreate(**new_user()))
        tokens = await sessions.issue(processes[0], user.id)
        await users.update(processes[0], Principal(1, "admin"), user.id, UserUpdate(bio="x"), None)  # after it was looked up
        values: dict[str, object] = {"user_id": user.id, "new_is_active": False, "seen": 1}
        change = update_user(frozenset({"is_active"}), seen=True)

        event = audit.event("user.deactivated", processes[1].now(), None, actor=1, subject=user.id)

        changed = await users._deactivate(processes[1], user.id, frozenset({1, 2}), change, values, event)  # noqa: SLF001 - the race

        assert changed is None
        assert (await audit.list(processes[1].database, 1, 1, None, AuditFilters(type="user.deactivated"))).total == 0
        assert await sessions.Bearer(processes[1]).verify(tokens.access_token) is not None


class TestRefreshing:
    async def test_twenty_concurrent_refreshes_get_one_pair(self, processes):
        first = await sessions.create(processes[0], SessionCreate(identifier="admin", password=PASSWORD))

        found = await outcomes(*(rotation.refresh(processes[n % 2], first.refresh_token) for n in range(20)))

        assert {(pair.access_token, pair.refresh_token) for pair in found} == {(found[0].access_token, found[0].refresh_token)}
        [session] = (await sessions.list(processes[0], SessionPrincipal(1, "admin", first.session_id))).sessions
        assert session.id == first.session_id
        for token in (found[0].access_token, first.access_token):  # the old one is good for the grace
            assert await sessions.Bearer(processes[1]).verify(token) == SessionPrincipal(1, "admin", first.session_id)

    async def test_signing_out_during_a_refresh_ends_the_session(self, processes):
        bearers = [sessions.Bearer(process) for process in processes]

        async def sign_out(access_token):
            principal = await bearers[1].verify(access_token)
            assert principal is not None  # at every moment: before, in the middle, after
            await sessions.delete(processes[1], principal, "current")

        for turns in range(12):  # the refresh has that much of a head start
            first = await sessions.create(processes[0], SessionCreate(identifier="admin", password=PASSWORD))
            refreshing = asyncio.create_task(outcomes(rotation.refresh(processes[0], first.refresh_token)))
            for _ in range(turns):
                await asyncio.sleep(0.0003)
            await sign_out(first.access_token)
            [refreshed] = await refreshing

            pairs = [first] if isinstance(refreshed, InvalidRefreshToken) else [first, refreshed]
            assert [await bearers[0].verify(pair.access_token) for pair in pairs] == [None] * len(pairs)
            for pair in pairs:
                with pytest.raises(InvalidRefreshToken):
                    await rotation.refresh(processes[0], pair.refresh_token)

    async def test_refreshing_while_signing_out_succeeds_or_fails_and_the_session_ends(self, processes):
        first = await sessions.create(processes[0], SessionCreate(identifier="admin", password=PASSWORD))
        principal = SessionPrincipal(1, "admin", first.session_id)

        refreshed, _ = await outcomes(
            rotation.refresh(processes[0], first.refresh_token),
            sessions.delete(processes[1], principal, "current"),
        )

        if not isinstance(refreshed, InvalidRefreshToken):
            assert await sessions.Bearer(processes[0]).verify(refreshed.access_token) is None
        assert (await sessions.list(processes[0], principal)).sessions == []

    @pytest.mark.slow
    @pytest.mark.parametrize("template", ["postgresql"], indirect=True)
    async def test_waits_for_the_end_of_the_session_without_a_deadlock(self, processes, settings):
        refresh = inspect.unwrap(rotation.refresh)  # PostgreSQL would part two who wait for each other, unseen
        first = await sessions.create(processes[0], SessionCreate(identifier="admin", password=PASSWORD))
        with Connection(settings.database_url) as other:
            other.execute("BEGIN")
            other.execute("SELECT 1 FROM sessions WHERE id = ? FOR UPDATE", [first.session_id])
            refreshed = asyncio.create_task(outcomes(refresh(processes[0], first.refresh_token)))
            while not other.execute(WAITING):  # noqa: ASYNC110 - another server knows
                await asyncio.sleep(0.01)
            await asyncio.to_thread(other.execute, "DELETE FROM sessions WHERE id = ?", [first.session_id])
            other.execute("COMMIT")

        assert kinds(await refreshed, InvalidRefreshToken) == 1


class TestSigningUp:
    async def test_of_many_in_two_processes_one_succeeds(self, processes):
        found = await outcomes(
            *(create_user(processes[n % 2], UserCreate(**new_user(username=("grace", "GRACE")[n % 3 % 2]))) for n in range(20))
        )

        assert kinds(found, AlreadyRegistered) == 19


class TestChanging:
    async def test_of_many_changes_of_one_version_one_succeeds(self, processes):
        admin = Principal(1, "admin")

        found = await outcomes(*(users.update(processes[n % 2], admin, 1, UserUpdate(bio=f"{n}"), '"1"') for n in range(20)))

        assert kinds(found, PreconditionFailed) == 19
        assert (await users.get(processes[0].database, admin, 1)).version == 2

    async def test_concurrent_changes_lose_no_update(self, processes):
        admin = Principal(1, "admin")

        await outcomes(*(users.update(processes[n % 2], admin, 1, UserUpdate(bio="x"), None) for n in range(20)))

        assert (await users.get(processes[0].database, admin, 1)).version == 21

    async def test_a_post_during_the_deletion_of_its_author_is_deleted_or_rejected(self, processes):
        author = await create_user(processes[0], UserCreate(**new_user()))
        principal = Principal(author.id, "user")
        new = PostCreate(title="On compilers", content="")

        found = await outcomes(
            *(posts.create(processes[n % 2], principal, new) for n in range(10)),
            users.delete(processes[1], principal, author.id, None),
            *(posts.create(processes[n % 2], principal, new) for n in range(10)),
        )

        assert kinds(found, ApiError) == sum(getattr(outcome, "status", None) == 401 for outcome in found)
        assert total(await posts.list(processes[0], 1, 10, None)) == 0

    async def test_a_user_deleted_after_the_token_was_verified_is_unauthorized(self, processes):
        user = await create_user(processes[0], UserCreate(**new_user()))
        principal = Principal(user.id, "user")
        await users.delete(processes[1], principal, user.id, None)

        with pytest.raises(Unauthorized):
            await users.get_current(processes[0].database, principal)

    async def test_a_user_deactivated_while_signing_in_has_no_session(self, processes):
        user = await create_user(processes[0], UserCreate(**new_user(username="grace")))
        admin = Principal(1, "admin")

        await outcomes(
            *(sessions.create(processes[n % 2], SessionCreate(identifier="grace", password=PASSWORD)) for n in range(6)),
            users.update(processes[1], admin, user.id, UserUpdate(is_active=False), None),
        )

        assert (await sessions.list(processes[0], SessionPrincipal(user.id, "user", 0))).sessions == []


class TestApiKeys:
    NEW = ApiKeyCreate(name="Race", scopes=["posts:read"])

    async def test_creating_many_at_once_stops_at_the_limit(self, processes):
        owner = SessionPrincipal(1, "admin", 0)

        found = await outcomes(*(api_keys.create(processes[n % 2], owner, self.NEW) for n in range(60)))

        assert kinds(found, TooManyApiKeys) == 10
        assert len((await api_keys.list(processes[0], owner)).keys) == 50

    async def test_creating_while_the_owner_is_deleted_succeeds_or_is_unauthorized(self, processes):
        user = await create_user(processes[0], UserCreate(**new_user()))
        owner = SessionPrincipal(user.id, "user", 0)

        found = await outcomes(
            *(api_keys.create(processes[n % 2], owner, self.NEW) for n in range(5)),
            users.delete(processes[1], owner, user.id, None),
            *(api_keys.create(processes[n % 2], owner, self.NEW) for n in range(5)),
        )

        assert kinds(found, ApiError) == kinds(found, Unauthorized)
        for created in found:
            if isinstance(created, CreatedApiKeyRow):
                assert await api_keys.ApiKeys(processes[0]).verify(created.secret) is None


class TestChangingPosts:
    @pytest.fixture
    async def post(self, processes):
        return await posts.create(processes[0], Principal(1, "admin"), PostCreate(title="On compilers", content=""))

    async def test_of_many_changes_of_one_version_one_succeeds(self, processes, post):
        admin = Principal(1, "admin")

        found = await outcomes(
            *(posts.update(processes[n % 2], admin, post.id, PostUpdate(title=f"{n}"), '"1"') for n in range(20))
        )

        assert kinds(found, PreconditionFailed) == 19
        assert (await posts.get(processes[0].database, admin, post.id)).version == 2

    async def test_concurrent_changes_without_a_version_lose_no_update(self, processes, post):
        admin = Principal(1, "admin")

        await outcomes(*(posts.update(processes[n % 2], admin, post.id, PostUpdate(content="x"), None) for n in range(20)))

        assert (await posts.get(processes[0].database, admin, post.id)).version == 21

    async def test_the_total_is_right_after_publishing_and_deleting_at_once(self, processes, post):
        admin = Principal(1, "admin")

        found = await outcomes(
            *(posts.update(processes[n % 2], admin, post.id, PostUpdate(is_published=n % 2 == 0), None) for n in range(10)),
            posts.delete(processes[1], admin, post.id, None),
            *(posts.update(processes[n % 2], admin, post.id, PostUpdate(is_published=n % 2 == 0), None) for n in range(10)),
        )

        assert kinds(found, ApiError) == kinds(found, NotFound)
        assert total(await posts.list(processes[0], 1, 10, None)) == 0
