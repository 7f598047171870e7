"""`accord mock`: serves a document without code. Requests are validated as a real service does."""

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

from accord.cli.overlay import as_text
from accord.cli.settings import valid
from accord.document.deep_stack import deep
from accord.document.document import Document, Node
from accord.openapi.api import API
from accord.overlay import completed, overlay
from accord.runtime import Engine, Mocked, OpenAPIApp, RequestContext, Service, bind
from accord.runtime.docs import pages
from accord.server import lifecycle


def run(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM."""
    document = deep(lambda: valid(options))
    if options.complete:
        added = deep(lambda: overlay(document))
        if options.overlay:
            Path(options.overlay).write_text(as_text(added), encoding="utf-8")
        else:
            sys.stdout.write(as_text(added))
        document = completed(document, added)
    accepted = schemes(document, options.credential)
    app = application(document, accepted)
    sys.stderr.write("".join(f"{finding}\n" for finding in app.engine.errors.findings))
    sys.stdout.write(greeting(document, accepted, f"http://{options.host}:{options.port}"))
    sys.stdout.flush()
    lifecycle.serve(app, lifecycle.listen(options.host, options.port), draining=asyncio.Event(), drain_seconds=0)
    return 0


@dataclass(frozen=True, slots=True)
class Credential:
    """A security scheme that accepts one credential and grants every scope."""

    accepted: str

    async def verify(self, credential: str) -> str | None:
        """The credential itself is the principal."""
        return credential if secrets.compare_digest(credential.encode(), self.accepted.encode()) else None

    @staticmethod
    def allows(_principal: str, _scopes: tuple[str, ...]) -> bool:
        """Every scope."""
        return True


class Observer:
    """Writes faults of the mock to standard error."""

    def answered(self, exchange: RequestContext, status: int) -> None:
        """Requests are not logged."""

    def failed(self, exchange: RequestContext, error: Exception) -> None:
        """For example a response that is not documented."""
        operation = exchange.operation.id if exchange.operation is not None else exchange.scope["path"]
        sys.stderr.write(f"{operation}: {error!r}\n")


def schemes(document: Document, credential: str | None) -> dict[str, Credential]:
    """What each security scheme accepts: the given credential, or a random one."""
    components = document.root.get("components")
    written = components.get("securitySchemes") if components is not None else None
    return {name: Credential(_credential(node, credential)) for name, node in (written.named() if written else ())}


def application(document: Document, accepted: Mapping[str, Credential]) -> OpenAPIApp:
    """The document as an application. A response that is not documented is logged.

    Raises:
        DocumentError: a part of the document cannot be served.
    """
    description = API.of(document)
    service = Service(schemes=dict(accepted), call=lambda exchange: exchange, responses="log", observer=Observer())
    host = OpenAPIApp(Engine(description, bind(description, (), mock=Mocked), service))
    host.router.routes += pages.routes(document, description)
    return host


def greeting(document: Document, accepted: Mapping[str, Credential], address: str) -> str:
    """The addresses, and the credentials that are accepted."""
    prefixes = dict.fromkeys(prefix for operation in API.of(document).operations for prefix in operation.prefixes)
    lines = [f"  {address}{prefix or '/'}" for prefix in prefixes]
    lines += [f"  {address}/openapi.yaml   the document, {address}/docs to try it"]
    components = document.root.get("components")
    written = components.get("securitySchemes") if components is not None else None
    for name, node in written.named() if written else ():
        lines.append(f"  {name}: {_header(node, accepted[name].accepted)}")
    return "\n".join([f"{document.name} as a mock:", *lines, ""])


def _credential(scheme: Node, given: str | None) -> str:
    value = given or secrets.token_urlsafe(12)
    basic = scheme.value.get("type") == "http" and str(scheme.value.get("scheme")).lower() == "basic"
    return f"mock:{value}" if basic and ":" not in value else value


def _header(scheme: Node, accepted: str) -> str:
    """How a credential is sent."""
    value: Any = scheme.value
    if value["type"] == "apiKey":
        shown = {"header": f"{value['name']}: {accepted}", "query": f"?{value['name']}={accepted}"}
        return shown.get(value["in"], f"Cookie: {value['name']}={accepted}")
    kind = str(value.get("scheme", "bearer")).lower() if value["type"] == "http" else "bearer"
    return f"curl -u {json.dumps(accepted)}" if kind == "basic" else f"Authorization: {kind.title()} {accepted}"
