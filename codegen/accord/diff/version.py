"""What changed, held against how far `info.version` has moved: Semantic Versioning 2.0.0.

From 1.0.0 on, a rating asks for its own part of the version. Before (0.y.z) anything may change: what breaks asks for a new y,
everything else for a new z. Pre-release and build marks are not looked at.
"""

from __future__ import annotations

import re

from accord.diff.findings import Rating
from accord.document.document import Document, Node

Version = tuple[int, int, int]


def too_small(old: Document, new: Document, rating: Rating) -> tuple[Node, str] | None:
    """The place and the words, if the version has moved less than the changes ask for; any change asks for something."""
    before, after = _written(old), _written(new)
    node = _node(new)
    first, second = _parsed(before), _parsed(after)
    if first is None or second is None:
        wrong = f"the old info.version {before!r}" if first is None else f"info.version {after!r}"
        return node, f"{wrong} is not MAJOR.MINOR.PATCH: nothing can be held against it"
    if second < first:
        return node, f"info.version {before} -> {after} goes back: write a later one"
    moved = next(
        (part for part, index in ((Rating.MAJOR, 0), (Rating.MINOR, 1), (Rating.PATCH, 2)) if first[index] != second[index]),
        None,
    )
    asked = rating if first[0] > 0 else max(Rating.PATCH, Rating(rating - 1)) if rating else rating
    if moved is not None and moved >= asked:
        return None
    said = f"info.version {before} -> {after} is a {moved}" if moved is not None else f"info.version is still {before}"
    return node, f"{said}, the changes are {rating}: make it {_next(first, asked)}"


def _written(document: Document) -> str:
    info = document.data.get("info")
    return str(info.get("version", "")) if isinstance(info, dict) else ""


def _node(document: Document) -> Node:
    info = document.root.get("info")
    if info is None:
        return document.root
    return info.raw_child("version") if isinstance(info.value, dict) and "version" in info.value else info


def _parsed(text: str) -> Version | None:
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)(?:[-+]|$)", text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _next(version: Version, rating: Rating) -> str:
    major, minor, patch = version
    if rating is Rating.MAJOR:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if rating is Rating.MINOR else f"{major}.{minor}.{patch + 1}"
