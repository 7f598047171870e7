"""Updating and deleting users."""

from __future__ import annotations

import pytest

from tests.support.answers import faults, problem
from tests.support.builders import PASSWORD, new_user, signed_in, stored_post, stored_user


@pytest.fixture
def user(client):
    return stored_user(client, username="grace", full_name="Grace Hopper")


@pytest.fixture
def path(user):
    return f"/api/v1/users/{user['id']}"


@pytest.fixture
def owner(client, user):
    return signed_in(client, user["username"])


class TestUpdateUser:
    @pytest.mark.parametrize(
        "media_type", ["application/merge-patch+json", "application/json", "Application/JSON; charset=utf-8"]
    )
    def test_absent_members_are_kept_and_null_clears(self, client, user, path, owner, media_type):
        headers = {**owner, "Content-Type": media_type}
        client.patch(path, content=b'{"bio":"Compilers."}', headers=headers)

        response = client.patch(path, content=b'{"full_name":null}', headers=headers)

        assert response.status_code == 200
        assert response.json() == {**user, "bio": "Compilers.", "full_name": None, "version": 3}

    def test_the_response_is_the_changed_user_with_its_new_version(self, client, path, owner):
        response = client.patch(path, json={"bio": "Compilers."}, headers=owner)

        assert response.headers["ETag"] == '"2"'
        assert response.json() == client.get(path, headers=owner).json()

    def test_repeating_a_change_increments_the_version(self, client, path, owner):
        first = client.patch(path, json={"bio": "Compilers."}, headers=owner).json()
        second = client.patch(path, json={"bio": "Compilers."}, headers=owner).json()

        assert second == {**first, "version": 3}

    @pytest.mark.parametrize("user_id", [1, 999_999])
    def test_another_account_is_forbidden_whether_it_exists_or_not(self, client, owner, user_id):
        response = client.patch(f"/api/v1/users/{user_id}", json={"bio": "mine"}, headers=owner)

        assert problem(response) == (403, "forbidden")

    def test_an_unknown_user_is_not_found_by_administrators(self, client, admin):
        assert problem(client.patch("/api/v1/users/999", json={"bio": "x"}, headers=admin)) == (404, "not-found")
        response = client.patch("/api/v1/users/999", json={"bio": "x"}, headers={**admin, "If-Match": '"1"'})
        assert problem(response) == (404, "not-found")

    def test_deactivating_ends_the_sessions_and_activating_does_not_bring_them_back(self, client, path, owner, admin):
        client.patch(path, json={"is_active": False}, headers=admin)
        while_inactive = client.get("/api/v1/users/me", headers=owner)
        client.patch(path, json={"is_active": True}, headers=admin)

        assert while_inactive.status_code == 401
        assert client.get("/api/v1/users/me", headers=owner).status_code == 401
        assert signed_in(client, "grace")

    def test_the_last_administrator_may_still_change_their_profile(self, client, admin):
        response = client.patch("/api/v1/users/1", json={"bio": "Root.", "is_active": True}, headers=admin)

        assert response.status_code == 200

    @pytest.mark.parametrize("if_match", ['"1"', '"7", "1"', "*"])
    def test_if_match_with_the_current_version_succeeds(self, client, path, owner, if_match):
        assert client.patch(path, json={"bio": "x"}, headers={**owner, "If-Match": if_match}).status_code == 200

    @pytest.mark.parametrize("if_match", ['"2"', 'W/"1"', "1", '"2", "3"', '"', ""])
    def test_if_match_with_another_version_fails(self, client, user, path, owner, if_match):
        response = client.patch(path, json={"bio": "x"}, headers={**owner, "If-Match": if_match})

        assert problem(response) == (412, "precondition-failed")
        assert client.get(path, headers=owner).json() == user

    def test_of_two_changes_of_one_version_the_second_is_rejected(self, client, path, owner):
        seen = {**owner, "If-Match": client.get(path, headers=owner).headers["ETag"]}

        statuses = [client.patch(path, json={"bio": bio}, headers=seen).status_code for bio in ("first", "second")]

        assert statuses == [200, 412]

    def test_read_only_members_are_rejected(self, client, path, admin, subtests):
        for name in ("id", "email", "username", "password", "role", "is_admin", "created_at", "version", "author_id"):
            with subtests.test(name=name):
                response = client.patch(path, json={name: "admin"}, headers=admin)

                assert {code for _, _, code in faults(response)} == {"additionalProperties"}

    def test_invalid_changes_are_rejected_and_the_list_still_works(self, client, path, admin, subtests):
        wrong = [
            ({}, "", "minProperties"),
            ([], "", "type"),
            ("null", "", "type"),
            ({"is_active": None}, "/is_active", "type"),
            ({"is_active": 0}, "/is_active", "type"),
            ({"is_active": "true"}, "/is_active", "type"),
            ({"full_name": "x" * 101}, "/full_name", "maxLength"),
            ({"bio": "x" * 501}, "/bio", "maxLength"),
            ({"bio": "a\0b"}, "/bio", "pattern"),
            ({"bio": 7}, "/bio", "type"),
        ]
        for body, pointer, code in wrong:
            with subtests.test(body=body):
                assert ("body", pointer, code) in faults(client.patch(path, json=body, headers=admin))

        assert client.get("/api/v1/users", headers=admin).status_code == 200

    def test_text_of_every_script_is_stored_unchanged(self, client, path, owner, subtests):
        for text in (
            "",
            " ",
            "Ἀδά\nLovelace\t",
            "e\u0301 é",
            "\u202egrace",
            "🧮" * 100,
            "\ufdd0\uffff",
            "'; DROP TABLE users; --",
        ):
            with subtests.test(text=text):
                assert client.patch(path, json={"full_name": text}, headers=owner).json()["full_name"] == text


