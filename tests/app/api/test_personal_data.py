"""Personal data: an export holds everything about a user and nothing secret; after deletion nothing is left."""

from __future__ import annotations

import json

import pytest

from app.core.security import tokens
from app.models import metadata
from tests.support.builders import PASSWORD, at, signed_in, stored_post, stored_user
from tests.support.databases import Connection, query
from tests.support.rows import NOW

ADDRESS = "2001:db8::7"


@pytest.fixture
def client(timed):
    return timed


@pytest.fixture
def grace(client, admin, settings):
    """Grace, who has everything that a user can have, from an address of her own; a webhook is told about her."""
    subscription = {"url": "https://example.com/hooks", "events": ["user.created", "post.created", "user.deleted"]}
    assert client.post("/api/v1/webhooks", json=subscription, headers=admin).status_code == 201
    stored_user(client, username="grace", email="grace@example.com")
    own = signed_in(client, "grace")
    hers = at(client, ADDRESS)
    own = {"Authorization": f"Bearer {_sign_in(hers).json()['access_token']}"}
    for number in range(60):  # more than a batch
        stored_post(client, own, title=f"Title {number}", is_published=number % 2 == 0)
    hers.post("/api/v1/api-keys", json={"name": "Backup", "scopes": ["posts:read"]}, headers=own)
    hers.put("/api/v1/users/me/email", json={"email": "hopper@example.com", "password": PASSWORD}, headers=own)
    client.post("/api/v1/password-resets", json={"email": "Grace@example.com"})  # its event does not say for whom
    _sign_in(hers, "wrong-horse-9")
    query(
        settings.database_url,
        "INSERT INTO mail_tokens (hash, user_id, purpose, email, expires_at) VALUES (?, 2, 'change-email', ?, ?)",
        *("0" * 64, "hopper@example.com", "2999-01-01T00:00:00.000000+00:00"),
    )
    for kind, confirmed_at, secret in (("totp", None, "the totp key"), ("passkey", NOW, "cHVibGlj")):
        query(
            settings.database_url,
            "INSERT INTO factors (user_id, key, secret, confirmed_at, type, name, counter, transports, created_at)"
            " VALUES (2, ?, ?, ?, ?, ?, 0, ?, ?)",
            *(f"{kind}:2", secret, confirmed_at, kind, f"Her {kind}", "usb nfc" if kind == "passkey" else None, NOW),
        )
    query(
        settings.database_url,
        "INSERT INTO sign_ups (email, email_key, username, username_key, password_hash, expires_at)"
        " VALUES ('Grace@example.com', 'grace@example.com', 'grace_2', 'grace_2', '', ?)",
        "2999-01-01T00:00:00.000000+00:00",
    )
    return own


def _sign_in(client, password=PASSWORD):
    return client.post("/api/v1/sessions", json={"identifier": "grace", "password": password})


