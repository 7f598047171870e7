"""Managing webhooks through HTTP."""

from __future__ import annotations

import base64

import pytest

from tests.support.answers import faults, problem

PATH = "/api/v1/webhooks"
NEW = {"url": "https://example.com/hooks", "events": ["post.created", "user.deleted"]}


@pytest.fixture
def webhook(client, admin):
    response = client.post(PATH, json=NEW, headers=admin)
    assert response.status_code == 201, response.text
    return response.json()


@pytest.fixture
def path(webhook):
    return f"{PATH}/{webhook['id']}"


class TestCreateWebhook:
    def test_the_secret_is_shown_once_and_has_256_bits(self, client, admin, webhook, path):
        secret = webhook.pop("secret")

        assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
        assert {name: webhook[name] for name in NEW} == NEW
        assert (webhook["is_active"], webhook["description"], webhook["disabled_reason"]) == (True, None, None)
        assert client.get(path, headers=admin).json() == webhook
        assert client.get(PATH, headers=admin).json()["webhooks"] == [webhook]
        assert secret not in client.get(f"{path}/deliveries", headers=admin).text

    @pytest.mark.parametrize(
        "url",
        [
            *("http://example.com/", "https://127.0.0.1/", "https://[fd00::1]/", "https://127.1/", "https://0x7f000001/"),
            *("https://example.com:25/", "https://a:70000/"),
        ],
    )
    def test_a_url_that_is_never_called_is_rejected(self, client, admin, webhook, path, url):
        responses = [
            client.post(PATH, json={**NEW, "url": url}, headers=admin),
            client.patch(path, json={"url": url}, headers=admin),
        ]

        assert [problem(response) for response in responses] == [(409, "disallowed-webhook-url")] * 2
        assert client.get(path, headers=admin).json()["url"] == webhook["url"]

    @pytest.mark.parametrize("changes", [{"events": []}, {"events": ["post.created"] * 2}, {"events": ["*"]}, {"secret": "x"}])
    def test_anything_else_is_rejected(self, client, admin, changes):
        assert faults(client.post(PATH, json={**NEW, **changes}, headers=admin))


class TestUpdateWebhook:
    def test_only_what_was_sent_changes(self, client, admin, webhook, path):
        del webhook["secret"]

        response = client.patch(path, json={"events": ["user.created"], "description": "x"}, headers=admin)

        assert response.json() == {**webhook, "events": ["user.created"], "description": "x", "version": 2}
        assert client.patch(path, json={"description": None}, headers=admin).json()["description"] is None

    def test_only_the_seen_version_is_changed_or_deleted(self, client, admin, path):
        seen = {**admin, "If-Match": client.get(path, headers=admin).headers["ETag"]}

        assert client.patch(path, json={"is_active": False}, headers=seen).status_code == 200
        assert problem(client.patch(path, json={"is_active": True}, headers=seen)) == (412, "precondition-failed")
        assert problem(client.delete(path, headers=seen)) == (412, "precondition-failed")
        assert client.delete(path, headers=admin).status_code == 204
        assert problem(client.get(path, headers=admin)) == (404, "not-found")

    def test_a_rotation_shows_the_new_secret_and_changes_no_version(self, client, admin, webhook, path):
        response = client.post(f"{path}/secrets", headers=admin)

        assert response.json()["secret"] not in {webhook["secret"], ""}
        assert client.get(path, headers=admin).headers["ETag"] == '"1"'


def test_deliveries_are_listed_newest_first_by_status_and_page(client, admin, path):
    for number in range(5):
        client.post("/api/v1/posts", json={"title": str(number), "content": ""}, headers=admin)

    pages = [client.get(f"{path}/deliveries?page_size=2", headers=admin).json()]
    while (cursor := pages[-1]["next_cursor"]) is not None:
        pages.append(client.get(f"{path}/deliveries?page_size=2&cursor={cursor}", headers=admin).json())

    assert [item["id"] for page in pages for item in page["deliveries"]] == [5, 4, 3, 2, 1]
    assert {page["total"] for page in pages} == {5}
    assert client.get(f"{path}/deliveries?status=pending", headers=admin).json()["total"] == 5
    assert client.get(f"{path}/deliveries?status=failed", headers=admin).json()["total"] == 0
