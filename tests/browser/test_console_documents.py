"""The console of other documents, served by `accord mock`: every operation has a screen, and its example is accepted.

DOCUMENTS may name a folder with more documents.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn
from playwright.sync_api import Browser, Locator, expect

from accord.cli import mock
from accord.document.deep_stack import on_deep_stack
from accord.document.document import Document
from accord.openapi.api import API
from accord.openapi.operation import Operation
from accord.problems.overlay import completed, overlay
from tests.browser.console import Console, opened
from tests.support.paths import ROOT
from tests.support.servers.service import free_port

pytestmark = pytest.mark.slow

# An overview that is nothing but figures, of another shape than that of the service.
FIGURES = """
openapi: 3.1.0
info: {title: Figures, version: "1"}
paths:
  /figures:
    get:
      operationId: getFigures
      x-accord-console: overview
      responses:
        "200":
          description: The figures.
          content:
            application/json:
              schema:
                type: object
                properties:
                  visits:
                    type: array
                    items: {type: object, properties: {day: {type: string, format: date}, people: {type: integer}}}
                  countries: {type: array, items: {type: object, properties: {name: {type: string}, visitors: {type: integer}}}}
                  countries_complete: {type: boolean}
                  signups:
                    type: array
                    items: {type: object, properties: {day: {type: [string, 'null'], format: date}, people: {type: integer}}}
                  signups_total: {type: integer}
                  releases: {type: array, items: {type: object, properties: {date: {type: string, format: date}}}}
                  versions: {type: array, items: {type: string}}
                  incidents: {type: array, items: {type: object, properties: {day: {type: string, format: date}}}}
                  plan: {type: string}
              example:
                visits: [{day: "2026-11-30", people: 2}, {day: "2026-12-01", people: 1}]
                countries: [{name: Chile, visitors: 1}, {name: Ghana, visitors: 3}]
                countries_complete: true
                signups: [{day: null, people: 4}, {people: 5}]
                signups_total: 9
                releases: [{date: "2026-11-30"}]
                versions: ["1.0", "2.0"]
                incidents: []
                plan: Basic
"""

OWN = ("tests/codegen/generate/shop/openapi.yaml", "tests/codegen/document/adoption/public/forum/openapi.yaml")
# What a form cannot make up: a file, and a redirection to a page that is not in the document.
NOT_SENT = {"putPhoto"}
MORE = sorted(Path(os.environ["DOCUMENTS"]).glob("*.yaml")) if "DOCUMENTS" in os.environ else []


@contextmanager
def served(path: Path) -> Iterator[tuple[API, str]]:
    """The document as a mock that accepts the credential `secret`."""
    document = Document.load(path)
    document = on_deep_stack(lambda: completed(document, overlay(document)))
    app = mock.application(document, mock.schemes(document, "secret"))
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield API.of(document), f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def use_credentials(console: Console) -> None:
    console.open("sign-in", "Sign in")
    for form in console.page.locator("form.credential").all():
        if form.get_by_label("User").count():
            form.get_by_label("User").fill("mock")
        form.locator("input[type=password]").fill("secret")
        form.get_by_role("button", name="Use").click()


def card(console: Console, heading: str) -> Locator:
    return console.main.locator(".card").filter(has=console.page.get_by_role("heading", name=heading))


def send_example(console: Console, operation: Operation) -> int:
    """Open the screen of an operation, fill in the example if there is a form, send it, and return the status."""
    with console.page.expect_response(lambda response: response.request.method == operation.method) as answered:
        name = operation.node.value.get("operationId", f"{operation.method.lower()} {operation.path}")
        console.open(quote(name, safe=""))
        expect(console.main.get_by_role("heading", level=1)).to_be_visible()
        form = console.main.locator("form.form")
        if form.count():
            if (fill := form.get_by_role("button", name="Fill in the example")).count():
                fill.click()
            form.locator(".actions button").first.click()
        if operation.method == "DELETE":
            console.page.get_by_role("dialog").locator(".danger").click()
    return answered.value.status


@pytest.mark.parametrize("path", [*(ROOT / name for name in OWN), *MORE], ids=lambda path: path.parent.name + path.stem)
def test_every_operation_has_a_screen_and_accepts_its_example(browser: Browser, path: Path):
    with served(path) as (api, url), opened(browser, url) as console:
        use_credentials(console)
        statuses = {
            operation.id: send_example(console, operation) for operation in api.operations if operation.id not in NOT_SENT
        }

    assert {name: status for name, status in statuses.items() if status >= 400} == {}


def test_an_overview_is_drawn_by_its_schema(browser: Browser, tmp_path: Path):
    path = tmp_path / "openapi.yaml"
    path.write_text(FIGURES)

    with served(path) as (_, url), opened(browser, url) as console:
        console.open("", "Figures")

        expect(console.main.get_by_role("img", name="People: 3 in 2 days, at most 2 on one day")).to_be_visible()
        expect(console.main.get_by_role("table", name="Countries").get_by_role("rowheader")).to_have_text(["Ghana", "Chile"])
        expect(console.value("Countries complete")).to_have_text("Yes")
        expect(console.value("Plan")).to_have_text("Basic")
        expect(console.main.get_by_role("img", name="People: 9 in 2 days, at most 5 on one day")).to_be_visible()
        expect(console.value("Signups total")).to_have_text("9")
        expect(card(console, "Releases").locator("time")).to_have_attribute("datetime", "2026-11-30")
        expect(card(console, "Versions")).to_contain_text("2.0")
        expect(card(console, "Incidents")).to_contain_text("Nothing here")


def test_dates_that_are_invalid_are_shown_as_they_are(browser: Browser, tmp_path: Path):
    path = tmp_path / "openapi.yaml"
    path.write_text(FIGURES)

    with served(path) as (_, url), opened(browser, url) as console:
        body = {"visits": [{"day": "soon", "people": 1}], "releases": [{"date": "never"}]}
        console.page.route("**/figures", lambda route: route.fulfill(json=body))
        console.open("", "Figures")

        expect(console.main.locator("figcaption")).to_contain_text("soon")
        expect(card(console, "Releases").locator("time")).to_have_text("never")
