"""Connections to Valkey through redis-py: to a single server, to the master that Sentinels name, or to a Cluster."""

from __future__ import annotations

import asyncio
from typing import Any

from redis.asyncio import BlockingConnectionPool, Sentinel
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.connection import AbstractConnection, Connection, ConnectionPool, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from app.core.urls.valkey import ValkeyURL
from app.core.valkey.client import CONNECT_TIMEOUT, Argument, ValkeyConnection


def create_connection(url: ValkeyURL) -> ValkeyConnection:
    """A connection, not opened yet, for the kind of server that the URL names."""
    # No timeout for commands, which the client has itself, and no retries, which would make requests wait seconds in an outage.
    common: dict[str, Any] = {
        "username": url.username,
        "password": url.password,
        "socket_timeout": None,
        "socket_connect_timeout": CONNECT_TIMEOUT,
        "socket_keepalive": True,
        "retry": Retry(NoBackoff(), 0),
    }
    if url.kind == "cluster":
        return _ClusterConnection(url, common)
    common["db"] = url.database
    if url.kind == "sentinel":
        # The Sentinels are asked for the master on each connect; the short timeout leaves time to ask the next one.
        sentinel_common = {
            "socket_timeout": CONNECT_TIMEOUT / 4,
            "socket_connect_timeout": CONNECT_TIMEOUT / 4,
            "retry": common["retry"],
        }
        sentinel = Sentinel(url.hosts, sentinel_kwargs=sentinel_common)  # type: ignore[no-untyped-call]
        master = sentinel.master_for(url.service, ssl=url.tls, **common)
        return _SingleConnection(master.connection_pool, sentinel)
    common["connection_class"] = SSLConnection if url.tls else Connection
    (host, port), *_ = url.hosts
    return _SingleConnection(BlockingConnectionPool(max_connections=2, timeout=CONNECT_TIMEOUT, host=host, port=port, **common))


class _SingleConnection:
    """One connection, used directly: `Redis.execute_command` costs twice as much (100 against 44 us of CPU)."""

    is_sharded = False

    def __init__(self, pool: ConnectionPool, sentinel: Sentinel | None = None) -> None:
        self._pool, self._sentinel = pool, sentinel
        self._connection: AbstractConnection | None = None

    async def open(self, scripts: list[str]) -> None:
        await self._drop()
        connection = await self._pool.get_connection()  # type: ignore[no-untyped-call]
        try:
            for script in scripts:
                await connection.send_command("SCRIPT", "LOAD", script)
                await connection.read_response()
        except BaseException:
            await connection.disconnect(nowait=True)
            await self._pool.release(connection)
            raise
        self._connection = connection

    async def run(self, commands: list[list[Argument]]) -> list[list[Any]]:
        connection = self._connection
        if connection is None:
            raise ConnectionError("not connected")
        packed = [part for command in commands for part in connection.pack_command(*command)]
        await connection.send_packed_command(packed, check_health=False)
        return [await connection.read_response() for _ in commands]

    async def close(self) -> None:
        await self._drop()
        await self._pool.aclose()
        if self._sentinel is not None:
            await self._sentinel.aclose()

    async def _drop(self) -> None:
        """Disconnect: a connection that failed may still receive a reply to an earlier command."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)
            await self._pool.release(connection)


class _ClusterConnection:
    """A Cluster; each command goes to the node that serves its slot."""

    is_sharded = True

    def __init__(self, url: ValkeyURL, common: dict[str, Any]) -> None:
        self._nodes = [ClusterNode(host, port) for host, port in url.hosts]
        self._common = {**common, "ssl": url.tls, "require_full_coverage": True}
        self._client: RedisCluster | None = None
        self._known: list[ClusterNode] = []

    async def open(self, scripts: list[str]) -> None:
        await self.close()
        self._client = RedisCluster(startup_nodes=self._nodes, **self._common)
        await self._client.initialize()
        self._known = self._client.get_nodes()
        for script in scripts:
            await self._client.script_load(script)

    async def run(self, commands: list[list[Argument]]) -> list[list[Any]]:
        client = self._client
        if client is None:
            raise ConnectionError("not connected")
        if commands == [["PING"]]:
            await client.ping(target_nodes=RedisCluster.PRIMARIES)
            return [[]]
        # All are awaited: cancelling a command while its node is being connected leaks a handle in uvloop.
        answers: list[Any] = await asyncio.gather(
            *(client.execute_command(*command) for command in commands), return_exceptions=True
        )
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return answers

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()
        for node in self._known:  # after an error the client forgets its nodes without closing their connections
            await node.disconnect()
        self._known = []
