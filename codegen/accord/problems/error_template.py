"""An error in a document's own format: a value valid by construction, its well-known members filled in, compiled to text."""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from accord.document.document import Node
from accord.jsonschema.sampling import NoValue, Sampler
from accord.jsonschema.schema import allowed_values, conjuncts, value_schema
from accord.jsonschema.validator import validator
from accord.openapi.keywords.extensions import ERROR_TEMPLATE
from accord.problems.error_vocabulary import DETAIL, ID, LISTS, TIME, candidates, fault_member, plain
from accord.problems.fault import MAX_FAULTS, fault
from accord.problems.problem import ProblemType, encode

_FAULTS = "@faults@"
_HOLES = re.compile(f'("{DETAIL}"|{ID}|{TIME}|"{_FAULTS}")'.encode())
ANY_TEXT = 'A longer sentence, of any characters: it\'s <one> & "two"; 100 %! ' * 7
LENGTHS = (400, 200, 80)
PLACES = ("path", "query", "header", "cookie", "body")
_ABSENT = object()
_WITHIN = ("error", "fault", "problem", "body")  # members in which other documents wrap their errors

Fault = dict[str, str]
Form = Callable[[list[Fault]], Any]
SAMPLE = [msgspec.json.decode(fault("query", f"/name/{number}", "type")) for number in range(MAX_FAULTS)]


class Template:
    """The text of one kind of error under one schema.

    Raises:
        NoValue: no value of the schema was found.
    """

    def __init__(self, schema: Node, kind: ProblemType) -> None:
        self._kind, self._judge = kind, validator(schema.document, schema, "response").is_valid
        self.guessed: list[str] = []  # required members that nobody says what they hold
        built = copy.deepcopy(Sampler("response").value(schema))
        name = "errors" if isinstance(built, list) else "error" if isinstance(built, dict) else "detail"
        self._root: dict[str, Any] = {name: built}
        self._name = name
        self._longest = 0  # characters of a detail
        self._told: Callable[[list[Fault]], Any] | None = None
        self._holes: list[tuple[dict[str, Any], str, str]] = []
        self._fill(self._root, schema, is_root=True)
        if self._root[name] == {}:
            self._add(self._root[name])
        for owner, member, mark in self._holes:
            owner[member] = mark
        self._parts = _HOLES.split(encode(self._root[name]))

    def write(self, detail: str | None, request_id: bytes, faults: list[msgspec.Raw] | None) -> bytes:
        """One error."""
        listed: list[Fault] = [msgspec.json.decode(found) for found in faults or ()]
        said = self._kind.detail if detail is None else detail
        if self._told is None:
            said = sentences(said, listed, self._longest)
        holes: dict[bytes, Callable[[], bytes]] = {
            f'"{DETAIL}"'.encode(): lambda: encode(said[: self._longest]),
            ID.encode(): lambda: request_id,
            TIME.encode(): lambda: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode(),
            f'"{_FAULTS}"'.encode(): lambda: encode(self._told(listed or [self._own()]) if self._told else []),
        }
        return b"".join(holes[part]() if part in holes else part for part in self._parts)

    def _try(self, owner: dict[str, Any], name: str, value: Any) -> bool:  # noqa: ANN401 - any JSON value
        """Give a member a value if the whole stays valid."""
        before, owner[name] = owner[name], value
        if self._judge(self._root[self._name]):
            return True
        owner[name] = before
        return False

    def _drop(self, owner: dict[str, Any], name: str) -> bool:
        """Leave a member out if the whole stays valid."""
        before = dict(owner)
        del owner[name]
        if self._judge(self._root[self._name]):
            return True
        owner.clear()
        owner.update(before)  # in the order that it had
        return False

    def _add(self, owner: dict[str, Any]) -> None:
        """Fill an error whose schema names no member."""
        for name, value in (("status", self._kind.status), ("title", self._kind.title), ("detail", self._kind.detail)):
            owner[name] = value
            if not self._judge(self._root[self._name]):
                del owner[name]

    def _fill(self, owner: dict[str, Any], schema: Node, *, is_root: bool = False) -> None:
        beside = {plain(name) for name in owner}
        for name in list(owner):
            value, known = owner[name], plain(name)
            nested = isinstance(value, (list, dict))
            if nested and known in LISTS and self._listed(owner, name, is_root=is_root):
                continue
            if not nested and self._said(owner, name, candidates(known, beside, self._kind)):
                continue
            kept = is_root or (isinstance(value, dict) and known in _WITHIN)
            if kept or not self._drop(owner, name):
                self._inside(owner, name, schema if is_root else value_schema(schema, name))

    def _inside(self, owner: Any, name: Any, schema: Node) -> None:  # noqa: ANN401 - any JSON value
        """Fill what is required. Nothing that was made up reaches a client."""
        value = owner[name]
        if isinstance(value, dict):
            self._fill(value, schema)
        elif isinstance(value, list) and not (isinstance(owner, dict) and self._try(owner, name, [])):
            for index in range(len(value)):
                self._inside(value, index, value_schema(schema, index))
        elif not isinstance(value, list) and not _is_own(schema, value):
            self.guessed.append(str(name))
            if not (isinstance(owner, dict) and isinstance(value, str) and self._said(owner, name, [DETAIL, self._kind.title])):
                text = f"nothing is known that the required member {name!r} of an error could hold"
                raise NoValue(f"{schema.where}: {text}: write a template in `{ERROR_TEMPLATE}`")

    def _said(self, owner: dict[str, Any], name: str, choices: list[Any]) -> bool:
        """Give a member the first of its texts that it may have."""
        for choice in choices:
            if choice != DETAIL:
                if self._try(owner, name, choice):
                    return True
            elif self._try(owner, name, self._kind.detail):
                # Details differ from answer to answer, so any text of a length has to be valid.
                for longest in LENGTHS:
                    if self._try(owner, name, ANY_TEXT[:longest]):
                        self._longest = max(longest, self._longest)
                        self._holes.append((owner, name, DETAIL))
                        return True
        return False

    def _listed(self, owner: dict[str, Any], name: str, *, is_root: bool) -> bool:
        """Give a list the faults of the request, in the first of the forms that it may have."""
        for make in (lambda: whole, lambda: texts, lambda: by_place, lambda: self._made(owner, name)):
            if (form := make()) is None:
                continue
            for most in (MAX_FAULTS, 10, 1):
                if not self._try(owner, name, form(SAMPLE[:most])):
                    continue
                if self._kind.status == HTTPStatus.UNPROCESSABLE_ENTITY:  # the only one with faults
                    self._told = functools.partial(_first, form, most)
                    self._holes.append((owner, name, _FAULTS))
                    return True
                none = type(owner[name])()
                return (not is_root and self._drop(owner, name)) or any(
                    self._try(owner, name, value) for value in (none, form([self._own()]))
                )
        return False

    def _own(self) -> Fault:
        """The error itself as a fault."""
        return {"in": "request", "pointer": "", "code": self._kind.code, "message": self._kind.detail}

    def _made(self, owner: dict[str, Any], name: str) -> Form | None:
        """Faults in the form of the items of a list, whose members are found by trying."""
        before = copy.deepcopy(owner[name])
        if not isinstance(before, list) or not before or not isinstance(before[0], dict):
            return None
        item: dict[str, Any] = owner[name][0]
        del owner[name][1:]
        chosen: dict[str, _Member] = {}
        for member in list(item):
            choices, own = fault_member(plain(member), SAMPLE[0]), item[member]
            fitting = (number for number, choice in enumerate(choices) if self._try(item, member, choice))
            if (number := next(fitting, None)) is not None:
                chosen[member] = self._chosen(item, member, number, own)
            else:
                self._drop(item, member)
        owner[name] = before
        return functools.partial(_shaped, item, chosen) if chosen else None

    def _chosen(self, item: dict[str, Any], name: str, at: int, own: Any) -> _Member:  # noqa: ANN401 - any JSON value
        """A member of a fault, and the places of which it cannot speak."""
        sample, before = SAMPLE[0], dict(item)
        made = {place: fault_member(plain(name), {**sample, "in": place})[at] for place in (*PLACES, "request")}
        refused = frozenset(place for place, value in made.items() if not self._try(item, name, value))
        item[name] = own
        if refused and self._drop(item, name):
            own = _ABSENT
        item.clear()
        item.update(before)
        return _Member(at, refused, own)


