"""Creating and reading posts; drafts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.answers import faults, problem
from tests.support.builders import new_post, signed_in, stored_post, stored_user


@pytest.fixture
def author(client):
    return stored_user(client, username="grace")


@pytest.fixture
def headers(client, author):
    return signed_in(client, author["username"])


@pytest.fixture
def other(client):
    return signed_in(client, stored_user(client, username="alan")["username"])


class TestCreatePost:
    def test_the_response_is_the_stored_post_with_location_and_etag(self, client, author, headers):
        response = client.post("/api/v1/posts", json=new_post(title="On compilers"), headers=headers)

        post = response.json()
        assert response.status_code == 201
        assert response.headers["Location"] == f"/api/v1/posts/{post['id']}"
        assert response.headers["ETag"] == '"1"'
        assert post == client.get(response.headers["Location"]).json()
        assert (post["author_id"], post["title"], post["is_published"]) == (author["id"], "On compilers", True)

    def test_the_longest_post_fits_the_limit_of_a_body_however_it_is_escaped(self, client, headers):
        sent = json.dumps(new_post(title="\N{GRINNING FACE}" * 200, content="\N{GRINNING FACE}" * 20_000))

        response = client.post("/api/v1/posts", content=sent, headers={**headers, "Content-Type": "application/json"})

        assert len(sent) > 240_000
        assert response.status_code == 201
        assert response.json()["content"] == "\N{GRINNING FACE}" * 20_000

    def test_it_needs_a_token(self, client):
        assert problem(client.post("/api/v1/posts", json=new_post())) == (401, "unauthorized")

    def test_a_post_cannot_be_created_for_another_author(self, client, headers):
        response = client.post("/api/v1/posts", json=new_post(author_id=1), headers=headers)

        assert {code for _, _, code in faults(response)} == {"additionalProperties"}

    def test_texts_up_to_their_limits_are_stored_unchanged(self, client, headers, subtests):
        for title, content in (
            ("x", ""),
            ("🧮" * 200, "é" * 20_000),
            (" ", "\n\t\u202e\ufdd0"),
            ("<script>", "'; DROP TABLE posts;--"),
        ):
            with subtests.test(title=title[:10]):
                post = stored_post(client, headers, title=title, content=content)

                assert (post["title"], post["content"]) == (title, content)

    def test_invalid_texts_are_rejected_with_their_pointer(self, client, headers, subtests):
        wrong: list[tuple[dict[str, Any], str, str]] = [
            ({"title": ""}, "/title", "minLength"),
            ({"title": "x" * 201}, "/title", "maxLength"),
            ({"title": "a\0"}, "/title", "pattern"),
            ({"title": None}, "/title", "type"),
            ({"content": "x" * 20_001}, "/content", "maxLength"),
            ({"content": "\0"}, "/content", "pattern"),
            ({"is_published": None}, "/is_published", "type"),
            ({"is_published": "false"}, "/is_published", "type"),
        ]
        for changes, pointer, code in wrong:
            with subtests.test(pointer=pointer, code=code):
                response = client.post("/api/v1/posts", json=new_post(**changes), headers=headers)

                assert ("body", pointer, code) in faults(response)

    def test_missing_members_are_named(self, client, headers):
        response = client.post("/api/v1/posts", json={}, headers=headers)

        assert faults(response) == {("body", "/title", "required"), ("body", "/content", "required")}


class TestGetPost:
    def test_a_published_post_is_public(self, client, headers, other):
        post = stored_post(client, headers)

        for reader in (dict[str, str](), headers, other):
            assert client.get(f"/api/v1/posts/{post['id']}", headers=reader).json() == post

    def test_a_draft_exists_only_for_its_author_and_for_administrators(self, client, headers, other, admin):
        draft = stored_post(client, headers, is_published=False)

        answers = [client.get(f"/api/v1/posts/{draft['id']}", headers=reader) for reader in (headers, admin, other, None)]

        assert [answer.status_code for answer in answers] == [200, 200, 404, 404]
        assert problem(answers[2]) == (404, "not-found")

    def test_a_hidden_draft_and_a_missing_post_get_the_same_problem(self, client, headers, other):
        draft = stored_post(client, headers, is_published=False)

        hidden = client.get(f"/api/v1/posts/{draft['id']}", headers={**other, "If-None-Match": "*"}).json()
        missing = client.get("/api/v1/posts/999", headers={**other, "If-None-Match": "*"}).json()

        assert hidden["detail"] == f"There is no post {draft['id']}."
        assert missing["detail"] == "There is no post 999."

    def test_an_invalid_token_is_rejected_although_none_is_required(self, client, headers):
        post = stored_post(client, headers)

        response = client.get(f"/api/v1/posts/{post['id']}", headers={"Authorization": "Bearer nonsense"})

        assert problem(response) == (401, "unauthorized")

    def test_if_none_match_gets_304(self, client, headers):
        post = stored_post(client, headers)

        response = client.get(f"/api/v1/posts/{post['id']}", headers={"If-None-Match": '"1"'})

        assert (response.status_code, response.content, response.headers["ETag"]) == (304, b"", '"1"')


class TestListPosts:
    def test_it_begins_with_the_newest_of_all_users(self, client, headers, other):
        posts = [stored_post(client, who) for who in (headers, other, headers)]

        found = client.get("/api/v1/posts").json()

        assert found["posts"] == posts[::-1]
        assert (found["total"], found["page"], found["page_size"], found["next_cursor"]) == (3, 1, 10, None)

    def test_drafts_are_neither_listed_nor_counted_even_for_their_author(self, client, headers):
        stored_post(client, headers, is_published=False)
        published = stored_post(client, headers)

        found = client.get("/api/v1/posts", headers=headers).json()

        assert found["posts"] == [published]
        assert found["total"] == 1

    def test_it_is_empty_at_first(self, client):
        assert client.get("/api/v1/posts").json() == {"posts": [], "total": 0, "page": 1, "page_size": 10, "next_cursor": None}


class TestListUserPosts:
    def test_it_lists_the_posts_of_that_user_newest_first(self, client, author, headers, other):
        first, second = stored_post(client, headers), stored_post(client, headers)
        stored_post(client, other)

        found = client.get(f"/api/v1/users/{author['id']}/posts").json()

        assert found["posts"] == [second, first]
        assert found["total"] == 2

    def test_drafts_are_listed_for_their_author_and_for_administrators_only(self, client, author, headers, other, admin):
        stored_post(client, headers, is_published=False)
        stored_post(client, headers)
        path = f"/api/v1/users/{author['id']}/posts"

        totals = [client.get(path, headers=reader).json()["total"] for reader in (headers, admin, other, None)]

        assert totals == [2, 2, 1, 1]

    def test_a_cursor_of_the_author_does_not_work_for_others(self, client, author, headers, other):
        for _ in range(3):
            stored_post(client, headers, is_published=False)
        path = f"/api/v1/users/{author['id']}/posts?page_size=1"
        cursor = client.get(path, headers=headers).json()["next_cursor"]

        assert problem(client.get(f"{path}&cursor={cursor}", headers=other)) == (404, "unknown-cursor")
        assert client.get(f"{path}&cursor={cursor}", headers=headers).status_code == 200

    def test_an_existing_user_has_an_empty_list_and_a_missing_one_none(self, client, author):
        assert client.get(f"/api/v1/users/{author['id']}/posts").json()["total"] == 0
        assert problem(client.get("/api/v1/users/999/posts")) == (404, "not-found")


class TestTheAuthorWhoMayNoLongerSignIn:
    def test_posts_of_an_inactive_author_are_listed_only_for_administrators_but_can_be_read(self, client, admin):
        author = stored_user(client, username="grace")
        post = stored_post(client, signed_in(client, "grace"))
        of_author, of_all = f"/api/v1/users/{author['id']}/posts", "/api/v1/posts"
        other = signed_in(client, stored_user(client)["username"])

        seen = []
        for is_active in (True, False, True):
            client.patch(f"/api/v1/users/{author['id']}", json={"is_active": is_active}, headers=admin)
            profile = client.get(f"/api/v1/user-profiles/{author['id']}").status_code
            lists = [client.get(of_author, headers=headers).status_code for headers in ({}, other, admin)]
            seen.append([profile, *lists])
            assert [found["id"] for found in client.get(of_all).json()["posts"]] == [post["id"]]
            assert client.get(f"/api/v1/posts/{post['id']}").status_code == 200

        assert seen == [[200, 200, 200, 200], [404, 404, 404, 200], [200, 200, 200, 200]]

    def test_is_not_found_with_a_cursor_either(self, client, admin):
        author = stored_user(client, username="grace")
        for _ in range(3):
            stored_post(client, signed_in(client, "grace"))
        path = f"/api/v1/users/{author['id']}/posts?page_size=1"
        cursor = client.get(path).json()["next_cursor"]
        client.patch(f"/api/v1/users/{author['id']}", json={"is_active": False}, headers=admin)

        assert problem(client.get(f"{path}&cursor={cursor}")) == (404, "not-found")
