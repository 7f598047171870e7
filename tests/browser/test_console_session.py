"""The session of the console: refreshed and ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Playwright, Route, expect

from tests.browser import chromium
from tests.browser.console import KEY, Console, opened
from tests.support.builders import PASSWORD
from tests.support.servers.service import Server

pytestmark = pytest.mark.slow


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

    console.sign_out_button.click()

    console.expect_message("You are signed out here, but the session could not be ended: it is valid until it expires.")
    assert console.session == {}


def test_a_token_that_was_entered_is_forgotten_on_the_landing_page(browser: Browser, server: Server):
    with opened(browser, server.url) as console:
        console.open("sign-in", "Sign in")
        console.enter_credential("bearer", "aca_" + "0" * 72)
        console.page.goto(server.url)

        console.sign_out_button.click()

        expect(console.page.get_by_label("Identifier")).to_be_visible()
        assert console.session == {}


def test_a_token_that_was_entered_replaces_that_of_the_session(console: Console):
    console.open("sign-in", "Sign in")

    console.enter_credential("bearer", "entered")

    assert console.session == {"credentials": {"bearer": "entered"}}


class TestRefreshInFlight:
    """A refresh whose response arrives after the user has signed out."""

    @pytest.fixture
    def held(self, console: Console) -> Route:
        """The request of a refresh, which has not been sent yet."""
        held: list[Route] = []
        console.page.route("**/api/v1/session-tokens", lambda route: held.append(route))  # noqa: PLW0108 - needs a function of Python
        console.page.route("**/api/v1/sessions/*", lambda route: route.fulfill(status=503))
        console.expire()
        with console.page.expect_request("**/api/v1/session-tokens"):
            console.page.evaluate("location.hash = '#/getCurrentUser'")
        console.sign_out_button.click()
        console.expect_message("You are signed out here, but the session could not be ended: it is valid until it expires.")
        return held[0]

    def wait_for_refresh(self, console: Console) -> None:
        """The lock of the refresh is free again once it is over."""
        console.page.evaluate("key => navigator.locks.request(key, () => {})", KEY)

    def test_does_not_restore_the_session(self, console: Console, held: Route):
        held.continue_()
        self.wait_for_refresh(console)

        assert console.session == {}

    def test_does_not_end_the_next_session(self, console: Console, held: Route):
        console.sign_in()
        console.expect_message("You are signed in.")
        session = console.session

        held.fulfill(status=401)
        self.wait_for_refresh(console)

        assert console.session == session


def test_the_pages_work_where_storage_is_blocked(playwright: Playwright, server: Server, tmp_path: Path):
    preferences = tmp_path / "Default" / "Preferences"
    preferences.parent.mkdir()
    preferences.write_text(json.dumps({"profile": {"default_content_setting_values": {"cookies": 2}}}))
    path = chromium.ensure(playwright)
    context = playwright.chromium.launch_persistent_context(tmp_path, executable_path=path, args=chromium.ARGUMENTS)
    try:
        console = Console(context.new_page(), server.url)
        console.page.goto(f"{server.url}/docs")
        assert "SecurityError" in console.page.evaluate(
            "() => { try { return sessionStorage } catch (error) { return String(error) } }"
        )
        expect(console.page.locator("#operations-users-getCurrentUser")).to_be_visible()

        console.sign_in()
        console.expect_message("You are signed in.")
        console.page.route("**/api/v1/users/me", lambda route: route.fulfill(status=401), times=1)
        console.page.evaluate("location.hash = '#/getCurrentUser'")  # refreshes the tokens
        expect(console.value("Username")).to_have_text("admin")

        console.page.goto(server.url)
        console.page.get_by_label("Identifier").fill("admin")
        console.page.get_by_label("Password").fill(PASSWORD)
        console.page.get_by_role("button", name="Sign in").click()
        console.sign_out_button.click()
        expect(console.page.get_by_label("Identifier")).to_be_visible()
        assert console.errors == []
    finally:
        context.close()
