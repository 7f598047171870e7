"""The document over HTTP: the file itself, Swagger UI, ReDoc, the page of problems and the console, prepared once at start.

No page loads anything from another host, and each Content-Security-Policy allows only what its page needs.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import re
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from string import Template

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from accord.document.document import Document
from accord.openapi.api import API
from accord.runtime.docs import problem_page
from accord.runtime.responses.etags import matches

_ASSETS = Path(__file__).parent / "assets"
# The style elements that ReDoc creates: an empty one, to which it adds rules, and that of its scroll bar.
_REDOC_STYLES = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"

_STANDALONE = {  # of the package fastapi_standalone_docs
    "/docs/favicon.png": ("fastapi/favicon.png", "image/png"),
    "/docs/swagger-ui-bundle.js": ("swagger/swagger-ui-bundle.js", "text/javascript"),
    "/docs/swagger-ui.css": ("swagger/swagger-ui.css", "text/css"),
    "/redoc/redoc.standalone.js": ("redoc/redoc.standalone.js", "text/javascript"),
    "/redoc/logo-mini.svg": ("redoc/logo-mini.svg", "image/svg+xml"),
}


def _policy(*allowed: str) -> str:
    """A Content-Security-Policy that allows only the given directives."""
    return "; ".join(("default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"))


def _inline_styles(page: str) -> str:
    """The CSP sources that allow exactly the inline styles of a page."""
    digests = (hashlib.sha256(style.encode()).digest() for style in re.findall("<style>(.*?)</style>", page, re.DOTALL))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _headers(policy: str) -> dict[str, str]:
    return {
        "cache-control": "no-cache",
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }


class Page:
    """One constant body, as an ASGI application that supports GET, HEAD and `If-None-Match`.

    A file is read on the first request and kept, so that memory holds one copy even if many clients read slowly.
    """

    def __init__(self, body: bytes | Path, media_type: str, policy: str) -> None:
        content = body if isinstance(body, bytes) else body.read_bytes()
        self._media_type = media_type
        self._etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        self._headers = _headers(policy) | {"etag": self._etag}
        self._head = Response(headers=self._headers | {"content-length": str(len(content))}, media_type=media_type)
        self._not_modified = Response(status_code=304, headers=self._headers)
        self._body = body

    @functools.cached_property
    def _full(self) -> Response:
        content = self._body if isinstance(self._body, bytes) else self._body.read_bytes()
        return Response(content, headers=self._headers, media_type=self._media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the body, its head, or a 304."""
        tags = b",".join(value for name, value in scope["headers"] if name == b"if-none-match").decode("latin-1")
        if tags and matches(tags, self._etag):
            response = self._not_modified
        elif scope["method"] == "HEAD":
            response = self._head
        else:
            response = self._full
        await response(scope, receive, send)


def _html(name: str, *allowed: str, styles: str = "", **values: str) -> Page:
    """A page that may have its inline styles and what else is allowed; `values` are already escaped."""
    text = Template((_ASSETS / name).read_text()).substitute(values)
    return Page(text.encode(), "text/html", _policy(f"style-src {_inline_styles(text)} {styles}".rstrip(), *allowed))


def _pages(document: Document, title: str, problems: Sequence[problem_page.Problem]) -> dict[str, Page]:
    """All pages by path. Their URLs are relative, so that they also work behind a proxy with a path prefix."""
    folder = Path(str(resources.files("fastapi_standalone_docs"))) / "static"
    interactive = ("script-src 'self'", "img-src 'self' data:", "connect-src 'self'")
    return {
        "/openapi.yaml": Page(document.raw, "application/yaml", _policy()),
        "/openapi.json": Page(document.json, "application/json", _policy()),
        "/assets/theme.css": Page(_ASSETS / "theme.css", "text/css", _policy()),
        "/docs": _html("swagger.html", *interactive, styles="'self'", title=title),
        "/docs/start.js": Page(_ASSETS / "swagger.js", "text/javascript", _policy()),
        # The worker is ReDoc's search index.
        "/redoc": _html("redoc.html", *interactive, "worker-src blob:", styles=_REDOC_STYLES, title=title),
        **{path: Page(folder / name, media_type, _policy()) for path, (name, media_type) in _STANDALONE.items()},
        "/problems": _html(
            "problems.html", "img-src 'self'", styles="'self'", title=title, sections=problem_page.sections(problems)
        ),
        # Pictures in responses and their downloads are blobs.
        "/console": _html(
            "console/index.html",
            "script-src 'self'",
            "img-src 'self' data: blob:",
            "connect-src 'self'",
            styles="'self'",
            title=title,
        ),
        "/console/console.js": Page(_ASSETS / "console/console.js", "text/javascript", _policy()),
        "/console/console.css": Page(_ASSETS / "console/console.css", "text/css", _policy()),
    }


def routes(document: Document, api: API) -> list[Route]:
    """The document (`/openapi.yaml`, `/openapi.json`), its pages (`/docs`, `/redoc`, `/problems`) and its console (`/console`).

    `/problems/{slug}` redirects to the problem's section of the page, so that the `type` of a problem opens in a browser.
    """
    problems = problem_page.problems(document, api)
    title = html.escape(str(document.data.get("info", {}).get("title", "API")))
    slugs = {problem.slug for problem in problems}

    async def problem(request: Request) -> Response:
        slug = request.path_params["slug"]
        if slug not in slugs:
            raise HTTPException(404)
        return RedirectResponse(f"../problems#{slug}", 307, _headers(_policy()))

    pages = _pages(document, title, problems)
    return [
        *(Route(path, page, methods=["GET"], name=path, include_in_schema=False) for path, page in pages.items()),
        Route("/problems/{slug}", problem, include_in_schema=False),
    ]
