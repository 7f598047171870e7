"""Creating, reading and listing users."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.answers import faults, problem
from tests.support.builders import PASSWORD, new_user, signed_in, stored_post, stored_user

LONGEST = ("Pack my box with five dozen liquor jugs. " * 4)[:127] + "1"


class TestCreateUser:
    def test_the_response_is_the_stored_user_with_location_and_etag(self, client, admin):
        response = client.post(
            "/api/v1/users", json=new_user(email="Grace@Example.com", username="Grace_H", full_name="Grace Hopper")
        )

        user = response.json()
        assert response.status_code == 201
        assert response.headers["Location"] == f"/api/v1/users/{user['id']}"
        assert response.headers["ETag"] == '"1"'
        assert user == client.get(response.headers["Location"], headers=admin).json()
        assert (user["email"], user["username"], user["full_name"]) == ("Grace@Example.com", "Grace_H", "Grace Hopper")

    def test_a_new_user_is_active_and_not_an_administrator(self, client):
        user = stored_user(client)

        assert (user["role"], user["is_active"], user["bio"], user["version"]) == ("user", True, None, 1)

    @pytest.mark.parametrize("changes", [{}, {"full_name": None}])
    def test_a_full_name_may_be_absent_or_null(self, client, changes):
        assert stored_user(client, **changes)["full_name"] is None

    @pytest.mark.parametrize("email", ["grace@example.com", "GRACE@EXAMPLE.COM", "Grace@example.Com"])
    def test_a_second_user_with_the_same_email_is_a_conflict(self, client, email):
        stored_user(client, email="grace@example.com")

        response = client.post("/api/v1/users", json=new_user(email=email))

        assert problem(response) == (409, "already-registered")
        assert response.json()["detail"] == "Another user has this email."

    @pytest.mark.parametrize("username", ["grace", "GRACE", "Grace"])
    def test_a_second_user_with_the_same_username_is_a_conflict(self, client, username):
        stored_user(client, username="grace")

        response = client.post("/api/v1/users", json=new_user(username=username))

        assert problem(response) == (409, "already-registered")
        assert response.json()["detail"] == "Another user has this username."

    def test_names_of_a_deleted_user_are_free_but_its_id_is_not_reused(self, client, admin):
        first = stored_user(client, username="grace", email="grace@example.com")
        client.delete(f"/api/v1/users/{first['id']}", headers=admin)

        second = stored_user(client, username="grace", email="grace@example.com")

        assert second["id"] > first["id"]

    def test_a_common_password_or_one_with_a_name_is_rejected(self, client, subtests):
        for password in (
            "password1",
            "PASSWORD1",
            "qwerty123",
            "grace_h-99",
            "xx-GRACE_H-1",
            "rear.admiral7",
            "1a-Rear.Admiral",
            "Password123!",
            "P@ssw0rd123",
            "Summer2026",
            "Accord2026!",
            "Hopper-1906",
            "127.0.0.1-api",
        ):
            with subtests.test(password=password):
                sent = new_user(
                    username="grace_h", email="rear.admiral@example.com", full_name="Grace Hopper", password=password
                )
                response = client.post("/api/v1/users", json=sent)

                assert problem(response) == (409, "weak-password")

    def test_a_password_may_contain_a_very_short_name(self, client):
        stored_user(client, username="ada", email="ad@example.com", password="cicada-and-adverb-7")

    @pytest.mark.parametrize("password", ["vxkqzjb7", LONGEST, "пароль-для-a1", "  two  spaces 1 ", "🔑🎺🛶🧭🧶🦦a1"])
    def test_passwords_of_8_to_128_characters_of_any_script_sign_in(self, client, password):
        stored_user(client, username="grace", password=password)

        assert signed_in(client, "grace", password)

    @pytest.mark.parametrize(
        ("stored", "sent"),
        [
            ("caf\u00e9-otter-9", "cafe\u0301-otter-9"),
            ("cafe\u0301-otter-9", "caf\u00e9-otter-9"),
            ("two words-otter-9", "two\u00a0words-otter-9"),
            ("\u3000" * 2 + "otter-kayak-9", "  otter-kayak-9"),
            ("otter-kayak-9" + "\u1e69" * 110, "otter-kayak-9" + "s\u0323\u0307" * 110),  # 343 characters
        ],
    )
    def test_equivalent_spellings_of_a_password_are_equal(self, client, stored, sent):
        stored_user(client, username="grace", password=stored)

        assert signed_in(client, "grace", sent)

    @pytest.mark.parametrize("character", ["\u200b", "\u00ad", "\u0378", "\ue000", "\ufe0f"])
    def test_disallowed_characters_are_rejected_at_sign_up_and_at_sign_in(self, client, character):
        stored_user(client, username="grace", password="otter-kayak-9")
        password = f"otter-{character}kayak-9"

        refused = client.post("/api/v1/users", json=new_user(password=password))
        wrong = client.post("/api/v1/sessions", json={"identifier": "grace", "password": password})
        unknown = client.post("/api/v1/sessions", json={"identifier": "nobody", "password": password})

        assert problem(refused) == (409, "disallowed-characters")
        assert problem(wrong) == problem(unknown) == (401, "invalid-credentials")

    def test_other_passwords_are_rejected_with_their_pointer(self, client, subtests):
        wrong: dict[str, list[Any]] = {
            "minLength": ["abcde-7", ""],
            "maxLength": ["a" * 128 + "1"],
            "pattern": [
                "no digit",
                "1234567890",
                "nul\0inside-7",
                "tab\tinside-7",
                "line\nbreak-7",
                "del\x7finside-7",
                "nel\x85inside-7",
                "1234567é",
            ],
            "type": [12345678, None],
        }
        for code, password in ((code, password) for code, passwords in wrong.items() for password in passwords):
            with subtests.test(password=password):
                response = client.post("/api/v1/users", json=new_user(password=password))

                assert ("body", "/password", code) in faults(response)

    def test_an_invalid_address_is_rejected(self, client, subtests):
        local = [".grace", "gr ace", "gr\0ace", '"grace"', "grâce", "", "x" * 250]
        domains = ["example", "@example.com", "example..com", "-example.com", "exämple.com", "[127.0.0.1]", "example.com\n", ""]
        for email in (
            [f"{name}@example.com" for name in local] + [f"grace@{domain}" for domain in domains] + ["a@b.c", "grace", 7]
        ):
            with subtests.test(email=email):
                response = client.post("/api/v1/users", json=new_user(email=email))

                assert {place for _, place, _ in faults(response)} == {"/email"}

    def test_an_invalid_username_is_rejected(self, client, subtests):
        for username in ("ab", "x" * 51, "with space", "with-dash", "grace\n", "\uff47race", "gr\0ace", "", None, 7):
            with subtests.test(username=username):
                response = client.post("/api/v1/users", json=new_user(username=username))

                assert {place for _, place, _ in faults(response)} == {"/username"}

    def test_unknown_members_are_rejected(self, client, subtests):
        for name in ("role", "is_active", "id", "is_admin", "password_hash", "created_at", "version", "bio"):
            with subtests.test(name=name):
                response = client.post("/api/v1/users", json={**new_user(), name: "admin"})

                assert {code for _, _, code in faults(response)} == {"additionalProperties"}

    def test_all_errors_are_listed_at_once(self, client):
        response = client.post("/api/v1/users?page=1", json={"email": "x", "username": "x", "full_name": "x" * 101})

        places = {(place, pointer) for place, pointer, _ in faults(response)}
        assert places == {
            ("query", "/page"),
            ("body", "/email"),
            ("body", "/username"),
            ("body", "/password"),
            ("body", "/full_name"),
        }

    def test_no_response_repeats_the_password(self, client):
        secret = "very-secret-phrase-7"

        answers = [
            client.post("/api/v1/users", json=new_user(username="grace", password=secret)),
            client.post("/api/v1/users", json=new_user(username="grace", password=secret)),
            client.post("/api/v1/users", json=new_user(email="no address", password=secret)),
            client.post("/api/v1/users", json=new_user(password=secret + "x" * 128)),
        ]

        assert [answer.status_code for answer in answers] == [201, 409, 422, 422]
        assert not any(secret in answer.text for answer in answers)
        assert "password" not in answers[0].json()


class TestGetCurrentUser:
    def test_it_is_the_user_of_the_token(self, client):
        user = stored_user(client)

        response = client.get("/api/v1/users/me", headers=signed_in(client, user["username"]))

        assert response.status_code == 200
        assert response.json() == user
        assert response.headers["ETag"] == '"1"'

    def test_if_none_match_gets_304(self, client, admin):
        response = client.get("/api/v1/users/me", headers={**admin, "If-None-Match": '"1"'})

        assert (response.status_code, response.content, response.headers["ETag"]) == (304, b"", '"1"')

    def test_a_deleted_user_is_unauthorized(self, client, admin):
        user = stored_user(client)
        headers = signed_in(client, user["username"])
        client.delete(f"/api/v1/users/{user['id']}", headers=admin)

        assert client.get("/api/v1/users/me", headers=headers).status_code == 401


class TestGetUser:
    def test_users_may_read_themselves_and_administrators_any_user(self, client, admin):
        user = stored_user(client)
        path = f"/api/v1/users/{user['id']}"

        assert client.get(path, headers=signed_in(client, user["username"])).json() == user
        assert client.get(path, headers=admin).json() == user

    @pytest.mark.parametrize("user_id", [1, 999_999])
    def test_another_account_is_forbidden_whether_it_exists_or_not(self, client, user_id):
        headers = signed_in(client, stored_user(client)["username"])

        response = client.get(f"/api/v1/users/{user_id}", headers=headers)

        assert problem(response) == (403, "forbidden")
        assert response.json()["detail"] == "Only administrators may see or change other users."

    def test_an_unknown_user_is_not_found_by_administrators(self, client, admin):
        assert problem(client.get("/api/v1/users/999", headers=admin)) == (404, "not-found")

    @pytest.mark.parametrize("sent", ['"1"', 'W/"1"', '"7", "1"', "*"])
    def test_if_none_match_gets_304(self, client, admin, sent):
        response = client.get("/api/v1/users/1", headers={**admin, "If-None-Match": sent})

        assert (response.status_code, response.content, response.headers["ETag"]) == (304, b"", '"1"')

    @pytest.mark.parametrize("sent", ['"2"', "1", '"11"', ""])
    def test_if_none_match_with_another_version_gets_the_user(self, client, admin, sent):
        assert client.get("/api/v1/users/1", headers={**admin, "If-None-Match": sent}).status_code == 200

    def test_an_invalid_id_is_rejected_with_its_pointer(self, client, admin, subtests):
        texts = [
            "0",
            "-1",
            "01",
            "+1",
            "1.0",
            "1e0",
            "%201",
            "\uff11",
            "9007199254740992",
            "9223372036854775808",
            "1" * 400,
            "null",
            "x",
        ]
        for user_id in texts:
            with subtests.test(user_id=user_id):
                response = client.get(f"/api/v1/users/{user_id}", headers=admin)

                assert {(place, pointer) for place, pointer, _ in faults(response)} == {("path", "/user_id")}

    def test_the_largest_id_is_only_unknown(self, client, admin):
        assert client.get("/api/v1/users/9007199254740991", headers=admin).status_code == 404


class TestListUsers:
    def test_it_is_only_for_administrators(self, client, admin):
        headers = signed_in(client, stored_user(client)["username"])

        assert client.get("/api/v1/users").status_code == 401
        assert client.get("/api/v1/users", headers=headers).status_code == 403
        assert client.get("/api/v1/users", headers=admin).status_code == 200

    def test_it_lists_all_users_oldest_first(self, client, admin):
        users = [stored_user(client) for _ in range(3)]
        client.patch(f"/api/v1/users/{users[1]['id']}", json={"is_active": False}, headers=admin)

        found = client.get("/api/v1/users", headers=admin).json()

        assert [user["id"] for user in found["users"]] == [1, *(user["id"] for user in users)]
        assert (found["total"], found["page"], found["page_size"], found["next_cursor"]) == (4, 1, 10, None)

    @pytest.mark.parametrize(
        ("query", "usernames"),
        [
            ("role=admin", ["admin"]),
            ("role=user", ["grace", "alan"]),
            ("is_active=true", ["admin", "grace"]),
            ("is_active=false", ["alan"]),
            ("role=user&is_active=true", ["grace"]),
            ("role=admin&is_active=false", []),
        ],
    )
    def test_filters_narrow_the_list_and_its_total(self, client, admin, query, usernames):
        stored_user(client, username="grace")
        alan = stored_user(client, username="alan")
        client.patch(f"/api/v1/users/{alan['id']}", json={"is_active": False}, headers=admin)

        found = client.get(f"/api/v1/users?{query}", headers=admin).json()

        assert [user["username"] for user in found["users"]] == usernames
        assert found["total"] == len(usernames)

    def test_invalid_filters_are_rejected(self, client, admin, subtests):
        roles = ["role=Admin", "role=", "role=user&role=admin"]
        states = ["is_active=1", "is_active=True", "is_active=", "is_active=null", "is_actve=true"]
        for query in [*roles, *states, "sort=id", "%ff=1", "role=%ff"]:
            with subtests.test(query=query):
                response = client.get(f"/api/v1/users?{query}", headers=admin)

                assert {place for place, _, _ in faults(response)} == {"query"}

    def test_it_contains_neither_posts_nor_passwords(self, client, admin):
        stored_post(client, admin)

        text = client.get("/api/v1/users", headers=admin).text

        assert PASSWORD not in text
        assert "argon2" not in text