class TestDeleteUser:
    def test_users_may_delete_themselves(self, client, path, owner, admin):
        response = client.delete(path, headers=owner)

        assert (response.status_code, response.content) == (204, b"")
        assert client.get(path, headers=admin).status_code == 404

    def test_administrators_may_delete_any_user(self, client, path, admin):
        assert client.delete(path, headers=admin).status_code == 204
        assert problem(client.delete(path, headers=admin)) == (404, "not-found")

    @pytest.mark.parametrize("user_id", [1, 999_999])
    def test_another_account_is_forbidden_whether_it_exists_or_not(self, client, owner, user_id):
        assert problem(client.delete(f"/api/v1/users/{user_id}", headers=owner)) == (403, "forbidden")

    def test_posts_profile_and_sessions_are_deleted_too(self, client, path, owner, admin):
        post = stored_post(client, owner)

        client.delete(path, headers=admin)

        assert client.get("/api/v1/users/me", headers=owner).status_code == 401
        assert client.get(f"/api/v1/posts/{post['id']}").status_code == 404
        assert client.get("/api/v1/posts").json()["total"] == 0
        assert client.get(f"{path}/posts").status_code == 404
        assert client.get(path.replace("users", "user-profiles")).status_code == 404

    def test_a_deleted_user_cannot_sign_in(self, client, path, admin):
        client.delete(path, headers=admin)

        response = client.post("/api/v1/sessions", json={"identifier": "grace", "password": PASSWORD})

        assert problem(response) == (401, "invalid-credentials")

    def test_if_match_decides_whether_a_user_is_deleted(self, client, path, owner):
        refused = client.delete(path, headers={**owner, "If-Match": '"2"'})
        deleted = client.delete(path, headers={**owner, "If-Match": '"1"'})

        assert problem(refused) == (412, "precondition-failed")
        assert deleted.status_code == 204

    def test_names_of_a_deleted_user_are_free_but_its_id_is_not_reused(self, client, user, path, admin):
        client.delete(path, headers=admin)

        again = client.post("/api/v1/users", json=new_user(username=user["username"], email=user["email"])).json()

        assert again["id"] > user["id"]
