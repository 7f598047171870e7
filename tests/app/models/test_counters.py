"""The counters that triggers update equal the numbers of rows, also with concurrent writers."""

# ruff: noqa: S608 - statements are made up at random, of our own words

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import psycopg
import pytest

from app.migrations import run
from tests.app.models.history import INSTANT, counted, real
from tests.support.databases import Connection

ROLES = ("user", "admin")

USER = (
    "INSERT INTO users (email, email_key, username, username_key, password_hash, role, is_active, created_at, version)"
    " SELECT 'e' || n, 'e' || n, 'u' || n, 'u' || n, 'x', {role}, {active}, '" + INSTANT + "', 1 FROM ({numbers}) AS numbers"
)
POST = (
    "INSERT INTO posts (author_id, title, content, is_published, created_at, version)"
    " SELECT id, 't', 'c', {published}, '" + INSTANT + "', 1 FROM users"
)


def boolean(source: random.Random) -> str:
    return source.choice(["true", "false"])


def operation(source: random.Random) -> str:
    """One statement, of one row or of many, with or without an effect on the counters."""
    some = f"id % {source.randint(2, 9)} = {source.randint(0, 1)}"
    one = f"id = (SELECT max(id) - {source.randint(0, 20)} FROM {{table}})"
    which = source.choice([some, one, one])
    number = str(source.randint(1, 10**12))
    numbers = source.choice(
        [f"SELECT {number} AS n", f"SELECT {number} AS n UNION SELECT {number} + 1 UNION SELECT {number} + 2"]
    )
    insert = USER.format(role=f"'{source.choice(ROLES)}'", active=boolean(source), numbers=numbers)
    posts = POST.format(published=boolean(source))
    change = f"role = '{source.choice(ROLES)}', is_active = {boolean(source)}"
    return source.choice(
        [
            insert,
            insert,
            f"{insert} WHERE true ON CONFLICT DO NOTHING",
            f"{insert.replace(number, '7')} WHERE true ON CONFLICT (email_key) DO UPDATE SET is_active = excluded.is_active",
            f"{posts} WHERE {one.format(table='users')}",
            f"{posts} ORDER BY id DESC LIMIT 5",
            f"UPDATE users SET {change} WHERE {which.format(table='users')}",
            f"UPDATE users SET bio = 'b', version = version + 1 WHERE {which.format(table='users')}",
            f"UPDATE posts SET is_published = {boolean(source)} WHERE {which.format(table='posts')}",
            f"DELETE FROM posts WHERE {which.format(table='posts')}",
            f"DELETE FROM users WHERE {one.format(table='users')}",
            f"DELETE FROM users WHERE id % {source.randint(5, 30)} = 0",
        ]
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_counters_are_right_after_every_statement_commit_and_rollback(migrated: str, seed: int):
    source = random.Random(seed)  # noqa: S311 - repeatable
    most = 0
    with Connection(migrated) as connection:
        for _ in range(60):
            connection.execute("BEGIN")
            for _ in range(source.randint(1, 4)):
                connection.execute(operation(source))
                assert counted(connection) == real(connection)
            connection.execute(source.choice(["COMMIT", "COMMIT", "ROLLBACK"]))
            assert counted(connection) == real(connection)
            most = max(most, len(real(connection)))

    assert most == 5  # each kind was met


def test_an_update_of_anything_else_does_not_touch_the_counters(migrated: str):
    with Connection(migrated) as connection:
        connection.execute(USER.format(role="'user'", active="true", numbers="SELECT 1 AS n"))
        connection.execute("UPDATE counters SET number = 777")

        connection.execute("UPDATE users SET bio = 'b', role = role, is_active = is_active")

        assert {row["number"] for row in connection.execute("SELECT number FROM counters")} == {777}


@pytest.mark.slow
class TestPostgreSQL:
    def test_bulk_loads_and_truncations_are_counted(self, postgresql_url: str):
        run.upgrade(postgresql_url)
        with psycopg.connect(postgresql_url, autocommit=True) as raw, Connection(postgresql_url) as connection:
            columns = "email, email_key, username, username_key, password_hash, role, is_active, created_at, version"
            with raw.cursor().copy(f"COPY users ({columns}) FROM STDIN") as copy:
                for number in range(5000):
                    copy.write_row([str(number)] * 4 + ["x", ROLES[number % 3 == 0], number % 7 != 0, INSTANT, 1])
            connection.execute(POST.format(published="id % 2 = 0"))

            loaded = counted(connection)
            assert loaded == real(connection)
            assert sum(loaded.values()) == 5000 + 2500

            connection.execute("TRUNCATE posts")
            assert counted(connection) == real(connection)
            connection.execute("TRUNCATE users CASCADE")
            assert counted(connection) == {}

    def test_concurrent_writers_leave_correct_counters_without_deadlocks(self, postgresql_url: str):
        run.upgrade(postgresql_url)

        def write(connection: psycopg.Connection, source: random.Random, mine: list[int]) -> None:
            """As in the service: one statement per transaction."""
            choice = source.random()
            if choice < 0.4 or not mine:
                number = source.randint(1, 10**15)
                insert = USER.format(role=f"'{source.choice(ROLES)}'", active=boolean(source), numbers=f"SELECT {number} AS n")
                row = connection.execute(f"{insert} RETURNING id").fetchone()
                assert row is not None
                mine.append(int(row[0]))
            elif choice < 0.6:
                connection.execute(f"{POST.format(published=boolean(source))} WHERE id = {source.choice(mine)}")
            elif choice < 0.8:
                change = f"role = '{source.choice(ROLES)}', is_active = {boolean(source)}"
                connection.execute(f"UPDATE users SET {change} WHERE id = {source.choice(mine)}")
            elif choice < 0.9:
                connection.execute(f"UPDATE posts SET is_published = NOT is_published WHERE author_id = {source.choice(mine)}")
            else:
                connection.execute(f"DELETE FROM users WHERE id = {mine.pop()}")

        errors = at_once(postgresql_url, 24, 80, write)  # more than there are slots

        with Connection(postgresql_url) as connection:
            assert counted(connection) == real(connection)
            assert len(real(connection)) == 5
            slots = connection.execute("SELECT count(DISTINCT slot) AS n FROM counters")[0]["n"]
        assert errors == []
        assert slots > 1

    def test_transactions_with_many_changes_leave_correct_counters(self, postgresql_url: str):
        run.upgrade(postgresql_url)

        def write(connection: psycopg.Connection, source: random.Random, _: list[int]) -> None:
            with connection.transaction():
                for _step in range(3):
                    connection.execute(operation(source))

        errors = at_once(postgresql_url, 5, 10, write)

        with Connection(postgresql_url) as connection:
            assert counted(connection) == real(connection)
        # Such transactions lock each other's rows as well; the loser changed nothing and is retried by `@retry_on_conflict`.
        assert set(errors) <= {"40P01", "23503", "23505"}


def at_once(
    url: str, writers: int, times: int, write: Callable[[psycopg.Connection, random.Random, list[int]], None]
) -> list[str]:
    """Let many connections write at the same time; return the SQLSTATEs of errors."""
    errors: list[str] = []
    start = threading.Barrier(writers)

    def work(number: int) -> None:
        source, mine = random.Random(number), list[int]()  # noqa: S311 - repeatable
        with psycopg.connect(url, autocommit=True) as connection:
            start.wait()
            for _ in range(times):
                try:
                    write(connection, source, mine)
                except psycopg.Error as error:
                    errors.append(str(error.sqlstate))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors
