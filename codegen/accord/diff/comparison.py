"""Two documents compared: operations, webhooks and callbacks, then what belongs to the whole document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from accord.diff.findings import Bump, Change, Finding, Location, opposite
from accord.diff.model.walk import Pair, Walk
from accord.diff.rules import operations
from accord.diff.rules.annotations import documentation
from accord.diff.rules.operations import Operation
from accord.diff.rules.schemas import keywords
from accord.diff.rules.security import oauth_flows
from accord.diff.rules.servers import aliases, servers
from accord.diff.version import too_small
from accord.document.document import Document, Node
from accord.jsonschema.read_write_only import Direction


@dataclass(frozen=True, slots=True)
class Comparison:
    """The findings, most severe first and then by line."""

    old: Document
    new: Document
    findings: tuple[Finding, ...]
    version: tuple[Node, str] | None
    """Where `info.version` is written and what is wrong with it, if it was not raised enough."""

    @property
    def bump(self) -> Bump:
        """The highest bump of the findings; patch if nothing changed."""
        return max((finding.change.bump for finding in self.findings), default=Bump.PATCH)


def diff(old: Document, new: Document) -> Comparison:
    """Compare two documents.

    Raises:
        DocumentError: a `$ref` does not resolve.
    """
    affected: dict[Change, dict[str, None]] = {}
    for label, change in _changes(old, new):
        affected.setdefault(change, {})
        if label:
            affected[change][label] = None
    findings = [Finding(change, tuple(labels)) for change, labels in affected.items()]
    findings.sort(key=lambda found: (-found.change.bump, found.change.location.old, found.change.location.node.line))
    bump = max((finding.change.bump for finding in findings), default=None)
    return Comparison(old, new, tuple(findings), too_small(old, new, bump) if bump is not None else None)


def _changes(old: Document, new: Document) -> Iterator[tuple[str, Change]]:
    walk = Walk(old, new, keywords.compare)
    before, after = (operations.operations(document.root.get("paths")) for document in (old, new))
    yield from _operations(walk, before, after, "request", "operation")
    before, after = (operations.operations(document.root.get("webhooks"), "webhook ") for document in (old, new))
    yield from _operations(walk, before, after, "response", "webhook")
    for compare in (servers, aliases, oauth_flows, _root):
        yield from (("", change) for change in compare(old.root, new.root))


def _operations(
    walk: Walk, old: dict[str, Operation], new: dict[str, Operation], direction: Direction, kind: str
) -> Iterator[tuple[str, Change]]:
    yield from operations.added_and_removed(old, new, direction, kind)
    for key, operation in new.items():
        if key not in old:
            continue
        for found in operations.compare(walk, old[key], operation, direction):
            changes = walk.changes(found) if isinstance(found, Pair) else [found]
            yield from ((operation.label, change) for change in changes)
        before, after = _callbacks(old[key]), _callbacks(operation)
        yield from _operations(walk, before, after, opposite(direction), "callback")


def _callbacks(operation: Operation) -> dict[str, Operation]:
    callbacks = operation.node.get("callbacks")
    return {
        f"{name} {key}": found
        for name, callback in (callbacks.named() if callbacks is not None else ())
        for key, found in operations.operations(callback, f"{operation.label} callback ").items()
    }


def _root(old: Node, new: Node) -> Iterator[Change]:
    yield from documentation(old, new, ("openapi", "tags", "externalDocs"))
    before, after = old.get("info"), new.get("info")
    if before is not None and after is not None:
        keywords = ("title", "summary", "description", "contact", "license", "termsOfService")
        yield from documentation(before, after, keywords, "info.")
    old_limit, limit = old.value.get("x-accord-body-limit"), new.value.get("x-accord-body-limit")
    if old_limit != limit:
        lower = limit is not None and (old_limit is None or limit < old_limit)
        location = Location.of_keyword(old, new, "x-accord-body-limit")
        what = f"x-accord-body-limit {old_limit} -> {limit}"
        yield Change(Bump.MAJOR if lower else Bump.MINOR, location, what, "clients that send larger bodies")
