"""Rows of a user that the path of an operation names."""

from __future__ import annotations

from typing import Any

from tests.contract.contract import Operation
from tests.security.service import Service, User
from tests.support.rows import NAMED, NOW, insertion, owner, row

STATES = {"confirmed_at": NOW, "is_published": False}  # a factor exists once it is confirmed; a draft is its author's alone


class Things:
    """Rows of one user that the path of an operation names, made for one request."""

    def __init__(self, service: Service, user: User) -> None:
        self._service, self._user, self._made = service, user, list[tuple[str, int]]()

    def path_of(self, operation: Operation) -> dict[str, str]:
        """The parameters of the path."""
        known = {"users": self._user.id}
        return {name: str(self._row(NAMED[name], known)) for name in operation.of("path") if name in NAMED}

    def _row(self, table: Any, known: dict[str, int]) -> int:
        if table.name in known:
            return known[table.name]
        references = {column.name: next(iter(column.foreign_keys)).column.table for column in table.c if column.foreign_keys}
        columns: dict[str, Any] = {name: self._row(parent, known) for name, parent in references.items()}
        if (belongs := owner(table)) is not None:
            columns[belongs] = self._user.id
        columns |= {name: value for name, value in STATES.items() if name in table.c}
        values = row(table, 10**6 + 2 * self._service.database.last_id(table.name) + 1, **columns)
        del values["id"]
        [[number]] = self._service.database.execute(*insertion(table, values, " RETURNING id"))
        known[table.name] = number
        self._made.append((table.name, number))
        return int(number)

    def remove(self) -> None:
        """Delete what is left of them."""
        for table, number in reversed(self._made):
            self._service.database.execute(f"DELETE FROM {table} WHERE id = ?", (number,))  # noqa: S608 - a name of ours
