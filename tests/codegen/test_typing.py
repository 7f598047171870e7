"""What mypy says of handlers: those that fit have no error, and of those that do not, every marked line has one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HANDLERS = Path(__file__).parent / "handlers"


class TestTypes:
    def test_right_handlers_are_accepted_and_each_wrong_one_is_rejected_at_its_line(self):
        lines = enumerate((HANDLERS / "wrong.py").read_text().splitlines(), 1)
        wrong = {number for number, line in lines if "# wrong: " in line}

        done = subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "--no-pretty", "right.py", "wrong.py"],
            cwd=HANDLERS,
            env={**os.environ, "MYPYPATH": str(ROOT), "MYPY_CACHE_DIR": str(ROOT / ".mypy_cache")},
            capture_output=True,
            text=True,
            check=False,
        )

        errors = re.findall(r"^(.+?):(\d+): error: ", done.stdout, re.MULTILINE)
        assert {file for file, _ in errors} == {"wrong.py"}, done.stdout
        assert {int(line) for _, line in errors} == wrong, done.stdout
