"""The pages of the document in a real browser, served by a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import chromium
from tests.support.paths import OPENAPI

pytestmark = pytest.mark.slow

SUMMARY = yaml.safe_load(OPENAPI.read_text())["paths"]["/health"]["get"]["summary"]
DARK = "rgb(15, 20, 26)"


@dataclass
class Visit:
    """A page and everything that went on while it was open."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", lambda request: self.complaints.append(f"{request.url}: {request.failure}"))
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def strangers(self, server_url: str) -> list[str]:
        """The requests that went to another host."""
        return [url for url in self.requests if not url.startswith((f"{server_url}/", f"blob:{server_url}/", "data:"))]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.ensure(playwright), args=chromium.ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, server_url) -> Iterator[Callable[[str], Visit]]:
    context = browser.new_context()
    context.set_default_timeout(chromium.PATIENCE)

    def opened(path: str) -> Visit:
        visit = Visit(context.new_page())
        visit.page.goto(server_url + path, wait_until="networkidle")
        return visit

    yield opened
    context.close()


@pytest.fixture(params=["light", "dark"])
def schemed(browser: Browser, server_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in each scheme."""
    context = browser.new_context(color_scheme=request.param, base_url=server_url)
    context.set_default_timeout(chromium.PATIENCE)
    yield context.new_page()
    context.close()


def violations(page: Page, repeated: str) -> list[str]:
    """What axe finds, without what repeats, because axe takes long for many elements."""
    page.evaluate("selector => document.querySelectorAll(selector).forEach((element) => element.remove())", repeated)
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


class TestSwagger:
    def test_shows_the_operations_without_a_complaint_or_a_stranger(self, visit, server_url):
        docs = visit("/docs")

        expect(docs.page.get_by_text(SUMMARY)).to_be_visible()
        docs.page.emulate_media(color_scheme="dark")
        expect(docs.page.locator("body")).to_have_css("background-color", DARK)
        expect(docs.page.locator(".info .title")).to_have_css("color", "rgb(210, 214, 215)")
        assert docs.complaints == []
        assert docs.strangers(server_url) == []

    def test_an_operation_can_be_tried(self, visit, server_url):
        docs = visit("/docs")

        docs.page.get_by_text(SUMMARY).click()
        docs.page.get_by_role("button", name="Try it out").click()
        docs.page.get_by_role("button", name="Execute").click()

        expect(docs.page.locator(".live-responses-table .response-col_status").nth(1)).to_contain_text("200")
        assert f"{server_url}/health" in docs.requests
        assert docs.complaints == []

    def test_passes_axe_in_both_schemes(self, schemed):
        schemed.goto("/docs")
        operation = schemed.locator("#operations-sessions-createSession")
        operation.locator(".opblock-summary-control").click()
        operation.get_by_role("button", name="Try it out").click()
        expect(operation.get_by_label("Example").first).to_be_visible()

        assert violations(schemed, ".opblock-tag-section:nth-of-type(n+4)") == []


class TestReDoc:
    def test_passes_axe_in_both_schemes(self, schemed):
        schemed.goto("/redoc", wait_until="networkidle")
        expect(schemed.get_by_role("heading", name=SUMMARY)).to_be_visible()

        assert violations(schemed, "#redoc [data-section-id]:nth-of-type(n+8)") == []

    def test_shows_the_operations_without_a_complaint_or_a_stranger(self, visit, server_url):
        redoc = visit("/redoc")

        expect(redoc.page.get_by_role("heading", name=SUMMARY)).to_be_visible()
        redoc.page.emulate_media(color_scheme="dark")
        expect(redoc.page.locator("body")).to_have_css("background-color", DARK)
        expect(redoc.page.locator("#redoc h1").first).to_have_css("color", "rgb(228, 234, 241)")
        assert redoc.complaints == []
        assert redoc.strangers(server_url) == []

    def test_finds_what_is_searched_for(self, visit):
        redoc = visit("/redoc")

        redoc.page.get_by_placeholder("Search...").fill("profile")

        expect(redoc.page.get_by_role("search").get_by_role("menuitem").first).to_be_visible()
        assert redoc.complaints == []


class TestProblems:
    def test_a_type_opens_at_its_own_place(self, visit, server_url):
        problems = visit("/problems/already-registered")

        assert problems.page.url == f"{server_url}/problems#already-registered"
        expect(problems.page.locator("section:target")).to_contain_text("Already registered")
        expect(problems.page.locator("section:target")).to_be_in_viewport()
        assert problems.complaints == []

    def test_its_operations_lead_to_swagger(self, visit):
        problems = visit("/problems")

        problems.page.locator("#already-registered").get_by_role("link", name="POST /api/v1/users").click()

        expect(problems.page.locator("#operations-users-createUser .opblock-body")).to_be_visible()
        assert problems.complaints == []
