"""A copy of the project that is changed as the documentation says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.support.paths import ROOT

RESOURCE = Path(__file__).parent / "comments"
MIGRATIONS = "app/migrations/versions"


class Project:
    """A copy with a history of its own, so that git tells what was edited."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        for bytecode in ROOT.glob("[act]*/**/__pycache__"):  # good for files that are not changed
            shutil.copytree(bytecode, folder / bytecode.relative_to(ROOT))
        if (ROOT / ".mypy_cache").exists():  # `make lint` has filled it: mypy need not read every library again
            shutil.copytree(ROOT / ".mypy_cache", folder / ".mypy_cache")
        self._git("init", "--quiet")
        self._git("add", "--all")
        self._git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "Copied")

    def add(self, resource: Path = RESOURCE) -> None:
        """Add the files of a resource, its edits, and what is generated."""
        last, new = self._revisions()
        for path in sorted(resource.rglob("*.py")):
            target = self.folder / path.relative_to(resource)
            text = path.read_text()
            if target.parent == self.folder / MIGRATIONS:
                target = target.with_name(f"{new}_{target.name}")
                text = text.replace("{revision}", new).replace("{last_revision}", last)
            target.parent.mkdir(exist_ok=True)
            target.write_text(text)
        for edit in yaml.safe_load((resource / "edits.yaml").read_text()):
            path = self.folder / edit["file"]
            text, place = path.read_text(), edit.get("before") or edit["replace"]
            before = "\n" + place if "before" in edit else place
            assert text.count(before) == 1, f"{place!r} stands {text.count(before)} times in {edit['file']}"
            path.write_text(text.replace(before, f"\n{edit['insert']}{place}" if "before" in edit else edit["insert"]))
        self._generate()

    def _revisions(self) -> tuple[str, str]:
        """The number of the newest migration, and the next one."""
        last = max(path.name[:4] for path in (self.folder / MIGRATIONS).glob("[0-9]*.py"))
        return last, f"{int(last) + 1:04}"

    def _generate(self) -> None:
        code, output = self.run("-m", "accord", "generate")
        assert code == 0, output

    def run(self, *command: str, **environment: str) -> tuple[int, str]:
        """The exit code and the output of a Python command in the copy."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1", **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def edited(self) -> dict[str, str]:
        """The files that differ from the project: `M` those that were there, `A` new ones."""
        self._git("add", "--all")
        listed = self._git("diff", "--cached", "--name-status", "--no-renames", "HEAD").splitlines()
        return {name: status for status, _, name in (line.partition("\t") for line in listed)}

    def _git(self, *arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=self.folder, capture_output=True, text=True, check=True).stdout
