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
    for url, node in before.items():
        if url not in after:
            yield Change(Bump.MAJOR, Location.of(node, old="servers" in old.value), f"server {url} removed", _BREAKS)
        else:
            yield from _variables(node, after[url])
            yield from documentation(node, after[url], ("description",), f"server {url}: ")
    for url, node in after.items():
        if url not in before:
            yield Change(Bump.MINOR, Location.of(node), f"server {url} added")


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
    before, after = old.value.get("x-accord-alias") or {}, new.value.get("x-accord-alias") or {}
    for alias, target in before.items():
        if alias not in after:
            location = Location.of(old.raw_child("x-accord-alias").raw_child(alias), old=True)
            yield Change(Bump.MAJOR, location, f"alias {alias} of {target} removed", _BREAKS)
        elif after[alias] != target:
            location = Location.of(new.raw_child("x-accord-alias").raw_child(alias))
            yield Change(Bump.MAJOR, location, f"alias {alias}: {target} -> {after[alias]}", _BREAKS)
    for alias, target in after.items():
        if alias not in before:
            location = Location.of(new.raw_child("x-accord-alias").raw_child(alias))
            yield Change(Bump.MINOR, location, f"alias {alias} of {target} added")
