"""Error bodies guessed from the schema of a response: members with well-known names get their usual content, by trial."""

from __future__ import annotations

import copy
from http import HTTPStatus
from typing import Any, NamedTuple

from accord.document.document import Node
from accord.jsonschema.sampling import NoValue, Sampler
from accord.jsonschema.schema import allowed_values, conjuncts, value_schema
from accord.jsonschema.validator import validator
from accord.openapi.keywords.extensions import ERROR_TEMPLATE
from accord.problems.error_template import (
    ABSENT,
    COMMON_LISTINGS,
    FAULT_OF_EACH_PLACE,
    SAMPLE_FAULTS,
    SAMPLE_VALUES,
    ErrorTemplate,
    Listing,
    Text,
    Values,
    each_fault,
    fill,
)
from accord.problems.error_vocabulary import DETAIL, LISTS, WRAPPERS, candidates, fault_candidates, plain
from accord.problems.problem import ProblemType


def guessed_template(schema: Node, kind: ProblemType) -> tuple[ErrorTemplate, list[str]]:
    """One kind of error under a schema, and the required members whose meaning is unknown, so that they hold the detail.

    Raises:
        NoValue: no value of the schema was found, or nothing is known that a required member could hold.
    """
    guess = _Guess(schema, kind)
    made = ErrorTemplate(guess.root[guess.name], kind, lists=guess.lists, needs_one=True)
    samples = [SAMPLE_FAULTS] if kind.status == HTTPStatus.UNPROCESSABLE_ENTITY else [[]]
    if (text := made.mismatch(schema, samples)) is not None:
        raise NoValue(f"{schema.where}: {text}: write a template in `{ERROR_TEMPLATE}`")
    return made, guess.unknown


class _Guess:
    """A sampled value of a schema, part after part of which is replaced by what an error has there."""

    def __init__(self, schema: Node, kind: ProblemType) -> None:
        self._kind, self._is_valid = kind, validator(schema, "response").is_valid
        self._has_faults = kind.status == HTTPStatus.UNPROCESSABLE_ENTITY
        self._samples = FAULT_OF_EACH_PLACE if self._has_faults else FAULT_OF_EACH_PLACE[-1:]
        self.unknown: list[str] = []
        self.lists = False
        built = copy.deepcopy(Sampler("response").value(schema))
        self.name = "errors" if isinstance(built, list) else "error" if isinstance(built, dict) else "detail"
        self.root: dict[str, Any] = {self.name: built}
        self._fill(self.root, schema, is_root=True)
        if fill(self.root[self.name], SAMPLE_VALUES, []) == {}:  # its schema names no member
            for name, value in (("status", kind.status), ("title", kind.title), ("detail", kind.detail)):
                self._try(self.root[self.name], name, value)

    def _rejecting(self) -> frozenset[str]:
        """The places for whose faults the template is not valid."""
        invalid = (one for one in self._samples if not self._is_valid(fill(self.root[self.name], SAMPLE_VALUES, [one])))
        return frozenset(one["in"] for one in invalid)

    def _try(self, owner: dict[str, Any], name: str, part: Any) -> bool:  # noqa: ANN401 - any JSON value, a part of a template
        """Replace a member, or leave it out (`ABSENT`), if the whole stays valid."""
        before, owner[name] = owner.get(name, ABSENT), part
        if not self._rejecting():
            return True
        owner[name] = before
        return False

    def _fill(self, owner: dict[str, Any], schema: Node, *, is_root: bool = False) -> None:
        beside = {plain(name) for name in owner}
        for name in list(owner):
            value, known = owner[name], plain(name)
            is_nested = isinstance(value, (list, dict))
            if is_nested and known in LISTS and self._list_faults(owner, name, is_root=is_root):
                continue
            if not is_nested and self._choose(owner, name, candidates(known, beside, self._kind)):
                continue
            kept = is_root or (isinstance(value, dict) and known in WRAPPERS)
            if kept or not self._try(owner, name, ABSENT):
                self._fill_required(owner, name, schema if is_root else value_schema(schema, name))

    def _fill_required(self, owner: Any, name: Any, schema: Node) -> None:  # noqa: ANN401 - any JSON value
        """Fill a member that cannot be left out. No sampled value is sent, unless it is the document's own."""
        value = owner[name]
        if isinstance(value, dict):
            self._fill(value, schema)
        elif isinstance(value, list) and not (isinstance(owner, dict) and self._try(owner, name, [])):
            for index in range(len(value)):
                self._fill_required(value, index, value_schema(schema, index))
        elif not isinstance(value, list) and not _is_own(schema, value):
            self.unknown.append(str(name))
            is_text = isinstance(owner, dict) and isinstance(value, str)
            if not (is_text and self._choose(owner, name, [DETAIL, self._kind.title])):
                text = f"nothing is known that the required member {name!r} of an error could hold"
                raise NoValue(f"{schema.where}: {text}: write a template in `{ERROR_TEMPLATE}`")

    def _choose(self, owner: dict[str, Any], name: str, choices: list[Any]) -> bool:
        """Give a member the first of these contents that is valid."""
        return any(
            (choice != DETAIL or self._try(owner, name, self._kind.detail)) and self._try(owner, name, choice)
            for choice in choices
        )

    def _list_faults(self, owner: dict[str, Any], name: str, *, is_root: bool) -> bool:
        """Give a list the faults of the request, in the first form that is valid."""
        before = owner[name]
        listing = next((one for one in COMMON_LISTINGS if self._try(owner, name, one)), None) or self._by_item(owner, name)
        if listing is not None and self._try(owner, name, listing):
            if self._has_faults:
                self.lists = True
                return True
            own = listing.write({}, [{"in": "request", "pointer": "", "code": self._kind.code, "message": self._kind.detail}])
            if any(self._try(owner, name, one) for one in (*(() if is_root else (ABSENT,)), type(own)(), own)):
                return True
        owner[name] = before
        return False

    def _by_item(self, owner: dict[str, Any], name: str) -> Listing | None:
        """Faults in the form of the items of a list: each member has the first content that is valid."""
        before = owner[name]
        if not isinstance(before, list) or not before or not isinstance(before[0], dict):
            return None
        item = copy.deepcopy(before[0])
        owner[name] = listing = each_fault([item])
        chosen = [self._choose_in_item(item, member) for member in list(item)]
        owner[name] = before
        return listing if any(chosen) else None

    def _choose_in_item(self, item: dict[str, Any], name: str) -> bool:
        own = item[name]
        for choice in fault_candidates(plain(name)):
            item[name] = choice
            if len(rejecting := self._rejecting()) == len(self._samples):
                continue
            if rejecting and not self._try(item, name, _Except(choice, rejecting, ABSENT)):
                item[name] = _Except(choice, rejecting, own)
            return True
        item[name] = own
        self._try(item, name, ABSENT)
        return False


class _Except(NamedTuple):
    """The content of a member of a fault, and what it is for faults in places that the schema does not allow there."""

    content: Text
    places: frozenset[str]
    otherwise: Any

    def __call__(self, values: Values) -> Any:  # noqa: ANN401 - any JSON value
        return self.otherwise if values["errors.in"] in self.places else self.content(values)


def _is_own(schema: Node, value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a value is the document's own: listed, or its default or example."""
    if value is None or allowed_values(schema) is not None:
        return True
    parts = [part.value for part in conjuncts(schema)]
    given = [part[key] for part in parts for key in ("default", "example") if key in part]
    given += [one for part in parts if isinstance(part.get("examples"), list) for one in part["examples"]]
    return value in given
