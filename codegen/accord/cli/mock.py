"""`accord mock`: serves a document without code, with the validation of a real service."""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.routing import Route

from accord.cli.overlay import as_text
from accord.cli.settings import valid
from accord.document.deep_stack import on_deep_stack
from accord.document.document import Document, Node
from accord.openapi.api import API
from accord.problems.overlay import completed, overlay
from accord.runtime import Engine, Mocked, OpenAPIApp, RequestContext, Service, bind
from accord.runtime.docs import pages
from accord.runtime.docs.landing_page import Extras
from accord.runtime.docs.recent_requests import RecentRequests
from accord.server import lifecycle
from accord.server.sockets import listen


def run(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM."""
    document = on_deep_stack(lambda: valid(options))
    if options.complete:
        added = on_deep_stack(lambda: overlay(document))
        if options.overlay:
            Path(options.overlay).write_text(as_text(added), encoding="utf-8")
        else:
            sys.stdout.write(as_text(added))
        document = completed(document, added)
    accepted = schemes(document, options.credential)
    app = application(document, accepted)
    sys.stderr.write("".join(f"{finding}\n" for finding in app.engine.findings))
    sys.stdout.write(greeting(document, accepted, f"http://{options.host}:{options.port}"))
    sys.stdout.flush()
    lifecycle.serve(app, listen(options.host, options.port), draining=asyncio.Event(), drain_seconds=0)
    return 0


@dataclass(frozen=True, slots=True)
class Credential:
    """A security scheme that accepts one credential and grants every scope."""

    accepted: str

    async def verify(self, credential: str) -> str | None:
        """Return the credential as the principal, if it is the accepted one."""
        return credential if secrets.compare_digest(credential.encode(), self.accepted.encode()) else None

    @staticmethod
    def allows(_principal: str, _scopes: tuple[str, ...]) -> bool:
        """Whether the principal has the scopes: always."""
        return True

    async def step_up(self, principal: str) -> None:
        """Ask for no proof."""


class Observer:
    """Writes errors of the mock to standard error."""

    def on_response(self, context: RequestContext, status: int) -> None:
        """Do nothing: requests are not logged."""

    def on_error(self, context: RequestContext, error: Exception) -> None:
        """Write one line, for example for a response that is not documented."""
        operation = context.operation.id if context.operation is not None else context.scope["path"]
        sys.stderr.write(f"{operation}: {error!r}\n")


def schemes(document: Document, credential: str | None) -> dict[str, Credential]:
    """Each security scheme with the credential that it accepts: the given one, or a random one."""
    return {
        name: Credential(_credential(node, credential)) for name, node in document.root.named("components", "securitySchemes")
    }


def application(document: Document, accepted: Mapping[str, Credential]) -> OpenAPIApp:
    """The document as an application. A response that is not documented is logged.

    Raises:
        DocumentError: a part of the document cannot be served.
    """
    api = API.of(document)
    recent = RecentRequests(Observer())
    service = Service(schemes=dict(accepted), call=lambda context: context, responses="log", observer=recent)
    app = OpenAPIApp(Engine(api, bind(api, (), mock=Mocked), service))
    app.router.routes += pages.routes(document, api, Extras(recent_requests=True))
    app.router.routes.append(Route("/requests.json", recent.respond))
    return app


def greeting(document: Document, accepted: Mapping[str, Credential], address: str) -> str:
    """The URLs of the mock, and how to send the accepted credentials."""
    prefixes = dict.fromkeys(prefix for operation in API.of(document).operations for prefix in operation.prefixes)
    lines = [f"  {address}{prefix or '/'}" for prefix in prefixes]
    lines += [f"  {address}/   where to start, {address}/docs and {address}/console to try it"]
    schemes = document.root.named("components", "securitySchemes")
    lines += [f"  {name}: {_header(node, accepted[name].accepted)}" for name, node in schemes]
    return "\n".join([f"{document.name} as a mock:", *lines, ""])


def _credential(scheme: Node, given: str | None) -> str:
    value = given or secrets.token_urlsafe(12)
    basic = scheme.value.get("type") == "http" and str(scheme.value.get("scheme")).lower() == "basic"
    return f"mock:{value}" if basic and ":" not in value else value


def _header(scheme: Node, accepted: str) -> str:
    """The header, query parameter or curl option that sends a credential."""
    value: Any = scheme.value
    if value["type"] == "apiKey":
        shown = {"header": f"{value['name']}: {accepted}", "query": f"?{value['name']}={accepted}"}
        return shown.get(value["in"], f"Cookie: {value['name']}={accepted}")
    kind = str(value.get("scheme", "bearer")).lower() if value["type"] == "http" else "bearer"
    return f"curl -u {json.dumps(accepted)}" if kind == "basic" else f"Authorization: {kind.title()} {accepted}"
