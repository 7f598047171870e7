"""One member of `errors` in a 422, as JSON."""

from __future__ import annotations

import functools
import re

import msgspec

from accord.jsonschema.messages import message
from accord.problems.problem import encode

MOST_FAULTS = 100  # of one request; the document's `errors` array has the same bound

# What these refuse has a name that a client gave it.
_OF_CLIENTS = frozenset({"additionalProperties", "propertyNames", "unevaluatedProperties", "unknown"})

_USUAL_NAMES = re.compile(r"[\w/.~-]*")  # are told as they are
_NO_NAME = re.compile(r'["{<]')  # begins what is no name but a whole body, read as the name of a form's field

SHORT = 200  # characters
_NAME = 100  # characters of one name in a pointer


def fault(place: str, pointer: str, code: str, said: str | None = None) -> msgspec.Raw:
    """One member of `errors`: where (`query`), a JSON Pointer from there, the keyword that refuses, and why."""
    # Names that clients made up are not kept: those that are unknown, and what long pointers hold.
    return (_usual if len(pointer) < SHORT and code not in _OF_CLIENTS else _fault)(place, pointer, code, said)


def _fault(place: str, pointer: str, code: str, said: str | None) -> msgspec.Raw:
    if len(pointer) > _NAME or _USUAL_NAMES.fullmatch(pointer) is None:
        pointer = "/".join(map(_shown, pointer.split("/")))[:1000]
        if code in _OF_CLIENTS and (odd := _NO_NAME.search(pointer)) is not None:
            pointer = pointer[: odd.start()] + "…"
    head, tail = _around(place, code, said or message(code))
    return msgspec.Raw(head + encode(pointer) + tail)


@functools.lru_cache(maxsize=1024)
def _around(place: str, code: str, said: str) -> tuple[bytes, bytes]:
    """The JSON of a fault before and after its pointer."""
    head, tail = encode({"in": place, "pointer": "", "code": code, "message": said}).split(b'""', 1)
    return head, tail


_usual = functools.lru_cache(maxsize=1024)(_fault)


def _shown(step: str) -> str:
    """A name as it is shown: cut if it is long, without characters that change how the text around them is shown."""
    cut = step if len(step) <= _NAME else step[: _NAME - 1].rstrip("~") + "…"
    return cut if cut.isprintable() else "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in cut)
