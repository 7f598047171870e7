"""A program of somebody who uses the generated client: run and type-checked by `test_python_client.py`."""

from __future__ import annotations

import sys
from typing import TypeVar

from accord_client import AuthenticatedClient, Client
from accord_client.api.sessions import create_session
from accord_client.api.users import get_current_user, list_users
from accord_client.models import Problem, SessionCreate, Tokens, User, UserList, ValidationProblem

T = TypeVar("T")


def done(answer: T | Problem | ValidationProblem | None) -> T:
    """The answer, unless it is a problem."""
    if isinstance(answer, ValidationProblem):
        raise SystemExit("\n".join(f"{fault.in_} {fault.pointer}: {fault.message}" for fault in answer.errors))
    if isinstance(answer, Problem):
        raise SystemExit(f"{answer.title}: {answer.detail}")
    if answer is None:
        raise SystemExit("an answer that the document does not have")
    return answer


def main(url: str, identifier: str, password: str) -> None:
    """Print who signs in, and every user."""
    credentials = SessionCreate(identifier=identifier, password=password)
    with Client(base_url=url) as visitor:
        tokens: Tokens = done(create_session.sync(client=visitor, body=credentials))
    with AuthenticatedClient(base_url=url, token=tokens.access_token) as client:
        me: User = done(get_current_user.sync(client=client))
        found: UserList = done(list_users.sync(client=client))
    names = [user.username for user in found.users]
    sys.stdout.write(f"{me.username} of {found.total}: {', '.join(names)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
