"""The mails of this service: queued in the outbox by a rule, rendered from templates when they are delivered."""

from __future__ import annotations

import functools
import re
import uuid
from datetime import datetime
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.core.config import Settings
from app.core.database import Transaction
from app.core.errors import Undeliverable
from app.core.mail import Mail, MailTransport
from app.core.mail.message import parse_sender
from app.resources import Resources
from app.schemas.rows import UserRow
from app.services import outbox
from app.services.shared.limits import count

TOPIC = "mail."  # followed by the name of the template

_SUBJECTS = {"welcome": "Welcome to Accord"}

# What mail programs turn into links. A sign-up may use any name and any mailbox.
_LINK = re.compile(r"[^\s.]\.[^\s.]|[@/\\]").search
_INVISIBLE = re.compile(r"[^\S ]+|[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+").sub


class QueuedMail(msgspec.Struct, frozen=True):
    """A mail in the outbox: what must be the same in every attempt. Holds no secrets."""

    to: str
    message_id: str
    date: datetime
    values: dict[str, str]  # of the templates


async def queue_welcome(transaction: Transaction, resources: Resources, user: UserRow) -> None:
    """Queue the welcome mail of a new user; one statement, in the transaction that creates the user.

    Raises:
        TooManyRequests: too many mails to this mailbox; the transaction must be rolled back.
    """
    values = {"name": _greeting(user.full_name, user.username), "username": user.username}
    await _queue(transaction, resources, "welcome", user.email, values, user.created_at)


def mailbox(address: str) -> str:
    """The mailbox of an address, without its case and subaddress (`+tag`)."""
    name, _, domain = address.lower().rpartition("@")
    return f"{name.partition('+')[0] or name}@{domain}"


async def deliver(settings: Settings, transport: MailTransport, topic: str, payload: str) -> None:
    """Render the mail of an outbox item and send it. Raises what `MailTransport.send` raises."""
    template = topic.removeprefix(TOPIC)
    if template not in _SUBJECTS:
        raise LookupError(f"unknown topic {topic!r}")  # retried, since a worker of a newer version may know it
    try:
        queued = msgspec.json.decode(payload, type=QueuedMail)
    except msgspec.ValidationError as error:
        raise Undeliverable(f"the item cannot be read: {error}") from error
    subject = _SUBJECTS[template]
    values = {**queued.values, "subject": subject, "public_url": settings.public_url.rstrip("/")}
    text, html = (_templates().get_template(f"{template}.{kind}").render(values) for kind in ("txt", "html"))
    await transport.send(Mail(queued.to, subject, text, html, queued.message_id, queued.date))


def recipient(payload: str) -> str | None:
    """The recipient of an outbox item, for operators; None if it is not a mail."""
    try:
        return msgspec.json.decode(payload, type=QueuedMail).to
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None


async def _queue(
    transaction: Transaction, resources: Resources, template: str, to: str, values: dict[str, str], now: datetime
) -> None:
    await count(resources.mails, mailbox(to), "mails to this mailbox")
    queued = QueuedMail(to, f"<{uuid.uuid4().hex}@{_domain(resources.settings.mail_from)}>", now, values)
    await outbox.add(transaction, f"{TOPIC}{template}", queued, now)


@functools.lru_cache(maxsize=4)
def _domain(mail_from: str) -> str:
    return parse_sender(mail_from).domain


def _greeting(full_name: str | None, username: str) -> str:
    """The name for the salutation: the full name on one line, or the username if that looks like a link."""
    name = _INVISIBLE(" ", full_name or "").strip()
    return username if not name or _LINK(name) else name


@functools.cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
