"""Mail messages and their transports: an SMTP server, or a folder of files.

Sending fails with `Undeliverable` (permanent), `MailUnavailable` (the transport is down), or any other error (retry this mail).
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol

from app.core.config import Settings
from app.core.files import make_private_file, make_private_folder

# Every line is ASCII, so that no server on the way needs 8BITMIME.
_POLICY = policy.SMTP.clone(cte_type="7bit")


class Undeliverable(Exception):
    """This mail will never be taken: its recipient or its content is refused for good."""


class MailUnavailable(Exception):
    """No mail is taken at the moment: the way out is closed. It says nothing about this mail."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one person, as text and as HTML."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str  # `<local@domain>`; the same at every attempt, so that a receiver can know a mail that came twice
    date: datetime  # when it was written, not when it is sent


class MailTransport(Protocol):
    """A way out. Raises, from `send`: Undeliverable, MailUnavailable, and whatever else means: try again."""

    async def send(self, mail: Mail) -> None:
        """Hand the mail over; what returns has been taken."""

    async def close(self) -> None:
        """Let go of connections."""


def parse_sender(text: str) -> Address:
    """Read the setting MAIL_FROM.

    Raises:
        ValueError: it is not exactly one address.
    """
    found: Sequence[Address] = ()
    if text.isprintable():
        header: Any = policy.SMTP.header_factory("From", text)
        found = () if header.defects else header.addresses
    if len(found) != 1 or not found[0].username or not found[0].domain or not found[0].addr_spec.isascii():
        raise ValueError("must be one address: accord@example.com or Accord <accord@example.com>")
    return found[0]


def build_message(mail: Mail, sender: Address) -> EmailMessage:
    """The message with its headers. It has exactly one recipient, and no value reaches another header than its own.

    Raises:
        Undeliverable: the address is none, or a header would hold a line break.
    """
    message = EmailMessage(_POLICY)
    try:
        message["From"] = sender
        message["To"] = Address(addr_spec=mail.to)
        message["Subject"] = mail.subject
        message["Message-ID"] = mail.message_id
    except Exception as error:  # the parser of addresses knows many: ValueError, IndexError, HeaderParseError
        raise Undeliverable(f"no mail can be made of it: {error}") from error
    message["Date"] = mail.date.astimezone(UTC)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


class FolderTransport:
    """One `.eml` file a mail, under its Message-ID: a mail delivered twice replaces its own file."""

    def __init__(self, path: Path, sender: Address) -> None:
        self.path, self._sender = path, sender

    def probe(self) -> None:
        """Try whether it can be written to. Raises `OSError`."""
        make_private_folder(self.path)
        tempfile.TemporaryFile(dir=self.path).close()

    async def send(self, mail: Mail) -> None:
        """Write the file; it is there as a whole or not at all."""
        message = build_message(mail, self._sender)
        name = re.sub(r"[^A-Za-z0-9@._+-]", "_", mail.message_id.strip("<>")).lstrip(".")
        try:
            await asyncio.to_thread(self._write, name, message.as_bytes())
        except OSError as error:
            raise MailUnavailable(f"cannot write to the folder {self.path}: {error.strerror}") from error

    def _write(self, name: str, data: bytes) -> None:
        make_private_folder(self.path)
        unfinished = self.path / f".{name}.{os.getpid()}"
        unfinished.unlink(missing_ok=True)
        try:
            make_private_file(unfinished)
            with unfinished.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self.path / f"{name}.eml")
        finally:
            with suppress(OSError):
                unfinished.unlink()

    async def close(self) -> None:
        """Nothing is held."""


def create_transport(settings: Settings) -> MailTransport | None:
    """The way out that the settings name: SMTP_URL, else MAIL_FOLDER, else in development `data/mail`, else None.

    Raises:
        ValueError: SMTP_URL or MAIL_FROM cannot be understood.
    """
    sender = parse_sender(settings.mail_from)
    if settings.smtp_url is not None:
        from app.core.mail.smtp import SMTPTransport  # noqa: PLC0415 - who sends no mails does without the library

        return SMTPTransport(settings.smtp_url, sender)
    folder = settings.mail_folder
    if folder is None and settings.env == "development":
        folder = Path("data/mail")
    return FolderTransport(folder, sender) if folder is not None else None
