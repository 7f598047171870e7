"""One item of `errors` in a 422, as JSON."""

from __future__ import annotations

import functools
import re

import msgspec

from accord.jsonschema.messages import message
from accord.problems.problem import encode

MAX_FAULTS = 100  # per request; the `errors` array of the document has the same bound

# Keywords that reject a name which the client chose.
_REJECT_NAMES = frozenset({"additionalProperties", "propertyNames", "unevaluatedProperties", "unknown"})

_SAFE_POINTER = re.compile(r"[\w/.~-]*")  # shown as it is
_NOT_A_NAME = re.compile(r'["{<]')  # where a whole body begins that was parsed as the name of a form field

MAX_CACHED_POINTER = 200  # characters
_MAX_NAME = 100  # characters of one name in a pointer
_MAX_POINTER = 1000  # characters


def fault(place: str, pointer: str, code: str, text: str | None = None) -> msgspec.Raw:
    """One item of `errors`: the place (`query`), a JSON Pointer from there, the failed keyword and its message."""
    # Names that a client invented are not cached: unknown ones, and those in long pointers.
    is_cached = len(pointer) < MAX_CACHED_POINTER and code not in _REJECT_NAMES
    return (_cached_fault if is_cached else _fault)(place, pointer, code, text)


def _fault(place: str, pointer: str, code: str, text: str | None) -> msgspec.Raw:
    if len(pointer) > _MAX_NAME or _SAFE_POINTER.fullmatch(pointer) is None:
        pointer = "/".join(map(_printable, pointer.split("/")))[:_MAX_POINTER]
        if code in _REJECT_NAMES and (found := _NOT_A_NAME.search(pointer)) is not None:
            pointer = pointer[: found.start()] + "…"
    head, tail = _around_pointer(place, code, text or message(code))
    return msgspec.Raw(head + encode(pointer) + tail)


@functools.lru_cache(maxsize=1024)
def _around_pointer(place: str, code: str, text: str) -> tuple[bytes, bytes]:
    """The JSON of a fault before and after its pointer."""
    head, tail = encode({"in": place, "pointer": "", "code": code, "message": text}).split(b'""', 1)
    return head, tail


_cached_fault = functools.lru_cache(maxsize=1024)(_fault)


def _printable(name: str) -> str:
    """A name in a pointer: truncated, and without control characters or such that change the direction of text."""
    short = name if len(name) <= _MAX_NAME else name[: _MAX_NAME - 1].rstrip("~") + "…"
    return short if short.isprintable() else "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in short)
