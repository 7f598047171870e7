"""The mails of this service: written into the outbox by the rule that wants them, made from a template when they are sent."""

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
from app.services.limits import count

TOPIC = "mail."  # followed by the name of the templates

_SUBJECTS = {"welcome": "Welcome to Accord"}

# Looks like an address that mail programs make a link of. Whoever signs up chooses the name and whose mailbox it reaches.
_LINK = re.compile(r"[^\s.]\.[^\s.]|[@/\\]").search
_INVISIBLE = re.compile(r"[^\S ]+|[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+").sub


class Letter(msgspec.Struct, frozen=True):
    """A mail in the outbox. What must be the same at every attempt is in it, and no secret."""

    to: str
    message_id: str
    date: datetime
    values: dict[str, str]  # of the templates


async def welcome(transaction: Transaction, resources: Resources, user: UserRow) -> None:
    """Tell a new user that they have an account; one statement, in the transaction that makes them one.

    Raises:
        TooManyRequests: the mailbox has got too many mails; the transaction is to be given up.
    """
    values = {"name": _greeting(user.full_name, user.username), "username": user.username}
    await _write(transaction, resources, "welcome", user.email, values, user.created_at)


def mailbox(address: str) -> str:
    """Where mails to an address arrive: however it is written, and whatever tag (`+tag`) follows the name."""
    name, _, domain = address.lower().rpartition("@")
    return f"{name.partition('+')[0] or name}@{domain}"


async def deliver(settings: Settings, outlet: MailTransport, topic: str, payload: str) -> None:
    """Make a mail of an item and send it. Raises what `MailTransport.send` raises."""
    template = topic.removeprefix(TOPIC)
    if template not in _SUBJECTS:
        raise LookupError(f"no mail is called {topic!r} here")  # but perhaps where a newer version runs: try again
    try:
        letter = msgspec.json.decode(payload, type=Letter)
    except msgspec.ValidationError as error:
        raise Undeliverable(f"the item cannot be read: {error}") from error
    subject = _SUBJECTS[template]
    values = {**letter.values, "subject": subject, "public_url": settings.public_url.rstrip("/")}
    text, html = (_templates().get_template(f"{template}.{kind}").render(values) for kind in ("txt", "html"))
    await outlet.send(Mail(letter.to, subject, text, html, letter.message_id, letter.date))


def recipient(payload: str) -> str | None:
    """To whom an item goes, for an operator; None if it is no mail."""
    try:
        return msgspec.json.decode(payload, type=Letter).to
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None


async def _write(
    transaction: Transaction, resources: Resources, template: str, to: str, values: dict[str, str], now: datetime
) -> None:
    await count(resources.mails, mailbox(to), "mails to this mailbox")
    letter = Letter(to, f"<{uuid.uuid4().hex}@{_domain(resources.settings.mail_from)}>", now, values)
    await outbox.add(transaction, f"{TOPIC}{template}", letter, now)


@functools.lru_cache(maxsize=4)
def _domain(mail_from: str) -> str:
    return parse_sender(mail_from).domain


def _greeting(full_name: str | None, username: str) -> str:
    """How to address somebody: on one line, and never by what would become a link."""
    name = _INVISIBLE(" ", full_name or "").strip()
    return username if not name or _LINK(name) else name


@functools.cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
