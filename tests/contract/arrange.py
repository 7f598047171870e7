"""Rows for the cases of Schemathesis, written into the service's database beside it, so that valid requests can succeed.

- Before a user is created, rows that have the address or the name are renamed: so the exact boundary values are stored and
  not answered with 409. Renaming, not deleting: ids that later cases know stay good. The document's examples, which are sent
  several times, are left to meet their 409.
- A sign-in finds a user with the identifier and the password that it sends; the user has that identifier for this case only.
- A made-up refresh token gets a true checksum and a session of its own.
- A made-up cursor is replaced by one that the service issues for the case's own filters, or left out where there is no
  further page; in stateful tests cursors come from answers and stay.
- A user or post that was there once is there again; in stateful tests what is deleted stays deleted.
- A valid case in whose path is the id of a row that is there gets one that was never given, in every fourth case.
- An integer that Schemathesis writes as 2.0, which JSON Schema allows and the grammar of the wire does not, is written 2.
- A session that is to be ended is one of the principal's own, begun for the purpose, then one that never was, then as it came.
- A request with an Idempotency-Key has one of its own, of the same length: what a repeated key does is asked in directed.py.
- The posts of a user who never was become those of one who is, in three of four cases.
- A valid change or deletion of a user is dealt one of eight hands: twice the row's tag and twice no tag, of a user who is;
  a tag that is not the row's, a user who never was, the principal's own account (which an administrator would deactivate: the
  last one stays), and as it came.
- In the pass of an ordinary user, the id of somebody else becomes the user's own, in every second case.

Beside the first, the integers and the keys, nothing is done to every case: the rest meets what a stranger meets. Whose turn it
is goes round, for each operation by itself. Nothing of it is chance, so what test_coverage.py asks for is met whatever
Schemathesis has made up. The principals' names and passwords are never touched.
"""
# ruff: noqa: S608 - only question marks are put into the statements
# ruff: noqa: S310 - the addresses are ours

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import re
import zlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psycopg
from argon2 import PasswordHasher
from schemathesis import Case

from tests.contract import checks
from tests.contract.people import PEOPLE
from tests.databases import Connection, Row

_hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # as the server of the passes
_database = Connection(os.environ["ACCORD_FUZZ_DATABASE"])
_UNSTORABLE = (UnicodeEncodeError, psycopg.DataError)  # lone surrogates; NUL on PostgreSQL
_principal = os.environ["ACCORD_FUZZ_PRINCIPAL"]

_OTHERS = f"username NOT IN ({', '.join('?' for _ in PEOPLE)})"
_CLASHES = f"(email_key IN (?, ?) OR username_key IN (?, ?)) AND {_OTHERS}"
_ACTOR = f"SELECT min(id) FROM users WHERE {_OTHERS}"

_LISTS = ("listUsers", "listUserPosts", "listPosts", "listUserProfiles")
_OWN = ("getUser", "updateUser", "deleteUser")
_CHANGES = ("updateUser", "deleteUser")
_TABLES = (("user_id", "users"), ("post_id", "posts"))
_FAR = 1_000_000  # so many rows no pass adds


def for_case(operation: str, case: Case) -> None:
    """Arrange what a case of an operation needs."""
    body = case.body if isinstance(case.body, dict) else {}
    valid = case.meta is not None and case.meta.generation.mode.is_positive
    _give_back()
    turn = _turn(operation, _phase(case) == "stateful", valid)
    if valid:
        _write_integers(case.path_parameters)
    _make_new(case)
    if _phase(case) != "stateful":
        if valid and operation in _CHANGES:
            _deal(operation, case, body, turn)
        else:
            _arrange_path(operation, case, turn, valid=valid)
    match operation, body:
        case "createUser", {"email": str(email), "username": str(username)} if _phase(case) != "examples":
            make_room(email, username)
        case "createSession", {"identifier": str(identifier), "password": str(password)} if turn % 4:
            _make_known(identifier, password)
        case "createSessionToken", {"refresh_token": str(token)} if turn % 4:
            case.body["refresh_token"] = _make_valid(token)
        case "updateUser", _:
            _remember(case)


_turns: Counter[tuple[object, ...]] = Counter()
_keys = itertools.count(1)


def _turn(*kind: object) -> int:
    """How many cases of a kind there were before."""
    _turns[kind] += 1
    return _turns[kind] - 1


