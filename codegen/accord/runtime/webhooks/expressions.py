"""Evaluates runtime expressions: the URLs of callbacks, and values that a JSON Pointer selects in a body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec

from accord.document.pointer import fragment_tokens, key_of
from accord.openapi.encoded import Encoded, encode
from accord.openapi.expressions import EMBEDDED
from accord.openapi.header_values import scalar_text

ABSENT: Final = object()


def expand(template: str, values: Mapping[str, object]) -> str:
    """A URL with its expressions replaced by their values, percent-encoded unless the URL begins with one."""
    if template.startswith("$"):
        return scalar_text(values[template])

    def value(found: re.Match[str]) -> str:
        text = scalar_text(values[found[1]])
        return text if found.start() == 0 else quote(text, safe="")

    return EMBEDDED.sub(value, template)


def select(body: object, pointer: str) -> Any:  # noqa: ANN401 - any JSON value
    """The value that a JSON Pointer selects in a body of any Python type; `ABSENT` if there is none."""
    value: Any = msgspec.json.decode(body.body if isinstance(body, Encoded) else encode(body))
    for name in fragment_tokens(pointer):
        if (key := key_of(value, name)) is None:
            return ABSENT
        value = value[key]
    return value
