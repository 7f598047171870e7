"""Sample strings for formats, patterns and lengths, always the same."""

from __future__ import annotations

import base64
import itertools
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from accord.jsonschema.regex.parser import PatternError
from accord.jsonschema.regex.sampler import samples

_START = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
_TRIES = 200  # of one pattern: one with lookaheads needs several
_LONGEST = 100_000  # characters; a limit for examples


def _instant(number: int, spare: int) -> str:
    fraction = "." + "0" * (spare - 1) if spare > 1 else ""
    return f"{_START + timedelta(days=number):%Y-%m-%dT%H:%M:%S}{fraction}Z"


def _time(number: int, spare: int) -> str:
    return _instant(0, spare).partition("T")[2].replace("09", f"{number % 24:02}", 1)


def _email(number: int, spare: int) -> str:
    local = f"user{number or ''}"
    room = min(spare, 64 - len(local))
    return f"{local}{'a' * room}@{_hostname(0, spare - room)}"


def _hostname(number: int, spare: int) -> str:
    labels = ["a" * min(62, spare - 1 - at) for at in range(0, spare - 1, 63)]
    return ".".join([*labels, f"host{number}.example.com" if number else "example.com"])


def _pads(head: str, tail: str = "") -> Callable[[int, int], str]:
    return lambda number, spare: f"{head}{number or ''}{'a' * spare}{tail}"


def _base64(number: int, spare: int) -> str:
    return base64.b64encode(f"text{number or ''}".encode() + b"a" * (-(-spare // 4) * 3)).decode()


# By the count of those before and the characters to add.
_FORMATS: dict[str, Callable[[int, int], str]] = {
    "date-time": _instant,
    "date": lambda number, _: f"{_START + timedelta(days=number):%Y-%m-%d}",
    "time": _time,
    "duration": lambda number, spare: f"P{'0' * spare}{number + 1}D",
    **dict.fromkeys(("email", "idn-email"), _email),
    **dict.fromkeys(("hostname", "idn-hostname"), _hostname),
    "ipv4": lambda number, _: f"192.0.{2 + number // 256 % 200}.{number % 256}",
    "ipv6": lambda number, _: f"2001:db8::{number:x}",
    "uuid": lambda number, _: str(uuid.UUID(int=0x0B5E_0000_0000_4000_8000_0000_0000_0001 + number)),
    **dict.fromkeys(("uri", "iri", "url"), _pads("https://example.com/")),
    **dict.fromkeys(("uri-reference", "iri-reference", "json-pointer"), _pads("/items/")),
    "uri-template": _pads("/items", "/{id}"),
    "relative-json-pointer": _pads("1/items"),
    "regex": _pads("^[a-z]+", "$"),
    **dict.fromkeys(("byte", "base64"), _base64),
    "json": lambda number, spare: f'"text{number or ""}{"a" * spare}"',
}
# For where the usual ones are too long.
_SHORT = {
    **dict.fromkeys(("email", "idn-email"), ("a@b.co", "a@b")),
    **dict.fromkeys(("hostname", "idn-hostname"), ("a.co", "a")),
    "ipv4": ("1.1.1.1",),
    "ipv6": ("::1", "::"),
    **dict.fromkeys(("uri", "iri"), ("urn:a:b", "a:b", "a:")),
    **dict.fromkeys(("uri-reference", "iri-reference"), ("/a", "a", "")),
    **dict.fromkeys(("uri-template", "regex"), ("a", "")),
    "json-pointer": ("/a", ""),
    "relative-json-pointer": ("0",),
    "json": ("1",),
}


def texts(formats: list[str], patterns: list[str], least: int, most: int | None) -> Iterator[str]:
    """Candidates, the likeliest first: for the format, for each pattern, then plain words. The caller validates them."""
    least = min(least, _LONGEST)
    longest = max(least, min(_LONGEST, least + 64) if most is None else min(most, _LONGEST))
    sources = [_formatted(name, least, longest) for name in formats if name in _FORMATS]
    sources += [_matching(pattern, least, longest) for pattern in patterns]
    for texts_of_one in itertools.zip_longest(*sources):
        yield from (text for text in texts_of_one if text is not None)
    if not sources:
        yield from _words(least, longest)
    yield from (text for name in formats for text in _SHORT.get(name, ()))


def _formatted(name: str, least: int, most: int) -> Iterator[str]:
    write = _FORMATS[name]
    for number in range(_TRIES):
        spare = max(0, least - len(write(number, 0)))
        text = write(number, spare)
        if len(text) > most:
            return
        yield text


def _matching(pattern: str, least: int, most: int) -> Iterator[str]:
    try:
        yield from samples(pattern, least, most, _TRIES)
    except PatternError:
        return


def _words(least: int, most: int) -> Iterator[str]:
    """`text`, `text1`, ... where there is room for them, and between them every short text of letters and digits."""
    plain = (f"text{number or ''}".ljust(least, "a") for number in itertools.count())
    short = (
        "".join(letters).ljust(least, "a")
        for length in range(min(4, most) + 1)
        for letters in itertools.product("abcdefghijklmnopqrstuvwxyz0123456789", repeat=length)
    )
    for pair in itertools.zip_longest(itertools.takewhile(lambda text: len(text) <= most, plain), short):
        yield from (text for text in pair if text is not None)
