"""What happened on the last days, in UTC, and how often operations were called."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.app.metrics.scraping import monitored
from tests.support.builders import PASSWORD, signed_in, stored_post, stored_user

PATH = "/api/v1/statistics"


@pytest.fixture
def client(timed):
    return timed


def statistics(client, headers, **params: int):
    response = client.get(PATH, params=params, headers=headers)
    assert response.status_code == 200, response.text
    return response.json()


def day(date: str, sign_ups: int = 0, sign_ins: int = 0, posts: int = 0):
    return {"date": date, "sign_ups": sign_ups, "sign_ins": sign_ins, "posts": posts}


class TestDays:
    def test_the_last_one_is_today_and_there_are_14_unless_asked_otherwise(self, client, admin):
        dates = [found["date"] for found in statistics(client, admin)["days"]]

        assert dates == [f"2026-01-{number}" for number in range(24, 32)] + [f"2026-02-0{number}" for number in range(1, 7)]
        assert [len(statistics(client, admin, days=days)["days"]) for days in (1, 31)] == [1, 31]
        assert [client.get(PATH, params={"days": days}, headers=admin).status_code for days in (0, 32)] == [422, 422]

    def test_a_day_has_what_was_created_on_it(self, client, clock):
        stored_user(client, username="grace")
        stored_user(client, username="ada")
        grace = signed_in(client, "grace")
        clock.advance(hours=13)  # 23:30
        stored_post(client, grace := signed_in(client, "grace"))
        stored_post(client, grace, is_published=False)
        clock.advance(minutes=30)
        stored_post(client, signed_in(client, "grace"))

        assert statistics(client, signed_in(client, "admin"), days=3)["days"] == [
            day("2026-02-05"),
            day("2026-02-06", sign_ups=2, sign_ins=2, posts=2),
            day("2026-02-07", sign_ins=2, posts=1),
        ]

    def test_an_instant_belongs_to_its_day_in_utc(self, client, clock):
        clock.time = datetime(2026, 2, 6, 23, 59, 59, 999_999, tzinfo=UTC)
        signed_in(client, "admin")
        clock.advance(microseconds=1)

        assert statistics(client, signed_in(client, "admin"), days=2)["days"] == [
            day("2026-02-06", sign_ins=1),
            day("2026-02-07", sign_ins=1),
        ]
        clock.advance(microseconds=-1)
        assert statistics(client, signed_in(client, "admin"), days=1)["days"] == [day("2026-02-06", sign_ins=2)]

    def test_ended_sessions_count_and_deleted_users_and_posts_do_not(self, client):
        stored_user(client, username="grace")
        grace = signed_in(client, "grace")
        posts = [stored_post(client, grace)["id"] for _ in range(2)]
        admin = signed_in(client, "admin")
        stored_user(client, username="ada")
        assert client.delete(f"/api/v1/posts/{posts[0]}", headers=grace).status_code == 204
        assert statistics(client, admin, days=1)["days"] == [day("2026-02-06", sign_ups=2, sign_ins=2, posts=1)]

        assert client.delete("/api/v1/users/2", headers=admin).status_code == 204

        assert statistics(client, admin, days=1)["days"] == [day("2026-02-06", sign_ups=1, sign_ins=2)]

    def test_refused_sign_ins_and_refreshes_do_not_count(self, client):
        tokens = client.post("/api/v1/sessions", json={"identifier": "admin", "password": PASSWORD}).json()
        client.post("/api/v1/sessions", json={"identifier": "admin", "password": "wrong-horse-9"})
        refreshed = client.post("/api/v1/session-tokens", json={"refresh_token": tokens["refresh_token"]}).json()

        found = statistics(client, {"Authorization": f"Bearer {refreshed['access_token']}"}, days=1)

        assert found["days"] == [day("2026-02-06", sign_ins=1)]


class TestRequests:
    def test_without_metrics_there_are_none(self, client, admin):
        found = statistics(client, admin)

        assert (found["requests"], found["requests_since"]) == ([], None)

    def test_are_counted_by_operation_and_status_whatever_their_method(self, settings):
        before = datetime.now(UTC)
        with monitored(settings) as (client, _):
            for path in ("posts", "posts", "posts?page=0", "user-profiles/999"):
                client.get(f"/api/v1/{path}")
            client.head("/api/v1/posts")
            client.get("/nowhere")
            found = statistics(client, signed_in(client, "admin"))

        assert [(row["operation_id"], row["status"], row["count"]) for row in found["requests"]] == [
            ("createSession", 201, 1),
            ("getUserProfile", 404, 1),
            ("listPosts", 200, 3),
            ("listPosts", 422, 1),
        ]
        assert all(0 < row["p50_ms"] <= row["p95_ms"] <= 10_000 for row in found["requests"])
        assert before <= datetime.fromisoformat(found["requests_since"]) <= datetime.now(UTC)


def test_a_user_who_is_not_an_administrator_is_refused(client):
    stored_user(client, username="grace")

    response = client.get(PATH, headers=signed_in(client, "grace"))

    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
