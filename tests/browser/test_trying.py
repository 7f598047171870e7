"""What a developer does first: sign in on the documentation page and try operations as they open. In the dark, too."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
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


def expire(page: Page) -> None:
    """Replace the access token that the tab has stored by one that is not accepted."""
    page.evaluate(r"""() => {
      const [key] = Object.keys(sessionStorage);
      sessionStorage[key] = sessionStorage[key].replaceAll(/aca_\w+/g, "aca_" + "0".repeat(72));
    }""")


class TestTryingItOut:
    def test_operations_work_as_they_open(self, docs):
        sign_in(docs)

        assert {operation: status(tried(docs, operation)) for operation in EXPECTED} == EXPECTED

    def test_no_condition_and_no_key_is_filled_in(self, docs):
        conditions = {"users-updateUser": "If-Match", "posts-getPost": "If-None-Match", "posts-createPost": "Idempotency-Key"}

        for operation, name in conditions.items():
            field = opened(docs, operation).locator(f'tr[data-param-name="{name}"] input').first
            expect(field).to_have_value("")


class TestLanding:
    def test_who_signs_in_there_is_authorized_in_the_docs_of_this_tab_until_signing_out(self, browser: Browser, demo_url: str):
        context = browser.new_context()
        page = context.new_page()
        page.goto(demo_url)
        page.get_by_label("Identifier").fill("grace")
        page.get_by_label("Password").fill("wrong-password-1")
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("#sign-in [role=status]")).to_contain_text("do not match an active user")
        page.get_by_label("Password").fill("c0bol-is-fine")
        page.get_by_role("button", name="Sign in").click()
        page.locator("#signed-in").get_by_role("link", name="the docs").click()

        assert status(tried(page, "users-getCurrentUser")) == "200"

        expire(page)
        page.goto(f"{demo_url}/docs")
        for operation in ("users-getCurrentUser", "posts-createPost"):
            assert status(tried(page, operation)) in {"200", "201"}

        page.get_by_role("link", name="Accord", exact=True).click()
        expect(page.locator("#recent tbody tr").first).to_contain_text("createPost")
        expire(page)
        page.reload()
        with page.expect_response(lambda response: response.request.method == "DELETE" and response.ok):
            page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("Identifier")).to_be_visible()
        expect(page.locator("#sign-in [role=status]")).to_be_empty()
        assert page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]
        context.close()


# What repeats is looked at once, because axe takes long for many elements.
SHORTEN = """document.querySelectorAll(".entry:nth-of-type(n+4), .card:nth-of-type(n+4), li:nth-child(n+4), tr:nth-child(n+4)")
  .forEach((element) => element.remove())"""


@pytest.mark.parametrize("path", ["", "problems", "coverage", "changelog", "reset-password"])
def test_our_own_pages_are_accessible_in_both_schemes_and_fit(browser: Browser, demo_url: str, path):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(f"{demo_url}/{path}", wait_until="networkidle")
    width = page.evaluate("document.documentElement.scrollWidth")
    page.evaluate(SHORTEN)

    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [(scheme, violation["id"]) for violation in Axe().run(page).response["violations"]]
    page.close()

    assert found == []
    assert width == 390
