"""Settings of mails and webhooks."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from app.core.config.group import Group
from app.core.urls.smtp import SMTPURL


class DeliverySettings(Group):
    """Mails and webhooks."""

    worker: bool = True
    """Deliver mails and webhooks in the server processes; otherwise run `python -m app worker` as well."""

    smtp_url: str | None = Field(default=None, examples=["smtp+starttls://user:password@mail.example.com:587"])
    """`smtp://`, `smtps://` or `smtp+starttls://user:password@host:port`, with user and password percent-encoded; certificates
    are verified. Unset: mails are written to `MAIL_FOLDER`."""

    mail_from: str = "Accord <accord@localhost>"
    """Sender of the mails. Set it in production: mail servers refuse the default."""

    mail_folder: Path | None = Field(default=None, examples=["data/mail"])
    """Folder that mails are written to without `SMTP_URL`. Unset: `data/mail` in development; elsewhere mails wait in the
    outbox."""

    public_url: str = "http://127.0.0.1:8000"
    """Base URL of the pages that mails lead to. Passkeys are bound to its domain, and only pages of its origin
    can use them."""

    webhook_allow_private: bool = False
    """Send webhooks to private addresses and over plain HTTP, for development and tests; refused in production."""

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp_url(cls, value: str | None) -> str | None:
        if value is not None:
            SMTPURL.of(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _check_sender(cls, value: str) -> str:
        from app.core.mail.message import parse_sender  # noqa: PLC0415 - email.policy takes milliseconds; also a cycle

        parse_sender(value)
        return value

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be http://host or https://host, with an optional port and path")
        return value
