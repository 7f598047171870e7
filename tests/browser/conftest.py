"""The browser of the tests that do not start their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser import chromium
from tests.browser.console import Console, opened
from tests.support.servers.service import Server


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Each module starts its own."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One for each module."""
    browser = playwright.chromium.launch(executable_path=chromium.ensure(playwright), args=chromium.ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def server(sqlite_template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service with one administrator, for each module."""
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