def _make_new(case: Case) -> None:
    """Give a case with a well-formed key one that nobody has used; a faulty one stays as it is."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{16,255}", key):
        case.headers["Idempotency-Key"] = f"{next(_keys):012}{key[12:]}"


def _deal(operation: str, case: Case, body: dict[str, Any], turn: int) -> None:
    """The hand of a case that changes or removes a user."""
    hand = turn % 8
    if hand != 7:
        _revive(case)
        _make_somebody(case)
    if hand == 6 or (_principal == "user" and hand < 4):
        _make_own(case)
    match hand:
        case 0 | 2:
            _hold_the_tag(case)
        case 1 | 3:
            case.headers.pop("If-Match", None)
        case 4 if "*" in case.headers.get("If-Match", "*"):
            case.headers["If-Match"] = '"0"'  # the first is "1"
        case 5:
            _make_unknown(case)
        case 6:
            case.headers.pop("If-Match", None)
            if operation == "updateUser" and _principal == "admin":
                case.body = {**body, "is_active": False}


def _arrange_path(operation: str, case: Case, turn: int, *, valid: bool) -> None:
    if operation == "deleteSession":
        if valid or _number(case, "session_id") is not None:
            _arrange_session(case, turn)
        return
    if turn % 2 and _principal == "user" and operation in _OWN:
        _make_own(case)
    if turn % 4:
        _revive(case)
        if operation in _LISTS:
            _continue(case)
    elif valid:
        _make_unknown(case)
    if operation == "listUserPosts" and valid and turn % 4:
        _make_somebody(case)


def _write_integers(values: dict[str, Any] | None) -> None:
    for name, value in (values or {}).items():
        if isinstance(value, float) and value.is_integer():
            values[name] = int(value)


def _phase(case: Case) -> str:
    return "stateful" if case.meta is None else str(case.meta.phase.name.value)


def id_of(name: str) -> int | None:
    """The id of a user, None if there is none."""
    row = _database.one("SELECT id FROM users WHERE username = ?", (name,))
    return None if row is None else int(row["id"])


def make_room(email: str, username: str) -> None:
    """Rename those who have the address or the name."""
    with contextlib.suppress(*_UNSTORABLE):
        _database.execute(
            "UPDATE users SET email = 'moved' || id || '@moved.example', email_key = 'moved' || id || '@moved.example',"
            f" username = 'moved_' || id, username_key = 'moved_' || id, version = version + 1 WHERE {_CLASHES}",
            (*(email.lower(), username.lower()) * 2, *PEOPLE),
        )


_borrowers: list[Row] = []


def _give_back() -> None:
    """Whoever had another's identifier has the own one again: lists are in its order."""
    while _borrowers:
        _database.execute("UPDATE users SET username_key = lower(username) WHERE id = ?", _borrowers.pop())


def _make_known(identifier: str, password: str) -> None:
    key = identifier.lower()
    with contextlib.suppress(*_UNSTORABLE):
        if _database.one("SELECT 1 FROM users WHERE email_key = ? OR username_key = ?", (key, key)) is None:
            _borrowers.extend(
                _database.execute(f"UPDATE users SET username_key = ? WHERE id = ({_ACTOR}) RETURNING id", (key, *PEOPLE))
            )
        _database.execute(
            f"UPDATE users SET password_hash = ?, is_active = TRUE WHERE {_CLASHES}",
            (_hasher.hash(password), key, key, key, key, *PEOPLE),
        )


def _make_valid(token: str) -> str:
    """The token with a true checksum, of a session that begins now; one that is good already stays as it is."""
    complete = f"{token[:-8]}{zlib.crc32(token[:-8].encode('utf-8', 'replace')):08x}"
    if complete == token or not re.fullmatch("acr_[0-9a-f]{72}", token):
        return token
    [[user]] = _database.execute(_ACTOR, PEOPLE)
    _database.execute("UPDATE users SET is_active = TRUE WHERE id = ?", (user,))
    session, end = _session_of(user)
    _database.execute(
        "INSERT INTO refresh_tokens (hash, session_id, expires_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (hashlib.sha256(complete.encode()).hexdigest(), session, end),
    )
    return complete


