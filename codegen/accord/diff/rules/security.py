"""Who is let in: alternatives, the schemes of each, and their scopes. Schemes are known by what they are, not by their name."""

from __future__ import annotations

from collections.abc import Iterator

from accord.diff.findings import Change, Direction, Place, Rating, rated
from accord.document.document import Node
from accord.jsonschema.equality import canonical_json

# What one alternative asks for: pairs of a scheme and one of its scopes (or "" for the scheme itself).
Demand = frozenset[tuple[str, str]]


def security(old: Node, new: Node, direction: Direction) -> Iterator[Change]:
    """An old way in must still be enough for some new one."""
    before, after = _alternatives(old, direction), _alternatives(new, direction)
    place = _place(new)
    for demand, words in before.items():
        if not any(other <= demand for other in after):
            rating = rated("narrower", direction)
            asked = " or ".join(after.values())
            what = f"security: {words} was enough, now asked for: {asked}" if words else f"security: asks for {asked} now"
            breaks = "clients that have no more than that" if rating is Rating.MAJOR else ""
            yield Change(rating, place, what, breaks)
    for demand, words in after.items():
        if not any(other <= demand for other in before):
            rating = rated("wider", direction)
            breaks = "clients that check it" if rating is Rating.MAJOR else ""
            what = f"security: {words} is enough now" if words else "security: no credential is needed now"
            yield Change(rating, place, what, breaks)


def _place(node: Node) -> Place:
    for owner in (node, node.document.root):
        if "security" in owner.value:
            return Place.of(owner.raw_child("security"))
    return Place.of(node)


def _alternatives(node: Node, direction: Direction) -> dict[Demand, str]:
    root = node.document.root
    common = root.value.get("security") if direction == "request" else None  # what the server asks is not what it sends
    listed = node.value.get("security", common) or [{}]
    found: dict[Demand, str] = {}
    for alternative in listed:
        demand: set[tuple[str, str]] = set()
        for name, scopes in alternative.items():
            scheme = _scheme(root, name)
            demand |= {(scheme, ""), *((scheme, scope) for scope in scopes)}
        words = " and ".join(" ".join((_said(root, name), *scopes)) for name, scopes in alternative.items())
        found.setdefault(frozenset(demand), words)
    return found


def _said(root: Node, name: str) -> str:
    """A scheme by its name and by what it is, so that a change of either is seen."""
    what = _scheme(root, name)
    return name if what == name else f"{name} ({what})"


def _scheme(root: Node, name: str) -> str:
    components = root.get("components")
    schemes = components.get("securitySchemes") if components is not None else None
    scheme = schemes.get(name) if schemes is not None else None
    if scheme is None:
        return name
    value = scheme.value
    kind = str(value.get("type"))
    if kind == "http":
        return f"http {str(value.get('scheme')).lower()}"
    if kind == "apiKey":
        name = str(value.get("name"))
        return f"apiKey {value.get('in')} {name.lower() if value.get('in') == 'header' else name}"
    if kind == "oauth2":
        return "oauth2"
    return f"{kind} {canonical_json(value.get('openIdConnectUrl'))}"


def schemes(old: Node, new: Node) -> Iterator[Change]:
    """How clients come by a token: the flows of oauth2 and their addresses. Matched by name; a renamed one is new."""
    before, after = _flows(old), _flows(new)
    for (name, flow), node in before.items():
        other = after.get((name, flow))
        if other is None:
            if any(scheme == name for scheme, _ in after):
                place = Place.of(node, old=True)
                yield Change(Rating.MAJOR, place, f"security scheme {name}: flow {flow} removed", "clients that sign in by it")
            continue
        for keyword in ("authorizationUrl", "tokenUrl", "refreshUrl"):
            if node.value.get(keyword) != other.value.get(keyword):
                place = Place.of(other.raw_child(keyword) if keyword in other.value else other)
                what = f"security scheme {name}: {keyword} {node.value.get(keyword)} -> {other.value.get(keyword)}"
                yield Change(Rating.MAJOR, place, what, "clients that sign in by it")
        for scope in (node.value.get("scopes") or {}).keys() - (other.value.get("scopes") or {}).keys():
            what = f"security scheme {name}: scope {scope!r} of flow {flow} removed"
            yield Change(Rating.MAJOR, Place.of(node.raw_child("scopes"), old=True), what, "clients that ask for it")
    for (name, flow), node in after.items():
        if (name, flow) not in before:
            yield Change(Rating.MINOR, Place.of(node), f"security scheme {name}: flow {flow} added")


def _flows(root: Node) -> dict[tuple[str, str], Node]:
    components = root.get("components")
    schemes = components.get("securitySchemes") if components is not None else None
    return {
        (name, flow): node
        for name, scheme in (schemes.named() if schemes is not None else ())
        if (flows := scheme.get("flows")) is not None
        for flow, node in flows.items()
    }
