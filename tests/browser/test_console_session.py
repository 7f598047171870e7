"""The session of the console: refreshed, shared by duplicated tabs, and ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.console import Console, opened
from tests.support.builders import PASSWORD
from tests.support.servers.service import Server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(sqlite_template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("console")
    sqlite_template.copy(folder)
    with Server(folder / "accord.db") as server:
        yield server


@pytest.fixture
def console(browser: Browser, server: Server) -> Iterator[Console]:
    """Signed in as the administrator."""
    with opened(browser, server.url) as console:
        console.sign_in()
        console.expect_message("You are signed in.")
        yield console


def request(server: Server, path: str, body: Any = None, token: str | None = None) -> Any:
    """What the API answers."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"{server.url}/api/v1/{path}", data, headers), timeout=10) as response:  # noqa: S310 - the address is ours
        return json.load(response)


def test_a_token_that_is_no_longer_accepted_is_refreshed(console: Console):
    assert console.page.evaluate("localStorage.length") == 0
    console.expire()

    console.open("getCurrentUser", "Get your own account")

    expect(console.value("Username")).to_have_text("admin")
    console.sign_out()
    assert console.session == {}
    console.open("listUsers", "Users")
    expect(console.main.get_by_role("alert")).to_contain_text("Unauthorized")


def test_signing_out_with_an_expired_token_ends_the_session(console: Console, server: Server):
    session_id = console.session["issued"]["session_id"]
    console.expire()

    console.sign_out()

    token = request(server, "sessions", {"identifier": "admin", "password": PASSWORD})["access_token"]
    assert session_id not in [session["id"] for session in request(server, "sessions", token=token)["sessions"]]


def test_a_tab_is_signed_out_even_if_the_session_cannot_be_ended(console: Console):
    console.page.route("**/api/v1/sessions/*", lambda route: route.fulfill(status=503))

    console.page.get_by_role("banner").get_by_role("button", name="Sign out").click()

    console.expect_message("This tab is signed out, but the session could not be ended.")
    assert console.session == {}


class TestDuplicatedTabs:
    @pytest.fixture
    def tabs(self, console: Console) -> Iterator[tuple[Console, Console]]:
        """Two tabs with a copy of one session, as the browser makes when a tab is duplicated."""
        with console.page.context.expect_page() as duplicated:
            console.page.evaluate("open(location.href)")
        second = Console(duplicated.value, console.url)
        assert second.session == console.session
        yield console, second
        assert second.errors == []

    @pytest.fixture
    def refreshes(self, tabs: tuple[Console, Console]) -> list[str]:
        """The refresh tokens that were sent, filled in while the test runs."""
        sent: list[str] = []

        def note(request: Any) -> None:
            if request.url.endswith("/api/v1/session-tokens"):
                sent.append(request.post_data_json["refresh_token"])

        tabs[0].page.context.on("request", note)
        return sent

    def test_the_tab_that_refreshes_tells_the_other(self, tabs, refreshes):
        for tab in tabs:
            tab.expire()

        for tab in tabs:
            tab.open("getCurrentUser", "Get your own account")
            expect(tab.value("Username")).to_have_text("admin")

        assert len(refreshes) == 1
        assert tabs[0].session == tabs[1].session

    def test_both_refresh_at_once(self, tabs, refreshes):
        for tab in tabs:
            tab.expire()

        for tab in tabs:
            tab.page.evaluate("location.hash = '#/getCurrentUser'")

        for tab in tabs:
            expect(tab.value("Username")).to_have_text("admin")
        assert len(refreshes) == 1

    def test_a_tab_that_was_restored_asks_for_the_tokens(self, tabs, refreshes):
        first, second = tabs
        old = second.session | {"credentials": {"bearer": "aca_" + "0" * 72}}
        for _ in range(2):
            first.expire()
            first.open("getCurrentUser", "Get your own account")
            expect(first.value("Username")).to_have_text("admin")

        second.restore(old)
        second.open("getCurrentUser", "Get your own account")
        expect(second.value("Username")).to_have_text("admin")

        assert len(refreshes) == 2
        assert second.session == first.session

    def test_signing_out_of_one_signs_out_of_the_other(self, tabs):
        first, second = tabs

        first.sign_out()

        expect(second.page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
        assert second.session == {}
