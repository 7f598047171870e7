"""Updating, publishing and deleting posts."""

from __future__ import annotations

import pytest

from tests.support.answers import faults, problem
from tests.support.builders import signed_in, stored_post, stored_user


@pytest.fixture
def author(client):
    """The headers of the author."""
    stored_user(client, username="grace")
    return signed_in(client, "grace")


@pytest.fixture
def other(client):
    """The headers of another user."""
    stored_user(client, username="alan")
    return signed_in(client, "alan")


@pytest.fixture
def post(client, author):
    return stored_post(client, author)


@pytest.fixture
def path(post):
    return f"/api/v1/posts/{post['id']}"


def listed(client, path="/api/v1/posts", headers=None):
    """The ids in a list, and its total."""
    page = client.get(path, headers=headers).json()
    return [item["id"] for item in page["posts"]], page["total"]


class TestUpdatePost:
    def test_only_what_was_sent_changes(self, client, post, path, author):
        response = client.patch(path, json={"title": "Anew"}, headers=author)

        assert response.json() == {**post, "title": "Anew", "version": 2}
        assert response.headers["ETag"] == '"2"'
        assert client.get(path).json() == response.json()

    def test_a_merge_patch_is_accepted_under_its_own_media_type(self, client, path, author):
        headers = {**author, "Content-Type": "application/merge-patch+json"}

        assert client.patch(path, content='{"content":""}', headers=headers).json()["content"] == ""

    def test_an_administrator_may_change_any_post_and_its_author_stays(self, client, post, path, admin):
        assert client.patch(path, json={"title": "Anew"}, headers=admin).json()["author_id"] == post["author_id"]

    def test_another_user_may_not(self, client, post, path, other):
        assert problem(client.patch(path, json={"title": "Anew"}, headers=other)) == (403, "forbidden")
        assert client.get(path).json() == post

    def test_a_draft_of_another_user_is_not_found(self, client, path, author, other):
        client.patch(path, json={"is_published": False}, headers=author)

        responses = [client.patch(path, json={"title": "Anew"}, headers=other), client.delete(path, headers=other)]

        assert [problem(response) for response in responses] == [(404, "not-found")] * 2

    @pytest.mark.parametrize("body", [{}, {"title": None}, {"title": ""}, {"id": 7}, {"author_id": 1}, {"version": 1}])
    def test_anything_else_is_rejected(self, client, post, path, author, body):
        response = client.patch(path, json=body, headers=author)

        assert response.status_code == 422
        assert faults(response)
        assert client.get(path).json() == post


class TestPublishing:
    def test_a_post_moves_in_and_out_of_the_public_lists_and_totals(self, client, post, path, author):
        of_author = f"/api/v1/users/{post['author_id']}/posts"
        listed(client), listed(client, of_author)  # cached

        client.patch(path, json={"is_published": False}, headers=author)
        hidden = [listed(client), listed(client, of_author), client.get(path).status_code]
        own = listed(client, of_author, headers=author)
        client.patch(path, json={"is_published": True}, headers=author)

        assert hidden == [([], 0), ([], 0), 404]
        assert own == ([post["id"]], 1)
        assert [listed(client), listed(client, of_author)] == [([post["id"]], 1)] * 2

    def test_a_changed_title_is_in_the_lists_at_once(self, client, path, author):
        listed(client)

        client.patch(path, json={"title": "Anew"}, headers=author)

        assert [item["title"] for item in client.get("/api/v1/posts").json()["posts"]] == ["Anew"]


class TestDeletePost:
    def test_it_is_gone_from_its_path_and_from_the_lists(self, client, post, path, author):
        listed(client)

        response = client.delete(path, headers=author)

        assert (response.status_code, response.content) == (204, b"")
        assert client.get(path).status_code == 404
        assert listed(client) == ([], 0)
        assert problem(client.delete(path, headers=author)) == (404, "not-found")
        assert stored_post(client, author)["id"] > post["id"]

    def test_only_the_author_and_administrators_may(self, client, path, other, admin):
        assert problem(client.delete(path, headers=other)) == (403, "forbidden")
        assert client.delete(path, headers=admin).status_code == 204


class TestIfMatch:
    @pytest.mark.parametrize("if_match", ['"1"', "*", '"7", "1"'])
    def test_the_seen_version_is_changed(self, client, path, author, if_match):
        assert client.patch(path, json={"title": "x"}, headers={**author, "If-Match": if_match}).status_code == 200

    @pytest.mark.parametrize("if_match", ['"2"', 'W/"1"', "1", '"2", "3"', '"', ""])
    def test_another_version_is_not(self, client, path, author, if_match):
        headers = {**author, "If-Match": if_match}

        responses = [client.patch(path, json={"title": "x"}, headers=headers), client.delete(path, headers=headers)]

        assert [problem(response) for response in responses] == [(412, "precondition-failed")] * 2
        assert client.get(path).json()["version"] == 1

    def test_of_two_changes_of_one_version_the_second_is_rejected(self, client, path, author):
        seen = {**author, "If-Match": client.get(path).headers["ETag"]}

        statuses = [client.patch(path, json={"title": title}, headers=seen).status_code for title in ("first", "second")]

        assert statuses == [200, 412]
        assert client.delete(path, headers=seen).status_code == 412
