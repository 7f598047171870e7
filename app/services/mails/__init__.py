"""The mails of this service: queued in the outbox by a rule, rendered from templates when they are delivered."""

from __future__ import annotations

import functools
import re
import uuid
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, cast

import msgspec

from app.core.database import Transaction
from app.core.database.statements import FromRow, Insertion
from app.core.errors import MailUnavailable, ServiceUnavailable, Undeliverable
from app.core.mail import Mail, MailTransport
from app.core.mail.message import parse_sender
from app.resources import Resources
from app.services import mail_tokens, outbox, sign_ups
from app.services.mail_tokens import Purpose
from app.services.mails import recipients

if TYPE_CHECKING:
    from jinja2 import Environment

TOPIC = "mail."  # followed by the name of the template
_USER = "user:"  # followed by an id: the subject of outbox items with the data of a user

Requested: TypeAlias = Literal["reset-password", "verify-email"]  # mails that anybody can ask for

_SUBJECTS = {
    "welcome": "Welcome to Accord",
    "sign-up": "Your sign-up for Accord",
    "verify-email": "Confirm your e-mail address",
    "change-email": "Confirm your new e-mail address",
    "reset-password": "Reset your password",
    "notice": "Your account has changed",
}
# The pages that a mail with a token leads to. The token is in the fragment, which browsers do not send to servers.
_PAGES: dict[Purpose, str] = {
    "verify-email": "confirm-email",
    "change-email": "confirm-email",
    "reset-password": "reset-password",
}

# What mail programs turn into links. A sign-up may use any name and any mailbox.
_LINK = re.compile(r"[^\s.]\.[^\s.]|[@/\\]").search
_INVISIBLE = re.compile(r"[^\S ]+|[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+").sub


class QueuedMail(msgspec.Struct, frozen=True):
    """A mail in the outbox: what must be the same in every attempt. Holds no secrets."""

    to: str
    message_id: str
    date: datetime
    values: dict[str, str]  # of the templates
    user_id: int | None = None  # who gets a token that is sent to another address than their own


class Named(Protocol):
    """Whom a mail greets."""

    @property
    def username(self) -> str:
        """The username."""

    @property
    def full_name(self) -> str | None:
        """The full name."""


def welcome(resources: Resources, to: str, user: Named, now: datetime, *, invited: bool = False) -> Insertion:
    """The welcome mail of a new user, to be queued together with the row of the user.

    A user who was invited by an administrator gets a token to choose a password.
    """
    values = {"name": _greeting(user), "username": user.username} | ({"invited": "yes"} if invited else {})
    return outbox.item(f"{TOPIC}welcome", _mail(resources, to, values, now), now, FromRow("subject", "id", _USER))


async def queue_sign_up(transaction: Transaction, resources: Resources, sign_up_id: int, to: str, now: datetime) -> None:
    """Queue the mail that says what to do after a sign-up, which is decided when it is delivered; one statement."""
    await _queue(transaction, resources, "sign-up", to, {"sign_up_id": str(sign_up_id)}, now, to.lower())


async def queue_token(
    transaction: Transaction, resources: Resources, purpose: Purpose, to: str, now: datetime, user_id: int | None = None
) -> None:
    """Queue a mail with a token, which is created when the mail is delivered, if there is a user for it; one statement."""
    about = to.lower() if user_id is None else subject(user_id)
    await _queue(transaction, resources, purpose, to, {}, now, about, user_id)


async def queue_notice(
    transaction: Transaction, resources: Resources, user_id: int, to: str, user: Named, notice: str, now: datetime
) -> None:
    """Queue a mail that tells a user what has changed, in one sentence; one statement. It does not count for the limit."""
    await _queue(transaction, resources, "notice", to, {"name": _greeting(user), "notice": notice}, now, subject(user_id))


async def delete_queued(transaction: Transaction, user_id: int, email: str) -> None:
    """Delete a user's mails that were not delivered, to earlier addresses too; two statements."""
    await outbox.delete_about(transaction, subject(user_id))
    await delete_requested(transaction, email)


async def delete_requested(transaction: Transaction, email: str) -> None:
    """Delete the mails that were asked for with an address, which a user no longer has, and not delivered; one statement."""
    await outbox.delete_about(transaction, email.lower())


def subject(user_id: int) -> str:
    """The subject of outbox items with the data of a user."""
    return f"{_USER}{user_id}"


