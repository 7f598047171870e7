"""Runtime expressions evaluated: URLs of callbacks, and values of links that a JSON Pointer finds in a body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec

from accord.document.pointer import fragment_tokens, key_of
from accord.openapi.expressions import EMBEDDED
from accord.runtime.responses.encoded import Encoded, encode
from accord.runtime.responses.headers import text

ABSENT: Final = object()


def expanded(written: str, values: Mapping[str, object]) -> str:
    """The URL of a text with its expressions replaced; values are quoted, except that with which the URL begins."""
    if written.startswith("$"):
        return text(values[written])

    def value(found: re.Match[str]) -> str:
        plain = text(values[found[1]])
        return plain if found.start() == 0 else quote(plain, safe="")

    return EMBEDDED.sub(value, written)


def pointed(body: object, pointer: str) -> Any:  # noqa: ANN401 - any JSON value
    """What a JSON Pointer finds in a body, whatever it is to Python; `ABSENT` if nothing."""
    value: Any = msgspec.json.decode(body.body if isinstance(body, Encoded) else encode(body))
    for name in fragment_tokens(pointer):
        if (key := key_of(value, name)) is None:
            return ABSENT
        value = value[key]
    return value
