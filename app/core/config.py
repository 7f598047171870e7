"""Settings, read from the environment and `.env` once at start-up. No setting changes the contract."""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core.security.secrets import check_key
from app.core.urls.database import describe
from app.core.urls.smtp import SMTPURL
from app.core.urls.valkey import ValkeyURL

ENV_FILE = Path(".env")
# difflib's ratio above which a name is a misspelling: TRUSTED_PROXY of TRUSTED_PROXIES, not REDIS_PORT of REDIS_URL.
_SIMILARITY = 0.84
_POLICY = re.compile(r"off|log|raise|sample\((0?\.[0-9]+|1(\.0+)?)\)").fullmatch
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/*?#@\s]+").fullmatch
_HOST = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|[0-9a-f]*:[0-9a-f:.]*").fullmatch  # names, IPv4, IPv6
_DEVELOPMENT_ORIGINS = ["http://localhost:3000", "http://localhost:5173"]


class Settings(BaseSettings):
    """Every setting, with its default for production. Lists are separated by commas. `.env.example` says more about each."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, extra="ignore", frozen=True, hide_input_in_errors=True)

    env: Literal["development", "staging", "production"] = "production"
    database_url: str = "sqlite:///data/accord.db"
    database_read_url: str | None = None  # PostgreSQL: a replica for reads outside transactions
    database_connections: int = Field(default=8, ge=1, le=1000)  # PostgreSQL: size of the connection pool of one worker
    pgbouncer: bool = False  # PostgreSQL: connect through PgBouncer in transaction mode
    statement_timeout: float = Field(default=2.0, gt=0, le=3600)  # seconds that one statement may take
    redis_url: str | None = None  # Valkey or Redis, for rate limits and a cache shared by all workers

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    allowed_hosts: Annotated[list[str], NoDecode] = []  # accepted Host names; *.example.com: all subdomains; empty: all
    max_connections: int = Field(default=10_000, ge=1, le=1_000_000)  # open client connections of one worker
    max_connections_per_address: int = Field(default=256, ge=0)  # 0: no limit; trusted proxies are exempt
    docs: bool = True  # serve the landing page and the documentation pages that it links
    allowed_origins: Annotated[list[str], NoDecode] | None = None  # CORS; none by default outside development
    trusted_proxies: Annotated[list[str], NoDecode] = []  # addresses or networks of proxies whose X-Forwarded-For is trusted
    # Of public lists. auto: Valkey if REDIS_URL is set, else memory for one worker on SQLite, else off. `memory` is safe for a
    # single process on PostgreSQL.
    cache: Literal["auto", "memory", "off"] = "auto"
    workers: int = Field(default=1, ge=1, le=256)  # server processes
    # For how long readiness answers 503 before the socket closes; by default 3, in development 0.
    drain_seconds: float | None = Field(default=None, ge=0, le=600)
    access_log: bool = True
    response_policy: str = "off"  # for responses that violate the document; sample(0.01) checks one response in a hundred

    # Encrypts secrets at rest. Of several keys the first encrypts, and all decrypt. Required outside development.
    secret_key: Annotated[list[str], NoDecode] = Field(default=[], repr=False)

    mock: bool = False  # answer operations without a handler from the document, with the header X-Mock

    access_token_seconds: int = Field(default=15 * 60, gt=0, le=86_400)
    refresh_token_seconds: int = Field(default=30 * 86_400, gt=0, le=31_536_000)  # since the last refresh of a session
    session_seconds: int = Field(default=90 * 86_400, gt=0)  # a session expires after this time even if it is refreshed

    step_up_seconds: int = Field(default=600, ge=30, le=86_400)  # for which a proof of identity is recent
    require_verified_email: bool = False  # to sign in
    reset_token_seconds: int = Field(default=3600, ge=60, le=86_400)  # since the mail was sent
    email_token_seconds: int = Field(default=86_400, ge=60, le=604_800)  # as above

    # OWASP's argon2id parameters (Password Storage Cheat Sheet): 19 MiB, 2 passes, 1 lane.
    password_memory_kib: int = Field(default=19_456, ge=8, le=4_194_304)
    password_passes: int = Field(default=2, ge=1, le=100)
    password_threads: int = Field(default=2, ge=1, le=256)  # hashes computed concurrently
    # seed: a letter and a digit; nist: 15 characters of any kind, as SP 800-63B-4 requires (docs/adr/0040-sign-up-policies.md)
    password_policy: Literal["seed", "nist"] = "seed"  # noqa: S105 - the name of a policy
    password_queue: int = Field(default=256, ge=1, le=10_000)  # queued hashes, each waiting at most 15 s; beyond that 503

    # Who may create users over HTTP (docs/adr/0040-sign-up-policies.md). open: everybody. strict: everybody who confirms the
    # address; responses do not reveal who has an account. invite: administrators. closed: nobody.
    sign_up: Literal["open", "strict", "invite", "closed"] = "open"

    # 0: no limit.
    address_limit: int = Field(default=600, ge=0)  # requests per minute from one client address
    account_limit: int = Field(default=600, ge=0)  # requests per minute of one user
    sign_in_limit: int = Field(default=10, ge=0)  # failed sign-ins per hour for one user; then unknown addresses are queued
    sign_in_interval: float = Field(default=0.5, ge=0.05, le=5)  # seconds between two queued sign-ins
    sign_in_failure_limit: int = Field(default=60, ge=0)  # failed sign-ins per hour from one client address
    # Per hour: wrong codes of one user's authenticator app, after the password or in one session, and wrong passwords with one
    # Idempotency-Key. Beyond it, right ones are rejected too.
    guess_limit: int = Field(default=10, ge=0)
    sign_up_limit: int = Field(default=20, ge=0)  # sign-ups per hour from one client address
    unknown_token_limit: int = Field(
        default=60, ge=0
    )  # per hour and client address: unknown refresh tokens and tokens of mails
    mail_request_limit: int = Field(default=20, ge=0)  # requests per hour for mails from one client address
    mail_limit: int = Field(default=5, ge=0)  # mails per hour to one mailbox

    audit_days: int = Field(default=365, ge=0, le=36_500)  # for which audit events are kept; 0: forever

    worker: bool = True  # deliver the outbox in the serving process; else run `python -m app worker`
    smtp_url: str | None = None  # smtp://, smtps:// or smtp+starttls://user:password@host:port
    mail_from: str = "Accord <accord@localhost>"
    mail_folder: Path | None = None  # receives mails without SMTP_URL; data/mail in development
    public_url: str = "http://127.0.0.1:8000"  # base URL of pages in mails; passkeys are bound to its domain and origin
    webhook_allow_private: bool = False  # send webhooks to private addresses and over plain HTTP; not in production

    @field_validator("database_url", "database_read_url", "redis_url", "smtp_url")
    @classmethod
    def _check_url(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None:
            {"redis_url": ValkeyURL.of, "smtp_url": SMTPURL.of}.get(info.field_name or "", describe)(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _check_sender(cls, value: str) -> str:
        from app.core.mail.message import parse_sender  # noqa: PLC0415 - email.policy takes milliseconds; also a cycle

        parse_sender(value)
        return value

    @field_validator("webhook_allow_private")
    @classmethod
    def _check_allow_private(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic's signature
        if value and info.data.get("env") == "production":
            raise ValueError("must be false in production")
        return value

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be http://host or https://host, with an optional port and path")
        return value

    @field_validator("response_policy")
    @classmethod
    def _check_policy(cls, value: str) -> str:
        if not _POLICY(value):
            raise ValueError("must be off, log, raise or sample(0.01), where the number is the share of responses")
        return value

    @field_validator("allowed_origins", "allowed_hosts", "trusted_proxies", "secret_key", mode="before")
    @classmethod
    def _split(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str):
            return value
        parsers = {"allowed_origins": _origin, "allowed_hosts": _host, "secret_key": check_key}
        parse = parsers.get(info.field_name or "", ip_network)
        return [str(parse(part.strip())) for part in value.split(",") if part.strip()]

    @property
    def follows_nist(self) -> bool:
        """Whether passwords follow SP 800-63B-4."""
        return self.password_policy == "nist"  # noqa: S105 - the name of a policy

    @property
    def origins(self) -> list[str]:
        """Allowed CORS origins: the setting, else two local ports in development and none elsewhere."""
        if self.allowed_origins is not None:
            return self.allowed_origins
        return _DEVELOPMENT_ORIGINS if self.env == "development" else []


def _origin(text: str) -> str:
    origin = text.rstrip("/")
    if not _ORIGIN(origin):  # rejects `*` and `null`, which would allow everyone
        raise ValueError(f"`{origin}` is not an origin; list origins as https://example.com, separated by commas")
    return origin


def _host(text: str) -> str:
    host = text.lower()
    if not _HOST(host):
        raise ValueError(f"`{host}` is not a host name; list host names without scheme and port, separated by commas")
    return host


def unknown_settings() -> list[str]:
    """A message for each name that looks like a misspelt setting.

    In `.env` every unknown name is reported; in the environment, which is shared, only names similar to a setting's.
    """
    known = {name.upper() for name in Settings.model_fields}
    written = dict.fromkeys(dotenv_values(ENV_FILE) if ENV_FILE.is_file() else (), ENV_FILE.name)
    found = []
    for name, place in (written | dict.fromkeys(os.environ, "the environment")).items():
        if name.upper() in known:
            continue
        meant = get_close_matches(name.upper(), known, 1, _SIMILARITY)
        if meant or name in written:
            found.append(f"{name} in {place} is not a setting" + (f"; did you mean {meant[0]}?" if meant else ""))
    return found
