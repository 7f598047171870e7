"""Runtime expressions (OpenAPI, Runtime Expressions): where links and callbacks find their values."""

from __future__ import annotations

import re

EMBEDDED = re.compile(r"\{(\$[^{}]*)\}")


def expressions(written: str) -> list[str]:
    """The expressions in a text: all of it, or those in its braces."""
    return [written] if written.startswith("$") else EMBEDDED.findall(written)
