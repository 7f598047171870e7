"""Tokens in mails: how many there are, and that a mail that was not sent leaves none."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import timedelta

import pytest

from app.core.errors import MailUnavailable
from app.core.mail import FolderTransport
from app.core.mail.message import parse_sender
from app.resources import connected, make_resources
from app.schemas.models import PasswordReset, UserCreate
from app.services import accounts, mail_tokens, mails, outbox
from app.services.mail_tokens.queries import MAX_TOKENS
from app.services.users.sign_up import sign_up
from tests.support.builders import new_user
from tests.support.clock import Clock
from tests.support.databases import query

pytestmark = pytest.mark.anyio

EMAIL = "grace@example.com"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def policy():
    return "open"


@pytest.fixture
async def resources(settings, clock, policy):
    async with connected(make_resources(settings.model_copy(update={"sign_up": policy}), clock)) as resources:
        yield resources


async def queued(resources):
    """The mail of a sign-up."""
    await sign_up(resources, None, UserCreate(**new_user(email=EMAIL)), None, "")
    [item] = await outbox.list_items(resources.database, 10)
    return item


@pytest.mark.parametrize(("policy", "table"), [("open", "mail_tokens"), ("strict", "sign_up_tokens")])
async def test_a_mail_that_was_not_sent_leaves_no_token(resources, tmp_path, table):
    item, rows = await queued(resources), f"SELECT count(*) FROM {table}"  # noqa: S608 - our names
    (tmp_path / "file").touch()
    sender = parse_sender("accord@example.com")
    unusable, folder = (FolderTransport(tmp_path / name, sender) for name in ("file", "mail"))

    for _ in range(3):
        with pytest.raises(MailUnavailable):
            await mails.deliver(resources, unusable, item.topic, item.payload)
    assert query(resources.settings.database_url, rows) == [(0,)]
    await mails.deliver(resources, folder, item.topic, item.payload)

    assert query(resources.settings.database_url, rows) == [(1,)]


async def test_many_tokens_of_another_purpose_do_not_push_out_a_reset(resources, clock, tmp_path):
    await queued(resources)
    [[user_id]] = query(resources.settings.database_url, "SELECT id FROM users WHERE email = ?", EMAIL)
    for _ in range(MAX_TOKENS + 2):
        await mail_tokens.create(resources, user_id, "verify-email", EMAIL)
    old = [await mail_tokens.create(resources, user_id, "reset-password", EMAIL, invited=True) for _ in range(MAX_TOKENS)]
    clock.advance(seconds=1)

    await accounts.request_mail(resources, "reset-password", EMAIL, "")
    [_, item] = await outbox.list_items(resources.database, 10)
    await mails.deliver(resources, FolderTransport(tmp_path, parse_sender("accord@example.com")), item.topic, item.payload)

    counts = "SELECT purpose, count(*) FROM mail_tokens GROUP BY purpose ORDER BY purpose"
    assert query(resources.settings.database_url, counts) == [("reset-password", MAX_TOKENS), ("verify-email", MAX_TOKENS)]
    [mail] = tmp_path.glob("*.eml")
    parts = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default).walk()
    [text] = [part.get_content() for part in parts if part.get_content_type() == "text/plain"]
    [token] = set(re.findall("acp_[0-9a-f]{72}", text))
    assert token not in old
    clock.time += timedelta(minutes=59)
    await accounts.confirm_password_reset(resources, PasswordReset(token=token, password="otter-kayak-62"), "")
