"""Events: every act writes one for each webhook that wants it, in its transaction; without webhooks it costs nothing."""

from __future__ import annotations

import json
import sqlite3

import pytest

from app.resources import connected, make_resources
from app.schemas import models
from app.schemas.models import PostCreate, PostUpdate, UserCreate, UserUpdate, WebhookUpdate
from app.services import posts, users, webhooks
from app.services.users.creation import create_user
from tests.app.services.webhooks.conftest import ADMIN, subscribed
from tests.support.builders import new_user
from tests.support.databases import query

pytestmark = pytest.mark.anyio

ALL = ["user.created", "user.updated", "user.deleted", "post.created", "post.updated", "post.deleted"]
URL = "http://127.0.0.1:9/"


async def act(resources):
    """One of each act but the deletion of a user."""
    user = await create_user(resources, UserCreate(**new_user()))
    changed = await users.update(resources, ADMIN, user.id, UserUpdate(bio="x"), None)
    inactive = await users.update(resources, ADMIN, user.id, UserUpdate(is_active=False), None)
    post = await posts.create(resources, ADMIN, PostCreate(title="t", content="c"))
    edited = await posts.update(resources, ADMIN, post.id, PostUpdate(is_published=False), None)
    await posts.delete(resources, ADMIN, post.id, None)
    return user, changed, inactive, post, edited


def written(resources):
    """The payloads in the database, in order."""
    rows = query(resources.settings.database_url, "SELECT event, payload, message_id FROM webhook_deliveries ORDER BY id")
    return [(event, json.loads(payload), message_id) for event, payload, message_id in rows]


async def test_every_act_is_an_event_that_the_document_defines(resources):
    await subscribed(resources, URL, *ALL)

    rows = await act(resources)
    found = written(resources)
    await users.delete(resources, ADMIN, rows[0].id, None)
    left = written(resources)

    acts = ["user.created", "user.updated", "user.updated", "post.created", "post.updated", "post.deleted"]
    assert [event for event, _, _ in found] == acts
    assert [event for event, _, _ in left] == [*acts[3:], "user.deleted"]  # what has data of the user is deleted with them
    found += left[-1:]
    assert [payload["data"].get("version") for _, payload, _ in found] == [1, 2, 3, 1, 2, None, None]
    assert [payload["data"]["id"] for _, payload, _ in found[:5]] == [row.id for row in rows]
    assert len({message_id for _, _, message_id in found}) == len(found)
    for event, payload, _ in found:
        assert payload["type"] == event
        assert getattr(models, f"{event.title().replace('.', '')}Event").model_validate(payload)


async def test_only_active_webhooks_that_want_an_event_get_it_all_under_one_id(resources):
    for events in (["post.created"], ["post.created", "user.created"], ["post.updated"]):
        await subscribed(resources, URL, *events)
    inactive = await subscribed(resources, URL)
    await webhooks.update(resources, ADMIN, inactive.id, WebhookUpdate(is_active=False), None)

    await posts.create(resources, ADMIN, PostCreate(title="t", content="c"))

    rows = query(resources.settings.database_url, "SELECT webhook_id, message_id FROM webhook_deliveries ORDER BY 1")
    assert [row[0] for row in rows] == [1, 2]
    assert len({row[1] for row in rows}) == 1


async def test_an_act_that_is_rolled_back_is_no_event(resources):
    await subscribed(resources, URL, *ALL)
    user = new_user()
    await create_user(resources, UserCreate(**user))

    for refused in (
        create_user(resources, UserCreate(**new_user(email=user["email"]))),
        users.update(resources, ADMIN, 1, UserUpdate(is_active=False), None),  # the last administrator
        posts.update(resources, ADMIN, 7, PostUpdate(title="t"), None),
    ):
        with pytest.raises(Exception, match=r"already|last|no post|Another"):
            await refused

    assert [event for event, _, _ in written(resources)] == ["user.created"]


@pytest.mark.parametrize("template", ["sqlite"], indirect=True)  # which traces its statements
async def test_without_a_webhook_an_act_runs_no_further_statement(settings, monkeypatch):
    statements: list[str] = []

    class Traced(sqlite3.Connection):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)  # type: ignore[arg-type]
            self.set_trace_callback(statements.append)

    monkeypatch.setattr(sqlite3, "connect", Traced)
    async with connected(make_resources(settings)) as resources:
        await act(resources)
        statements.clear()

        await act(resources)

    assert statements
    assert not [sql for sql in statements if "webhook" in sql]


async def test_another_process_notices_a_webhook_within_its_time(settings, resources):
    async with connected(make_resources(settings.model_copy(update={"workers": 2}))) as other:
        await posts.create(other, ADMIN, PostCreate(title="before", content=""))
        await subscribed(resources, URL)
        assert other.wanted_events.lifetime == 2
        other.wanted_events.expires -= 2  # seconds later

        await posts.create(other, ADMIN, PostCreate(title="after", content=""))

    assert [payload["data"]["title"] for _, payload, _ in written(resources)] == ["after"]
