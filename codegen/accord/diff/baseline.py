"""The baseline of `accord compatible`: the document in the last git tag `v*` that HEAD descends from."""

from __future__ import annotations

import subprocess
from pathlib import Path

from accord.document.document import Document, DocumentError


class NoBaseline(Exception):
    """There is no released document; the text says why."""


def last_release(document: Path) -> tuple[str, Document]:
    """The last tag and the document in it; files that it refers to are read from the tag too.

    Raises:
        NoBaseline: no git repository, no tag, or no such file in the tag.
        DocumentError: the file in the tag cannot be read.
    """
    folder = document.resolve().parent
    try:
        tag = _git(folder, "describe", "--tags", "--abbrev=0", "--match", "v*").decode().strip()
    except (OSError, subprocess.CalledProcessError):
        raise NoBaseline("no release to compare with (no tag `v*`)") from None

    def tagged(name: str) -> bytes:
        try:
            return _git(folder, "show", f"{tag}:./{name}")
        except subprocess.CalledProcessError:
            raise FileNotFoundError(2, "No such file in the release", f"{tag}:{name}") from None

    try:
        raw = tagged(document.name)
    except FileNotFoundError:
        raise NoBaseline(f"no {document.name} in the last release {tag} to compare with") from None
    try:
        return tag, Document(raw, document.name, tagged)
    except DocumentError as error:
        raise DocumentError(f"{tag}:{error}") from None


def _git(folder: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603 - fixed arguments and a tag name
