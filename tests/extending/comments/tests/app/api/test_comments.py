"""Comments through HTTP."""

from __future__ import annotations

import pytest

from tests.support.answers import problem
from tests.support.builders import signed_in, stored_post, stored_user

POST = "/api/v1/posts/1/comments"


@pytest.fixture
def grace(client):
    """The header of Grace, who has written the post 1."""
    stored_user(client, username="grace")
    grace = signed_in(client, "grace")
    stored_post(client, grace)
    return grace


@pytest.fixture
def alan(client):
    """The header of Alan."""
    stored_user(client, username="alan")
    return signed_in(client, "alan")


@pytest.mark.usefixtures("grace")
class TestCreateComment:
    def test_a_comment_is_stored_and_found_where_its_location_says(self, client, alan):
        created = client.post(POST, json={"content": "Well said."}, headers=alan)

        found = client.get(created.headers["Location"])
        assert (created.status_code, found.status_code) == (201, 200)
        assert found.json() == created.json()
        assert found.headers["ETag"] == created.headers["ETag"]

    def test_a_repeated_request_stores_one_comment(self, client, grace):
        headers = {**grace, "Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}

        first, again = (client.post(POST, json={"content": "Once."}, headers=headers) for _ in range(2))

        assert first.json() == again.json()
        assert client.get(POST).json()["total"] == 1


class TestListPostComments:
    def test_comments_are_listed_oldest_first_also_by_cursor(self, client, grace):
        for content in ("first", "second", "third"):
            client.post(POST, json={"content": content}, headers=grace)

        page = client.get(POST, params={"page_size": 2}).json()
        rest = client.get(POST, params={"page_size": 2, "cursor": page["next_cursor"]}).json()

        assert [item["content"] for item in page["comments"] + rest["comments"]] == ["first", "second", "third"]
        assert page["total"] == rest["total"] == 3

    def test_comments_on_a_draft_are_hidden_as_the_draft_is(self, client, grace, alan):
        draft = stored_post(client, grace, is_published=False)
        path = f"/api/v1/posts/{draft['id']}/comments"
        comment = client.post(path, json={"content": "To do."}, headers=grace).json()

        assert client.get(path, headers=grace).json()["total"] == 1
        assert problem(client.get(path, headers=alan)) == (404, "not-found")
        assert problem(client.get(f"/api/v1/comments/{comment['id']}", headers=alan)) == (404, "not-found")


class TestDeleteComment:
    @pytest.fixture
    def comment(self, client, grace):
        return f"/api/v1/comments/{client.post(POST, json={'content': 'Mine.'}, headers=grace).json()['id']}"

    def test_its_author_deletes_it(self, client, grace, comment):
        assert client.delete(comment, headers=grace).status_code == 204
        assert client.get(comment).status_code == 404

    def test_nobody_else_but_an_administrator_does(self, client, alan, admin, comment):
        assert problem(client.delete(comment, headers=alan)) == (403, "forbidden")
        assert client.delete(comment, headers=admin).status_code == 204

    def test_it_goes_with_its_author(self, client, alan, comment):
        mine = client.post(POST, json={"content": "Me too."}, headers=alan).headers["Location"]

        author = client.get("/api/v1/users/me", headers=alan).json()["id"]
        removed = client.delete(f"/api/v1/users/{author}", headers=alan)

        assert removed.status_code == 204
        assert client.get(mine).status_code == 404
        assert client.get(comment).status_code == 200
