"""The document over HTTP: the file itself, and its pages, each made on its first request.

No page loads anything from another host, and each Content-Security-Policy allows only what its page needs.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accord.document.document import Document
from accord.openapi.api import API
from accord.runtime.docs import coverage_page, landing_page, problem_page
from accord.runtime.docs.landing_page import NO_EXTRAS, Extras
from accord.runtime.docs.layout import ASSETS, Layout, markdown
from accord.runtime.docs.page import INTERACTIVE, READABLE, Page, headers, policy
from accord.runtime.docs.problem_page import Problem

_SWAGGER_HEAD = """<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/theme.css">"""
_SWAGGER = """<div id="main"><div id="swagger-ui"></div></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js" type="module"></script>"""
_REDOC_HEAD = '<link rel="stylesheet" href="redoc/theme.css">'
_REDOC = """<main id="main"><div id="redoc"></div></main>
<script src="redoc/redoc.standalone.js"></script>
<script type="module" src="redoc/start.js"></script>"""
# The style elements that ReDoc creates: an empty one, to which it adds rules, and that of its scroll bar.
_REDOC_STYLES = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"
_REDOC_POLICY = (f"style-src 'self' {_REDOC_STYLES}", *INTERACTIVE[1:], "worker-src blob:")  # the worker is its search

# Pictures in responses and their downloads are blobs.
_CONSOLE_POLICY = tuple(f"{one} blob:" if one.startswith("img-src") else one for one in INTERACTIVE)

_STANDALONE = {  # of the package fastapi_standalone_docs
    "/docs/swagger-ui-bundle.js": ("swagger/swagger-ui-bundle.js", "text/javascript"),
    "/docs/swagger-ui.css": ("swagger/swagger-ui.css", "text/css"),
    "/redoc/redoc.standalone.js": ("redoc/redoc.standalone.js", "text/javascript"),
    "/redoc/logo-mini.svg": ("redoc/logo-mini.svg", "image/svg+xml"),
}
_ASSETS = {
    "/assets/icon.svg": ("icon.svg", "image/svg+xml"),
    "/assets/theme.css": ("theme.css", "text/css"),
    "/assets/landing.js": ("landing.js", "text/javascript"),
    "/assets/repair.js": ("repair.js", "text/javascript"),
    "/assets/session.js": ("session.js", "text/javascript"),
    "/console/console.css": ("console/console.css", "text/css"),
    "/console/console.js": ("console/console.js", "text/javascript"),
    "/docs/start.js": ("swagger.js", "text/javascript"),
    "/docs/theme.css": ("swagger.css", "text/css"),
    "/redoc/start.js": ("redoc.js", "text/javascript"),
    "/redoc/theme.css": ("redoc.css", "text/css"),
}


def _pages(
    frame: Layout, document: Document, api: API, extras: Extras, problems: Callable[[], dict[str, Problem]]
) -> dict[str, Page]:
    """All pages by path. Their URLs are relative, so that they also work behind a proxy with a path prefix."""
    folder = Path(str(resources.files("fastapi_standalone_docs"))) / "static"
    pages = {
        "/": Page(lambda: landing_page.page(frame, document, api, extras), "text/html", *INTERACTIVE),
        "/openapi.yaml": Page(document.raw, "application/yaml"),
        "/openapi.json": Page(lambda: document.json, "application/json"),
        "/docs": Page(lambda: frame.page("/docs", "Docs", _SWAGGER, head=_SWAGGER_HEAD, wide=True), "text/html", *INTERACTIVE),
        "/redoc": Page(
            lambda: frame.page("/redoc", "Reference", _REDOC, head=_REDOC_HEAD, wide=True), "text/html", *_REDOC_POLICY
        ),
        "/problems": Page(lambda: problem_page.page(frame, problems()), "text/html", *READABLE),
        "/coverage": Page(lambda: coverage_page.page(frame, document), "text/html", *READABLE),
        "/console": Page(frame.console, "text/html", *_CONSOLE_POLICY),
        **{path: Page(ASSETS / name, media_type) for path, (name, media_type) in _ASSETS.items()},
        **{path: Page(folder / name, media_type) for path, (name, media_type) in _STANDALONE.items()},
    }
    if (changelog := extras.changelog) is not None:
        pages["/changelog"] = Page(
            lambda: frame.page("/changelog", "Changelog", f'<div class="prose">{markdown(changelog.read_text())}</div>'),
            "text/html",
            *READABLE,
        )
    return pages


def _everywhere(_path: str) -> bool:
    return True


def routes(
    document: Document, api: API, extras: Extras = NO_EXTRAS, *, is_served: Callable[[str], bool] = _everywhere
) -> list[Route]:
    """The landing page (`/`), the document (`/openapi.yaml`, `/openapi.json`) and the pages that `/` links.

    `/problems/{slug}` redirects to the problem's section of the page, so that the `type` of a problem opens in a browser.
    Pages whose path `is_served` denies are not linked either.
    """
    problems = functools.cache(lambda: problem_page.problems(document, api))

    async def problem(request: Request) -> Response:
        slug = request.path_params["slug"]
        if slug not in problems():
            raise HTTPException(404)
        return RedirectResponse(f"../problems#{slug}", 307, headers(policy()))

    pages: dict[str, Page] = {}
    frame = Layout(str(document.data.get("info", {}).get("title", "API")), pages)
    pages |= {path: page for path, page in _pages(frame, document, api, extras, problems).items() if is_served(path)}
    found = [Route(path, page, methods=["GET"], name=path, include_in_schema=False) for path, page in pages.items()]
    if "/problems" in pages:
        found.append(Route("/problems/{slug}", problem, include_in_schema=False))
    return found
