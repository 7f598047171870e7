"""The session of the console: refreshed, shared by duplicated tabs, and ended."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, Route, expect

from tests.browser import chromium
from tests.browser.console import Console, opened
from tests.support.builders import PASSWORD
from tests.support.servers.service import Server

pytestmark = pytest.mark.slow

KEY = "accord-console /console"  # of the storage, the lock and the channel


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


def enter_credential(console: Console, name: str, value: str) -> None:
    """Fill in the form of a security scheme on the screen `sign-in`."""
    form = console.page.locator("form.credential").filter(has=console.page.locator(f"#{name}"))
    if not form.is_visible():
        console.main.locator("summary").filter(has_text="credential").click()
    form.locator("input[type=password]").fill(value)
    form.get_by_role("button", name="Use").click()
    expect(form.get_by_text("Set")).to_be_visible()


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

    console.expect_message("You are signed out here, but the session could not be ended: it is valid until it expires.")
    assert console.session == {}


def sign_out_button(page: Page) -> Locator:
    """That of the console's bar, or of the landing page."""
    return page.get_by_role("button", name="Sign out")


def test_a_token_that_was_entered_is_forgotten_on_the_landing_page(browser: Browser, server: Server):
    with opened(browser, server.url) as console:
        console.open("sign-in", "Sign in")
        enter_credential(console, "bearer", "aca_" + "0" * 72)
        console.page.goto(server.url)

        sign_out_button(console.page).click()

        expect(console.page.get_by_label("Identifier")).to_be_visible()
        assert console.session == {}


def test_a_token_that_was_entered_replaces_that_of_the_session(console: Console):
    console.open("sign-in", "Sign in")

    enter_credential(console, "bearer", "entered")

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
        sign_out_button(console.page).click()
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
        sign_out_button(console.page).click()
        expect(console.page.get_by_label("Identifier")).to_be_visible()
        assert console.errors == []
    finally:
        context.close()


def authorization(docs: Page) -> str | None:
    """What Swagger UI sends in `Authorization`."""
    block = docs.locator("#operations-users-getCurrentUser")
    if not block.get_by_role("button", name="Execute").count():
        block.locator(".opblock-summary-control").click()
        block.get_by_role("button", name="Try it out").click()
    with docs.expect_request("**/api/v1/users/me") as sent:
        block.get_by_role("button", name="Execute").click()
    return sent.value.headers.get("authorization")


def wait_for_refreshes(console: Console, count: int) -> None:
    """Wait until the tab has the tokens after so many refreshes."""
    console.page.wait_for_function("([key, count]) => JSON.parse(sessionStorage[key]).refreshes === count", arg=[KEY, count])


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

    def test_the_landing_page_follows(self, tabs):
        first, second = tabs
        second.page.goto(second.url)
        expect(sign_out_button(second.page)).to_be_visible()

        first.sign_out()

        expect(second.page.get_by_label("Identifier")).to_be_visible()

    def test_other_credentials_stay_in_their_tab(self, tabs, refreshes):
        first, second = tabs
        second.restore(second.session | {"overviewRefused": True})
        second.open("sign-in", "Sign in")
        first.open("sign-in", "Sign in")
        enter_credential(first, "apiKey", "ack_first")
        first.expire()
        first.restore(first.session | {"credentials": first.session["credentials"] | {"apiKey": "ack_first"}})

        first.open("getCurrentUser", "Get your own account")
        expect(first.value("Username")).to_have_text("admin")

        wait_for_refreshes(second, 1)
        assert len(refreshes) == 1
        assert second.session["credentials"] == {"bearer": first.session["credentials"]["bearer"]}
        assert second.session["overviewRefused"]
        second.sign_out()
        expect(first.page.get_by_role("banner").get_by_role("button", name="Sign out")).to_be_visible()
        assert first.session == {"credentials": {"apiKey": "ack_first"}}

    def test_a_request_is_not_sent_again_after_the_session_has_ended(self, tabs):
        first, second = tabs
        sent: list[str | None] = []
        second.page.on("request", lambda request: sent.append(request.headers.get("authorization")))
        second.expire()
        second.page.goto(second.url)
        first.page.evaluate(
            """key => new Promise((started) => navigator.locks.request(
            key, () => { started(); return new Promise((done) => (window.release = done)) }))""",
            KEY,
        )
        with second.page.expect_response(lambda response: response.status == 401):
            sign_out_button(second.page).click()

        first.sign_out()
        first.page.evaluate("release()")

        expect(second.page.get_by_label("Identifier")).to_be_visible()
        second.page.evaluate("key => navigator.locks.request(key, () => {})", KEY)
        assert "Bearer undefined" not in sent

    def test_messages_reveal_nothing_to_other_pages(self, tabs):
        first, second = tabs
        with first.page.context.expect_page() as opened:
            first.page.evaluate("window.open('/problems', '_blank', 'noopener')")
        other = opened.value
        other.evaluate(
            """key => {
            const decode = (value) => value.byteLength ? new TextDecoder().decode(value) : JSON.stringify(value);
            window.messages = [];
            new BroadcastChannel(key).onmessage = ({ data }) => messages.push(...Object.values(data).map(decode));
        }""",
            KEY,
        )
        first.expire()

        first.open("getCurrentUser", "Get your own account")
        wait_for_refreshes(second, 1)

        messages = other.evaluate("messages")
        assert messages
        assert [text for text in messages if "token" in text or "aca_" in text or second.session["secret"] in text] == []

    def test_swagger_ui_follows(self, tabs):
        first, second = tabs
        second.page.goto(f"{second.url}/docs")
        authorize = second.page.locator(".auth-wrapper .authorize")
        expect(authorize).to_have_class(re.compile(r"\blocked\b"))

        first.sign_out()

        expect(authorize).to_have_class(re.compile(r"\bunlocked\b"))

    def test_a_token_that_was_entered_in_swagger_ui_stays_there(self, tabs):
        first, second = tabs
        docs = second.page
        docs.goto(f"{second.url}/docs")
        docs.locator(".auth-wrapper .authorize").click()
        form = docs.locator(".auth-container").filter(has_text="bearer")
        form.get_by_role("button", name="Remove authorization").click()
        docs.locator("#auth-bearer-value").fill("entered")
        form.get_by_role("button", name="Apply credentials").click()
        docs.locator(".auth-btn-wrapper .btn-done").first.click()

        first.expire()
        first.open("getCurrentUser", "Get your own account")
        wait_for_refreshes(second, 1)
        assert authorization(docs) == "Bearer entered"
        first.sign_out()
        docs.wait_for_function("sessionStorage.length === 0")
        assert authorization(docs) == "Bearer entered"
