"""Rows for the cases of Schemathesis, written into the service's database beside it, so that valid requests can succeed.

Of every operation:

- A made-up cursor is replaced by one that the service issues for the case's own filters, or left out where there is no
  further page; in stateful tests cursors come from answers and stay.
- A row that a path names and that was there once is there again; in stateful tests what is deleted stays deleted.
- A valid case in whose path is the id of a row that is there gets one that was never given, in every fourth case.
- An integer that Schemathesis writes as 2.0, which JSON Schema allows and the grammar of the wire does not, is written 2.
- A request with an Idempotency-Key has one of its own, of the same length: repeated keys are tested in directed/.
- A valid case in whose path is the id of a row that never was gets one of a row that is there, in the other three.
- A valid case with `If-Match` is dealt one of eight hands: twice the row's tag and twice no tag, of a row that is; a tag that
  is not the row's, a row that never was, one that breaks a rule (RULES), and as it came.
- In the pass with an API key, every eighth case of an operation that takes keys has one that lacks a scope.
- In the pass of an ordinary user, the id of somebody else's row becomes that of an own one, in every second case.

What only one operation needs is in the file of its resource (ARRANGE, PATHS, RULES in `tests/resources/`).

Beside the integers and the keys, nothing is done to every case: the rest meets what a stranger meets. Whose turn it is goes
round, for each operation by itself. Nothing of it is chance, so what test_coverage.py asks for is met whatever Schemathesis
has made up. The principals' names and passwords are never touched.
"""
# ruff: noqa: S608 - only names of ours are put into the statements
# ruff: noqa: S310 - the addresses are ours

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from schemathesis import Case
from sqlalchemy import Boolean, Table

from app.models.base import UtcDateTime
from tests.contract.contract import BY_ID, KEY_HEADER, Operation
from tests.contract.fuzz import checks
from tests.contract.people import NOT_PEOPLE, PEOPLE, key_without
from tests.support.databases import Connection
from tests.support.resources import resource_data
from tests.support.rows import NAMED, insertion, owner, parents, row

DATABASE = Connection(os.environ["ACCORD_FUZZ_DATABASE"])
FAR = 1_000_000  # so many rows no pass adds

_principal = os.environ["ACCORD_FUZZ_PRINCIPAL"]
_turns: Counter[tuple[object, ...]] = Counter()
_keys = itertools.count(1_000_000_000 * int(os.environ["ACCORD_FUZZ_RUN"]))  # no two runs of a pass send the same key


@dataclass(frozen=True)
class Arranged:
    """A case that is being arranged; `turn` counts the cases of its kind."""

    operation: Operation
    case: Case
    turn: int
    valid: bool
    database: Connection = DATABASE
    principal: str = _principal

    @property
    def phase(self) -> str:
        """Of the pass."""
        return "stateful" if self.case.meta is None else str(self.case.meta.phase.name.value)

    @property
    def body(self) -> dict[str, Any]:
        """The object that is sent; empty for anything else."""
        return self.case.body if isinstance(self.case.body, dict) else {}

    @property
    def named(self) -> list[tuple[str, Table]]:
        """The parameters of the path that name rows, and the tables of those."""
        return [(name, NAMED[name]) for name in self.operation.of("path") if name in NAMED and self.number(name) is not None]

    def number(self, name: str) -> int | None:
        """The id in the path, if it is one."""
        value = str((self.case.path_parameters or {}).get(name))
        return int(value) if re.fullmatch("[1-9][0-9]{0,15}", value) else None

    def put(self, name: str, value: int) -> None:
        """Ask for another row."""
        self.case.path_parameters[name] = value


def for_case(operation: str, case: Case) -> None:
    """Arrange what a case of an operation needs."""
    valid = case.meta is not None and case.meta.generation.mode.is_positive
    for restore in resource_data("RESTORE").values():
        restore(DATABASE)
    found = Arranged(BY_ID[operation], case, 0, valid)
    kind = (operation, found.phase == "stateful", valid)
    found = Arranged(BY_ID[operation], case, _turns[kind], valid)
    _turns[kind] += 1
    if valid:
        _write_integers(case.path_parameters)
    _make_new(case)
    if found.phase != "stateful":
        if arrange_path := resource_data("PATHS").get(operation):
            arrange_path(found)
        elif valid and "If-Match" in found.operation.of("header"):
            _deal(found)
        else:
            _arrange_path(found)
        if os.environ["ACCORD_FUZZ_PASS"] == "key" and found.operation.takes_keys and found.turn % 8 == 7:
            case.headers[KEY_HEADER] = key_without(found.operation.key_scopes[0])
    if arrange := resource_data("ARRANGE").get(operation):
        arrange(found)
    if (prepare := resource_data("PREPARE").get(operation)) and valid and found.phase != "stateful" and found.turn % 4:
        prepare(DATABASE, _sender(found.operation), found.case.body, datetime.now(UTC))
    if found.operation.method == "PATCH":
        _remember(found)


def _sender(operation: Operation) -> int:
    """The principal, or somebody else for operations that need none."""
    own = id_of(_principal) if operation.reads_token else None
    return own or int(DATABASE.execute(f"SELECT min(id) FROM users WHERE {NOT_PEOPLE}", PEOPLE)[0][0])


def _make_new(case: Case) -> None:
    """Give a case with a well-formed key one that nobody has used; a faulty one stays as it is."""
    key = case.headers.get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{16,255}", key):
        case.headers["Idempotency-Key"] = f"{next(_keys):012}{key[12:]}"


