"""The document as it was released: in the last tag `v*` that the present commit descends from."""

from __future__ import annotations

import subprocess
from pathlib import Path


class NoRelease(Exception):
    """There is nothing to compare with, and why."""


def last_release(document: Path) -> tuple[str, bytes]:
    """The tag and the document in it.

    Raises:
        NoRelease: no git, no tag, or no such file in it.
    """
    folder = document.resolve().parent
    try:
        tag = _git(folder, "describe", "--tags", "--abbrev=0", "--match", "v*").decode().strip()
    except (OSError, subprocess.CalledProcessError):
        raise NoRelease("no release yet (no tag `v*`), so nothing can be incompatible") from None
    try:
        return tag, _git(folder, "show", f"{tag}:./{document.name}")
    except subprocess.CalledProcessError:
        raise NoRelease(f"the last release {tag} has no {document.name}, so nothing can be incompatible") from None


def _git(folder: Path, *words: str) -> bytes:
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603 - the words are ours and a tag's name
