"""Public profiles of users."""

from __future__ import annotations

from tests.support.answers import problem
from tests.support.builders import signed_in, stored_user


def profile_of(user):
    return {name: user[name] for name in ("id", "username", "full_name", "bio", "created_at", "version")}


class TestGetUserProfile:
    def test_is_public_and_has_only_public_members(self, client):
        user = stored_user(client, full_name="Grace Hopper")

        response = client.get(f"/api/v1/user-profiles/{user['id']}")

        assert response.status_code == 200
        assert response.headers["ETag"] == '"1"'
        assert response.json() == profile_of(user)

    def test_an_inactive_user_has_none(self, client, admin):
        user = stored_user(client)
        client.patch(f"/api/v1/users/{user['id']}", json={"is_active": False}, headers=admin)

        assert problem(client.get(f"/api/v1/user-profiles/{user['id']}")) == (404, "not-found")
        assert problem(client.get(f"/api/v1/user-profiles/{user['id']}", headers=admin)) == (404, "not-found")

    def test_an_unknown_user_has_none(self, client):
        assert problem(client.get("/api/v1/user-profiles/999")) == (404, "not-found")

    def test_if_none_match_gets_304_until_the_profile_changes(self, client):
        user = stored_user(client)
        path, held = f"/api/v1/user-profiles/{user['id']}", {"If-None-Match": '"1"'}
        before = client.get(path, headers=held)

        client.patch(f"/api/v1/users/{user['id']}", json={"bio": "Compilers."}, headers=signed_in(client, user["username"]))

        after = client.get(path, headers=held)
        assert (before.status_code, before.content) == (304, b"")
        assert (after.status_code, after.json()["bio"], after.headers["ETag"]) == (200, "Compilers.", '"2"')


class TestListUserProfiles:
    def test_it_lists_the_oldest_first_without_email_addresses(self, client):
        users = [stored_user(client) for _ in range(2)]

        response = client.get("/api/v1/user-profiles")

        assert response.json()["profiles"][1:] == [profile_of(user) for user in users]
        assert response.json()["total"] == 3
        assert "@" not in response.text

    def test_it_shows_the_version_after_a_change_of_the_role(self, client, admin):
        user = stored_user(client)
        before = client.get("/api/v1/user-profiles").json()["profiles"][1]

        client.put(f"/api/v1/users/{user['id']}/role", json={"role": "admin"}, headers=admin)

        after = client.get("/api/v1/user-profiles").json()["profiles"][1]
        assert (before["version"], after["version"]) == (1, 2)

    def test_inactive_users_are_neither_listed_nor_counted(self, client, admin):
        user = stored_user(client)
        client.patch(f"/api/v1/users/{user['id']}", json={"is_active": False}, headers=admin)

        found = client.get("/api/v1/user-profiles").json()

        assert [profile["id"] for profile in found["profiles"]] == [1]
        assert found["total"] == 1
