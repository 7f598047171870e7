"""Takes the pictures of the pages in docs/screenshots: `python -m tests.browser.page_screenshots`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from urllib.error import HTTPError
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

from tests.browser import chromium
from tests.support.paths import ROOT
from tests.support.servers.service import Server

# The name of each picture, its page, the element at its top, the scheme and the width.
PICTURES: tuple[tuple[str, str, str, Literal["dark", "light"], int], ...] = (
    ("landing-dark-1280", "", "body", "dark", 1280),
    ("landing-light-1280", "", ".columns", "light", 1280),
    ("landing-operations-dark-390", "", "#operations", "dark", 390),
    ("landing-dark-390", "", "body", "dark", 390),
    ("docs-dark-1280", "docs", "#operations-tag-sessions", "dark", 1280),
    ("docs-light-390", "docs", "#operations-tag-sessions", "light", 390),
    ("reference-dark-1280", "redoc", '#redoc [id="tag/health/operation/getHealth"]', "dark", 1280),
    ("reference-light-390", "redoc", "body", "light", 390),
    ("problems-light-1280", "problems", "body", "light", 1280),
    ("coverage-dark-390", "coverage", "body", "dark", 390),
)


def main() -> None:
    """Start the service as in development, send it some requests, and picture its pages."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.ensure(playwright), args=chromium.ARGUMENTS)
        with Server(Path(folder) / "accord.db", ENV="development") as server:
            for path in ("posts", "users", "user-profiles", "nothing") * 2:
                request(f"{server.url}/api/v1/{path}")
            for name, path, top, scheme, width in PICTURES:
                context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
                take(context.new_page(), f"{server.url}/{path}", top, name)
                context.close()
        browser.close()


def request(url: str) -> None:
    """Send a request, which may be rejected."""
    try:
        urlopen(url, timeout=10).close()  # noqa: S310 - the address is ours
    except HTTPError as error:
        error.close()


def take(page: Page, url: str, top: str, name: str) -> None:
    """Write one file."""
    page.goto(url, wait_until="networkidle")
    page.locator(top).first.evaluate("element => element.scrollIntoView()", timeout=chromium.PATIENCE)
    page.wait_for_timeout(1000)  # until what is loaded while scrolling is drawn
    page.screenshot(path=ROOT / f"docs/screenshots/{name}.png")


if __name__ == "__main__":
    main()