class _Member(NamedTuple):
    """A member of a fault: which of its values, and of faults in some places `otherwise`."""

    at: int
    refused: frozenset[str]
    otherwise: Any


def _is_own(schema: Node, value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a value is the document's own: listed, or its default or example."""
    if value is None or allowed_values(schema) is not None:
        return True
    said = [part.value for part in conjuncts(schema)]
    given = [part[key] for part in said for key in ("default", "example") if key in part]
    given += [one for part in said if isinstance(part.get("examples"), list) for one in part["examples"]]
    return value in given


def whole(faults: list[Fault]) -> list[Fault]:
    """As problems list them."""
    return faults


def texts(faults: list[Fault]) -> list[str]:
    """A sentence each."""
    return [_told(found) for found in faults]


def sentences(said: str, faults: list[Fault], longest: int) -> str:
    """The text with as many of the faults as there is room for, one at least."""
    for number, one in enumerate(faults):
        longer = f"{said} {_told(one)}."
        if number and len(longer) > longest:
            break
        said = longer
    return said


def _told(found: Fault) -> str:
    return f"{found['in']}{found['pointer'][:100]} {found['message']}"


def _first(form: Form, most: int, faults: list[Fault]) -> Any:  # noqa: ANN401 - any JSON value
    return form(faults[:most])


def _shaped(item: dict[str, Any], chosen: dict[str, _Member], faults: list[Fault]) -> list[dict[str, Any]]:
    return [dict(_filled(item, chosen, found)) for found in faults]


def _filled(item: dict[str, Any], chosen: dict[str, _Member], found: Fault) -> Iterator[tuple[str, Any]]:
    for name, value in item.items():
        member = chosen.get(name)
        if member is None:
            yield name, value
        elif found["in"] not in member.refused:
            yield name, fault_member(plain(name), found)[member.at]
        elif member.otherwise is not _ABSENT:
            yield name, member.otherwise


def by_place(faults: list[Fault]) -> dict[str, list[str]]:
    """Messages by the places that they are about."""
    found: dict[str, list[str]] = {}
    for one in faults:
        found.setdefault(one["pointer"], []).append(one["message"])
    return found
