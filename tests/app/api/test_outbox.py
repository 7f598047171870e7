"""The outbox, as administrators see it: what waits, is being delivered or has failed, and never the content of a mail."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.builders import signed_in, stored_user
from tests.support.databases import query

PATH = "/api/v1/outbox-items"
LEASE_END, FAILED = datetime(2026, 2, 6, 10, 31, tzinfo=UTC), datetime(2026, 2, 6, 10, 29, tzinfo=UTC)


@pytest.fixture
def client(timed):
    return timed


@pytest.fixture
def change(settings):
    """Changes the item with an id."""

    def change(item_id: int, **columns: object) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        values = [
            value.isoformat(timespec="microseconds") if isinstance(value, datetime) else value for value in columns.values()
        ]
        query(settings.database_url, f"UPDATE outbox SET {names} WHERE id = ? RETURNING id", *values, item_id)  # noqa: S608 - our names

    return change


@pytest.fixture
def three(client, change):
    """A mail that waits, one that is being delivered, and a dead letter; from the clock's time."""
    for name in ("grace", "ada", "mary"):
        stored_user(client, username=name, email=f"{name}@example.com")
    change(2, claimed_by="worker-1", available_at=LEASE_END)
    change(3, attempts=45, error="550 no such mailbox", failed_at=FAILED)


def listed(client, headers, **params: object):
    response = client.get(PATH, params=params, headers=headers)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.usefixtures("three")
class TestListOutboxItems:
    def test_items_are_listed_oldest_first_with_their_state(self, client, admin, clock):
        found = listed(client, admin)

        now = clock().isoformat().replace("+00:00", "Z")
        common = {"topic": "mail.welcome", "created_at": now}
        assert found["outbox_items"] == [
            {
                **common,
                "id": 1,
                "recipient": "grace@example.com",
                "state": "waiting",
                "attempts": 0,
                "error": None,
                "next_attempt_at": now,
            },
            {
                **common,
                "id": 2,
                "recipient": "ada@example.com",
                "state": "delivering",
                "attempts": 0,
                "error": None,
                "next_attempt_at": "2026-02-06T10:31:00Z",
            },
            {
                **common,
                "id": 3,
                "recipient": "mary@example.com",
                "state": "dead",
                "attempts": 45,
                "error": "550 no such mailbox",
                "next_attempt_at": None,
            },
        ]
        assert found["total"] == 3

    @pytest.mark.parametrize(("state", "number"), [("waiting", 1), ("delivering", 2), ("dead", 3)])
    def test_the_filter_selects_by_the_state_that_is_shown(self, client, admin, state, number):
        found = listed(client, admin, state=state)

        assert [(item["id"], item["state"]) for item in found["outbox_items"]] == [(number, state)]
        assert found["total"] == 1

    def test_a_dead_letter_that_was_claimed_when_its_worker_died_is_dead(self, client, admin, change):
        change(3, claimed_by="worker-1")

        assert [item["id"] for item in listed(client, admin, state="dead")["outbox_items"]] == [3]
        assert [item["id"] for item in listed(client, admin, state="delivering")["outbox_items"]] == [2]

    def test_a_cursor_leads_to_the_next_page_with_the_same_filter(self, client, admin, change):
        change(2, claimed_by=None)
        first = listed(client, admin, state="waiting", page_size=1)
        following = {"state": "waiting", "page_size": 1, "cursor": first["next_cursor"]}
        second = listed(client, admin, **following)

        assert [item["id"] for page in (first, second) for item in page["outbox_items"]] == [1, 2]
        assert (first["total"], second["next_cursor"]) == (2, None)
        other = client.get(PATH, params={**following, "state": "dead"}, headers=admin)
        assert (other.status_code, other.json()["code"]) == (404, "unknown-cursor")

    def test_an_item_that_is_not_a_mail_has_no_recipient(self, client, admin, change):
        change(1, topic="search.index", payload='{"to": "https://search.example.com/?key=secret"}')
        change(2, topic="search.index", payload="[")

        assert [item["recipient"] for item in listed(client, admin)["outbox_items"]] == [None, None, "mary@example.com"]

    def test_the_content_of_a_mail_is_not_shown(self, client, admin, settings):
        payloads = [row[0] for row in query(settings.database_url, "SELECT payload FROM outbox")]
        assert all("message_id" in payload for payload in payloads)

        text = client.get(PATH, headers=admin).text

        assert "message_id" not in text
        assert "values" not in text

    def test_a_user_who_is_not_an_administrator_is_refused(self, client):
        response = client.get(PATH, headers=signed_in(client, "grace"))

        assert (response.status_code, response.json()["code"]) == (403, "forbidden")


def test_an_empty_outbox_is_an_empty_list(client, admin):
    assert listed(client, admin) == {"outbox_items": [], "total": 0, "page": 1, "page_size": 10, "next_cursor": None}
