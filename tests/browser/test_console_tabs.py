"""Tabs that are duplicates share the session of the console, and the other pages follow it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.console import KEY, Console

pytestmark = pytest.mark.slow


def authorization(docs: Page) -> str | None:
    """What Swagger UI sends in `Authorization`."""
    block = docs.locator("#operations-users-getCurrentUser")
    if not block.get_by_role("button", name="Execute").count():
        block.locator(".opblock-summary-control").click()
        block.get_by_role("button", name="Try it out").click()
    with docs.expect_request("**/api/v1/users/me") as sent:
        block.get_by_role("button", name="Execute").click()
    return sent.value.headers.get("authorization")


@pytest.fixture
def tabs(console: Console) -> Iterator[tuple[Console, Console]]:
    """Two tabs with a copy of one session, as the browser makes when a tab is duplicated."""
    with console.page.context.expect_page() as duplicated:
        console.page.evaluate("open(location.href)")
    second = Console(duplicated.value, console.url)
    assert second.session == console.session
    yield console, second
    assert second.errors == []


@pytest.fixture
def refreshes(tabs: tuple[Console, Console]) -> list[str]:
    """The refresh tokens that were sent, filled in while the test runs."""
    sent: list[str] = []

    def note(request: Any) -> None:
        if request.url.endswith("/api/v1/session-tokens"):
            sent.append(request.post_data_json["refresh_token"])

    tabs[0].page.context.on("request", note)
    return sent


def test_the_tab_that_refreshes_tells_the_other(tabs, refreshes):
    for tab in tabs:
        tab.expire()

    for tab in tabs:
        tab.open("getCurrentUser", "Get your own account")
        expect(tab.value("Username")).to_have_text("admin")

    assert len(refreshes) == 1
    assert tabs[0].session == tabs[1].session


def test_both_refresh_at_once(tabs, refreshes):
    for tab in tabs:
        tab.expire()

    for tab in tabs:
        tab.page.evaluate("location.hash = '#/getCurrentUser'")

    for tab in tabs:
        expect(tab.value("Username")).to_have_text("admin")
    assert len(refreshes) == 1


def test_a_tab_that_was_restored_asks_for_the_tokens(tabs, refreshes):
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


def test_signing_out_of_one_signs_out_of_the_other(tabs):
    first, second = tabs

    first.sign_out()

    expect(second.page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    assert second.session == {}


def test_the_landing_page_follows(tabs):
    first, second = tabs
    second.page.goto(second.url)
    expect(second.sign_out_button).to_be_visible()

    first.sign_out()

    expect(second.page.get_by_label("Identifier")).to_be_visible()


def test_other_credentials_stay_in_their_tab(tabs, refreshes):
    first, second = tabs
    second.restore(second.session | {"overviewRefused": True})
    second.open("sign-in", "Sign in")
    first.open("sign-in", "Sign in")
    first.enter_credential("apiKey", "ack_first")
    first.expire()
    first.restore(first.session | {"credentials": first.session["credentials"] | {"apiKey": "ack_first"}})

    first.open("getCurrentUser", "Get your own account")
    expect(first.value("Username")).to_have_text("admin")

    second.wait_for_refreshes(1)
    assert len(refreshes) == 1
    assert second.session["credentials"] == {"bearer": first.session["credentials"]["bearer"]}
    assert second.session["overviewRefused"]
    second.sign_out()
    first.page.wait_for_function("key => !JSON.parse(sessionStorage[key]).secret", arg=KEY)
    assert first.session == {"credentials": {"apiKey": "ack_first"}}


def test_a_request_is_not_sent_again_after_the_session_has_ended(tabs):
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
        second.sign_out_button.click()

    first.sign_out()
    first.page.evaluate("release()")

    expect(second.page.get_by_label("Identifier")).to_be_visible()
    second.page.evaluate("key => navigator.locks.request(key, () => {})", KEY)
    assert "Bearer undefined" not in sent


def test_messages_reveal_nothing_to_other_pages(tabs):
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
    second.wait_for_refreshes(1)

    messages = other.evaluate("messages")
    assert messages
    assert [text for text in messages if "token" in text or "aca_" in text or second.session["secret"] in text] == []


def test_swagger_ui_follows(tabs):
    first, second = tabs
    second.page.goto(f"{second.url}/docs")
    authorize = second.page.locator(".auth-wrapper .authorize")
    expect(authorize).to_have_class(re.compile(r"\blocked\b"))

    first.sign_out()

    expect(authorize).to_have_class(re.compile(r"\bunlocked\b"))


def test_a_token_that_was_entered_in_swagger_ui_stays_there(tabs):
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
    second.wait_for_refreshes(1)
    assert authorization(docs) == "Bearer entered"
    first.sign_out()
    docs.wait_for_function("sessionStorage.length === 0")
    assert authorization(docs) == "Bearer entered"
