"""Runtime expressions of links and callbacks."""

from __future__ import annotations

import re

EMBEDDED = re.compile(r"\{(\$[^{}]*)\}")


def expressions(written: str) -> list[str]:
    """The expressions in a text: the whole text, or those in braces."""
    return [written] if written.startswith("$") else EMBEDDED.findall(written)
