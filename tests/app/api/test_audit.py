"""Audit events: each sign-in, failure, refusal and act of an administrator is one event, which nobody can change."""

from __future__ import annotations

import pytest

from app.call import MAX_USER_AGENT_LENGTH
from app.services.sessions.rotation import GRACE
from tests.support.builders import PASSWORD, at, new_user, signed_in, stored_post, stored_user
from tests.support.databases import query

PATH = "/api/v1/audit-events"


@pytest.fixture
def client(timed):
    return timed


@pytest.fixture
def grace(client):
    return stored_user(client, username="grace")


@pytest.fixture
def events(client, admin):
    """Returns the events since the last call, oldest first, by id."""
    seen: list[int] = []

    def new():
        listed = client.get(PATH, params={"page_size": 100}, headers=admin).json()["audit_events"]
        listed = sorted((event for event in listed if event["id"] not in seen), key=lambda event: event["id"])
        seen.extend(event["id"] for event in listed)
        return listed

    new()
    return new


def shown(event):
    return event["type"], event["actor_id"], event["subject_id"], event["details"]


class TestRecording:
    def test_each_act_is_one_event_with_who_when_and_from_where(self, client, admin, events, clock, subtests):
        def sign_in(identifier, password=PASSWORD):
            return client.post("/api/v1/sessions", json={"identifier": identifier, "password": password})

        def by_admin(method, path, **body: object):
            return client.request(method, f"/api/v1/{path}", json=body or None, headers=admin)

        def refresh():
            return client.post("/api/v1/session-tokens", json={"refresh_token": tokens["refresh_token"]})

        def reuse():
            clock.advance(seconds=GRACE.total_seconds() + 1)
            return refresh()

        tokens = {}
        acts = {
            "sign-up": (lambda: client.post("/api/v1/users", json=new_user(username="grace")), "user.created", 2, 2),
            "sign-in": (lambda: sign_in("grace"), "session.created", 2, 2),
            "wrong password": (lambda: sign_in("grace", "wrong-horse-9"), "session.refused", None, 2),
            "unknown user": (lambda: sign_in("nobody"), "session.refused", None, None),
            "refresh": (refresh, None, None, None),
            "reuse of a refresh token": (reuse, "session.refresh-reused", None, 2),
            "reuse in an ended session": (refresh, None, None, None),
            "update": (lambda: by_admin("PATCH", "users/2", bio="x"), "user.updated", 1, 2),
            "update of nobody": (lambda: by_admin("PATCH", "users/9", bio="x"), None, None, None),
            "post of another": (lambda: by_admin("PATCH", "posts/1", title="x"), "post.updated", 1, 2),
            "deletion of a post of another": (lambda: by_admin("DELETE", "posts/1"), "post.deleted", 1, 2),
            "deactivation": (lambda: by_admin("PATCH", "users/2", is_active=False), "user.deactivated", 1, 2),
            "inactive user": (lambda: sign_in("grace"), "session.refused", None, 2),
            "reactivation": (lambda: by_admin("PATCH", "users/2", is_active=True), "user.reactivated", 1, 2),
            "deletion": (lambda: by_admin("DELETE", "users/2"), "user.deleted", 1, 2),
            "last administrator": (lambda: by_admin("DELETE", "users/1"), None, None, None),
            "own profile": (lambda: by_admin("PATCH", "users/1", bio="x"), None, None, None),
            "sign-out": (lambda: by_admin("DELETE", "sessions/current"), "session.deleted", 1, 1),
        }
        for act, (perform, kind, actor, subject) in acts.items():
            with subtests.test(act=act):
                response = perform()
                if act == "sign-in":
                    tokens.update(response.json())
                    stored_post(client, {"Authorization": f"Bearer {tokens['access_token']}"})
                if act == "sign-out":
                    admin.update(signed_in(client, "admin"))
                found = [event for event in events() if event["request_id"] == response.headers["X-Request-ID"]]

                assert [shown(event)[:3] for event in found] == ([(kind, actor, subject)] if kind else [])
                for event in found:
                    assert event["created_at"] == clock().isoformat().replace("+00:00", "Z")
                    assert (event["address"], event["user_agent"]) == ("testclient", "testclient")

    @pytest.mark.usefixtures("grace")
    def test_details_name_what_was_changed(self, client, admin, events):
        client.patch("/api/v1/users/2", json={"full_name": "Grace", "bio": None}, headers=admin)
        ignored = {"totp_code": "000000"}  # the user has no authenticator app
        client.post("/api/v1/sessions", json={"identifier": "grace", "password": PASSWORD, **ignored})

        client.delete("/api/v1/users/2/sessions", headers=admin)

        updated, signed, ended = events()[-3:]
        assert updated["details"] == {"fields": ["bio", "full_name"]}
        assert signed["details"] == {"session_id": 2, "method": "password"}
        assert ended["details"] == {"count": 1}

    def test_text_of_the_client_is_escaped_and_bounded(self, client, events):
        other = at(client, "2001:db8::1")
        other.headers["User-Agent"] = "a\tb\x1b[0m" + "c" * 1000
        other.post("/api/v1/sessions", json={"identifier": "nobody", "password": PASSWORD})

        [event] = events()
        assert event["address"] == "2001:db8::1"
        assert event["user_agent"].startswith(r"a\tb\x1b[0mccc")
        assert len(event["user_agent"]) == MAX_USER_AGENT_LENGTH


