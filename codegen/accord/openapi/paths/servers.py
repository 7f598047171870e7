"""The base paths of a document's servers, below which its operations are served."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from accord.document.document import Node

_VARIABLE = re.compile(r"\{([^{}]*)\}")


def prefixes(*owners: Node) -> tuple[str, ...]:
    """The path parts of the URLs of the innermost `servers`, every value of their variables filled in; no slash at the end."""
    for owner in owners:
        servers = owner.get("servers")
        if servers is not None and servers.value:
            return tuple(dict.fromkeys(prefix for server in servers.elements() for prefix in _filled(server)))
    return ("",)


def _filled(server: Node) -> Iterator[str]:
    variables = server.value.get("variables", {})
    names = list(dict.fromkeys(_VARIABLE.findall(server.value["url"])))
    choices = [variables.get(name, {}).get("enum") or [variables.get(name, {}).get("default", "")] for name in names]
    for values in itertools.product(*choices):
        url = server.value["url"]
        for name, value in zip(names, values, strict=True):
            url = url.replace(f"{{{name}}}", str(value))
        try:
            yield _resolved(urlsplit(url).path).rstrip("/")
        except ValueError as error:
            raise server.error(f"the server {url!r} is no URL ({error}): correct it") from None


def _resolved(path: str) -> str:
    """The path of a server's URL without dot segments; a relative one starts where the document is served: at the root."""
    return path if path.startswith("//") else urlsplit(urljoin("http://host/", path)).path


def unservable(servers: Node | None) -> Iterator[tuple[Node, str]]:
    """What of `servers` has no base path, or another than clients take; each as a place and what to do."""
    for server in servers.elements() if servers is not None else ():
        variables = server.value.get("variables", {})
        for name in dict.fromkeys(_VARIABLE.findall(server.value["url"])):
            if name not in variables:
                text = f"the server {server.value['url']!r}: nobody says what {{{name}}} is: add it to `variables`"
                yield server, text
        for name, variable in variables.items():
            if "enum" in variable and variable.get("default") not in variable["enum"]:
                place = server.raw_child("variables").raw_child(name)
                yield place, f"the default of the server variable {name!r} is not in its `enum`: add it there, or name another"
