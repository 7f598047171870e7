"""What a developer does first: sign in on the documentation page and try operations as they open. In the dark, too."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.browser import chromium
from tests.support.servers.service import Server

pytestmark = pytest.mark.slow

# What is answered to a user who has just signed in and changes nothing.
EXPECTED = {
    "users-getCurrentUser": "200",
    "users-getUser": "200",
    "users-updateUser": "200",
    "users-createUser": "201",
    "posts-createPost": "201",
    "posts-getPost": "200",
    "posts-listUserPosts": "200",
    "profiles-getUserProfile": "200",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.ensure(playwright), args=chromium.ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def demo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server as `make run` starts it, with demo data."""
    with Server(tmp_path_factory.mktemp("demo") / "accord.db", ENV="development") as server:
        yield server.url


@pytest.fixture
def docs(browser: Browser, demo_url: str) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(chromium.PATIENCE)
    page = context.new_page()
    page.goto(f"{demo_url}/docs", wait_until="networkidle")
    yield page
    context.close()


def opened(docs: Page, operation: str) -> Locator:
    """The operation, open and ready to be sent."""
    block = docs.locator(f"#operations-{operation}")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    return block


def tried(docs: Page, operation: str) -> Locator:
    """The operation after it was sent as it opens."""
    block = opened(docs, operation)
    block.get_by_role("button", name="Execute").click()
    expect(block.locator(".live-responses-table .response-col_status").nth(1)).to_be_visible()
    return block


def status(block: Locator) -> str:
    return block.locator(".live-responses-table .response-col_status").nth(1).inner_text().split()[0]


def sign_in(docs: Page) -> None:
    """Send createSession as it opens, and authorize with the token that it answers."""
    block = tried(docs, "sessions-createSession")
    assert status(block) == "201"
    answer = block.locator(".live-responses-table .highlight-code").first.inner_text()
    token = re.search(r'"access_token": "(aca_\w+)"', answer)
    assert token
    docs.locator(".auth-wrapper .authorize").first.click()
    docs.locator("#auth-bearer-value").fill(token[1])
    docs.locator(".auth-btn-wrapper .authorize").first.click()
    docs.locator(".auth-btn-wrapper .btn-done").first.click()


class TestTryingItOut:
    def test_signing_in_lasts_over_a_reload_and_operations_work_as_they_open(self, docs):
        sign_in(docs)
        docs.reload(wait_until="networkidle")

        assert {operation: status(tried(docs, operation)) for operation in EXPECTED} == EXPECTED

    def test_no_condition_and_no_key_is_filled_in(self, docs):
        conditions = {"users-updateUser": "If-Match", "posts-getPost": "If-None-Match", "posts-createPost": "Idempotency-Key"}

        for operation, name in conditions.items():
            field = opened(docs, operation).locator(f'tr[data-param-name="{name}"] input').first
            expect(field).to_have_value("")


# The contrast (WCAG 2.2, 1.4.3) of every text with the first background behind it; the canvas is read from a system colour.
CONTRAST = r"""() => {
  const probe = document.createElement("div");
  probe.style.color = "Canvas";
  document.body.append(probe);
  const canvas = getComputedStyle(probe).color;
  probe.remove();
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => numbers(colour).slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (numbers(colour)[3] !== 0) return colour;
    }
    return canvas;
  };
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  const found = [...document.querySelectorAll("h1, h2 a, h3, p, code, li, li a")].map((element) => {
    const [low, high] = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  });
  const shown = scheme.includes("dark") ? canvas : "rgb(255, 255, 255)";
  return {least: Math.min(...found), canvas: light(shown), texts: found.length};
}"""


class TestProblemsInColour:
    @pytest.mark.parametrize("scheme", ["dark", "light"])
    def test_every_text_can_be_read(self, browser: Browser, demo_url: str, scheme):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{demo_url}/problems", wait_until="networkidle")

        seen = page.evaluate(CONTRAST.replace("\\\\\\\\", "\\\\"))
        context.close()

        assert seen["texts"] > 50
        assert seen["least"] >= 4.5
        assert (seen["canvas"] < 0.1) is (scheme == "dark")