class TestErasure:
    def test_nothing_personal_of_a_deleted_user_is_left(self, client, settings, events):
        stored_user(client, username="grace")
        client.post("/api/v1/sessions", json={"identifier": "grace", "password": "wrong-horse-9"})
        own = signed_in(client, "grace")
        assert client.delete("/api/v1/users/2", headers=own).status_code == 204

        found = events()
        assert [event["type"] for event in found] == ["user.created", "session.refused", "session.created", "user.deleted"]
        assert {event["address"] for event in found} == {event["user_agent"] for event in found} == {None}
        salts = query(settings.database_url, "SELECT DISTINCT salt FROM audit_events WHERE subject_id = 2")
        assert [tuple(row) for row in salts] == [(None,)]


FILTERED: list[tuple[dict[str, object], list[str]]] = [
    ({"actor_id": 2}, ["session.created", "user.created"]),
    ({"subject_id": 2}, ["user.updated", "session.refused", "session.created", "user.created"]),
    ({"subject_id": 2, "actor_id": 1}, ["user.updated"]),
    ({"subject_id": 2, "type": "session.created"}, ["session.created"]),
    ({"type": "session.refused"}, ["session.refused"]),
    ({"subject_id": 2, "created_after": "2026-02-06T10:32:00Z"}, ["user.updated", "session.refused"]),
    ({"created_after": "2026-02-06T10:31:00Z", "created_before": "2026-02-06T10:32:00Z"}, ["session.created"]),
]


class TestListAuditEvents:
    @pytest.mark.usefixtures("grace")
    def test_filters_are_combined(self, client, admin, clock, subtests):
        clock.advance(minutes=1)
        signed_in(client, "grace")
        clock.advance(minutes=1)
        client.post("/api/v1/sessions", json={"identifier": "grace", "password": "wrong-horse-9"})
        client.patch("/api/v1/users/2", json={"bio": "x"}, headers=admin)
        for filters, types in FILTERED:
            with subtests.test(filters=filters):
                page = client.get(PATH, params=filters, headers=admin).json()
                first = client.get(PATH, params={**filters, "page_size": 1}, headers=admin).json()

                assert [event["type"] for event in page["audit_events"]] == types
                assert (page["total"], first["total"]) == (len(types), len(types))

    def test_the_total_counts_sealed_and_new_events(self, client, admin, settings):
        query(settings.database_url, "UPDATE audit_events SET sequence = id + 10")
        query(settings.database_url, "INSERT INTO audit_chain VALUES (1, 12, '', 10, '')")
        signed_in(client, "admin")

        page = client.get(PATH, params={"page_size": 1}, headers=admin).json()

        assert page["total"] == 3

    def test_events_cannot_be_changed(self, client, admin):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert client.request(method, PATH, headers=admin).status_code == 405
            assert client.request(method, f"{PATH}/1", headers=admin).status_code == 404
