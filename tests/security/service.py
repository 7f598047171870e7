"""A really running service with every limit on, and what the checks do with it."""

from __future__ import annotations

import dataclasses
import os
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pyotp

from tests.contract.contract import KEY_HEADER, SCOPES
from tests.resources.factors import SECRET, add_totp
from tests.security.client import ORIGIN, PATIENCE, PROXY, Client, bearer, code, numbers
from tests.support.builders import PASSWORD, new_post
from tests.support.databases import Connection, Template
from tests.support.servers.service import Server
from tests.support.servers.smtp import MailServer, Received
from tests.support.servers.valkey import Valkey

LIMITS = {
    "ADDRESS_LIMIT": "60",
    "ACCOUNT_LIMIT": "3000",
    "SIGN_IN_LIMIT": "4",
    "SIGN_IN_INTERVAL": "0.2",
    "SIGN_IN_FAILURE_LIMIT": "8",
    "GUESS_LIMIT": "8",
    "SIGN_UP_LIMIT": "6",
    "MAIL_REQUEST_LIMIT": "8",
    "MAIL_LIMIT": "5",
    "REQUIRE_VERIFIED_EMAIL": "true",
}
INTERVAL = 0.2  # seconds; SIGN_IN_INTERVAL


@dataclasses.dataclass(frozen=True)
class User:
    """A user who signed up, and the tokens of their first session."""

    id: int
    username: str
    email: str
    password: str
    tokens: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        """Sends the access token."""
        return bearer(self.tokens)


