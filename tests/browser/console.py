"""The console in a browser, for its tests: a page that signs in, opens screens and keeps what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import chromium
from tests.support.builders import PASSWORD

KEY = "accord-console /console"  # of the session in the storage of the tab, and of the lock and the channel of its duplicates


class Console:
    """A tab with the console. Errors of the script are kept in `errors`."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.errors: list[str] = []
        page.set_default_timeout(chromium.PATIENCE)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if "Content Security" in message.text else None)

    @property
    def main(self) -> Locator:
        """The screen, without the bar and the menu."""
        return self.page.get_by_role("main")

    def open(self, screen: str = "", heading: str | None = None) -> None:
        """Open a screen by its address after `#/`, and wait until its heading is there."""
        self.page.goto(f"{self.url}/console#/{screen}")
        if heading is not None:
            expect(self.main.get_by_role("heading", level=1)).to_contain_text(heading)

    def wait_until_loaded(self) -> None:
        """Wait until nothing on the screen is loading: a change of the address after `#` starts no new load state."""
        expect(self.page.locator('[aria-busy="true"]').or_(self.main.get_by_text("Loading…", exact=True))).to_have_count(0)

    def sign_in(self, identifier: str = "admin", password: str = PASSWORD) -> None:
        """Fill in the sign-in form and send it."""
        self.open("sign-in", "Sign in")
        self.page.get_by_label("Identifier").fill(identifier)
        self.page.get_by_label("Password").fill(password)
        self.main.get_by_role("button", name="Sign in", exact=True).click()

    @property
    def sign_out_button(self) -> Locator:
        """That of the bar, or of the landing page."""
        return self.page.get_by_role("button", name="Sign out", exact=True)

    def sign_out(self) -> None:
        """Press the button in the bar."""
        self.page.get_by_role("banner").get_by_role("button", name="Sign out").click()
        self.expect_message("You are signed out.")

    @property
    def session(self) -> dict[str, Any]:
        """What the tab has stored."""
        session: dict[str, Any] = json.loads(self.page.evaluate("Object.values(sessionStorage)[0] ?? '{}'"))
        return session

    def restore(self, session: dict[str, Any]) -> None:
        """Load the page with another session in the storage of the tab, as a browser that restores the tab does."""
        self.page.evaluate("text => { sessionStorage[Object.keys(sessionStorage)[0]] = text }", json.dumps(session))
        self.page.reload()

    def expire(self) -> None:
        """Replace the access token by one that is not accepted."""
        self.restore(self.session | {"credentials": {"bearer": "aca_" + "0" * 72}})

    def enter_credential(self, name: str, value: str) -> None:
        """Fill in the form of a security scheme on the screen `sign-in`."""
        form = self.main.locator("form.credential").filter(has=self.page.locator(f"#{name}"))
        if not form.is_visible():
            self.main.locator("summary").filter(has_text="credential").click()
        form.locator("input[type=password]").fill(value)
        form.get_by_role("button", name="Use").click()
        expect(form.get_by_text("Set")).to_be_visible()

    def wait_for_refreshes(self, count: int) -> None:
        """Wait until the tab has the tokens after so many refreshes."""
        self.page.wait_for_function("([key, count]) => JSON.parse(sessionStorage[key]).refreshes === count", arg=[KEY, count])

    def press(self, name: str) -> None:
        """Press a button of the screen, or follow a link that looks like one."""
        self.main.get_by_role("button", name=name, exact=True).or_(self.main.get_by_role("link", name=name, exact=True)).click()

    def confirm(self, name: str) -> None:
        """Press a button of the dialog."""
        self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()

    def expect_message(self, text: str) -> None:
        """Wait for the message of what was done."""
        expect(self.page.locator(".toast")).to_have_text(text)

    def value(self, name: str) -> Locator:
        """The value of a field of what is shown."""
        return self.page.locator(".details > div").filter(has=self.page.get_by_text(name, exact=True)).locator("dd").first

    def violations(self) -> list[str]:
        """What axe finds on the page, once nothing on it is loading, which is shown paler."""
        self.wait_until_loaded()
        found = Axe().run(self.page).response["violations"]
        return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


@contextmanager
def opened(browser: Browser, url: str, *, scheme: str = "light", width: int = 1280) -> Iterator[Console]:
    """A console in a browser context of its own, closed in the end; its script must not have failed."""
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 900}
    )
    console = Console(context.new_page(), url)
    try:
        yield console
    finally:
        context.close()
    assert console.errors == []
