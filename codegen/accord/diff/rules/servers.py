"""Where the operations are: `servers` with their variables, and the aliases of whole prefixes (`x-accord-alias`)."""

from __future__ import annotations

from collections.abc import Iterator

from accord.diff.findings import Change, Place, Rating
from accord.diff.rules.annotations import texts
from accord.document.document import Node

_BREAKS = "clients that call it there"


def servers(old: Node, new: Node) -> Iterator[Change]:
    """Of the document, a path or an operation. Without `servers` it is `/`; their descriptions and order mean nothing."""
    before, after = _listed(old), _listed(new)
    for url, node in before.items():
        if url not in after:
            yield Change(Rating.MAJOR, Place.of(node, old="servers" in old.value), f"server {url} removed", _BREAKS)
        else:
            yield from _variables(node, after[url])
            yield from texts(node, after[url], ("description",), f"server {url}: ")
    for url, node in after.items():
        if url not in before:
            yield Change(Rating.MINOR, Place.of(node), f"server {url} added")


def own_servers(old_item: Node, new_item: Node, old: Node, new: Node) -> Iterator[Change]:
    """Of one operation, where it or its path, before or after, has servers of its own."""
    before = next((owner for owner in (old, old_item) if "servers" in owner.value), None)
    after = next((owner for owner in (new, new_item) if "servers" in owner.value), None)
    if before is not None or after is not None:
        yield from servers(before or old.document.root, after or new.document.root)


def _listed(node: Node) -> dict[str, Node]:
    found = node.get("servers")
    listed = {str(server.value.get("url", "/")).rstrip("/") or "/": server for server in found.elements()} if found else {}
    return listed or {"/": node}


def _variables(old: Node, new: Node) -> Iterator[Change]:
    before, after = old.get("variables"), new.get("variables")
    for name, variable in before.named() if before is not None else ():
        other = after.get(name) if after is not None else None
        if other is None:
            continue  # then the URL is another one
        if variable.value.get("default") != other.value.get("default"):
            what = f"server variable {name}: default {variable.value.get('default')} -> {other.value.get('default')}"
            yield Change(Rating.MAJOR, Place.of(other.raw_child("default")), what, "clients that do not choose")
        listed, left = variable.value.get("enum"), other.value.get("enum")
        if left is not None:
            lost = [value for value in listed if value not in left] if listed is not None else ["any other value"]
            for value in lost:
                yield Change(Rating.MAJOR, Place.of(other), f"server variable {name}: {value} removed", _BREAKS)
        if listed is not None and (left is None or any(value not in listed for value in left)):
            yield Change(Rating.MINOR, Place.of(other), f"server variable {name}: values added")


def aliases(old: Node, new: Node) -> Iterator[Change]:
    """`x-accord-alias`: other paths under which the same answers."""
    before, after = old.value.get("x-accord-alias") or {}, new.value.get("x-accord-alias") or {}
    for alias, target in before.items():
        if alias not in after:
            place = Place.of(old.raw_child("x-accord-alias").raw_child(alias), old=True)
            yield Change(Rating.MAJOR, place, f"alias {alias} of {target} removed", _BREAKS)
        elif after[alias] != target:
            place = Place.of(new.raw_child("x-accord-alias").raw_child(alias))
            yield Change(Rating.MAJOR, place, f"alias {alias}: {target} -> {after[alias]}", _BREAKS)
    for alias, target in after.items():
        if alias not in before:
            place = Place.of(new.raw_child("x-accord-alias").raw_child(alias))
            yield Change(Rating.MINOR, place, f"alias {alias} of {target} added")
