"""The bundle of /console: built from the sources in the tree, and small."""

from __future__ import annotations

import gzip
import hashlib
import re

from tests.support.paths import ROOT

SOURCES = ROOT / "codegen/console"
BUNDLE = ROOT / "codegen/accord/runtime/docs/assets/console"
MOST_BYTES = 150_000  # compressed


def test_the_bundle_was_built_from_these_sources():
    files = (path for path in SOURCES.rglob("*") if path.is_file() and "node_modules" not in path.parts)
    digest = hashlib.sha256()
    for name, path in sorted((path.relative_to(SOURCES).as_posix(), path) for path in files):
        digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")

    for script in (BUNDLE / "console.js", BUNDLE.parent / "session.js"):
        named = re.search(r"from sources ([0-9a-f]{64})", script.read_text())
        assert named is not None
        assert named[1] == digest.hexdigest(), "run `make console` and commit what it writes"
    assert (BUNDLE / "index.html").read_bytes() == (SOURCES / "src/index.html").read_bytes()


def test_the_bundle_is_small():
    assert sum(len(gzip.compress(path.read_bytes())) for path in BUNDLE.iterdir()) <= MOST_BYTES


def test_the_lock_names_no_registry():
    assert '"resolved"' not in (SOURCES / "package-lock.json").read_text()