class TestExport:
    def test_it_holds_everything_about_the_user_and_no_secret(self, client, admin, grace, settings):
        client.patch("/api/v1/users/2", json={"full_name": "Grace"}, headers=admin)

        response = client.get("/api/v1/users/2/export", headers=grace)

        data = response.json()
        assert data["user"]["email"] == "grace@example.com"
        assert [post["title"] for post in data["posts"]] == [f"Title {number}" for number in range(60)]
        assert [session["is_current"] for session in data["sessions"]] == [True, False]
        assert [key["name"] for key in data["api_keys"]] == ["Backup"]
        assert [(factor["type"], factor["name"], factor["credential_id"]) for factor in data["factors"]] == [
            ("totp", "Her totp", None),
            ("passkey", "Her passkey", "2"),
        ]
        assert [(factor["public_key"], factor["transports"]) for factor in data["factors"]] == [
            (None, []),
            ("cHVibGlj", ["usb", "nfc"]),
        ]
        assert [(mail["kind"], mail["to"].lower()) for mail in data["queued_mails"]] == [
            ("welcome", "grace@example.com"),
            ("notice", "grace@example.com"),
            ("reset-password", "grace@example.com"),
        ]
        sent = [(delivery["event"], json.loads(delivery["body"])["data"]) for delivery in data["webhook_deliveries"]]
        assert [event for event, _ in sent] == ["user.created", *["post.created"] * 60]
        assert sent[0][1]["email"] == "grace@example.com"
        assert data["known_addresses"] == 2
        assert [event["id"] for event in data["audit_events"]] == [
            row[0]
            for row in query(
                settings.database_url, "SELECT id FROM audit_events WHERE actor_id = 2 OR subject_id = 2 ORDER BY id"
            )
        ]
        by_admin = [event for event in data["audit_events"] if event["actor_id"] == 1]
        assert [(event["type"], event["address"]) for event in by_admin] == [("user.updated", None)]
        assert {event["address"] for event in data["audit_events"]} == {None, "testclient", ADDRESS}
        assert data["audit_events"][-1]["type"] == "user.exported"
        secrets = query(settings.database_url, "SELECT password_hash FROM users") + query(
            settings.database_url,
            "SELECT access_hash FROM sessions UNION SELECT hash FROM api_keys"
            " UNION SELECT secret FROM factors WHERE type = 'totp'",
        )
        assert not [secret for [secret] in secrets if secret in response.text]

    def test_it_does_not_reveal_whether_somebody_has_the_new_address(self, client, grace, settings):
        """A token for a change of the address exists only if nobody has it; other tokens are listed."""
        query(
            settings.database_url,
            "INSERT INTO mail_tokens (hash, user_id, purpose, email, expires_at) VALUES (?, 2, 'verify-email', ?, ?)",
            *("1" * 64, "grace@example.com", "2999-01-01T00:00:00.000000+00:00"),
        )

        data = client.get("/api/v1/users/2/export", headers=grace).json()

        assert [token["purpose"] for token in data["mail_tokens"]] == ["verify-email"]
        assert "hopper@example.com" not in [mail["to"] for mail in data["queued_mails"]]

    def test_a_batch_of_events_at_one_instant_is_read_once(self, client, admin, grace):
        for number in range(120):
            client.patch("/api/v1/users/2", json={"bio": str(number)}, headers=admin)

        events = client.get("/api/v1/users/2/export", headers=grace).json()["audit_events"]

        assert len({event["id"] for event in events}) == len(events) > 120

    def test_it_needs_a_recent_proof_and_is_of_nobody_else(self, client, grace, clock):
        stored_user(client, username="alan", email="alan@example.com")
        assert client.get("/api/v1/users/2/export", headers=signed_in(client, "alan")).status_code == 403
        clock.advance(minutes=11)

        refused = client.get("/api/v1/users/2/export", headers=grace)

        assert (refused.status_code, refused.json()["code"]) == (401, "reauthentication-required")


class TestErasure:
    def test_no_table_holds_anything_of_a_deleted_user(self, client, grace, settings):
        sought = ("grace", "hopper", ADDRESS)
        before = _found(settings, sought)

        assert client.delete("/api/v1/users/2", headers=grace).status_code == 204

        assert {table for table, _ in before} >= {
            "users",
            "outbox",
            "mail_tokens",
            "sign_ups",
            "audit_events",
            "webhook_deliveries",
        }
        assert _found(settings, sought) == set()
        left = {table for table in _owned() if _rows(settings, table, "user_id = 2")}
        assert left == set()
        assert query(settings.database_url, "SELECT event FROM webhook_deliveries") == [("user.deleted",)]

    def test_mails_to_earlier_addresses_are_erased_and_those_of_others_stay(self, client, grace, settings):
        for number, email in enumerate(("xgrace@example.com", "grace@example.com.de")):
            stored_user(client, username=f"user_{number}", email=email)
        token = tokens.new("ace_")
        query(settings.database_url, "UPDATE mail_tokens SET hash = ? WHERE purpose = 'change-email'", tokens.digest(token))

        confirmed = client.post("/api/v1/email-verification-confirmations", json={"token": token})
        client.delete("/api/v1/users/2", headers=grace)

        assert confirmed.status_code == 204
        left = query(settings.database_url, "SELECT subject, payload FROM outbox ORDER BY id")
        assert [subject for subject, _ in left] == ["user:3", "user:4"]
        assert [email in payload for email, (_, payload) in zip(("xgrace@", ".com.de"), left, strict=True)] == [True, True]


def _owned():
    """The tables whose rows belong to a user."""
    return [table.name for table in metadata.sorted_tables if "user_id" in table.c and table.name != "audit_erasures"]


def _rows(settings, table, condition):
    return query(settings.database_url, f"SELECT * FROM {table} WHERE {condition}")  # noqa: S608 - ours


def _found(settings, texts):
    """The texts that any row of any table holds, in any case, with the table."""
    found = set()
    with Connection(settings.database_url) as database:
        for table in metadata.sorted_tables:
            for row in database.execute(f"SELECT * FROM {table.name}"):  # noqa: S608 - ours
                found |= {(table.name, text) for text in texts if text in repr(row).lower()}
    return found
