"""The base paths of `servers`, below which operations are served."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from accord.document.document import Node

_VARIABLE = re.compile(r"\{([^{}]*)\}")


def prefixes(*owners: Node) -> tuple[str, ...]:
    """The paths of the URLs of the innermost `servers`, for every value of their variables, without a trailing slash."""
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
            raise server.error(f"the server {url!r} is not a URL ({error}): correct it") from None


def _resolved(path: str) -> str:
    """The path of a server's URL without dot segments; relative URLs are resolved against the root."""
    return path if path.startswith("//") else urlsplit(urljoin("http://host/", path)).path


def unservable(servers: Node | None) -> Iterator[tuple[Node, str]]:
    """Servers whose base path is unknown or differs from the one that clients use, each with what to do."""
    for server in servers.elements() if servers is not None else ():
        variables = server.value.get("variables", {})
        for name in dict.fromkeys(_VARIABLE.findall(server.value["url"])):
            if name not in variables:
                text = f"the server {server.value['url']!r}: {{{name}}} is not defined: add it to `variables`"
                yield server, text
        for name, variable in variables.items():
            if "enum" in variable and variable.get("default") not in variable["enum"]:
                place = server.raw_child("variables").raw_child(name)
                yield place, f"the default of the server variable {name!r} is not in its `enum`: add it there, or name another"