def mailbox(address: str) -> str:
    """The mailbox of an address, without its case and subaddress (`+tag`)."""
    name, _, domain = address.lower().rpartition("@")
    return f"{name.partition('+')[0] or name}@{domain}"


async def deliver(resources: Resources, transport: MailTransport, topic: str, payload: str) -> None:
    """Render the mail of an outbox item and send it. Raises what `MailTransport.send` raises.

    A mail that was certainly not sent leaves no token behind, so that a long outage does not push out tokens that arrived.
    """
    template = topic.removeprefix(TOPIC)
    if template not in _SUBJECTS:
        raise LookupError(f"unknown topic {topic!r}")  # retried, since a worker of a newer version may know it
    try:
        queued = msgspec.json.decode(payload, type=QueuedMail)
    except msgspec.ValidationError as error:
        raise Undeliverable(f"the item cannot be read: {error}") from error
    title = _SUBJECTS[template]
    values = {"invited": "", **queued.values, "subject": title, "reset_page": _page(resources, "reset-password"), "link": None}
    if template != "notice":
        personal = await (_of_sign_up(resources, queued) if template == "sign-up" else _of_user(resources, template, queued))
        if personal is None and template != "welcome":
            return  # nobody to send it to
        values |= personal or {}
    text, html = (_templates().get_template(f"{template}.{kind}").render(values) for kind in ("txt", "html"))
    try:
        await transport.send(Mail(queued.to, title, text, html, queued.message_id, queued.date))
    except (MailUnavailable, Undeliverable):
        if (token := values.get("token")) is not None:
            with suppress(ServiceUnavailable):  # what is to be reported is that the mail was not sent
                await (sign_ups if template == "sign-up" else mail_tokens).discard(resources, token)
        raise


async def _of_user(resources: Resources, template: str, queued: QueuedMail) -> dict[str, Any] | None:
    """The name of the user and a link with a new token; None if nobody gets one."""
    invited = bool(queued.values.get("invited"))
    welcome: Purpose = "reset-password" if invited else "verify-email"
    purpose = welcome if template == "welcome" else cast("Purpose", template)
    addressed = await recipients.find(resources.database, purpose, queued.to, queued.date, queued.user_id)
    if addressed is None:
        return None
    token = await mail_tokens.create(resources, addressed.user_id, purpose, queued.to, invited=invited)
    return {"name": _greeting(addressed), **_link(resources, _PAGES[purpose], token)}


async def _of_sign_up(resources: Resources, queued: QueuedMail) -> dict[str, Any] | None:
    """What to do after a sign-up; None if it has expired or was confirmed."""
    found = await sign_ups.invite(resources, int(queued.values["sign_up_id"]))
    if found is None:
        return None
    names = {"name": _greeting(found), "username": found.username, "is_known": found.is_known}
    return names | (_link(resources, _PAGES["verify-email"], found.token) if found.token is not None else {})


def _link(resources: Resources, page: str, token: str) -> dict[str, Any]:
    return {"link": f"{_page(resources, page)}#token={token}", "token": token}


def _page(resources: Resources, name: str) -> str:
    return f"{resources.settings.public_url.rstrip('/')}/{name}"


def read(payload: str) -> QueuedMail | None:
    """The mail of an outbox item; None if it is not one."""
    try:
        return msgspec.json.decode(payload, type=QueuedMail)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None


async def _queue(
    transaction: Transaction,
    resources: Resources,
    template: str,
    to: str,
    values: dict[str, str],
    now: datetime,
    about: str,
    user_id: int | None = None,
) -> None:
    await outbox.add(transaction, f"{TOPIC}{template}", _mail(resources, to, values, now, user_id), now, about)


def _mail(resources: Resources, to: str, values: dict[str, str], now: datetime, user_id: int | None = None) -> QueuedMail:
    return QueuedMail(to, f"<{uuid.uuid4().hex}@{_domain(resources.settings.mail_from)}>", now, values, user_id)


@functools.lru_cache(maxsize=4)
def _domain(mail_from: str) -> str:
    return parse_sender(mail_from).domain


def _greeting(user: Named) -> str:
    """The name for the salutation: the full name on one line, or the username if that looks like a link."""
    name = _INVISIBLE(" ", user.full_name or "").strip()
    return user.username if not name or _LINK(name) else name


@functools.cache
def _templates() -> Environment:
    import jinja2  # noqa: PLC0415 - only what delivers mails needs it; it takes a megabyte

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
