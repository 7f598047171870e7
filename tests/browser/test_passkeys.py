"""Passkeys in a real browser, on a page of another origin: what browsers send is what the service takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from app.core.config import Settings
from app.services.factors.ceremonies import relying_party
from tests.browser import chromium
from tests.support.builders import PASSWORD
from tests.support.servers.service import Server

pytestmark = pytest.mark.slow

ORIGIN = "http://localhost:3000"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
# What a page does: sign in with the password, add a passkey, sign out, sign in with the passkey, prove it again.
PROGRAM = """async ([service, identifier, password]) => {
  let token;
  const call = async (method, path, body) => {
    const headers = {"Content-Type": "application/json", ...(token && {Authorization: `Bearer ${token}`})};
    const response = await fetch(`${service}/api/v1/${path}`, {method, headers, body: body && JSON.stringify(body)});
    return {status: response.status, body: response.status === 204 ? null : await response.json()};
  };
  const asked = async (purpose) => (await call("POST", "passkey-challenges", {purpose})).body;
  const proof = async () => {
    const {challenge_id, options} = await asked("authentication");
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    const credential = (await navigator.credentials.get({publicKey})).toJSON();
    return {passkey: {challenge_id, credential}};
  };
  token = (await call("POST", "sessions", {identifier, password})).body.access_token;
  const {challenge_id, options} = await asked("registration");
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = (await navigator.credentials.create({publicKey})).toJSON();
  const registered = await call("POST", "users/me/passkeys", {name: "Laptop", challenge_id, credential});
  await call("DELETE", "sessions/current");
  const ended = await call("GET", "users/me");
  token = undefined;
  const signedIn = await call("POST", "sessions", await proof());
  token = signedIn.body.access_token;
  const me = await call("GET", "users/me");
  const proven = await call("POST", "reauthentications", await proof());
  const factors = await call("GET", "users/me/factors");
  return {registered, ended, signedIn, me, proven, factors};
}"""


@pytest.fixture
def page() -> Iterator[Page]:
    """An empty page of the origin, in a browser with an authenticator."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.ensure(playwright), args=chromium.ARGUMENTS)
        page = browser.new_page()
        page.set_default_timeout(chromium.PATIENCE)
        page.route(f"{ORIGIN}/", lambda route: route.fulfill(content_type="text/html", body="<title>A page</title>"))
        page.goto(f"{ORIGIN}/")
        authenticator = page.context.new_cdp_session(page)
        authenticator.send("WebAuthn.enable")
        authenticator.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        yield page
        browser.close()


def test_a_passkey_is_added_signs_in_and_is_a_recent_proof(page: Page, sqlite_template, tmp_path):
    sqlite_template.copy(tmp_path)

    with Server(tmp_path / "accord.db", PUBLIC_URL=ORIGIN) as server:

        def forward(route: Route) -> None:
            """The page reaches the service through its own origin, as behind a proxy."""
            route.fulfill(response=route.fetch(url=server.url + route.request.url.removeprefix(ORIGIN)))

        page.route(f"{ORIGIN}/api/**", forward)
        done = page.evaluate(PROGRAM, [ORIGIN, "admin", PASSWORD])

    statuses = {"registered": 201, "ended": 401, "signedIn": 201, "me": 200, "proven": 204, "factors": 200}
    assert {step: answer["status"] for step, answer in done.items()} == statuses
    [factor] = done["factors"]["body"]["factors"]
    assert (factor["type"], factor["name"], factor["last_used_at"] is None) == ("passkey", "Laptop", False)
    assert done["me"]["body"]["username"] == "admin"


def test_passkeys_are_bound_to_the_domain_of_the_settings():
    party = relying_party(Settings(public_url="https://Accord.example.com:443/app", allowed_origins=["https://example.com"]))

    assert party == ("accord.example.com", "https://accord.example.com")
