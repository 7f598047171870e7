"""YAML, parsed by libyaml: about ten times as fast as in Python."""

from __future__ import annotations

from typing import Any

import yaml


def load(text: str) -> Any:
    """The value of a YAML document."""
    return yaml.load(text, Loader=yaml.CSafeLoader)
