"""Pages and cursors, the same for every list."""

from __future__ import annotations

from typing import Any, NamedTuple

import httpx2
import pytest
from starlette.testclient import TestClient

from app.main import create_app
from tests.conftest import settings_of
from tests.support.answers import faults, problem
from tests.support.builders import signed_in, stored_post, stored_user


class List(NamedTuple):
    path: str
    member: str


LISTS = [
    List("/api/v1/users", "users"),
    List("/api/v1/users?role=user", "users"),
    List("/api/v1/users?sort=created_at", "users"),
    List("/api/v1/users?sort=-username", "users"),
    List("/api/v1/users?q=writer&created_after=2020-01-01T00:00:00Z", "users"),
    List("/api/v1/user-profiles", "profiles"),
    List("/api/v1/posts", "posts"),
    List("/api/v1/users/2/posts", "posts"),
]


@pytest.fixture(scope="module")
def filled(template, tmp_path_factory):
    """A client for reads: eight users, and seven posts of user 2 between drafts."""
    app = create_app(settings_of(template, tmp_path_factory.mktemp("lists")))
    with TestClient(app, raise_server_exceptions=False) as client:
        for number in range(7):
            stored_user(client, username=f"writer_{number}")
        author = signed_in(client, "writer_0")
        for _ in range(7):
            stored_post(client, author)
            stored_post(client, author, is_published=False)
        client.headers.update(signed_in(client, "admin"))
        yield client


@pytest.fixture(params=LISTS, ids=lambda found: found.path)
def found(request, filled):
    """A list operation: a function from a query to its response; knows the name of the array."""

    def get(**query: Any):
        return filled.get(request.param.path, params=httpx2.URL(request.param.path).params.merge(query))

    found: Any = get
    found.member, found.path = request.param.member, request.param.path
    return found


def walk(found, size):
    """The pages from the first to the last, by cursor."""
    page = found(page_size=size).json()
    pages = [page]
    while page["next_cursor"] is not None:
        page = found(page_size=size, cursor=page["next_cursor"]).json()
        pages.append(page)
    return pages


class TestEveryList:
    @pytest.mark.parametrize("size", [1, 3, 7, 100])
    def test_paging_by_cursor_equals_paging_by_number(self, found, size):
        pages = walk(found, size)

        assert pages == [found(page=number, page_size=size).json() for number in range(1, len(pages) + 1)]
        ids = [row["id"] for page in pages for row in page[found.member]]
        assert len(set(ids)) == len(ids) == pages[0]["total"]
        assert ids in (sorted(ids), sorted(ids, reverse=True)) or "sort" in found.path

    def test_every_page_has_its_number_size_and_total(self, found):
        pages = walk(found, 3)

        assert [page["page"] for page in pages] == list(range(1, len(pages) + 1))
        assert {page["page_size"] for page in pages} == {3}
        assert len({page["total"] for page in pages}) == 1

    def test_a_page_past_the_end_is_empty(self, found, subtests):
        for number in (100, 1_000_000, 2**53 - 1):
            with subtests.test(page=number):
                page = found(page=number, page_size=100).json()

                assert (page[found.member], page["page"], page["next_cursor"]) == ([], number, None)
                assert page["total"] >= 7

    def test_a_cursor_may_be_sent_with_its_own_page_and_with_no_other(self, found):
        cursor = found(page_size=3).json()["next_cursor"]

        assert found(page_size=3, cursor=cursor, page=2).json() == found(page_size=3, page=2).json()
        assert problem(found(page_size=3, cursor=cursor, page=3)) == (404, "unknown-cursor")

    def test_a_cursor_of_another_page_size_is_unknown(self, found):
        cursor = found(page_size=3).json()["next_cursor"]

        assert problem(found(page_size=4, cursor=cursor)) == (404, "unknown-cursor")
        assert problem(found(cursor=cursor)) == (404, "unknown-cursor")

    def test_a_modified_cursor_is_unknown(self, found, subtests):
        cursor = found(page_size=3).json()["next_cursor"]

        for place in range(len(cursor)):
            changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
            with subtests.test(changed=changed):
                response = found(page_size=3, cursor=changed)

                assert problem(response) == (404, "unknown-cursor")

    def test_text_in_the_form_of_a_cursor_is_unknown(self, found, subtests):
        for cursor in ("A" * 38, "_" * 39, "-" * 41, "z" * 50, "_" * 105, "A" * 106):
            with subtests.test(cursor=cursor):
                assert problem(found(cursor=cursor)) == (404, "unknown-cursor")

    def test_an_invalid_cursor_is_rejected(self, found, subtests):
        for cursor in ("", "x", "A" * 37, "A" * 107, "A" * 37 + "=", "A" * 37 + "+", "é" * 38):
            with subtests.test(cursor=cursor):
                assert {(place, pointer) for place, pointer, _ in faults(found(cursor=cursor))} == {("query", "/cursor")}

    def test_pages_and_sizes_out_of_bounds_are_rejected(self, found, subtests):
        wrong = ["0", "-1", "1.0", "1e0", "01", "+1", "", "null", "\uff11", "9223372036854775808", "1" + "0" * 20]
        for name, text in [
            *((name, text) for name in ("page", "page_size") for text in wrong),
            ("page_size", "101"),
            ("page", "9007199254740992"),
        ]:
            with subtests.test(name=name, text=text):
                places = {(place, pointer) for place, pointer, _ in faults(found(**{name: text}))}

                assert places == {("query", f"/{name}")}

    def test_the_default_page_size_is_ten(self, found):
        assert found().json()["page_size"] == 10
        assert found().json()["page"] == 1


