"""Settings, read once from the environment (and `.env`). No setting changes the contract."""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core.urls.database import describe

ENV_FILE = Path(".env")
_ALIKE = 0.84  # of two names, by difflib: TRUSTED_PROXY is TRUSTED_PROXIES, REDIS_PORT is not REDIS_URL
_POLICY = re.compile(r"off|log|raise|sample\((0?\.[0-9]+|1(\.0+)?)\)").fullmatch
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/*?#@\s]+").fullmatch
_HOST = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|[0-9a-f]*:[0-9a-f:.]*").fullmatch  # names, IPv4, IPv6
_DEVELOPMENT_ORIGINS = ["http://localhost:3000", "http://localhost:5173"]


class Settings(BaseSettings):
    """Every setting with its default, which is the one for production."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, extra="ignore", frozen=True, hide_input_in_errors=True)

    env: Literal["development", "staging", "production"] = "production"
    database_url: str = "sqlite:///data/accord.db"
    database_read_url: str | None = Field(default=None, description="a replica, for reads outside transactions")
    database_connections: int = Field(default=8, ge=1, le=1000, description="PostgreSQL: held connections of one worker")
    pgbouncer: bool = Field(default=False, description="PostgreSQL is reached through PgBouncer in transaction mode")
    statement_timeout: float = Field(default=2.0, gt=0, le=3600, description="seconds one statement may take")
    redis_url: str | None = Field(default=None, description="Valkey or Redis: limits and cache shared by all workers")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        default=[], description="host names that are served, separated by commas; *.example.com: all below it; none: all"
    )
    max_connections: int = Field(default=10_000, ge=1, le=1_000_000, description="open connections of one worker")
    max_connections_per_address: int = Field(
        default=256, ge=0, description="of those, from one client address; 0: no limit; trusted proxies have none"
    )
    docs: bool = Field(default=True, description="serve /docs, /redoc and /problems")
    allowed_origins: Annotated[list[str], NoDecode] | None = Field(
        default=None, description="CORS: origins, separated by commas; none outside development"
    )
    trusted_proxies: Annotated[list[str], NoDecode] = Field(
        default=[], description="addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas"
    )
    cache: Literal["auto", "memory", "off"] = Field(
        default="auto",
        description="of public lists: in Valkey if REDIS_URL is set, else in memory for one worker on SQLite, else off;"
        " `memory` is right for a single process on PostgreSQL",
    )
    workers: int = Field(default=1, ge=1, le=256, description="processes that serve")
    drain_seconds: float | None = Field(
        default=None, ge=0, le=600, description="readiness says 503 so long before the socket closes; 3, in development 0"
    )
    access_log: bool = True
    response_policy: str = Field(
        default="off",
        description="what to do when an answer is not the one documented; sample(0.01) looks at one answer of a hundred",
    )

    mock: bool = Field(default=False, description="operations without a handler answer from the document, marked by X-Mock")

    access_token_seconds: int = Field(default=15 * 60, gt=0, le=86_400)
    refresh_token_seconds: int = Field(default=30 * 86_400, gt=0, le=31_536_000, description="a session unused so long ends")
    session_seconds: int = Field(default=90 * 86_400, gt=0, description="a session ends then, however often it is refreshed")

    # OWASP's argon2id parameters (Password Storage Cheat Sheet): 19 MiB, 2 passes, 1 lane.
    password_memory_kib: int = Field(default=19_456, ge=8, le=4_194_304)
    password_passes: int = Field(default=2, ge=1, le=100)
    password_threads: int = Field(default=2, ge=1, le=256, description="hashes computed at once")
    password_queue: int = Field(default=256, ge=1, le=10_000, description="hashes waiting, each at most 15 s; beyond it 503")

    address_limit: int = Field(default=600, ge=0, description="requests a minute of one client address; 0: no limit")
    account_limit: int = Field(default=600, ge=0, description="requests a minute of one user; 0: no limit")
    sign_in_limit: int = Field(
        default=10, ge=0, description="failed attempts an hour to sign in as one user; then strangers wait in line; 0: no limit"
    )
    sign_in_interval: float = Field(default=0.5, ge=0.05, le=5, description="seconds between two attempts of such a line")
    sign_in_failure_limit: int = Field(
        default=60, ge=0, description="failed attempts an hour to sign in from one client address; 0: no limit"
    )
    sign_up_limit: int = Field(default=20, ge=0, description="sign-ups an hour from one client address; 0: no limit")
    mail_limit: int = Field(default=5, ge=0, description="mails an hour to one mailbox; 0: no limit")

    idempotency_seconds: int = Field(default=86_400, ge=60, le=31_536_000, description="how long a key is remembered")

    worker: bool = Field(default=True, description="deliver the outbox in the serving process; else run `accord worker`")
    smtp_url: str | None = Field(default=None, description="smtp://, smtps:// or smtp+starttls://user:password@host:port")
    mail_from: str = "Accord <accord@localhost>"
    mail_folder: Path | None = Field(default=None, description="where mails go without SMTP_URL; data/mail in development")
    public_url: str = Field(default="http://127.0.0.1:8000", description="the address of the service in mails")

    # What a URL may be is known where it is used. Those modules are imported if the setting is there: some need libraries.

    @field_validator("database_url", "database_read_url")
    @classmethod
    def _database(cls, value: str | None) -> str | None:
        if value is not None:
            describe(value)
        return value

    @field_validator("redis_url")
    @classmethod
    def _valkey(cls, value: str | None) -> str | None:
        if value is not None:
            from app.core.urls.valkey import ValkeyURL  # noqa: PLC0415 - only who sets REDIS_URL pays for the client

            ValkeyURL.of(value)
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp(cls, value: str | None) -> str | None:
        if value is not None:
            from app.core.mail.smtp import SMTPURL  # noqa: PLC0415 - only who sets SMTP_URL pays for the client

            SMTPURL.of(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        from app.core.mail import parse_sender  # noqa: PLC0415 - it needs settings itself

        parse_sender(value)
        return value

    @field_validator("public_url")
    @classmethod
    def _http(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be http://host or https://host, perhaps with a port and a path")
        return value

    @field_validator("response_policy")
    @classmethod
    def _policy(cls, value: str) -> str:
        if not _POLICY(value):
            raise ValueError("must be off, log, raise or sample(0.01), where the number is the share of answers")
        return value

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        origins = [origin.strip().rstrip("/") for origin in value.split(",") if origin.strip()]
        for origin in origins:
            if not _ORIGIN(origin):  # `*` and `null` would let in everybody
                raise ValueError(f"`{origin}` is no origin; list them as https://example.com, separated by commas")
        return origins

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _hosts(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        hosts = [host.strip().lower() for host in value.split(",") if host.strip()]
        for host in hosts:
            if not _HOST(host):
                raise ValueError(f"`{host}` is not a host name; list them without scheme and port, separated by commas")
        return hosts

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return [str(ip_network(part.strip())) for part in value.split(",") if part.strip()]

    @property
    def origins(self) -> list[str]:
        """Who may call from a browser: the setting, else two local ports in development and nobody elsewhere."""
        if self.allowed_origins is not None:
            return self.allowed_origins
        return _DEVELOPMENT_ORIGINS if self.env == "development" else []


def unknown_settings() -> list[str]:
    """A sentence for each name that looks like a setting and is none.

    In `.env`, every name that is unknown; in the environment, which has names of everybody, those close to a setting's.
    """
    known = {name.upper() for name in Settings.model_fields}
    written = dict.fromkeys(dotenv_values(ENV_FILE) if ENV_FILE.is_file() else (), ENV_FILE.name)
    found = []
    for name, place in (written | dict.fromkeys(os.environ, "the environment")).items():
        if name.upper() in known:
            continue
        meant = get_close_matches(name.upper(), known, 1, _ALIKE)
        if meant or name in written:
            found.append(f"{name} in {place} is not a setting" + (f"; did you mean {meant[0]}?" if meant else ""))
    return found
