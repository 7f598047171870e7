"""Error bodies written by a template: a JSON value some parts of which are replaced for each error.

`declared_template` reads one from the document, `guessed_template` derives one from the schema of a response.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from accord.document.document import Node
from accord.document.pointer import tokens
from accord.jsonschema.validator import validator
from accord.problems.fault import MAX_FAULTS, fault
from accord.problems.problem import ProblemType, encode

Fault = dict[str, Any]  # an item of `errors` in a problem
Values = Mapping[str, Any]  # of placeholders, by their names

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
CODES = ("code", "CODE_NAME", "code_name", "CodeName", "codeName")  # in the order of `spellings`
ABSENT = object()  # the value of a member that is left out

# What templates are tried with. Details differ from error to error, so any text of a length has to be valid.
_LENGTHS = (400, 200, 80)
_ANY_TEXT = 'A longer sentence, of any characters: it\'s <one> & "two"; 100 %! ' * 7
_PLACES = ("path", "query", "header", "cookie", "body")
ID = "0f1e2d3c-4b5a-8697-a8b9-cadbecfd0e1f"
SAMPLE_VALUES: Values = {
    "detail": _ANY_TEXT[: _LENGTHS[-1]],
    "request_id": ID,
    "instance": f"urn:uuid:{ID}",
    "timestamp": "1970-01-02T03:04:05Z",
}
SAMPLE_FAULTS: list[Fault] = [
    msgspec.json.decode(fault(place, f"/name/{number}", "type"))
    for number, place in zip(range(MAX_FAULTS), itertools.cycle(_PLACES), strict=False)
]
FAULT_OF_EACH_PLACE = [*SAMPLE_FAULTS[: len(_PLACES)], {**SAMPLE_FAULTS[0], "in": "request"}]


class Text(NamedTuple):
    """A text with placeholders. A placeholder alone has the type of its value."""

    text: str

    def __call__(self, values: Values) -> Any:  # noqa: ANN401 - any JSON value
        """The text with the values of its placeholders."""
        if (alone := PLACEHOLDER.fullmatch(self.text)) is not None:
            return values[alone[1]]
        return PLACEHOLDER.sub(lambda found: str(values[found[1]]), self.text)


class Listing(NamedTuple):
    """The faults of a request. Without any, the member that contains them is left out."""

    write: Callable[[Values, list[Fault]], Any]


def each_fault(items: list[Any]) -> Listing:
    """A list that has these items for each fault."""
    return Listing(lambda values, faults: [fill(item, {**values, **_of(one)}, faults) for one in faults for item in items])


def _sentence(one: Fault) -> str:
    return f"{one['in']}{one['pointer'][:100]} {one['message']}"


def _by_pointer(_: Values, faults: list[Fault]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in faults:
        found.setdefault(one["pointer"], []).append(one["message"])
    return found


WHOLE_FAULTS = Listing(lambda _, faults: faults)
COMMON_LISTINGS = (WHOLE_FAULTS, Listing(lambda _, faults: list(map(_sentence, faults))), Listing(_by_pointer))


def fill(part: Any, values: Values, faults: list[Fault]) -> Any:  # noqa: ANN401 - a part of a template, any JSON value
    """A part of a template with what its placeholders stand for."""
    if isinstance(part, Listing):
        return part.write(values, faults)
    if callable(part):
        return part(values)
    if isinstance(part, dict):
        members = ((name, fill(item, values, faults)) for name, item in part.items() if faults or not isinstance(item, Listing))
        return {name: value for name, value in members if value is not ABSENT}
    return [fill(item, values, faults) for item in part] if isinstance(part, list) else part


def _of(one: Fault) -> dict[str, Any]:
    steps = tokens(one["pointer"])
    return {f"errors.{name}": value for name, value in {**one, "field": ".".join(steps), "loc": [one["in"], *steps]}.items()}


def spellings(code: str) -> list[str]:
    """A code such as `not-found` as other documents write it."""
    words = code.split("-")
    pascal = "".join(map(str.capitalize, words))
    snake = "_".join(words)
    return [code, snake.upper(), snake, pascal, pascal[:1].lower() + pascal[1:], " ".join(words).capitalize()]


def _with_sentences(detail: str, faults: list[Fault], longest: int) -> str:
    """The detail with as many faults as fit, at least one."""
    for number, one in enumerate(faults):
        longer = f"{detail} {_sentence(one)}."
        if number and len(longer) > longest:
            break
        detail = longer
    return detail


class ErrorTemplate:
    """One kind of error under one template.

    `lists`: the template lists faults; otherwise the detail names them. `needs_one`: without faults, the list has one item, the
    error itself.
    """

    def __init__(self, parts: Any, kind: ProblemType, *, lists: bool, needs_one: bool) -> None:  # noqa: ANN401 - as `fill`
        self._parts, self._kind, self._lists, self._needs_one = parts, kind, lists, needs_one
        codes = dict(zip(CODES, spellings(kind.code), strict=False))
        status = {"status": kind.status, "status_text": str(kind.status)}
        self._constant: dict[str, Any] = {**status, **codes, "title": kind.title, "type": kind.type}
        self._longest, self._most = _LENGTHS[0], MAX_FAULTS

    def write(self, detail: str | None, request_id: bytes, faults: list[msgspec.Raw] | None) -> bytes:
        """One error as JSON."""
        listed = list(map(msgspec.json.decode, faults or ()))
        return encode(self._filled(detail or self._kind.detail, request_id.decode(), listed))

    def _filled(self, detail: str, request_id: str, faults: list[Fault]) -> Any:  # noqa: ANN401 - any JSON value
        if not self._lists:
            detail = _with_sentences(detail, faults, self._longest)
        values = {
            **self._constant,
            "detail": detail[: self._longest],
            "request_id": request_id,
            "instance": f"urn:uuid:{request_id}",
            "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        }
        itself = {"in": "request", "pointer": "", "code": self._kind.code, "message": detail}
        return fill(self._parts, values, faults[: self._most] or ([itself] if self._needs_one else []))

    def mismatch(self, schema: Node, samples: Iterable[list[Fault]]) -> str | None:
        """Find how long a detail, and how many of these faults, the schema allows; returns what is wrong if it allows none."""
        schema_validator = validator(schema, "response")
        choices = itertools.product(dict.fromkeys((self._needs_one, True)), (MAX_FAULTS, 10, 1), _LENGTHS)
        for self._needs_one, self._most, self._longest in choices:
            made = [self._filled(_ANY_TEXT, ID, faults) for faults in samples]
            if all(map(schema_validator.is_valid, made)):
                return None
        error = next(error for value in made for error in schema_validator.iter_errors(value))
        place = "/" + "/".join(map(str, error.instance_path))
        return f"the error {self._kind.status} does not match its schema ({schema.where}), `{error.schema_path[-1]}` at {place}"
