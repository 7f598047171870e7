"""A mail and its MIME message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

from app.core.errors import Undeliverable

# Every line is ASCII, so no server on the way needs 8BITMIME.
_POLICY = policy.SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one recipient, as text and as HTML."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str  # `<local@domain>`; the same for every attempt, so that a receiver can recognize duplicates
    date: datetime  # when it was written, not when it is sent


def parse_sender(text: str) -> Address:
    """Parse the setting MAIL_FROM.

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
    """The MIME message, with exactly one recipient. No value can inject another header.

    Raises:
        Undeliverable: the recipient is not an e-mail address, or a header contains a line break.
    """
    message = EmailMessage(_POLICY)
    try:
        message["From"] = sender
        message["To"] = Address(addr_spec=mail.to)
        message["Subject"] = mail.subject
        message["Message-ID"] = mail.message_id
    except Exception as error:  # the address parser raises ValueError, IndexError, HeaderParseError, ...
        raise Undeliverable(f"cannot build the message: {error}") from error
    message["Date"] = mail.date.astimezone(UTC)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: suppresses automatic replies
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message
