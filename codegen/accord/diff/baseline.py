"""The document as it was released: in the last tag `v*` that the present commit descends from."""

from __future__ import annotations

import subprocess
from pathlib import Path

from accord.document.document import Document, DocumentError


class NoRelease(Exception):
    """There is nothing to compare with, and why."""


def last_release(document: Path) -> tuple[str, Document]:
    """The tag and the document in it, with the files that it refers to as they were.

    Raises:
        NoRelease: no git, no tag, or no such file in it.
        DocumentError: what stands there is no document.
    """
    folder = document.resolve().parent
    try:
        tag = _git(folder, "describe", "--tags", "--abbrev=0", "--match", "v*").decode().strip()
    except (OSError, subprocess.CalledProcessError):
        raise NoRelease("no release yet (no tag `v*`), so nothing can be incompatible") from None

    def written(name: str) -> bytes:
        try:
            return _git(folder, "show", f"{tag}:./{name}")
        except subprocess.CalledProcessError:
            raise FileNotFoundError(2, "No such file in the release", f"{tag}:{name}") from None

    try:
        raw = written(document.name)
    except FileNotFoundError:
        raise NoRelease(f"the last release {tag} has no {document.name}, so nothing can be incompatible") from None
    try:
        return tag, Document(raw, document.name, written)
    except DocumentError as error:
        raise DocumentError(f"{tag}:{error}") from None


def _git(folder: Path, *words: str) -> bytes:
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603 - the words are ours and a tag's name
