"""`servers` with their variables, and aliases of path prefixes (`x-accord-alias`)."""

from __future__ import annotations

from collections.abc import Iterator

from accord.diff.findings import Bump, Change, Location
from accord.diff.rules.annotations import documentation
from accord.document.document import Node

_BREAKS = "clients that use it"


def servers(old: Node, new: Node) -> Iterator[Change]:
    """Of the document, a path item or an operation. Without `servers` there is one with the URL `/`; their order is ignored."""
    before, after = _by_url(old), _by_url(new)
    for url in before | after:
        if url not in after:
            yield Change(Bump.MAJOR, Location.of(before[url], old="servers" in old.value), f"server {url} removed", _BREAKS)
        elif url not in before:
            yield Change.added(after[url], f"server {url}")
        else:
            yield from _variables(before[url], after[url])
            yield from documentation(before[url], after[url], ("description",), f"server {url}: ")


def effective_servers(old_item: Node, new_item: Node, old: Node, new: Node) -> Iterator[Change]:
    """Of one operation, if it or its path item overrides the servers of the document, before or after."""
    before = next((owner for owner in (old, old_item) if "servers" in owner.value), None)
    after = next((owner for owner in (new, new_item) if "servers" in owner.value), None)
    if before is not None or after is not None:
        yield from servers(before or old.document.root, after or new.document.root)


def _by_url(node: Node) -> dict[str, Node]:
    found = node.get("servers")
    listed = {str(server.value.get("url", "/")).rstrip("/") or "/": server for server in found.elements()} if found else {}
    return listed or {"/": node}


def _variables(old: Node, new: Node) -> Iterator[Change]:
    before, after = old.get("variables"), new.get("variables")
    for name, variable in before.named() if before is not None else ():
        other = after.get(name) if after is not None else None
        if other is None:
            continue  # an unused variable: without it, the URL would be another one
        if variable.value.get("default") != other.value.get("default"):
            what = f"server variable {name}: default {variable.value.get('default')} -> {other.value.get('default')}"
            yield Change(Bump.MAJOR, Location.of(other.raw_child("default")), what, "clients that use the default")
        old_values, new_values = variable.value.get("enum"), other.value.get("enum")
        if new_values is not None:
            removed = [value for value in old_values if value not in new_values] if old_values is not None else ["other values"]
            for value in removed:
                yield Change(Bump.MAJOR, Location.of(other), f"server variable {name}: {value} removed", _BREAKS)
        if old_values is not None and (new_values is None or any(value not in old_values for value in new_values)):
            yield Change(Bump.MINOR, Location.of(other), f"server variable {name}: values added")


def aliases(old: Node, new: Node) -> Iterator[Change]:
    """`x-accord-alias`: path prefixes under which the same operations are served."""
    before, after = (dict(aliased.written()) if (aliased := root.get("x-accord-alias")) else {} for root in (old, new))
    for alias in before | after:
        if alias not in after:
            yield Change.removed(before[alias], f"alias {alias} of {before[alias].value}", _BREAKS)
        elif alias not in before:
            yield Change.added(after[alias], f"alias {alias} of {after[alias].value}")
        elif (target := after[alias]).value != before[alias].value:
            what = f"alias {alias}: {before[alias].value} -> {target.value}"
            yield Change(Bump.MAJOR, Location.of(target), what, _BREAKS)