class Service(Client):
    """The service on one database, with its mails."""

    def __init__(self, server: Server, database_url: str, mails: MailServer, valkey: Valkey | None) -> None:
        super().__init__(server.url)
        self.server, self.database_url, self.mails, self.valkey = server, database_url, mails, valkey
        self.database = Connection(database_url)
        self.is_sqlite = database_url.startswith("sqlite:")
        self.begin = 0  # of the current check, in the log

    def close(self) -> None:
        """Close the client and the connection."""
        self.client.close()
        self.database.close()

    # --- users

    def new(self, **changes: Any) -> dict[str, Any]:
        """A valid body of createUser that no other check sends."""
        name = f"checked_{next(numbers)}"
        return {"email": f"{name}@example.com", "username": name, "password": PASSWORD, **changes}

    def sign_up(self, **changes: Any) -> User:
        """A new user, whose address is confirmed, signed in."""
        body = self.new(**changes)
        created = self.post("/users", body)
        assert created.status_code == 201, created.text
        self.database.execute("UPDATE users SET email_verified = ? WHERE id = ?", (True, created.json()["id"]))
        tokens = self.sign_in(body["username"], body["password"])
        return User(created.json()["id"], body["username"], body["email"], body["password"], tokens)

    def sign_up_admin(self) -> User:
        """A new administrator, signed in."""
        user = self.sign_up()
        self.database.execute("UPDATE users SET role = 'admin' WHERE id = ?", (user.id,))
        return user

    def try_to_sign_in(self, identifier: str, password: str = PASSWORD, **options: Any) -> httpx2.Response:
        """Sign in, whatever the response."""
        codes: dict[str, str] = {name: options.pop(name) for name in ("totp_code", "recovery_code") if name in options}
        return self.post("/sessions", {"identifier": identifier, "password": password, **codes}, **options)

    def sign_in(self, identifier: str, password: str = PASSWORD, **options: Any) -> dict[str, Any]:
        """New tokens."""
        response = self.try_to_sign_in(identifier, password, **options)
        assert response.status_code == 201, response.text
        tokens: dict[str, Any] = response.json()
        return tokens

    def is_signed_in(self, tokens: dict[str, Any] | str) -> bool:
        """Whether an access token works; if not, it is unauthorized."""
        status = self.get("/users/me", headers=bearer(tokens)).status_code
        assert status in {200, 401}
        return status == 200

    def refresh(self, refresh_token: str) -> httpx2.Response:
        """Exchange a refresh token."""
        return self.post("/session-tokens", {"refresh_token": refresh_token})

    def add_factor(self, user: User) -> pyotp.TOTP:
        """Give a user a confirmed authenticator app."""
        add_totp(self.database, user.id, "2026-02-06T10:30:00.000000+00:00")
        return pyotp.TOTP(SECRET)

    def key(self, user: User, scopes: list[str] | None = None, **changes: Any) -> dict[str, str]:
        """The header of a new API key, with all scopes if not told which."""
        body: dict[str, Any] = {"name": "Checks", "scopes": scopes or SCOPES, **changes}
        created = self.post("/api-keys", body, headers=user.headers)
        assert created.status_code == 201, created.text
        return {KEY_HEADER: created.json()["secret"]}

    def write(self, user: User, **changes: Any) -> dict[str, Any]:
        """A new post of a user."""
        created = self.post("/posts", new_post(**changes), headers=user.headers)
        assert created.status_code == 201, created.text
        post: dict[str, Any] = created.json()
        return post

    # --- mails

    def mails_to(self, email: str, number: int = 1, subject: str = "") -> list[Received]:
        """The mails to an address with a text in their subject, once there are so many."""

        def found() -> list[Received]:
            to = [mail for mail in list(self.mails.mails) if mail.recipients == [email]]
            return [mail for mail in to if subject in str(mail.message["Subject"])]

        self.wait(lambda: len(found()) >= number, f"{number} mails to {email}")
        return found()

    def mailed_token(self, email: str, number: int = 1, subject: str = "") -> str:
        """The token in the last of so many mails to an address."""
        text = self.mails_to(email, number, subject)[-1].part("plain")
        [token] = set(re.findall(r"ac[pe]_[0-9a-f]{72}", text))
        return str(token)

    def settle(self) -> None:
        """Wait until every mail was delivered."""
        due = "SELECT 1 FROM outbox WHERE failed_at IS NULL"
        self.wait(lambda: self.database.one(due) is None, "the delivery of all mails")

    def wait(self, holds: Callable[[], object], what: str) -> None:
        """Wait until a condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"{what} did not happen"
            time.sleep(0.02)

    # --- limits, time and concurrency

    def most(self, limit: str) -> int:
        """How many requests a limit may admit at once.

        While Valkey does not answer within milliseconds, as on a very busy machine, each worker counts by itself.
        """
        number, workers = int(LIMITS[limit]), self.server.workers
        return number * (1 + workers) if "valkey unavailable" in self.log[self.begin :] else number

    @property
    def is_without_store(self) -> bool:
        """Whether a worker does not reach Valkey."""
        return self.log.count("valkey unavailable") > self.log.count("valkey available again")

    def exhaust(self, limit: str, send: Callable[[], httpx2.Response]) -> list[httpx2.Response]:
        """Send requests until one is refused, which must be no later than the limit says."""
        responses = [send()]
        while responses[-1].status_code != 429 and len(responses) <= self.most(limit) + 1:
            responses.append(send())
        assert code(responses[-1]) == (429, "too-many-requests"), responses
        assert int(responses[-1].headers["Retry-After"]) > 0
        return responses

    def makes_wait(self, send: Callable[[], httpx2.Response]) -> bool:
        """Whether a request that fails makes the next ones wait, soon enough.

        On a busy machine, requests are not much faster than the limit recovers: it then takes several times as many.
        """
        waited = 0
        for _ in range(4 * self.most("SIGN_IN_LIMIT") + 3):
            before = time.monotonic()
            assert send().status_code == 401
            waited = waited + 1 if time.monotonic() - before >= 0.9 * INTERVAL else 0
            if waited == 2:  # one alone may be slow by chance
                return True
        return False

    def age(self, table: str, column: str, where: str, value: object, **by: float) -> None:
        """Move instants of rows into the past, as if time had passed."""
        rows = self.database.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {where} = ?", (value,))  # noqa: S608 - ours
        for [instant] in rows:
            if instant is not None:
                then = datetime.fromisoformat(str(instant)) - timedelta(**by)
                text = then.astimezone(UTC).isoformat(timespec="microseconds")
                statement = f"UPDATE {table} SET {column} = ? WHERE {where} = ? AND {column} = ?"  # noqa: S608 - ours
                self.database.execute(statement, (text, value, instant))

    def age_session(self, tokens: dict[str, Any], **by: float) -> None:
        """Move a session and its tokens into the past."""
        for column in ("created_at", "authenticated_at", "refreshed_at", "access_expires_at", "expires_at", "ends_at"):
            self.age("sessions", column, "id", tokens["session_id"], **by)
        for table, column in (("refresh_tokens", "expires_at"), ("refresh_tokens", "used_at")):
            self.age(table, column, "session_id", tokens["session_id"], **by)
        self.age("previous_access_tokens", "expires_at", "session_id", tokens["session_id"], **by)

    def together(self, *requests: Callable[[], httpx2.Response]) -> list[httpx2.Response]:
        """Send requests at the same time."""
        with ThreadPoolExecutor(len(requests)) as pool:
            return [sent.result() for sent in [pool.submit(request) for request in requests]]

    def cpu_seconds(self) -> float:
        """What all serving processes have used of the processor so far."""
        ticks = 0
        for pid in self.server.pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    @property
    def log(self) -> str:
        """What the service has written so far."""
        return self.server.log.read_text()


@contextmanager
def running(template: Template, folder: Path, **settings: str) -> Iterator[Service]:
    """On SQLite one worker; on PostgreSQL two, which share Valkey."""
    url = template.copy(folder)
    with ExitStack() as stack:
        valkey = None if url.startswith("sqlite:") else stack.enter_context(Valkey())
        if valkey is not None:
            settings = {"REDIS_URL": valkey.url, **settings}
        mails = stack.enter_context(MailServer())
        server = Server(
            url,
            workers=1 if valkey is None else 2,
            log=folder / "server.log",
            **{
                "SMTP_URL": mails.url,
                "ALLOWED_ORIGINS": ORIGIN,
                "ALLOWED_HOSTS": "127.0.0.1",
                "TRUSTED_PROXIES": PROXY,
                "ACCESS_LOG": "true",
                "WEBHOOK_ALLOW_PRIVATE": "true",
                **LIMITS,
                **settings,
            },
        )
        service = Service(stack.enter_context(server), url, mails, valkey)
        stack.callback(template.drop, url)
        stack.callback(service.close)
        yield service
