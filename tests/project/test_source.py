"""What the source shows about security, and no request to a running service."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT

# All that runs in a service. `accord.server` is left out: its supervisor starts the workers.
SERVED = ("app", *(f"codegen/accord/{name}" for name in ("document", "jsonschema", "openapi", "problems", "runtime")))
MODULES = {"subprocess", "pickle", "marshal", "shelve", "xml", "lxml", "pty", "ctypes", "code"}
CALLS = {"eval", "exec", "__import__", "system", "popen", "unsafe_load", "load_all"}


def found_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in MODULES:
            yield str(node.module)
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in CALLS:
                yield name


def test_runs_no_code_and_no_program_of_a_client():
    files = [path for folder in SERVED for path in (ROOT / folder).rglob("*.py")]

    assert len(files) > 200
    assert [(str(path.relative_to(ROOT)), name) for path in files for name in found_in(path)] == []


def test_the_password_field_is_masked_and_can_be_pasted_into():
    page = (ROOT / "app/pages/reset-password.html").read_text()
    [field] = re.findall(r'<input id="password"[^>]*>', page)

    assert 'type="password"' in field
    assert 'autocomplete="new-password"' in field
    assert "paste" not in page + (ROOT / "app/pages/account-pages.js").read_text()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-traces.lock"])
def test_every_locked_package_has_a_version_and_hashes(name):
    entries = re.split(r"\n(?=[a-zA-Z0-9])", (ROOT / name).read_text().partition("\n#    make lock\n")[2])

    assert len(entries) > 20
    assert [entry for entry in entries if not re.match(r"[\w.-]+(\[[\w,]+\])?==\S+", entry)] == []
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
