"""`accord mock`: serves a document without code. Requests are validated as a real service does."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accord.document.document import Document, Node
from accord.openapi.api import API
from accord.runtime import Engine, Mocked, OpenAPIApp, RequestContext, Service, bind
from accord.runtime.docs import pages


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

    def answered(self, context: RequestContext, status: int) -> None:
        """Requests are not told of."""

    def failed(self, context: RequestContext, error: Exception) -> None:
        """An answer that is not documented, say."""
        operation = context.operation.id if context.operation is not None else context.scope["path"]
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
    service = Service(schemes=dict(accepted), call=lambda context: context, responses="log", observer=Observer())
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
