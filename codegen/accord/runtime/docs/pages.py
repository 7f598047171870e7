"""The document over HTTP: the file itself, Swagger UI, ReDoc and the page of problems, prepared once at start.

No page loads anything from another host, and each Content-Security-Policy allows only what its page needs.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import html
from importlib import resources
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from accord.document.document import Document
from accord.openapi.api import API
from accord.runtime.docs import problem_page
from accord.runtime.responses.etags import matches

_STYLE = "body { margin: 0 }"

_SWAGGER = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="docs/favicon.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
<style>{style}</style>
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

# A separate file, because the policy allows no inline script. No validator: it would receive the URL of the document.
_SWAGGER_START = b"""SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayOperationId: true,
  showCommonExtensions: true,
  persistAuthorization: true,
  validatorUrl: null,
});
"""

_REDOC = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="docs/favicon.png">
<style>{style}</style>
</head>
<body>
<redoc spec-url="openapi.json"></redoc>
<script src="redoc/redoc.standalone.js"></script>
</body>
</html>
"""

# The style elements that ReDoc creates: an empty one, to which it adds rules, and that of its scroll bar.
_REDOC_STYLES = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"

_ASSETS = {
    "/docs/favicon.png": ("fastapi/favicon.png", "image/png"),
    "/docs/swagger-ui-bundle.js": ("swagger/swagger-ui-bundle.js", "text/javascript"),
    "/docs/swagger-ui.css": ("swagger/swagger-ui.css", "text/css"),
    "/redoc/redoc.standalone.js": ("redoc/redoc.standalone.js", "text/javascript"),
    "/redoc/logo-mini.svg": ("redoc/logo-mini.svg", "image/svg+xml"),
}


def _policy(*allowed: str) -> str:
    """A Content-Security-Policy that allows only the given directives."""
    return "; ".join(("default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"))


def _inline(text: str) -> str:
    """The CSP source that allows exactly this inline style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


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


def _asset_pages() -> dict[str, Page]:
    folder = Path(str(resources.files("fastapi_standalone_docs"))) / "static"
    return {path: Page(folder / name, media_type, _policy()) for path, (name, media_type) in _ASSETS.items()}


def _document_pages(document: Document) -> dict[str, Page]:
    return {
        "/openapi.yaml": Page(document.raw, "application/yaml", _policy()),
        "/openapi.json": Page(document.json, "application/json", _policy()),
    }


def _ui_pages(title: str) -> dict[str, Page]:
    """Swagger UI and ReDoc. Their URLs are relative, so that they also work behind a proxy with a path prefix."""
    swagger = _policy("script-src 'self'", f"style-src 'self' {_inline(_STYLE)}", "img-src 'self' data:", "connect-src 'self'")
    redoc = _policy(
        "script-src 'self'",
        f"style-src {_inline(_STYLE)} {_REDOC_STYLES}",
        "img-src 'self' data:",
        "connect-src 'self'",
        "worker-src blob:",  # the search index
    )
    return {
        "/docs": Page(_SWAGGER.format(title=title, style=_STYLE).encode(), "text/html", swagger),
        "/docs/start.js": Page(_SWAGGER_START, "text/javascript", _policy()),
        "/redoc": Page(_REDOC.format(title=title, style=_STYLE).encode(), "text/html", redoc),
    }


def routes(document: Document, api: API) -> list[Route]:
    """The document (`/openapi.yaml`, `/openapi.json`), its pages (`/docs`, `/redoc`) and its problems (`/problems`).

    `/problems/{slug}` redirects to the problem's section of the page, so that the `type` of a problem opens in a browser.
    """
    problems = problem_page.problems(document, api)
    title = html.escape(str(document.data.get("info", {}).get("title", "API")))
    problem_policy = _policy(f"style-src {_inline(problem_page.STYLE)}", "img-src 'self'")
    pages = {
        **_document_pages(document),
        **_ui_pages(title),
        **_asset_pages(),
        "/problems": Page(problem_page.render(title, problems).encode(), "text/html", problem_policy),
    }
    slugs = {problem.slug for problem in problems}

    async def problem(request: Request) -> Response:
        slug = request.path_params["slug"]
        if slug not in slugs:
            raise HTTPException(404)
        return RedirectResponse(f"../problems#{slug}", 307, _headers(_policy()))

    return [
        *(Route(path, page, methods=["GET"], name=path, include_in_schema=False) for path, page in pages.items()),
        Route("/problems/{slug}", problem, include_in_schema=False),
    ]
