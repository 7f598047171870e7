"""Constraints and indexes of the tables."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import bindparam, create_engine, delete, func, select

from app.core.database import Database, connect
from app.core.database.statements import Statement, command, insert, statement
from app.core.errors import ConstraintViolation
from app.migrations import run
from app.models import Post, RefreshToken, Session, User

pytestmark = pytest.mark.anyio

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def user(**changes: object) -> dict[str, object]:
    """The values of a stored user."""
    values: dict[str, object] = {
        "email": "Grace@example.com",
        "email_key": "grace@example.com",
        "username": "Grace",
        "username_key": "grace",
        "password_hash": "$argon2id$",
    }
    return {**values, **changes}


def adding(values: dict[str, object]) -> Statement[int]:
    return statement(insert(User).values(**values).returning(User.id), int)


def number(table: type[User | Post | Session | RefreshToken]) -> Statement[int]:
    return statement(select(func.count()).select_from(table), int)


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/accord.db"
    run.upgrade(url)
    return url


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = await connect(url)
    yield database
    await database.close()


class TestUsers:
    @pytest.mark.parametrize("field", ["email_key", "username_key"])
    async def test_the_keys_are_unique(self, database: Database, field: str):
        await database.one(adding(user()))
        other = user(email_key="b@example.com", username_key="b")

        with pytest.raises(ConstraintViolation) as refused:
            await database.one(adding({**other, field: user()[field]}))

        assert refused.value.kind == "unique"

    async def test_a_role_is_user_or_admin(self, database: Database):
        with pytest.raises(ConstraintViolation) as refused:
            await database.one(adding(user(role="root")))

        assert refused.value.kind == "check"
        assert "ck_users_role" in refused.value.detail

    async def test_ids_are_never_reused(self, database: Database):
        first = await database.one(adding(user()))
        await database.run(command(delete(User)))

        second = await database.one(adding(user()))

        assert (first, second) == (1, 2)

    async def test_a_new_user_is_an_active_user_of_version_one(self, database: Database):
        await database.one(adding(user()))

        fresh = await database.one(statement(select(User.role, User.is_active, User.version), lambda *columns: columns))

        assert fresh == ("user", True, 1)

    async def test_deleting_a_user_cascades(self, database: Database):
        now = datetime.now(UTC)
        times = {"access_expires_at": now, "expires_at": now}
        await database.one(adding(user()))
        await database.run(command(insert(Post).values(author_id=1, title="t", content="c")))
        await database.run(command(insert(Session).values(user_id=1, access_hash="a", **times)))
        await database.run(command(insert(RefreshToken).values(hash="r", session_id=1, expires_at=now)))

        await database.run(command(delete(User).where(User.id == 1)))

        assert [await database.one(number(table)) for table in (User, Post, Session, RefreshToken)] == [0, 0, 0, 0]


class TestTimes:
    @pytest.mark.parametrize(
        "instant",
        [
            datetime(2026, 2, 6, 10, 30, 0, 123456, UTC),
            datetime(2026, 2, 6, 12, 30, tzinfo=timezone(timedelta(hours=2))),
            datetime(1970, 1, 1, tzinfo=UTC),
            datetime(2999, 12, 31, 23, 59, 59, 999999, UTC),
            datetime(1, 1, 1, tzinfo=UTC),
        ],
    )
    async def test_an_instant_is_returned_in_utc(self, database: Database, instant: datetime):
        await database.one(adding(user(created_at=instant)))

        read = await database.one(statement(select(User.created_at), lambda value: value))

        assert read == instant
        assert read is not None
        assert read.utcoffset() == timedelta(0)

    async def test_instants_compare_in_sql_as_in_python(self, database: Database):
        instants = [EPOCH + timedelta(microseconds=n) for n in (0, 1, 999_999, 1_000_000, 86_400_000_000, 10**15)]
        for index, instant in enumerate(instants):
            eastern = instant.astimezone(timezone(timedelta(hours=9)))
            await database.one(adding(user(email_key=str(index), username_key=str(index), created_at=eastern)))

        newest = await database.all(statement(select(User.created_at).order_by(User.created_at.desc()), lambda value: value))
        earlier = statement(select(func.count()).select_from(User).where(User.created_at < bindparam("moment")), int)

        assert newest == instants[::-1]
        assert await database.one(earlier, moment=instants[3]) == 3


class TestIndexes:
    @pytest.mark.parametrize(
        ("sql", "index"),
        [
            ("SELECT * FROM posts WHERE author_id = 1 AND id < 9 ORDER BY id DESC LIMIT 5", "ix_posts_author_id_id"),
            ("SELECT * FROM posts WHERE is_published = 1 AND id < 9 ORDER BY id DESC LIMIT 5", "ix_posts_is_published_id"),
            ("SELECT count(*) FROM posts WHERE is_published = 1", "ix_posts_is_published_id"),
            ("SELECT * FROM sessions WHERE user_id = 1", "ix_sessions_user_id"),
            ("SELECT * FROM refresh_tokens WHERE session_id = 1", "ix_refresh_tokens_session_id"),
            (
                "SELECT * FROM webhook_deliveries WHERE webhook_id = 1 AND id < 9 ORDER BY id DESC LIMIT 5",
                "ix_webhook_deliveries_webhook_id_id",
            ),
            (
                "SELECT * FROM webhook_deliveries WHERE webhook_id = 1 AND next_attempt_at < '2' ORDER BY next_attempt_at, id",
                "ix_webhook_deliveries_webhook_id_next_attempt_at_id",
            ),
            ("DELETE FROM webhook_deliveries WHERE user_id = 1", "ix_webhook_deliveries_user_id"),
            ("DELETE FROM outbox WHERE subject = 'user:1'", "ix_outbox_subject"),
        ],
    )
    async def test_the_index_serves_its_query_without_sorting(self, url: str, sql: str, index: str):
        engine = create_engine(url)
        with engine.connect() as connection:
            plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
        engine.dispose()

        assert len(plan) == 1
        assert index in plan[0]