def _deal(found: Arranged) -> None:
    """The hand of a case that changes or removes a row, if nobody else has."""
    hand, headers = found.turn % 8, found.case.headers
    if hand != 7:
        _revive(found)
        _make_existing(found)
    if hand == 6 or (_principal == "user" and hand < 4):
        _make_own(found)
    match hand:
        case 0 | 2:
            _hold_the_tag(found)
        case 1 | 3:
            headers.pop("If-Match", None)
        case 4 if "*" in headers.get("If-Match", "*"):
            headers["If-Match"] = '"0"'  # the first is "1"
        case 5:
            _make_unknown(found)
        case 6:
            headers.pop("If-Match", None)
            if rule := resource_data("RULES").get(found.operation.id):
                rule(found)


def _arrange_path(found: Arranged) -> None:
    operation, turn = found.operation, found.turn
    if turn % 2 and _principal == "user" and operation.secured and 403 in operation.responses:
        _make_own(found)
    if turn % 4:
        _revive(found)
        if operation.items is not None:
            _continue(found.case)
    elif found.valid:
        _make_unknown(found)
    if found.valid and turn % 4:
        _make_existing(found)


def _write_integers(values: dict[str, Any] | None) -> None:
    for name, value in (values or {}).items():
        if isinstance(value, float) and value.is_integer():
            values[name] = int(value)  # type: ignore[index]  # it has items


def id_of(name: str) -> int | None:
    """The id of a user, None if there is none."""
    found = DATABASE.one("SELECT id FROM users WHERE username = ?", (name,))
    return None if found is None else int(found["id"])


def _make_own(found: Arranged) -> None:
    """Ask for a row of the principal's; one is added where there is none."""
    own = id_of(_principal)
    for name, table in found.named:
        belongs = owner(table)
        if own is None or belongs is None:
            continue
        mine = DATABASE.one(f"SELECT max(id) FROM {table.name} WHERE {belongs} = ?", (own,))
        if mine is None or mine[0] is None:
            for parent in parents(table):
                _ensure(parent, 1)
            values = {key: value for key, value in row(table, 1, **{belongs: own}).items() if key != "id"}
            [mine] = DATABASE.execute(*insertion(table, values, " RETURNING id"))
        found.put(name, mine[0])


def _make_unknown(found: Arranged) -> None:
    """Ask for a row that never was, if that of the case is there."""
    for name, table in found.named:
        if _is_there(table, found.number(name)):
            found.put(name, DATABASE.last_id(table.name) + FAR)


def _make_existing(found: Arranged) -> None:
    """Ask for a row that is there; users who are principals are left alone."""
    for name, table in found.named:
        if not _is_there(table, found.number(name)):
            where = (f"WHERE {NOT_PEOPLE}", PEOPLE) if table.name == "users" else ("", ())
            ids = DATABASE.execute(f"SELECT id FROM {table.name} {where[0]} ORDER BY id LIMIT 5", where[1])
            if ids:
                found.put(name, ids[found.turn % len(ids)][0])


def _is_there(table: Table, number: int | None) -> bool:
    return DATABASE.one(f"SELECT 1 FROM {table.name} WHERE id = ?", (number,)) is not None


def _hold_the_tag(found: Arranged) -> None:
    """Hold the tag of the row that is to be changed."""
    for name, table in found.named:
        there = DATABASE.one(f"SELECT version FROM {table.name} WHERE id = ?", (found.number(name),))
        if there is not None:
            found.case.headers["If-Match"] = f'"{there["version"]}"'


def _revive(found: Arranged) -> None:
    """Bring back a row that the case names; ids that were never given are not given here."""
    for name, table in found.named:
        number = found.number(name)
        if number is not None and number <= DATABASE.last_id(table.name):
            _ensure(table, number)


def _ensure(table: Table, number: int) -> None:
    """The row with this id is there, and the rows that it refers to."""
    if _is_there(table, number):
        return
    for parent in parents(table):
        _ensure(parent, 1)
    DATABASE.execute(*insertion(table, row(table, number), " ON CONFLICT DO NOTHING"))


def _continue(case: Case) -> None:
    """Give a case with a well-formed cursor a true one, which leads to the case's own page if it names one."""
    query = case.query if isinstance(case.query, dict) else {}
    cursor, page = query.get("cursor"), str(query.get("page", 2))  # a number, or in some phases its text
    if not isinstance(cursor, str) or not re.fullmatch("[A-Za-z0-9_-]{38,106}", cursor) or not page.isdecimal():
        return
    filters: dict[str, Any] = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
    del filters["cursor"]
    filters["page"] = max(1, int(page) - 1)
    url = f"{case.operation.base_url}{case.formatted_path}?{urlencode(filters, errors='replace')}"
    request = Request(url, headers=checks.credentials(case.headers))
    following = None
    with contextlib.suppress(HTTPError), urlopen(request, timeout=5) as answer:
        following = json.load(answer)["next_cursor"]
    if following is not None:
        case.query["cursor"] = following
    else:
        del case.query["cursor"]


def _remember(found: Arranged) -> None:
    """Note the row that an update will change, for the check `relations`: what it shows of its columns.

    Instants and arrays are left out, which the database stores in another form.
    """
    for name, table in found.named:
        there = DATABASE.one(f"SELECT * FROM {table.name} WHERE id = ?", (found.number(name),))
        if there is not None:
            answered = found.operation.answered
            shown = [table.c[key] for key, schema in answered.items() if key in table.c and schema.get("type") != "array"]
            checks.before_update[found.case.id] = {
                column.name: bool(there[column.name]) if isinstance(column.type, Boolean) else there[column.name]
                for column in shown
                if not isinstance(column.type, UtcDateTime)
            }
