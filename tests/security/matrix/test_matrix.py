"""The authorization matrix of `tests/support/access.py`, compared with what the running service answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pyotp
import pytest

from tests.app.api.requests import IN_ORDER
from tests.contract.contract import BY_ID, KEY, OPERATIONS, ROLES, SCOPES, TOKEN, Operation
from tests.contract.wire import Request
from tests.resources.factors import SECRET
from tests.security.client import fresh_address
from tests.security.matrix.things import Things
from tests.security.service import Service, User
from tests.support.access import Caller, callers, expected
from tests.support.resources import resource_data, resource_entry
from tests.support.rows import NOW

CALLERS = callers(SCOPES)


class Cast:
    """New users, so that what a column does to them is nothing to the others."""

    def __init__(self, service: Service, caller: Caller) -> None:
        self._service, self._caller = service, caller
        self.owner = service.sign_up()
        made = {"owner": lambda: self.owner, "other": service.sign_up, "admin": service.sign_up_admin}
        self.caller: User = made[caller.who]()
        self.headers = {"none": dict, "token": lambda: self.caller.headers, "key": self._key}[caller.credential]()
        if not caller.valid and caller.credential == "key" and caller.who == "owner":
            service.age("api_keys", "expires_at", "user_id", self.caller.id, days=400)
        elif not caller.valid:
            service.database.execute("UPDATE users SET is_active = ? WHERE id = ?", (False, self.caller.id))

    def _key(self) -> dict[str, str]:
        return self._service.key(self.caller, list(self._caller.scopes))

    def arrange(self) -> None:
        """Bring about the state of the session and of the factors, which the request before may have changed."""
        if self._caller.has_factor:
            self._service.add_factor(self.caller)
        if not self._caller.recent:
            statement = "UPDATE sessions SET created_at = ?, authenticated_at = NULL WHERE user_id = ?"
            self._service.database.execute(statement, (NOW, self.caller.id))

    def body(self, operation: Operation, request: Request) -> Any:
        """A valid body of the caller's; nothing is prepared for rows that the path names, which are there."""
        body = json.loads(request.body) if request.body is not None else None
        if operation.id == "createSessionToken":
            return {"refresh_token": self._service.sign_in("user")["refresh_token"]}
        if operation.id == "createReauthentication" and self._caller.has_factor:
            return {"totp_code": pyotp.TOTP(SECRET).now()}
        if not operation.of("path") and (prepare := resource_data("PREPARE").get(operation.id)):
            prepare(self._service.database, self.caller.id, body, datetime.now(UTC))
        return body


def status(service: Service, operation: Operation, players: Cast) -> int:
    """The answer to a valid request about the owner's things."""
    players.arrange()
    things = Things(service, players.owner)
    request = Request.on_rows(operation, **things.path_of(operation))
    body = players.body(operation, request)
    content = {"Content-Type": request.headers["Content-Type"]} if body is not None else {}
    answer = service.client.request(
        request.method,
        request.path,
        headers={"X-Forwarded-For": fresh_address(), **content, **players.headers},
        content=json.dumps(body).encode() if body is not None else None,
    )
    things.remove()
    return answer.status_code


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLERS)
def test_s34_every_operation_answers_every_caller_as_the_matrix_says(service, name, record_property):
    """Every operation, called with every credential, answers what the document and the table of owners say."""
    players = Cast(service, CALLERS[name])
    wanted = {operation: expected(BY_ID[operation], CALLERS[name]) for operation in IN_ORDER}

    answered = {operation: status(service, BY_ID[operation], players) for operation in IN_ORDER}

    record_property("cells", len(answered))
    wrong = {operation: (found, wanted[operation]) for operation, found in answered.items() if found != wanted[operation]}
    assert wrong == {}, "operation: (answered, wanted)"


def test_every_operation_has_a_row_and_every_row_an_operation():
    for operation in OPERATIONS:
        resource_entry("ACCESS", operation.id, operation.tag)

    assert set(resource_data("ACCESS")) == set(BY_ID)


class TestTheDocument:
    def test_uses_every_scope_and_no_other(self):
        assert {scope for operation in OPERATIONS for scope in operation.key_scopes} == set(SCOPES)
        assert not set(SCOPES) & set(ROLES)

    def test_asks_the_owner_of_a_key_for_the_roles_of_a_token_and_the_key_for_a_scope(self):
        for operation in (found for found in OPERATIONS if found.takes_keys):
            ways = {name: scopes for way in operation.security for name, scopes in way.items()}

            assert [scope for scope in ways[KEY] if scope in ROLES] == ways[TOKEN], operation.id
            assert operation.key_scopes, operation.id

    def test_lets_no_key_near_credentials_or_whole_accounts(self):
        taking = {operation.id: operation.tag for operation in OPERATIONS if operation.takes_keys}

        assert not {"sessions", "api_keys", "factors", "accounts", "audit", "webhooks"} & set(taking.values())
        assert "deleteUser" not in taking
