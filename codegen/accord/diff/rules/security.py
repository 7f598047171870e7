"""Security requirements: alternatives, the schemes of each, and their scopes. Schemes are compared by type, not by name."""

from __future__ import annotations

from collections.abc import Iterator

from accord.diff.findings import Bump, Change, Location, bump_for
from accord.document.document import Node
from accord.jsonschema.equality import canonical_json
from accord.jsonschema.read_write_only import Direction

# What one alternative requires: pairs of a scheme and one of its scopes, "" for the scheme itself; a step-up is one more.
Requirement = frozenset[tuple[str, str]]


def security(old: Node, new: Node, direction: Direction) -> Iterator[Change]:
    """Each old alternative must still satisfy one of the new ones."""
    before, after = _alternatives(old, direction), _alternatives(new, direction)
    location = _location(new)
    for requirement, text in before.items():
        if not any(other <= requirement for other in after):
            now = " or ".join(after.values())
            what = f"security: {text} is no longer sufficient, requires {now}" if text else f"security: now requires {now}"
            yield Change(bump_for("narrower", direction), location, what, "clients without these credentials")
    for requirement, text in after.items():
        if not any(other <= requirement for other in before):
            what = f"security: {text} is now sufficient" if text else "security: no longer requires credentials"
            yield Change(bump_for("wider", direction), location, what, "clients that verify the credentials")


def _location(node: Node) -> Location:
    for owner in (node, node.document.root):
        if "security" in owner.value:
            return Location.of(owner.raw_child("security"))
    return Location.of(node)


def _alternatives(node: Node, direction: Direction) -> dict[Requirement, str]:
    """The alternatives of an operation, each with its text for messages."""
    root = node.document.root
    default = root.value.get("security") if direction == "request" else None  # the default does not apply to webhooks
    listed = node.value.get("security", default) or [{}]
    found: dict[Requirement, str] = {}
    for alternative in listed:
        requirement: set[tuple[str, str]] = set()
        for name, scopes in alternative.items():
            scheme = _scheme(root, name)
            requirement |= {(scheme, ""), *((scheme, scope) for scope in scopes)}
        texts = [" ".join((_label(root, name), *scopes)) for name, scopes in alternative.items()]
        if node.value.get("x-accord-step-up"):
            requirement.add(("a recent proof", ""))
            texts.append("a recent proof")
        found.setdefault(frozenset(requirement), " and ".join(texts))
    return found


def _label(root: Node, name: str) -> str:
    """The name of a scheme and what it is, so that a message shows a change of either."""
    scheme = _scheme(root, name)
    return name if scheme == name else f"{name} ({scheme})"


def _scheme(root: Node, name: str) -> str:
    """What a scheme is, in words; its name if it is not defined."""
    scheme = root.get("components", "securitySchemes", name)
    if scheme is None:
        return name
    value = scheme.value
    kind = str(value.get("type"))
    if kind == "http":
        return f"http {str(value.get('scheme')).lower()}"
    if kind == "apiKey":
        key = str(value.get("name"))
        return f"apiKey {value.get('in')} {key.lower() if value.get('in') == 'header' else key}"
    if kind == "oauth2":
        return "oauth2"
    return f"{kind} {canonical_json(value.get('openIdConnectUrl'))}"


def oauth_flows(old: Node, new: Node) -> Iterator[Change]:
    """How clients get a token: the OAuth 2.0 flows of each scheme and their URLs. Compared by name of the scheme."""
    before, after = _flows(old), _flows(new)
    breaks = "clients that sign in with it"
    for name, flow in before | after:
        what = f"security scheme {name}: "
        node, other = before.get((name, flow)), after.get((name, flow))
        if other is None:
            if node is not None and any(scheme == name for scheme, _ in after):
                yield Change.removed(node, f"{what}flow {flow}", breaks)
        elif node is None:
            yield Change.added(other, f"{what}flow {flow}")
        else:
            for keyword in ("authorizationUrl", "tokenUrl", "refreshUrl"):
                if (url := node.value.get(keyword)) != (new_url := other.value.get(keyword)):
                    location = Location.of(other.raw_child(keyword) if keyword in other.value else other)
                    yield Change(Bump.MAJOR, location, f"{what}{keyword} {url} -> {new_url}", breaks)
            for scope in (node.value.get("scopes") or {}).keys() - (other.value.get("scopes") or {}).keys():
                text = f"{what}scope {scope!r} of flow {flow}"
                yield Change.removed(node.raw_child("scopes"), text, "clients that request it")


def _flows(root: Node) -> dict[tuple[str, str], Node]:
    return {
        (name, flow): node
        for name, scheme in root.named("components", "securitySchemes")
        if (flows := scheme.get("flows")) is not None
        for flow, node in flows.items()
    }
