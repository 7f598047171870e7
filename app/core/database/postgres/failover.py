"""Finding the host to use: the first that answers and has the wanted role, beginning with the one that had it last."""

from __future__ import annotations

import os
from itertools import product
from typing import Any

import asyncpg
from asyncpg.connect_utils import SessionAttribute
from asyncpg.exceptions import TargetServerAttributeNotMatched

from app.core.database.postgres.connection import Connection, PgBouncerConnection, Timeouts
from app.core.urls.postgres import Host, PostgresURL

# Seconds to wait for one host. Where there are others, a machine that is switched off must not cost the whole patience.
_ALONE = 3.0
_AMONG_OTHERS = 1.0

# The last one is a host in another role than the wanted one; asyncpg makes it neither of the two others.
CONNECT_ERRORS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TargetServerAttributeNotMatched)


def connect_failure(error: BaseException) -> str:
    """Why a connection failed, for people."""
    if isinstance(error, OSError) and (error.errno or 0) > 0:
        return os.strerror(error.errno or 0)
    return str(error) or "it does not answer"


class Connector:
    """Opens connections to a database with these limits."""

    def __init__(self, address: PostgresURL, limits: Timeouts) -> None:
        self.address, self.limits = address, limits
        self._hosts = list(address.hosts)

    async def open(self, age: int) -> Connection:
        """A new connection.

        Raises:
            one of CONNECT_ERRORS: why the last of the hosts cannot be used.
        """
        failure: Exception = ConnectionError("there is no host")
        for target, host in product(self._targets(), list(self._hosts)):
            try:
                raw = await self._reach(host, target)
            except CONNECT_ERRORS as error:
                failure = error
                continue
            self._hosts.remove(host)
            self._hosts.insert(0, host)
            return (PgBouncerConnection if self.limits.pgbouncer else Connection)(raw, self.limits, age)
        raise failure

    def _targets(self) -> tuple[str, ...]:
        # asyncpg is asked for one host at a time: alone with several, it spends all its time on the first that is silent.
        return ("standby", "any") if self.address.target == "prefer-standby" else (self.address.target,)

    async def _reach(self, host: Host, target: str) -> asyncpg.Connection[Any]:
        return await asyncpg.connect(
            self.address.dsn,
            host=host.name,
            port=host.port,
            timeout=_AMONG_OTHERS if len(self._hosts) > 1 else _ALONE,
            target_session_attrs=SessionAttribute(target),
            server_settings={**self.limits.startup, **self.address.settings},
            statement_cache_size=0 if self.limits.pgbouncer else 1,  # 0: statements have no names; ours are kept by us
        )