class TestCursors:
    def test_a_cursor_of_one_list_is_unknown_to_the_others(self, filled):
        paths = [found.path for found in LISTS]
        cursors = {}
        for path in paths:
            url = f"{path}{'&' if '?' in path else '?'}page_size=2"
            cursors[url] = filled.get(url).json()["next_cursor"]

        for url in cursors:
            statuses = [filled.get(f"{url}&cursor={cursor}").status_code for cursor in cursors.values()]
            assert statuses == [200 if own == url else 404 for own in cursors], url

    def test_a_cursor_of_other_filters_is_unknown(self, filled):
        cursor = filled.get("/api/v1/users?page_size=2&is_active=true").json()["next_cursor"]

        others = ["", "&is_active=false", "&is_active=true&role=user", "&role=user", "&is_active=true&sort=username"]
        others += ["&is_active=true&q=w", "&is_active=true&created_after=2020-01-01T00:00:00Z"]
        for filters in others:
            response = filled.get(f"/api/v1/users?page_size=2{filters}&cursor={cursor}")
            assert problem(response) == (404, "unknown-cursor")

    def test_a_cursor_of_another_text_or_instant_is_unknown(self, filled):
        for name, value, other in (("q", "w", "wr"), ("created_before", "2090-01-01T00:00:00Z", "2091-01-01T00:00:00Z")):
            cursor = filled.get(f"/api/v1/users?page_size=2&{name}={value}").json()["next_cursor"]

            response = filled.get(f"/api/v1/users?page_size=2&{name}={other}&cursor={cursor}")
            assert problem(response) == (404, "unknown-cursor")

    def test_a_cursor_of_one_users_posts_is_unknown_to_anothers(self, filled):
        cursor = filled.get("/api/v1/users/2/posts?page_size=2").json()["next_cursor"]

        assert problem(filled.get(f"/api/v1/users/3/posts?page_size=2&cursor={cursor}")) == (404, "unknown-cursor")

    def test_rows_added_or_deleted_between_pages_cause_no_repeats_or_gaps(self, client, admin):
        for _ in range(7):
            stored_user(client)
        first = client.get("/api/v1/users?page_size=3", headers=admin).json()
        client.delete(f"/api/v1/users/{first['users'][2]['id']}", headers=admin)
        newest = stored_user(client)

        pages = [first]
        while (cursor := pages[-1]["next_cursor"]) is not None:
            pages.append(client.get(f"/api/v1/users?page_size=3&cursor={cursor}", headers=admin).json())

        assert [user["id"] for page in pages for user in page["users"]] == list(range(1, newest["id"] + 1))
        assert {page["total"] for page in pages} == {8}

    @pytest.mark.parametrize("sort", ["created_at", "-created_at", "username", "-username"])
    def test_a_cursor_stays_valid_after_its_row_is_deleted(self, client, admin, sort):
        for _ in range(7):
            stored_user(client)
        expected = [user["id"] for user in client.get(f"/api/v1/users?sort={sort}", headers=admin).json()["users"]]
        page = client.get(f"/api/v1/users?page_size=3&sort={sort}", headers=admin).json()
        found = [user["id"] for user in page["users"]]
        client.delete(f"/api/v1/users/{found[-1]}", headers=admin)
        while page["next_cursor"] is not None:
            path = f"/api/v1/users?page_size=3&sort={sort}&cursor={page['next_cursor']}"
            page = client.get(path, headers=admin).json()
            found += [user["id"] for user in page["users"]]

        assert found == expected


class TestSearch:
    @pytest.mark.parametrize("q", ["ada", "ADA LOVE", "Countess@", "%", "_", "'", '"', "\\", "\U0001f600", "zoë ", "ẞ", "SS"])
    def test_finds_prefixes_and_has_no_wildcards(self, client, admin, q):
        for name in ("Ada Lovelace", "%x", "_x", "'x", '"x', "\\x", "\U0001f600x", "Zoë x", "ẞx", "Bob"):
            stored_user(client, full_name=name)
        stored_user(client, email="countess@example.com", full_name=None)

        users = client.get("/api/v1/users", params={"q": q, "page_size": 100}, headers=admin).json()

        assert users["total"] == len(users["users"]) == 1
