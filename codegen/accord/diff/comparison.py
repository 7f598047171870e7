"""Two whole documents compared: operations, webhooks and callbacks, then what belongs to none of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from accord.diff.findings import Change, Direction, Finding, Place, Rating, opposite
from accord.diff.model.walk import Pair, Walk
from accord.diff.rules import keywords, operations
from accord.diff.rules.annotations import texts
from accord.diff.rules.operations import Operation
from accord.diff.rules.security import schemes
from accord.diff.rules.servers import aliases, servers
from accord.diff.version import too_small
from accord.document.document import Document, Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """The findings, gravest first and then by place, and what `version` says against them."""

    old: Document
    new: Document
    findings: tuple[Finding, ...]
    version: tuple[Node, str] | None

    @property
    def rating(self) -> Rating:
        """The highest; patch also where nothing changed."""
        return max((finding.change.rating for finding in self.findings), default=Rating.PATCH)


def diff(old: Document, new: Document) -> Comparison:
    """Compare two documents.

    Raises:
        DocumentError: a `$ref` that leads nowhere.
    """
    reaches: dict[Change, dict[str, None]] = {}
    for label, change in _changes(old, new):
        reaches.setdefault(change, {})
        if label:
            reaches[change][label] = None
    findings = [Finding(change, tuple(labels)) for change, labels in reaches.items()]
    findings.sort(key=lambda found: (-found.change.rating, found.change.place.old, found.change.place.node.line))
    rating = max((finding.change.rating for finding in findings), default=None)
    return Comparison(old, new, tuple(findings), too_small(old, new, rating) if rating is not None else None)


def _changes(old: Document, new: Document) -> Iterator[tuple[str, Change]]:
    walk = Walk(old, new, keywords.compare)
    before, after = operations.operations(old.root.get("paths")), operations.operations(new.root.get("paths"))
    yield from _operations(walk, before, after, "request", "operation")
    before = operations.operations(old.root.get("webhooks"), "webhook ")
    after = operations.operations(new.root.get("webhooks"), "webhook ")
    yield from _operations(walk, before, after, "response", "webhook")
    for change in (*servers(old.root, new.root), *aliases(old.root, new.root), *schemes(old.root, new.root), *_root(old, new)):
        yield "", change


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


def _root(old: Document, new: Document) -> Iterator[Change]:
    before, after = old.root.value, new.root.value
    yield from texts(old.root, new.root, ("openapi", "tags", "externalDocs"))
    first, second = old.root.get("info"), new.root.get("info")
    if first is not None and second is not None:
        yield from texts(first, second, ("title", "summary", "description", "contact", "license", "termsOfService"), "info.")
    limit, other = before.get("x-accord-body-limit"), after.get("x-accord-body-limit")
    if limit != other:
        place = Place.of((new if other is not None else old).root.raw_child("x-accord-body-limit"), old=other is None)
        less = other is not None and (limit is None or other < limit)
        breaks = "clients that send larger bodies" if less else ""
        yield Change(Rating.MAJOR if less else Rating.MINOR, place, f"x-accord-body-limit {limit} -> {other}", breaks)
