"""Files of users: CSV with a header, or JSON Lines with one object per line. Rows are validated by the document's schema."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import msgspec
from pydantic import ValidationError

from app.cli.settings import describe_faults
from app.core.security.imported_hashes import UnsupportedHash, check
from app.schemas.models import User
from app.services.users.bulk import ImportedUser
from app.services.users.bulk_queries import StoredUser

COLUMNS = ("email", "username", "full_name", "bio", "role", "is_active", "email_verified", "created_at", "password_hash")
REQUIRED = ("email", "username")
MAX_LINE = 100_000  # characters, some ten times the longest valid row

Refuse = Callable[[int, str], None]  # a line, and the reason

_DEFAULTS = {"full_name": None, "bio": None, "role": "user", "is_active": True, "email_verified": False}
_BOOLEANS = {"true": True, "false": False}
_DESCRIPTIONS = {name: field.description for name, field in User.model_fields.items()}


class UnreadableFile(ValueError):
    """The file as a whole cannot be read. The message has its name."""


def is_csv(path: Path) -> bool:
    """Whether the file is CSV, by its name.

    Raises:
        UnreadableFile: neither CSV nor JSON Lines.
    """
    if path.suffix.lower() not in (".csv", ".jsonl", ".ndjson"):
        raise UnreadableFile(f"{path}: the name must end with .csv, .jsonl or .ndjson")
    return path.suffix.lower() == ".csv"


def read(path: Path, refuse: Refuse) -> Iterator[ImportedUser]:
    """The valid users of a file, in order; `refuse` is called for each row that is not.

    Raises:
        OSError, UnreadableFile: the file cannot be read, is not UTF-8, or has unknown columns.
    """
    rows = _csv_rows if is_csv(path) else _json_rows
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            for line, row in rows(file, refuse):
                if (user := _user(line, row, refuse)) is not None:
                    yield user
        except UnicodeDecodeError as error:
            raise UnreadableFile(f"{path}: is not UTF-8") from error
        except (UnreadableFile, csv.Error) as error:
            raise UnreadableFile(f"{path}: {error}") from error


def _csv_rows(file: IO[str], refuse: Refuse) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.reader(file, strict=True)
    header = next(reader, [])
    _check_columns(header)
    if missing := [name for name in REQUIRED if name not in header]:
        raise UnreadableFile(f"line 1: the column {missing[0]} is missing")
    if len(set(header)) < len(header):
        raise UnreadableFile("line 1: a column occurs twice")
    last = reader.line_num
    for values in reader:
        line, last = last + 1, reader.line_num
        if not values:
            continue
        if len(values) != len(header):
            refuse(line, f"has {len(values)} values for {len(header)} columns")
            continue
        yield line, {name: _csv_value(name, text) for name, text in zip(header, values, strict=True) if text}


def _csv_value(name: str, text: str) -> Any:  # noqa: ANN401 - of the column's type
    return _BOOLEANS.get(text, text) if name in ("is_active", "email_verified") else text


def _json_rows(file: IO[str], refuse: Refuse) -> Iterator[tuple[int, dict[str, Any]]]:
    line = 0
    while text := file.readline(MAX_LINE):
        line += 1
        if len(text) == MAX_LINE and not text.endswith("\n"):
            raise UnreadableFile(f"line {line} is longer than {MAX_LINE} characters")
        if not text.strip():
            continue
        try:
            row = msgspec.json.decode(text)
        except msgspec.DecodeError:
            row = None
        if not isinstance(row, dict):
            refuse(line, "is not a JSON object")
            continue
        try:
            _check_columns(row)
        except UnreadableFile as error:
            refuse(line, str(error))
            continue
        yield line, row


def _check_columns(names: Iterable[str]) -> None:
    if unknown := [name for name in names if name not in COLUMNS]:
        raise UnreadableFile(f"unknown column {unknown[0][:50]!r}; the columns are {', '.join(COLUMNS)}")


def _user(line: int, row: dict[str, Any], refuse: Refuse) -> ImportedUser | None:
    """A row as a user; None if the document does not allow it."""
    if missing := [name for name in REQUIRED if name not in row]:
        refuse(line, f"{missing[0]} is missing")
        return None
    password_hash = row.pop("password_hash", None)
    created_at = row.pop("created_at", None)
    try:
        given = {**_DEFAULTS, **row, "created_at": created_at or "1970-01-01T00:00:00Z"}
        user = User(id=1, version=1, **given)
        if password_hash is not None:
            check(str(password_hash))
    except ValidationError as error:
        refuse(line, "; ".join(describe_faults(error, _DESCRIPTIONS)))
        return None
    except UnsupportedHash as error:
        refuse(line, f"password_hash: {error}")
        return None
    values = {name: getattr(user, name) for name in COLUMNS if name not in ("password_hash", "created_at")}
    return ImportedUser(
        line, **values, created_at=user.created_at if created_at is not None else None, password_hash=password_hash
    )


class Writer:
    """Writes users to a file, with their password hashes only if asked."""

    def __init__(self, file: IO[str], *, as_csv: bool, with_hashes: bool) -> None:
        self._file, self.columns = file, COLUMNS if with_hashes else COLUMNS[:-1]
        self._csv = csv.writer(file, lineterminator="\n") if as_csv else None
        if self._csv is not None:
            self._csv.writerow(self.columns)

    def write(self, users: Iterable[StoredUser]) -> None:
        """Write a batch."""
        for user in users:
            row = {name: getattr(user, name) for name in self.columns} | {"created_at": user.created_at.isoformat()}
            if self._csv is None:
                self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
            else:
                self._csv.writerow([str(value).lower() if isinstance(value, bool) else value for value in row.values()])
