"""The base paths of a document's servers, below which its operations are served."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from app.engine.document import Node


def prefixes(*owners: Node) -> tuple[str, ...]:
    """The path parts of the URLs of the innermost `servers`, every value of their variables filled in; no slash at the end."""
    for owner in owners:
        servers = owner.get("servers")
        if servers is not None and servers.value:
            return tuple(dict.fromkeys(prefix for server in servers.elements() for prefix in _filled(server)))
    return ("",)


def _filled(server: Node) -> Iterator[str]:
    variables = server.value.get("variables", {})
    names = list(dict.fromkeys(re.findall(r"\{([^{}]*)\}", server.value["url"])))
    choices = [variables.get(name, {}).get("enum") or [variables.get(name, {}).get("default", "")] for name in names]
    for values in itertools.product(*choices):
        url = server.value["url"]
        for name, value in zip(names, values, strict=True):
            url = url.replace(f"{{{name}}}", str(value))
        yield urlsplit(url).path.rstrip("/")
