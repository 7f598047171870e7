"""The pages that links in mails lead to, from the mail to the next sign-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import chromium
from tests.support.builders import PASSWORD
from tests.support.servers.mail_folder import link
from tests.support.servers.service import Server

pytestmark = pytest.mark.slow

NEW = "otter-kayak-62"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.ensure(playwright), args=chromium.ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(color_scheme="dark", viewport={"width": 390, "height": 700})
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert [text for text in errors if "409" not in text] == []


def send(url: str, body: object) -> int:
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310 - the address is ours
    with urlopen(request, timeout=10) as response:  # noqa: S310 - as above
        return int(response.status)


def test_an_address_is_confirmed_and_a_password_is_reset(page: Page, sqlite_template, tmp_path):
    sqlite_template.copy(tmp_path)
    with Server(tmp_path / "accord.db", MAIL_FOLDER=str(tmp_path / "mail"), PUBLIC_URL="http://accord.example") as server:
        send(f"{server.url}/api/v1/users", {"email": "grace@example.com", "username": "grace", "password": PASSWORD})

        page.goto(link(tmp_path / "mail", "Welcome to Accord").replace("http://accord.example", server.url))
        page.get_by_role("button", name="Confirm").click()
        expect(page.get_by_role("status")).to_have_text("Your e-mail address is confirmed. You can close this page.")
        assert "token" not in page.url

        page.goto(f"{server.url}/reset-password")
        expect(page.get_by_label("New password")).to_be_hidden()
        page.get_by_label("E-mail address").fill("Grace@example.com")
        page.get_by_role("button", name="Send the e-mail").click()
        expect(page.get_by_role("status")).to_have_text(
            "If there is an account with this address, an e-mail with a link is on its way."
        )
        page.goto(link(tmp_path / "mail", "Reset your password").replace("http://accord.example", server.url))
        page.get_by_label("New password").fill("password1")
        page.get_by_role("button", name="Set password").click()
        expect(page.get_by_role("status")).to_have_text("The password is too easy to guess; choose another one.")
        page.get_by_label("New password").fill(NEW)
        page.get_by_role("button", name="Set password").click()
        expect(page.get_by_role("status")).to_have_text("Your password is set. You can sign in with it now.")

        assert send(f"{server.url}/api/v1/sessions", {"identifier": "grace", "password": NEW}) == 201
