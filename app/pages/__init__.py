"""The pages that mails lead to: they send the token of the link's fragment to the API, or ask for a mail with a link."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import Route

from accord.runtime.docs.page import INTERACTIVE, Page

_FOLDER = Path(__file__).parent
_FILES = {
    "/confirm-email": ("confirm-email.html", "text/html"),
    "/reset-password": ("reset-password.html", "text/html"),
    "/account-pages.js": ("account-pages.js", "text/javascript"),
}


def routes() -> list[Route]:
    """The routes of the pages. Their stylesheet is that of the documentation pages."""
    pages = {path: Page(_FOLDER / name, media_type, *INTERACTIVE) for path, (name, media_type) in _FILES.items()}
    return [Route(path, page, methods=["GET"]) for path, page in pages.items()]
