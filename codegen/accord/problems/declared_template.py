"""Error bodies declared in the document: `x-accord-error-template`, a JSON value with placeholders such as `{detail}`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec

from accord.document.document import Node
from accord.document.findings import Finding
from accord.jsonschema.sampling import NoValue
from accord.jsonschema.validator import validator
from accord.openapi.keywords.extensions import ERROR_TEMPLATE
from accord.openapi.response import Response
from accord.problems.error_template import ANY_TEXT, LENGTHS, PLACES, SAMPLE, Fault, sentences
from accord.problems.error_vocabulary import ID, spellings, steps
from accord.problems.problem import ProblemType, encode

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_CODES = ("code", "CODE_NAME", "code_name", "CodeName", "codeName")  # in the order of `spellings`
_OF_FAULTS = ("in", "pointer", "field", "loc", "code", "message")
_SAMPLE = [{**one, "in": place} for one, place in zip(SAMPLE, itertools.cycle(PLACES), strict=False)]
NAMES = (
    *("status", "status_text", *_CODES, "title", "type", "detail", "request_id", "instance", "timestamp", "errors"),
    *(f"errors.{name}" for name in _OF_FAULTS),
)
_LISTS = ("errors", "errors.loc")
_EVERY = ", ".join(f"{{{name}}}" for name in NAMES)


def declared(response: Response) -> Node | None:
    """The template of an error response: its own, or that of the document."""
    for node in (response.node, response.node.document.root):
        if ERROR_TEMPLATE in node.value:
            return node.raw_child(ERROR_TEMPLATE)
    return None


class DeclaredTemplate:
    """One kind of error under one template.

    A value that is a placeholder alone has its type; within other text it is text. A list whose items name `{errors.…}` has an
    item for each fault of the request. Without faults its member is left out or, where the schema requires it or nothing else
    holds `{detail}`, has one item: the error itself. A template without faults names them in `{detail}`, as many as have room.

    Raises:
        NoValue: a placeholder is unknown, or the schema refuses the errors that the template makes.
    """

    def __init__(self, template: Node, schema: Node | None, kind: ProblemType) -> None:
        self._template, self._kind = template.value, kind
        found = list(_named(template))
        for place, name, listed in found:
            if name not in NAMES:
                raise _no(template, place, f"there is no placeholder {{{name}}}: write one of {_EVERY}")
            if name.startswith("errors.") and not listed:
                raise _no(template, place, f"{{{name}}} is of one fault: write it in the items of a list")
            if name in _LISTS and place.value != f"{{{name}}}":
                raise _no(template, place, f"{{{name}}} is a list: write it alone")
        names = {name for _, name, _ in found}
        self._lists, self._timed = any(name.startswith("errors") for name in names), "timestamp" in names
        self._itself: Fault = {"in": "request", "pointer": "", "code": kind.code, "message": kind.detail}
        spelt = dict(zip(_CODES, spellings(kind.code), strict=False))
        status = {"status": kind.status, "status_text": str(kind.status)}
        self._constant: dict[str, Any] = {**status, **spelt, "title": kind.title, "type": kind.type}
        self._longest, self._most, self._needed = LENGTHS[0], len(_SAMPLE), "detail" not in names
        if schema is not None:
            self._fit(template, schema)

    def write(self, detail: str | None, request_id: bytes, faults: list[msgspec.Raw] | None) -> bytes:
        """One error as JSON."""
        return encode(
            self._value(detail or self._kind.detail, request_id.decode(), list(map(msgspec.json.decode, faults or ())))
        )

    def _value(self, detail: str, request_id: str, faults: list[Fault]) -> Any:  # noqa: ANN401 - any JSON value
        if not self._lists:
            detail = sentences(detail, faults, self._longest)
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if self._timed else ""
        instance = f"urn:uuid:{request_id}"
        given = {"detail": detail[: self._longest], "request_id": request_id, "instance": instance, "timestamp": now}
        listed = faults[: self._most] or ([{**self._itself, "message": detail}] if self._needed else [])
        return _filled(self._template, {**self._constant, **given, "errors": listed}, listed)

    def _fit(self, template: Node, schema: Node) -> None:
        """Find how long a detail, and how many faults, the schema takes."""
        judge = validator(schema.document, schema, "response")
        samples = [_SAMPLE, []] if self._kind.status == HTTPStatus.UNPROCESSABLE_ENTITY else [[]]

        choices = itertools.product(dict.fromkeys((self._needed, True)), (len(_SAMPLE), 10, 1), LENGTHS)
        for self._needed, self._most, self._longest in choices:
            made = [self._value(ANY_TEXT, ID, faults) for faults in samples]
            if all(map(judge.is_valid, made)):
                return
        error = next(error for value in made for error in judge.iter_errors(value))
        place = "/" + "/".join(map(str, error.instance_path))
        text = f"the error {self._kind.status} does not match its schema ({schema.where}), `{error.schema_path[-1]}` at {place}"
        raise _no(template, template, f"{text}: correct the template, or give the response one of its own")


def _named(template: Node, *, listed: bool = False) -> Iterator[tuple[Node, str, bool]]:
    """The placeholders of a template: the texts in which they are, their names, and whether they are in a list of faults."""
    if isinstance(template.value, (dict, list)):
        for key in template.value if isinstance(template.value, dict) else range(len(template.value)):
            yield from _named(template.raw_child(key), listed=listed or _is_list(template.value))
    elif isinstance(template.value, str):
        yield from ((template, name, listed) for name in _PLACEHOLDER.findall(template.value))


def _no(template: Node, place: Node, text: str) -> NoValue:
    finding = Finding(place.where, f"`{ERROR_TEMPLATE}`: {text}", template.pointer)  # adopted as a whole
    return NoValue(str(finding), (finding,))


def _filled(value: Any, given: Mapping[str, Any], faults: list[Fault]) -> Any:  # noqa: ANN401 - any JSON value
    """A part of a template with what its placeholders stand for."""
    if isinstance(value, dict):
        return {name: _filled(item, given, faults) for name, item in value.items() if faults or not _is_list(item)}
    if isinstance(value, list) and _is_list(value):
        return [_filled(item, {**given, **_of(one)}, faults) for one in faults for item in value]
    if isinstance(value, list):
        return [_filled(item, given, faults) for item in value]
    if not isinstance(value, str):
        return value
    if (alone := _PLACEHOLDER.fullmatch(value)) is not None:
        return given[alone[1]]
    return _PLACEHOLDER.sub(lambda found: str(given[found[1]]), value)


def _is_list(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a part of a template lists faults."""
    return value == "{errors}" or (isinstance(value, list) and any(map(_is_of_fault, value)))


def _is_of_fault(item: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether an item of a list is made of a fault; a list within it has faults of its own."""
    if isinstance(item, dict):
        return any(map(_is_of_fault, item.values()))
    return isinstance(item, str) and "{errors." in item


def _of(fault: Fault) -> dict[str, Any]:
    at = steps(fault["pointer"])
    return {f"errors.{name}": value for name, value in {**fault, "field": ".".join(at), "loc": [fault["in"], *at]}.items()}
