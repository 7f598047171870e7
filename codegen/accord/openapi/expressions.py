"""Runtime expressions of links and callbacks: found in a text, replaced by values, and selected from a body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec

from accord.document.pointer import fragment_tokens, key_of
from accord.openapi.values.encoded import Encoded, encode
from accord.openapi.values.headers import scalar_text

_EMBEDDED = re.compile(r"\{(\$[^{}]*)\}")

ABSENT: Final = object()


def expressions(written: str) -> list[str]:
    """The expressions in a text: the whole text, or those in braces."""
    return [written] if written.startswith("$") else _EMBEDDED.findall(written)


def expand(template: str, values: Mapping[str, object]) -> str:
    """A URL with its expressions replaced by their values, percent-encoded unless the URL begins with one."""
    if template.startswith("$"):
        return scalar_text(values[template])

    def value(found: re.Match[str]) -> str:
        text = scalar_text(values[found[1]])
        return text if found.start() == 0 else quote(text, safe="")

    return _EMBEDDED.sub(value, template)


def select(body: object, pointer: str) -> Any:  # noqa: ANN401 - any JSON value
    """The value that a JSON Pointer selects in a body of any Python type; `ABSENT` if there is none."""
    value: Any = msgspec.json.decode(body.body if isinstance(body, Encoded) else encode(body))
    for name in fragment_tokens(pointer):
        if (key := key_of(value, name)) is None:
            return ABSENT
        value = value[key]
    return value
