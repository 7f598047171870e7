"""Mail messages and the transports that send them: an SMTP server, or a folder of files."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from app.core.config import Settings
from app.core.mail.folder import FolderTransport
from app.core.mail.message import Mail, parse_sender

__all__ = ["FolderTransport", "Mail", "MailTransport", "create_transport"]


class MailTransport(Protocol):
    """Sends mails."""

    async def send(self, mail: Mail) -> None:
        """Send a mail; on return it has been accepted.

        Raises:
            Undeliverable: this mail is rejected permanently.
            MailUnavailable: no mail can be sent at the moment.
            Exception: anything else is a temporary failure of this mail.
        """

    async def close(self) -> None:
        """Close idle connections."""


def create_transport(settings: Settings) -> MailTransport | None:
    """The transport for SMTP_URL, else MAIL_FOLDER, else `data/mail` in development, else None.

    Raises:
        ValueError: SMTP_URL or MAIL_FROM is invalid.
    """
    sender = parse_sender(settings.mail_from)
    if settings.smtp_url is not None:
        from app.core.mail.smtp import SMTPTransport  # noqa: PLC0415 - imports aiosmtplib only when SMTP is configured

        return SMTPTransport(settings.smtp_url, sender)
    folder = settings.mail_folder
    if folder is None and settings.env == "development":
        folder = Path("data/mail")
    return FolderTransport(folder, sender) if folder is not None else None
