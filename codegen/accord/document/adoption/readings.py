"""Readings, and the file that lists them: `openapi.adopted.yaml` beside `openapi.yaml`."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

import yaml

from accord.document.pointer import Pointer
from accord.document.source import SyntaxFault, read
from accord.errors import AccordError

# drop: left out: a keyword is ignored; a parameter, media type or operation is not served.
# apply: a keyword beside a `$ref` applies, which OpenAPI 3.0 says to ignore.
# allow-null: `nullable` allows null, which without a `type` beside it has no effect.
# keep: the keyword means what OpenAPI 3.1 says.
# declare: the parameters of a path that are not declared are required strings.
# set: the given value is written there.
Word = Literal["drop", "apply", "allow-null", "keep", "declare", "set"]

REASONS: dict[Word, str] = {
    "drop": "Left out, as most tools do.",
    "apply": "Most tools apply what is written beside a $ref.",
    "allow-null": "Authors write `nullable` to allow null, and most tools read it so.",
    "keep": "OpenAPI 3.1 allows it, and it is read as there.",
    "declare": "Most tools take a path parameter that is not declared as a string.",
    "set": "A value that changes as little as possible.",
}

_WORDS = get_args(Word)
_GIVEN = re.compile(rf"(.+?)=(?:({'|'.join(_WORDS)})|set:(.*))", re.DOTALL)
_HEAD = """\
# How {name} is read where it cannot be taken as it is written. Written by `accord adopt`: review it, change
# what you mean otherwise, and commit it. docs/engine.md ("Adoption") explains the words.
"""


class ReadingError(AccordError):
    """A reading that cannot be used; the text begins with `file:line:`."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How one place of a document is read instead of as it is written.

    `place` is a JSON Pointer (`#/components/...`; `common.yaml#/...` in another file), an operationId, or `GET /path`.
    `finding` is what was wrong there. `where` is where the reading itself is written.
    """

    place: str
    word: Word
    value: Any = field(default=None, hash=False)  # of `set`
    finding: str = ""
    reason: str = ""
    where: str = "--adopt"

    @property
    def option(self) -> str:
        """The command-line option for this reading."""
        value = f":{json.dumps(self.value, ensure_ascii=False)}" if self.word == "set" else ""
        return f"--adopt {shlex.quote(f'{self.place}={self.word}{value}')}"

    @property
    def key(self) -> tuple[str, str, str]:
        """Its identity, regardless of the reason."""
        return self.place, self.word, json.dumps(self.value, sort_keys=True)


Readings = tuple[Reading, ...]


def given(text: str) -> Reading:
    """A reading as the command line gives it: `PLACE=WORD`, or `PLACE=set:VALUE` with a JSON value.

    Raises:
        ReadingError: it is not a reading.
    """
    found = _GIVEN.fullmatch(text)
    if found is None or found[2] == "set":
        raise ReadingError(f"--adopt {text!r}: write PLACE=WORD with one of {', '.join(_WORDS)} (`set:` and a JSON value)")
    if found[2] is not None:
        return Reading(found[1], cast("Word", found[2]), reason="--adopt")
    try:
        return Reading(found[1], "set", json.loads(found[3]), reason="--adopt")
    except ValueError:
        raise ReadingError(f"--adopt {text!r}: {found[3]!r} is not a JSON value") from None


def file_name(document: str) -> str:
    """The file of readings beside a document: `openapi.adopted.yaml` of `openapi.yaml`."""
    return f"{posixpath.splitext(document)[0]}.adopted.yaml"


def beside(document: str, files: Callable[[str], bytes]) -> Readings:
    """The readings of the file beside a document; none if there is no such file.

    Raises:
        ReadingError: the file cannot be used.
    """
    name = file_name(document)
    try:
        raw = files(name)
    except (KeyError, OSError):
        return ()
    return parsed(raw, name)


def parsed(raw: bytes, name: str) -> Readings:
    """The readings of a file.

    Raises:
        ReadingError: it is not such a file.
    """
    try:
        value, lines = read(raw)
    except SyntaxFault as fault:
        raise ReadingError(f"{name}:{fault.line}: {fault}") from None
    entries = value.get("readings") if isinstance(value, dict) else None
    if not isinstance(entries, list) or value.keys() - {"readings"}:
        raise ReadingError(f"{name}:1: a file of readings has one member, the list `readings`")
    found: dict[str, Reading] = {}
    for index, entry in enumerate(entries):
        for reading in _entry(entry, ("readings", index), lines, name):
            if (other := found.setdefault(reading.place, reading)) is not reading and other.word != reading.word:
                raise ReadingError(f"{reading.where}: {reading.place!r} is read in two ways, also in {other.where}: remove one")
    return tuple(found.values())


def _entry(entry: Any, pointer: Pointer, lines: dict[Pointer, int], name: str) -> Iterable[Reading]:  # noqa: ANN401 - any YAML
    where = f"{name}:{lines.get(pointer, 1)}"
    known = {"finding", "reading", "value", "reason", "places"}
    if not isinstance(entry, dict) or entry.keys() - known:
        raise ReadingError(f"{where}: a reading has the members {', '.join(sorted(known))}")
    word: Word = entry.get("reading")  # type: ignore[assignment]  # looked at below
    places = entry.get("places")
    if word not in _WORDS or (word == "set") != ("value" in entry):
        raise ReadingError(f"{where}: `reading` is one of {', '.join(_WORDS)}, and `set` has a `value`")
    if not isinstance(places, list) or not places or not all(isinstance(place, str) for place in places):
        raise ReadingError(f"{where}: `places` is a list of texts")
    finding, reason = str(entry.get("finding") or ""), str(entry.get("reason") or "").strip()
    if not reason:
        raise ReadingError(f"{where}: a reading has a `reason`: write one")
    for index, place in enumerate(places):
        line = lines.get((*pointer, "places", index), 1)
        yield Reading(place, word, entry.get("value"), finding, reason, f"{name}:{line}")


def written(readings: Readings, document: str) -> str:
    """The file: one entry for each kind of finding, places in the given order."""
    groups: dict[tuple[str, str, str, str], list[Reading]] = {}
    for reading in readings:
        _, word, value = reading.key
        groups.setdefault((reading.finding, word, value, reading.reason), []).append(reading)
    entries = []
    for held in groups.values():
        first = held[0]
        entry: dict[str, Any] = {"finding": first.finding} if first.finding else {}
        entry["reading"] = first.word
        if first.word == "set":
            entry["value"] = first.value
        entry["reason"] = first.reason or REASONS[first.word]
        entries.append({**entry, "places": [reading.place for reading in held]})
    text = yaml.safe_dump({"readings": entries}, sort_keys=False, allow_unicode=True, width=120)
    return _HEAD.format(name=document) + text