def _session_of(user: int) -> tuple[int, str]:
    """A new session of a user, and when it ends. Nobody has its access token."""
    now = datetime.now(UTC)
    begin, end = (instant.isoformat(timespec="microseconds") for instant in (now, now + timedelta(days=1)))
    [[session]] = _database.execute(
        "INSERT INTO sessions (user_id, access_hash, access_expires_at, created_at, refreshed_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        (user, os.urandom(32).hex(), begin, begin, begin, end),
    )
    return session, end


def _number(case: Case, name: str) -> int | None:
    """The id in a case's path, if it is one."""
    value = str((case.path_parameters or {}).get(name))
    return int(value) if re.fullmatch("[1-9][0-9]{0,15}", value) else None


def _make_own(case: Case) -> None:
    if _number(case, "user_id") is not None and (own := id_of(_principal)) is not None:
        case.path_parameters["user_id"] = own


def _arrange_session(case: Case, turn: int) -> None:
    if turn % 3 == 0 and (own := id_of(_principal)) is not None:
        case.path_parameters["session_id"], _ = _session_of(own)
    elif turn % 3 == 1:
        case.path_parameters["session_id"] = _database.last_id("sessions") + _FAR


def _make_unknown(case: Case) -> None:
    """Ask for a row that never was, if that of the case is there."""
    for name, table in _TABLES:
        number = _number(case, name)
        if number is not None and _database.one(f"SELECT 1 FROM {table} WHERE id = ?", (number,)) is not None:
            case.path_parameters[name] = _database.last_id(table) + _FAR


def _make_somebody(case: Case) -> None:
    """Ask for a user who is there."""
    number = _number(case, "user_id")
    if number is not None and _database.one("SELECT 1 FROM users WHERE id = ?", (number,)) is None:
        [[case.path_parameters["user_id"]]] = _database.execute(_ACTOR, PEOPLE)


def _hold_the_tag(case: Case) -> None:
    """Hold the tag of the row that is to be changed."""
    row = _database.one("SELECT version FROM users WHERE id = ?", (_number(case, "user_id"),))
    if row is not None:
        case.headers["If-Match"] = f'"{row["version"]}"'


def _revive(case: Case) -> None:
    """Bring back a row that the case names; ids that were never given are not given here."""
    for name, table in _TABLES:
        number = _number(case, name)
        if number is None or number > _database.last_id(table):
            continue
        now = "2026-02-06T10:30:00.000000+00:00"
        if table == "users":
            _database.execute(
                "INSERT INTO users (id, email, email_key, username, username_key, password_hash, role, is_active,"
                " created_at, version) VALUES (?, ?, ?, ?, ?, '', 'user', TRUE, ?, 1) ON CONFLICT DO NOTHING",
                (number, *(f"back{number}@back.example",) * 2, *(f"back_{number}",) * 2, now),
            )
        else:
            _database.execute(
                "INSERT INTO posts (id, author_id, title, content, is_published, created_at, version)"
                " VALUES (?, 1, 'Back', '', TRUE, ?, 1) ON CONFLICT DO NOTHING",
                (number, now),
            )


def _continue(case: Case) -> None:
    """Give a case with a well-formed cursor a true one, which leads to the case's own page if it names one."""
    query = case.query if isinstance(case.query, dict) else {}
    cursor, page = query.get("cursor"), str(query.get("page", 2))  # a number, or in some phases its text
    if not isinstance(cursor, str) or not re.fullmatch("[A-Za-z0-9_-]{38,106}", cursor) or not page.isdecimal():
        return
    filters: dict[str, Any] = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
    del filters["cursor"]
    filters["page"] = max(1, int(page) - 1)
    token = (case.headers or {}).get("Authorization")
    url = f"{case.operation.base_url}{case.formatted_path}?{urlencode(filters, errors='replace')}"
    request = Request(url, headers={"Authorization": token} if token else {})
    following = None
    with contextlib.suppress(HTTPError), urlopen(request, timeout=5) as answer:
        following = json.load(answer)["next_cursor"]
    if following is not None:
        case.query["cursor"] = following
    else:
        del case.query["cursor"]


def _remember(case: Case) -> None:
    """Note the row that an update will change, for the check `relations`."""
    if (number := _number(case, "user_id")) is None:
        return
    row = _database.one("SELECT * FROM users WHERE id = ?", (number,))
    if row is not None:
        shown = ("id", "email", "username", "full_name", "bio", "role", "version")
        checks.before_update[case.id] = {**{name: row[name] for name in shown}, "is_active": bool(row["is_active"])}
