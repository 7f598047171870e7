"""Whether `info.version` was raised enough for the changes (Semantic Versioning 2.0.0).

From 1.0.0 on, each bump raises its own part of the version. In 0.y.z a breaking change raises y and every other change z.
Pre-release and build suffixes are ignored.
"""

from __future__ import annotations

import re

from accord.diff.findings import Bump
from accord.document.document import Document, Node

Version = tuple[int, int, int]


def too_small(old: Document, new: Document, bump: Bump) -> tuple[Node, str] | None:
    """Where `info.version` is written and what is wrong with it; None if it was raised enough for `bump`."""
    (_, before), (node, after) = _version(old), _version(new)
    first, second = _parsed(before), _parsed(after)
    if first is None or second is None:
        wrong = f"the old info.version {before!r}" if first is None else f"info.version {after!r}"
        return node, f"{wrong} is not MAJOR.MINOR.PATCH: versions cannot be compared"
    if second < first:
        return node, f"info.version {before} -> {after} goes backwards: use a later version"
    raised = next((part for part, index in zip(reversed(Bump), range(3), strict=True) if first[index] != second[index]), None)
    required = bump if first[0] > 0 else max(Bump.PATCH, Bump(bump - 1)) if bump else bump
    if raised is not None and raised >= required:
        return None
    what = f"info.version {before} -> {after} is a {raised} bump" if raised is not None else f"info.version is still {before}"
    return node, f"{what}, but the changes are {bump}: set it to {_next(first, required)}"


def _version(document: Document) -> tuple[Node, str]:
    """Where it is written, and its text."""
    info = document.root.get("info")
    if info is None or not isinstance(info.value, dict) or "version" not in info.value:
        return info or document.root, ""
    return info.raw_child("version"), str(info.value["version"])


def _parsed(text: str) -> Version | None:
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)(?:[-+]|$)", text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _next(version: Version, bump: Bump) -> str:
    major, minor, patch = version
    if bump is Bump.MAJOR:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if bump is Bump.MINOR else f"{major}.{minor}.{patch + 1}"
