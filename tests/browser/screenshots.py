"""Takes the pictures of the console in docs/screenshots: `python -m tests.browser.screenshots`."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium
from tests.browser.console import Console, opened
from tests.support.builders import PASSWORD
from tests.support.databases import SQLiteTemplate
from tests.support.paths import ROOT
from tests.support.servers.service import Server, free_port

PEOPLE = {
    "ada": "Ada Lovelace",
    "grace": "Grace Hopper",
    "katherine": "Katherine Johnson",
    "barbara": "Barbara Liskov",
    "margaret": "Margaret Hamilton",
    "radia": "Radia Perlman",
    "frances": "Frances Allen",
    "adele": "Adele Goldberg",
    "edsger": "Edsger Dijkstra",
    "donald": "Donald Knuth",
}
WEBHOOK = {"url": "http://127.0.0.1:9/hooks", "events": ["post.created", "user.created"], "description": "Search index"}


def fill(url: str, database: Path) -> None:
    """Create users, posts and a webhook, spread them over the last days, and send requests to be counted."""
    token: str | None = None

    def send(path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        request = Request(f"{url}/api/v1/{path}", None if body is None else json.dumps(body).encode(), headers)  # noqa: S310 - the address is ours
        with urlopen(request, timeout=10) as response:  # noqa: S310 - as above
            return json.load(response)

    token = send("sessions", {"identifier": "admin", "password": PASSWORD})["access_token"]
    send("webhooks", WEBHOOK)
    for username, name in PEOPLE.items():
        send("users", {"email": f"{username}@example.com", "username": username, "password": PASSWORD, "full_name": name})
    for title in ("On compilers", "Notes on the Analytical Engine", "Orbits by hand"):
        send("posts", {"title": title, "content": "It is much easier to apologise than to get permission."})
    for path, count in {"posts": 60, "users": 25, "webhooks": 15, "users/me": 9}.items():
        for _ in range(count):
            send(path)
    token = "aca_" + "0" * 72
    for _ in range(4):
        with suppress(HTTPError):
            send("users/me")
    days = random.Random(4)  # noqa: S311 - for pictures
    with sqlite3.connect(database, timeout=10) as connection:
        for table in ("users", "posts", "audit_events"):
            for (row,) in connection.execute(f"SELECT id FROM {table}").fetchall():  # noqa: S608 - listed above
                at = datetime.now(UTC) - timedelta(days=int(days.triangular(0, 13, 1)), minutes=days.randrange(60))
                text = at.isoformat(timespec="microseconds")
                connection.execute(f"UPDATE {table} SET created_at = ? WHERE id = ?", (text, row))  # noqa: S608 - as above


def take(browser: Browser, url: str, scheme: str, width: int, screens: dict[str, str]) -> None:
    """Picture each screen, by the name of its file."""
    with opened(browser, url, scheme=scheme, width=width) as console:
        console.page.set_viewport_size({"width": width, "height": 800})
        if scheme == "light":
            picture(console, "sign-in", f"sign-in-{scheme}-{width}")
        console.sign_in()
        console.expect_message("You are signed in.")
        console.page.locator(".toast[data-shown=false]").wait_for(state="attached")
        for name, screen in screens.items():
            picture(console, screen, f"{name}-{scheme}-{width}")


def picture(console: Console, screen: str, name: str) -> None:
    """Write one file."""
    console.open(screen)
    console.main.get_by_role("heading", level=1).wait_for()
    console.wait_until_loaded()
    console.page.mouse.move(0, 0)
    console.page.screenshot(path=ROOT / f"docs/screenshots/console-{name}.png", full_page=name == "overview-light-1280")


def main() -> None:
    """Start the service with demo data, and picture it."""
    with TemporaryDirectory() as name:
        (Path(name) / "template").mkdir()
        SQLiteTemplate(Path(name) / "template").copy(Path(name))
        take_all(Path(name))


def take_all(folder: Path) -> None:
    """Picture the service with the database of a folder."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.ensure(playwright), args=chromium.ARGUMENTS)
        with Server(folder / "accord.db", WEBHOOK_ALLOW_PRIVATE="true", METRICS_BIND=f"127.0.0.1:{free_port()}") as server:
            fill(server.url, folder / "accord.db")
            users = {"overview": "", "users": "listUsers?sort=username", "user": "getUser?user_id=3"}
            take(browser, server.url, "light", 1280, users)
            take(
                browser,
                server.url,
                "dark",
                1280,
                {"deliveries": "listWebhookDeliveries?webhook_id=1", "webhook": "createWebhook"},
            )
            take(browser, server.url, "dark", 390, users)
        browser.close()


if __name__ == "__main__":
    main()
