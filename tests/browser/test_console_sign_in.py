"""Signing in on the console: with second factors and passkeys."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.console import Console, opened
from tests.browser.test_passkeys import AUTHENTICATOR
from tests.support.servers.service import Server

pytestmark = pytest.mark.slow

ORIGIN = "http://localhost:3000"


@pytest.fixture(scope="module")
def server(sqlite_template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("console")
    sqlite_template.copy(folder)
    with Server(folder / "accord.db", PUBLIC_URL=ORIGIN) as server:
        yield server


@pytest.fixture
def console(browser: Browser, server: Server) -> Iterator[Console]:
    """Signed in as the administrator, at the origin that passkeys are bound to, as behind a proxy."""

    def forward(route: Route) -> None:
        route.fulfill(response=route.fetch(url=server.url + route.request.url.removeprefix(ORIGIN)))

    with opened(browser, ORIGIN) as console:
        console.page.route(f"{ORIGIN}/**", forward)
        console.sign_in()
        console.expect_message("You are signed in.")
        yield console
        console.page.unroute_all(behavior="ignoreErrors")  # requests for the charts may be on their way


def test_a_passkey_is_added_and_signs_in(console: Console):
    authenticator = console.page.context.new_cdp_session(console.page)
    authenticator.send("WebAuthn.enable")
    authenticator.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    console.open("createPasskey", "Add a passkey")
    console.page.get_by_label("Name").fill("Laptop")
    console.press("Use a passkey on this device")
    expect(console.main.get_by_role("button", name="Passkey ready")).to_be_visible()
    console.press("Add a passkey")
    expect(console.value("Name")).to_have_text("Laptop")

    console.sign_out()
    console.open("sign-in", "Sign in")
    console.press("Sign in with a passkey")

    console.expect_message("You are signed in.")
    console.open("listFactors", "Factors")
    expect(console.page.locator("tbody tr").first).to_contain_text("Laptop")


def test_an_authenticator_app_is_added_and_a_recovery_code_signs_in(console: Console):
    console.open("enrolTotp", "Add an authenticator app")
    console.press("Add an authenticator app")
    expect(console.page.get_by_alt_text("QR code for an authenticator app")).to_be_visible()
    secret = console.value("Secret")
    secret.get_by_role("button", name="Show").click()
    code = pyotp.TOTP(secret.locator("pre").inner_text().strip()).now()
    console.open("confirmTotp", "Confirm the authenticator app")
    console.page.get_by_label("Code").fill(code)
    console.press("Confirm the authenticator app")
    codes = console.value("Recovery codes")
    codes.get_by_role("button", name="Show").click()
    recovery_code = codes.locator("pre").inner_text().split()[0]

    console.sign_out()
    console.sign_in()
    expect(console.page.get_by_label("TOTP code")).to_be_visible()
    console.page.get_by_label("Recovery code").fill(recovery_code)
    console.main.get_by_role("button", name="Sign in", exact=True).click()

    console.expect_message("You are signed in.")
