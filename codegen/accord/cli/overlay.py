"""`accord overlay`: the error responses that a document omits, as an OpenAPI Overlay."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from accord.cli.settings import valid
from accord.problems.overlay import overlay


def run(options: argparse.Namespace) -> int:
    """Print the overlay."""
    sys.stdout.write(as_text(overlay(valid(options))))
    return 0


def as_text(added: dict[str, Any]) -> str:
    """An overlay as JSON for a file or a terminal."""
    return json.dumps(added, indent=2, ensure_ascii=False) + "\n"
