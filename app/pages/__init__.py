"""The pages that mails lead to: they send the token of the link's fragment to the API, or ask for a mail with a link."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import Route

from accord.runtime.docs.pages import Page

_FOLDER = Path(__file__).parent
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
_FILES = {
    "/confirm-email": ("confirm-email.html", "text/html"),
    "/reset-password": ("reset-password.html", "text/html"),
    "/account-pages.js": ("account-pages.js", "text/javascript"),
    "/account-pages.css": ("account-pages.css", "text/css"),
}


def routes() -> list[Route]:
    """The routes of the pages."""
    pages = {path: Page(_FOLDER / name, media_type, _POLICY) for path, (name, media_type) in _FILES.items()}
    return [Route(path, page, methods=["GET"]) for path, page in pages.items()]
