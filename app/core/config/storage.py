"""Settings of the database and of Valkey."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from app.core.config.fields import FractionalSeconds
from app.core.config.group import Group
from app.core.urls.database import describe
from app.core.urls.valkey import ValkeyURL


class StorageSettings(Group):
    """Database and Valkey."""

    database_url: str = "sqlite:///data/accord.db"
    """`sqlite:///relative.db`, `sqlite:////absolute.db`, or `postgresql://user:password@host:port/name`. With several
    hosts, separated by commas, the first that accepts writes is used (or that has the role of `target_session_attrs`)."""

    database_read_url: str | None = Field(default=None, examples=["postgresql://user:password@replica:5432/accord"])
    """PostgreSQL: a replica for reads outside transactions. A client that has just written reads from the primary until the
    replica has the write."""

    database_connections: int = Field(default=8, ge=1, le=1000)
    """PostgreSQL: size of the connection pool of one worker."""

    pgbouncer: bool = False
    """PostgreSQL: connect through PgBouncer in transaction mode."""

    statement_timeout: FractionalSeconds = Field(default=2.0, gt=0, le=3600)
    """How long one statement may take."""

    redis_url: str | None = Field(default=None, examples=["valkey://127.0.0.1:6379/0"])
    """Valkey or Redis, for rate limits and a cache shared by all workers: `redis://`, `rediss://`, `valkey://`,
    `redis+sentinel://host:port,host:port/service`, `redis+cluster://host:port,host:port`."""

    cache: Literal["auto", "memory", "off"] = "auto"
    """Cache of public lists. `auto`: Valkey if `REDIS_URL` is set, else memory for one worker on SQLite, else off. `memory` is
    safe for a single process on PostgreSQL."""

    @field_validator("database_url", "database_read_url", "redis_url")
    @classmethod
    def _check_storage_url(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None:
            (ValkeyURL.of if info.field_name == "redis_url" else describe)(value)
        return value
