"""Settings of the HTTP server."""

from __future__ import annotations

from pydantic import Field

from app.core.config.fields import FractionalSeconds, HostNames, Networks, Origins
from app.core.config.group import Group


class ServerSettings(Group):
    """Server."""

    host: str = "127.0.0.1"
    """Address to listen on; `0.0.0.0` or `::`: all addresses of the machine."""

    port: int = Field(default=8000, ge=0, le=65535)
    """Port to listen on; 0: any free port."""

    workers: int = Field(default=1, ge=1, le=256)
    """Number of server processes."""

    drain_seconds: FractionalSeconds | None = Field(default=None, ge=0, le=600, examples=[3])
    """How long `/health/ready` answers 503 before the socket is closed. Unset: 3; in development, 0."""

    allowed_hosts: HostNames = Field(default=[], examples=["api.example.com,*.internal.example.com"])
    """Accepted `Host` names, separated by commas, `*.example.com` for all subdomains. Requests with any other `Host`,
    including health checks, get 400. `*`, or no value outside production: every well-formed `Host` is accepted, which is safe
    only behind a proxy that checks it."""

    allowed_origins: Origins | None = Field(default=None, examples=["https://myapp.com,https://www.myapp.com"])
    """CORS: allowed origins, separated by commas. Unset: none; in development, ports 3000 and 5173 of localhost."""

    trusted_proxies: Networks = Field(default=[], examples=["10.0.0.0/8"])
    """Addresses or networks of proxies whose `X-Forwarded-For` is trusted, separated by commas. Without it, all clients behind
    a proxy share its address and its rate limit."""

    max_connections: int = Field(default=10_000, ge=1, le=1_000_000)
    """Open client connections of one worker; further ones are closed at once."""

    max_connections_per_address: int = Field(default=256, ge=0)
    """Open connections from one client address (IPv6: its /64) to one worker; 0: no limit. Trusted proxies are exempt."""
