"""URLs of PostgreSQL."""

from __future__ import annotations

import pytest

from app.core.database import connect
from app.core.urls.postgres import Host, PostgresURL

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_schemes_are_equivalent(scheme: str):
    address = PostgresURL.of(f"{scheme}://ada:s%40fe@db.example:6432/notes")

    assert address.hosts == (Host("db.example", 6432),)
    assert address.dsn == "postgresql://ada:s%40fe@/notes"
    assert address.target == "any"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:x@a:1,b:2/notes",
        "postgresql://ada:x@/notes?host=a:1&host=b:2",
        "postgresql://ada:x@/notes?host=a:1,b:2",
        "postgresql://ada:x@/notes?host=a,b&port=1,2",
        "postgresql+asyncpg://ada:x@/notes?host=a:1&host=b:2&prepared_statement_cache_size=0",
    ],
)
def test_several_hosts_in_the_syntax_of_libpq_and_sqlalchemy(url: str):
    address = PostgresURL.of(url)

    assert address.hosts == (Host("a", 1), Host("b", 2))
    assert address.target == "read-write"
    assert address.dsn == "postgresql://ada:x@/notes"
    assert address.settings == {}


def test_the_role_can_be_named():
    assert PostgresURL.of("postgresql://a,b/notes?target_session_attrs=prefer-standby").target == "prefer-standby"


def test_ports_are_optional():
    assert PostgresURL.of("postgresql://a,b:7/notes").hosts == (Host("a", 5432), Host("b", 7))


def test_ipv6_addresses_are_in_brackets():
    address = PostgresURL.of("postgresql://[::1]:7,[2001:db8::1]/notes")

    assert address.hosts == (Host("::1", 7), Host("2001:db8::1", 5432))
    assert str(address) == "[::1]:7, [2001:db8::1]:5432"


def test_a_folder_is_a_socket():
    address = PostgresURL.of("postgresql:///notes?host=/run/postgresql&port=7")

    assert address.hosts == (Host("/run/postgresql", 7),)
    assert address.dsn == "postgresql:///notes"


def test_tls_options_of_libpq_and_sqlalchemy():
    assert "sslmode=require" in PostgresURL.of("postgresql://a/notes?sslmode=require").dsn
    assert "sslmode=verify-full" in PostgresURL.of("postgresql+asyncpg://a/notes?ssl=verify-full").dsn


def test_unknown_options_are_session_settings():
    address = PostgresURL.of("postgresql://a/notes?search_path=accord&application_name=api-7")

    assert address.settings == {"search_path": "accord", "application_name": "api-7"}
    assert "search_path" not in address.dsn


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:hunter2/secret@db.example/notes",  # the slash ends the host
        "postgresql://ada:hun@ter2@db.example/notes",
        "postgresql://ada:hunter2@db.example:port/notes",
        "postgresql://ada:hunter2@[db.example/notes",
        "postgresql://ada:hunter2@a:1,b:2/notes?hunter2",
        "postgresql://ada:hunter2@a/notes?host=b&port=x",
        "postgresql://ada:hunter2@/notes?host=a,b&port=1,2,3",
        "postgresql://ada:hunter2@a/notes#hunter2",
        "postgresql+psycopg://ada:hunter2@a/notes",
    ],
)
async def test_an_invalid_url_is_rejected_without_repeating_its_password(url: str):
    with pytest.raises(ValueError, match="postgresql://user:password@host:port/name") as caught:
        await connect(url)

    assert "hunter2" not in str(caught.value)
    assert "ter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


async def test_the_error_for_an_unknown_target_lists_the_known_ones():
    with pytest.raises(ValueError, match="any, prefer-standby, primary, read-only, read-write, standby"):
        await connect("postgresql://a/notes?target_session_attrs=leader")


async def test_an_unreachable_server_is_named_without_the_password():
    with pytest.raises(ConnectionError, match=r"cannot connect to PostgreSQL at 127\.0\.0\.1:1: ") as caught:
        await connect("postgresql://ada:hunter2@127.0.0.1:1/notes")

    assert "hunter2" not in str(caught.value)
