"""The console of the service: every screen, from the first list to a secret that is shown once."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request, Response, expect

from tests.browser.console import Console, opened
from tests.support.builders import PASSWORD
from tests.support.servers.service import Server, free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def database(sqlite_template, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("console")
    sqlite_template.copy(folder)
    return folder / "accord.db"


@pytest.fixture(scope="module")
def server(database: Path) -> Iterator[Server]:
    with Server(database, WEBHOOK_ALLOW_PRIVATE="true", METRICS_BIND=f"127.0.0.1:{free_port()}") as server:
        yield server


@pytest.fixture(scope="module")
def console(browser: Browser, server: Server) -> Iterator[Console]:
    """A tab that is signed in as the administrator."""
    with opened(browser, server.url) as console:
        console.sign_in()
        console.expect_message("You are signed in.")
        yield console


@contextmanager
def recorded(console: Console) -> Iterator[list[Response]]:
    """The responses of the API, filled in while the block runs."""
    responses: list[Response] = []

    def note(response: Response) -> None:
        if "/api/" in response.url:
            responses.append(response)

    console.page.on("response", note)
    yield responses
    console.page.remove_listener("response", note)


def execute(database: Path, statement: str) -> None:
    """Change what is stored, as time would."""
    with sqlite3.connect(database, timeout=10) as connection:
        connection.execute(statement)


def create_user(console: Console, username: str) -> None:
    console.open("listUsers", "Users")
    console.press("Sign up or create a user")
    console.page.get_by_label("Email").fill(f"{username}@example.com")
    console.page.get_by_label("Username").fill(username)
    console.page.get_by_label("Password").fill(PASSWORD)
    console.press("Sign up or create a user")
    expect(console.value("Username")).to_have_text(username)


class TestUsers:
    def test_a_user_is_created_found_changed_and_deleted(self, console: Console):
        create_user(console, "alan")
        create_user(console, "barbara")

        console.page.get_by_role("navigation", name="Tags").get_by_role("link", name="List users").click()
        console.page.get_by_role("button", name="Username").click()
        rows = console.page.locator("tbody tr")
        expect(rows).to_have_count(3)
        expect(rows.first).to_contain_text("admin@")
        console.page.get_by_role("button", name="Username").click()
        expect(rows.first).to_contain_text("barbara")
        console.page.get_by_label("Search").fill("barb")
        console.press("Apply")
        expect(rows).to_have_count(1)

        rows.first.get_by_role("link").first.click()
        console.press("Update a user")
        console.page.get_by_label("Bio").fill("Abstraction.")
        with console.page.expect_request(lambda request: request.method == "PATCH") as sent:
            console.press("Update a user")
        assert sent.value.post_data_json == {"bio": "Abstraction."}
        assert sent.value.headers["if-match"] == '"1"'
        expect(console.value("Bio")).to_have_text("Abstraction.")

        console.press("Set the role of a user")
        console.page.get_by_label("Role").select_option("admin")
        console.press("Set the role of a user")
        expect(console.value("Role")).to_have_text("admin")

        console.press("Delete a user")
        console.confirm("Cancel")
        console.press("Delete a user")
        console.confirm("Delete a user")
        console.expect_message("Delete a user: done")
        expect(console.main.get_by_role("heading", level=1)).to_have_text("Users")

    def test_a_change_in_between_is_not_overwritten(self, console: Console):
        create_user(console, "edsger")
        console.press("Update a user")
        user_id = console.page.get_by_label("User ID").input_value()
        with opened(console.page.context.browser, console.url) as other:  # type: ignore[arg-type] # it has one
            other.sign_in()
            other.expect_message("You are signed in.")
            other.open(f"updateUser?user_id={user_id}", "Update a user")
            other.page.get_by_label("Full name").fill("Edsger Dijkstra")
            other.press("Update a user")
            expect(other.value("Full name")).to_have_text("Edsger Dijkstra")

        console.page.get_by_label("Bio").fill("Simplicity.")
        console.press("Update a user")

        expect(console.main.get_by_role("alert")).to_contain_text("Someone else has changed this")
        console.press("Load the current version")
        expect(console.page.get_by_label("Full name")).to_have_value("Edsger Dijkstra")

    def test_faults_stand_at_their_fields(self, console: Console):
        console.open("createUser", "Sign up or create a user")
        console.page.get_by_label("Email").fill("nobody")
        console.page.get_by_label("Username").fill("x!")
        console.page.get_by_label("Password").fill(PASSWORD)

        console.press("Sign up or create a user")

        alert = console.main.get_by_role("alert")
        expect(alert).to_contain_text("Email must be a valid e-mail address")
        assert console.page.get_by_label("Username").get_attribute("aria-invalid") == "true"
        expect(console.page.get_by_text("Username must be at least 3 characters long").last).to_be_visible()
        expect(console.page.get_by_label("Email")).to_be_focused()

        console.page.get_by_label("Email").fill("admin@example.com")
        console.page.get_by_label("Username").fill("admin")
        console.press("Sign up or create a user")
        expect(alert).to_contain_text("Already registered")

    def test_faults_that_only_the_server_finds_stand_there_too(self, console: Console):
        console.open("createPost", "Create a post")
        console.press("Fill in the example")
        fault = {"in": "body", "pointer": "/title", "code": "not", "message": "is taken"}
        problem = {"type": "/problems/unprocessable-content", "title": "Unprocessable content", "errors": [fault]}
        console.page.route("**/posts", lambda route: route.fulfill(status=422, json=problem), times=1)

        console.press("Create a post")

        expect(console.page.locator(".field .error").get_by_text("Title is taken")).to_be_visible()
        expect(console.page.get_by_label("Title")).to_be_focused()

    def test_pages_follow_one_another(self, console: Console):
        for name in ("kay", "liskov"):
            create_user(console, name)
        console.open("listUsers?page_size=1", "Users")

        console.press("Next")
        expect(console.main.get_by_text("Page 2 of")).to_be_visible()
        console.press("Previous")

        expect(console.main.get_by_text("Page 1 of")).to_be_visible()
        expect(console.main.get_by_role("button", name="Previous")).to_be_disabled()


class TestOverview:
    def test_it_draws_the_response_of_one_request(self, console: Console):
        for screen, heading in (("", "Accord"), ("listUsers", "Users")):
            console.open(screen, heading)
            console.wait_until_loaded()
        with recorded(console) as responses:
            console.open("", "Accord")
            expect(console.main.get_by_role("img", name=re.compile(r"^Sign ins: [1-9][0-9]* in 14 days"))).to_be_visible()
        assert [response.url.removeprefix(console.url) for response in responses] == ["/api/v1/statistics"]

        console.main.get_by_text("Days as a table").click()
        expect(console.main.get_by_role("table").first.locator("tbody tr")).to_have_count(14)
        requests = console.main.get_by_role("table", name="Requests")
        expect(requests.get_by_text("200 success").first).to_be_visible()
        expect(requests.get_by_role("columnheader", name="Count")).to_have_attribute("aria-sort", "descending")
        requests.get_by_role("button", name="P95 ms").click()
        expect(requests.get_by_role("columnheader", name="P95 ms")).to_have_attribute("aria-sort", "descending")
        durations = requests.locator('td[data-label="P95 ms"] .number').all_inner_texts()
        assert durations[0] == max(durations, key=lambda text: float(text.replace(",", "")))
        requests.get_by_role("link", name="createSession", exact=True).click()
        expect(console.main.get_by_role("heading", level=1)).to_have_text("Sign in")

    def test_its_operation_shows_other_numbers_of_days(self, console: Console):
        console.open("getStatistics", "Get statistics")
        console.page.get_by_role("textbox", name="Days").fill("3")
        console.press("Show")

        expect(console.main.get_by_role("img", name=re.compile("^Posts: [0-9]+ in 3 days"))).to_be_visible()

    def test_a_user_who_may_not_see_it_is_refused_once(self, console: Console):
        create_user(console, "tony")
        with opened(console.page.context.browser, console.url) as other, recorded(other) as responses:  # type: ignore[arg-type] # as above
            with other.page.expect_response("**/statistics"):
                other.sign_in("tony")
            other.wait_until_loaded()
            for screen, heading in (("listPosts", "Posts"), ("", "Accord")):
                other.open(screen, heading)
                other.wait_until_loaded()
            other.page.reload()
            expect(other.main.get_by_role("heading", name="Users")).to_be_visible()
            other.wait_until_loaded()
            expect(other.main.get_by_role("alert")).to_have_count(0)

        refused = [response.url.removeprefix(console.url) for response in responses if response.status == 403]
        assert refused == ["/api/v1/statistics"]


class TestPosts:
    def test_a_post_leads_to_its_author_and_is_created_once(self, console: Console):
        sent: list[Request] = []
        console.page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
        console.open("listPosts", "Posts")
        console.press("Create a post")
        console.press("Fill in the example")
        console.page.get_by_label("Title").fill("A first post")

        console.press("Create a post")
        console.press("Get a post")

        assert [len(request.headers["idempotency-key"]) for request in sent] == [32]
        expect(console.value("Title")).to_have_text("A first post")
        console.value("Author ID").get_by_role("link").click()
        expect(console.value("Username")).to_have_text("admin")


class TestSecrets:
    def test_a_key_needs_a_recent_proof_and_is_shown_once(self, console: Console, database: Path):
        execute(database, "UPDATE sessions SET created_at = '2026-01-01T00:00:00.000000+00:00', authenticated_at = NULL")
        console.open("createApiKey", "Create an API key")
        console.page.get_by_label("Name").fill("Import")
        console.page.get_by_label("posts:read").check()
        console.press("Create an API key")
        dialog = console.page.get_by_role("dialog", name="Confirm your identity")
        dialog.get_by_label("Password").fill("wrong-password-1")
        console.confirm("Continue")
        expect(dialog.get_by_role("alert")).to_contain_text("Verification failed")
        dialog.get_by_label("Password").fill(PASSWORD)
        console.confirm("Continue")

        secret = console.value("Secret")
        expect(secret).not_to_contain_text("ack_")
        secret.get_by_role("button", name="Show").click()
        expect(secret).to_contain_text("ack_")

        console.open("listApiKeys", "API keys")
        console.page.locator("tbody tr").first.get_by_role("button").click()
        console.confirm("Revoke an API key")
        console.page.get_by_role("dialog", name="Revoke an API key?").get_by_role("button", name="Revoke an API key").click()
        expect(console.main.get_by_text("Nothing here")).to_be_visible()


class TestWebhooks:
    def test_a_webhook_has_a_secret_and_deliveries(self, console: Console, database: Path):
        console.open("listWebhooks", "Webhooks")
        console.press("Create a webhook")
        console.page.get_by_label("URL").fill("http://127.0.0.1:9/hook")
        console.page.get_by_label("post.created").check()
        console.press("Create a webhook")
        console.value("Secret").get_by_role("button", name="Show").click()
        expect(console.value("Secret")).to_contain_text("whsec_")
        console.press("Get a webhook")

        console.press("Rotate the secret of a webhook")
        console.confirm("Rotate the secret of a webhook")
        expect(console.page.get_by_role("dialog").get_by_text("Shown only once")).to_be_visible()
        console.confirm("Close")

        console.open("createPost", "Create a post")
        console.press("Fill in the example")
        console.press("Create a post")
        expect(console.value("Title")).to_be_visible()
        execute(database, "UPDATE webhook_deliveries SET status = 'failed'")
        console.open("listWebhooks", "Webhooks")
        console.page.locator("tbody tr").first.get_by_role("link").first.click()
        console.press("List the deliveries of a webhook")
        expect(console.page.locator("tbody tr").first).to_contain_text("post.created")


class TestSessions:
    def test_another_session_is_ended_and_events_are_listed(self, console: Console):
        console.open("listSessions", "Sessions")
        console.press("Sign out everywhere else")
        console.confirm("Sign out everywhere else")
        expect(console.page.locator("tbody tr")).to_have_count(1)

        console.open("listAuditEvents", "Audit events")
        expect(console.page.locator("tbody tr").first).to_contain_text("sessions.ended")
        console.page.get_by_label("Type").select_option("session.created")
        console.press("Apply")
        expect(console.page.locator("tbody tr").first).to_contain_text("session.created")
        console.page.locator("tbody tr").first.get_by_role("button").click()
        expect(console.value("Method")).to_contain_text("password")


# One screen of each kind, half of them light and wide, the others dark and narrow.
WIDE = {"": "Accord", "listUsers": "Users", "createWebhook": "Create a webhook"}
NARROW = {"": "Accord", "sign-in": "Sign in", "listAuditEvents": "Audit events", "getUser?user_id=1": "User 1"}


class TestAccess:
    @pytest.mark.parametrize(("scheme", "width", "screens"), [("light", 1280, WIDE), ("dark", 390, NARROW)])
    def test_every_kind_of_screen_passes_axe(self, browser: Browser, server: Server, scheme, width, screens):
        with opened(browser, server.url, scheme=scheme, width=width) as console:
            console.sign_in()
            console.expect_message("You are signed in.")
            found = {}
            for screen, heading in screens.items():
                console.open(screen, heading)
                found[screen] = console.violations()
                assert console.page.evaluate("document.documentElement.scrollWidth") <= width, screen

        assert found == {screen: [] for screen in screens}

    def test_the_menu_of_a_narrow_window_is_used_with_the_keyboard(self, browser: Browser, server: Server):
        with opened(browser, server.url, width=390) as console:
            console.open("", None)
            menu = console.page.get_by_role("navigation", name="Tags")
            expect(menu).to_be_hidden()

            console.page.keyboard.press("Tab")
            console.page.keyboard.press("Tab")
            console.page.keyboard.press("Enter")
            menu.get_by_role("link", name="Posts").focus()
            console.page.keyboard.press("Enter")

            expect(menu).to_be_hidden()
            expect(console.main.get_by_role("heading", level=1)).to_be_focused()
            expect(console.page).to_have_title("Posts · Accord")
