"""Failover between several hosts: connect to the first that answers in the target role, starting with the last one used."""

from __future__ import annotations

import os
from itertools import product
from typing import Any

import asyncpg
from asyncpg.connect_utils import SessionAttribute
from asyncpg.exceptions import TargetServerAttributeNotMatched

from app.core.database.postgres.connection import Connection, PgBouncerConnection, Timeouts
from app.core.urls.postgres import Host, PostgresURL

# Seconds to connect to the only host, and to one of several: an unreachable host must not use up the time for the others.
_ONLY_HOST = 3.0
_ONE_OF_SEVERAL = 1.0

# TargetServerAttributeNotMatched (a host in another role) derives from neither of asyncpg's base classes.
CONNECT_ERRORS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TargetServerAttributeNotMatched)


def connect_failure(error: BaseException) -> str:
    """Why a connection failed, for error messages."""
    if isinstance(error, OSError) and (error.errno or 0) > 0:
        return os.strerror(error.errno or 0)
    return str(error) or "no answer"


class Connector:
    """Opens connections to a database with these timeouts."""

    def __init__(self, url: PostgresURL, timeouts: Timeouts) -> None:
        self.url, self.timeouts = url, timeouts
        self._hosts = list(url.hosts)

    async def open(self, generation: int) -> Connection:
        """Open a connection.

        Raises:
            one of CONNECT_ERRORS: that of the last host tried.
        """
        failure: Exception = ConnectionError("no host")
        targets = ("standby", "any") if self.url.target == "prefer-standby" else (self.url.target,)
        for target, host in product(targets, list(self._hosts)):
            try:
                raw = await self._reach(host, target)
            except CONNECT_ERRORS as error:
                failure = error
                continue
            self._hosts.remove(host)
            self._hosts.insert(0, host)
            return (PgBouncerConnection if self.timeouts.pgbouncer else Connection)(raw, self.timeouts, generation)
        raise failure

    async def _reach(self, host: Host, target: str) -> asyncpg.Connection[Any]:
        # One host per call: given several, asyncpg spends the whole timeout on the first one that does not answer.
        return await asyncpg.connect(
            self.url.dsn,
            host=host.name,
            port=host.port,
            timeout=_ONE_OF_SEVERAL if len(self._hosts) > 1 else _ONLY_HOST,
            target_session_attrs=SessionAttribute(target),
            server_settings={**self.timeouts.startup, **self.url.settings},
            statement_cache_size=0 if self.timeouts.pgbouncer else 1,  # 0: unnamed; else Connection caches statements
        )
