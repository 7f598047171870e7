"""The exceptions of `app.core`. An ApiError becomes one RFC 9457 problem; the others are handled in `app`.

Exception
├── ApiError                        accord.runtime: one problem for the client; base of the generated problem classes
│   └── ServiceUnavailable          503: a dependency is down or overloaded
│       └── TransactionConflict     503: the transaction was rolled back; a retry may succeed
├── ConstraintViolation             a statement violates a database constraint
├── ConnectionError
│   └── DatabaseUnreachable         the database cannot be opened at start-up
├── ValueError
│   └── DisallowedCharacters        a password contains characters that PRECIS disallows
├── MailUnavailable                 the mail transport is down; no mail can be sent
├── RequestFailed                   an outgoing request got no response
│   └── RequestBlocked              it was not sent, because its URL or address is not allowed
└── Undeliverable                   this mail is rejected permanently
"""

from __future__ import annotations

from typing import Literal

from accord.runtime import ApiError


class ServiceUnavailable(ApiError):
    """A dependency of the request is down or overloaded.

    Nothing was changed, unless the response to a write was lost: then the outcome is unknown, and `detail` says so. To retry
    such a write safely a client needs a precondition (`If-Match`) or an `Idempotency-Key`.
    """

    status = 503
    type = "/problems/service-unavailable"
    title = "Service unavailable"

    def __init__(self, detail: str, *, retry_after: int = 1) -> None:
        super().__init__(detail, retry_after=retry_after)


class TransactionConflict(ServiceUnavailable):
    """A transaction was rolled back because of a concurrent one, or lost its connection before COMMIT was sent.

    Nothing was changed, and a retry may succeed at once: see `app.core.database.retry_on_conflict`.
    """


class ConstraintViolation(Exception):
    """A statement violates a constraint. The statement had no effect.

    Most rules need no exception: `on_conflict_do_nothing().returning(...)` returns None instead. Inside a transaction, the
    transaction can only be left afterwards, as in PostgreSQL.
    """

    def __init__(self, kind: Literal["unique", "foreign key", "check", "not null"], detail: str, constraint: str = "") -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail  # the database's own message: for the log, not for the client
        self.constraint = constraint  # its name, such as `uq_users_email_key`; "" for "not null" and for SQLite's foreign keys


class DatabaseUnreachable(ConnectionError):
    """The database cannot be opened, at start-up or by a command. The message is for operators and contains no password."""


class DisallowedCharacters(ValueError):
    """A password contains control, invisible, unassigned or other characters that the PRECIS profile OpaqueString disallows."""


class MailUnavailable(Exception):
    """No mail can be sent at the moment: the server or folder cannot be used. This mail itself may be fine."""


class Undeliverable(Exception):
    """This mail is rejected permanently: its recipient or its content will never be accepted."""


class RequestFailed(Exception):
    """An outgoing request got no response. The message is one sentence for the owner of the URL."""


class RequestBlocked(RequestFailed):
    """An outgoing request was not sent, because its URL or the address of its host is not allowed."""
