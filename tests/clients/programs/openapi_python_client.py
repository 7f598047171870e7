"""A program of somebody who uses the client of openapi-python-client: `python openapi_python_client.py URL USERNAME`."""

from __future__ import annotations

import sys
from typing import TypeVar, cast

from accord_client import AuthenticatedClient, Client
from accord_client.api.profiles import list_user_profiles
from accord_client.api.sessions import create_session
from accord_client.api.users import create_user, update_user
from accord_client.models import (
    PreconditionFailedProblem,
    Role,
    SessionCreate,
    Tokens,
    User,
    UserConflictProblem,
    UserConflictProblemType,
    UserCreate,
    UserProfileList,
    UserUpdate,
    ValidationProblem,
)

PASSWORD = "orbit-by-hand-62"

T = TypeVar("T")


def done(step: str) -> None:
    """Say that a step went well."""
    sys.stdout.write(f"{step}\n")


def given(kind: type[T], answer: object) -> T:
    """The answer, if it is of the right kind."""
    if not isinstance(answer, kind):
        raise SystemExit(f"not a {kind.__name__}: {answer}")
    return answer


def main(url: str, username: str) -> None:
    """Sign up, meet two problems, sign in, read two pages and change what was read."""
    # To this generator, an operation that accepts credentials is one that needs them. It works without.
    visitor = cast("AuthenticatedClient", Client(base_url=url))
    wanted = UserCreate(email=f"{username}@example.com", username=username, password=PASSWORD)
    created = create_user.sync_detailed(client=visitor, body=wanted)
    user = given(User, created.parsed)
    if (user.username, user.role) == (username, Role.USER):
        done("sign-up")

    conflict = create_user.sync(client=visitor, body=wanted)
    if isinstance(conflict, UserConflictProblem) and conflict.type_ is UserConflictProblemType.ALREADY_REGISTERED:
        done("typed 409")

    wanted.password = "short"
    refused = create_user.sync(client=visitor, body=wanted)
    if isinstance(refused, ValidationProblem) and any(fault.pointer == "/password" for fault in refused.errors):
        done("typed 422")

    credentials = SessionCreate(identifier=username, password=PASSWORD)
    tokens = given(Tokens, create_session.sync(client=visitor, body=credentials))
    first = given(UserProfileList, list_user_profiles.sync(client=visitor, page_size=1))
    cursor = given(str, first.next_cursor)
    second = given(UserProfileList, list_user_profiles.sync(client=visitor, page_size=1, cursor=cursor))
    if (second.page, len(second.profiles)) == (2, 1):
        done("page")

    owner = AuthenticatedClient(base_url=url, token=tokens.access_token)
    change = UserUpdate(bio="Compilers.")
    stale = update_user.sync(user.id, client=owner, body=change, if_match='"999"')
    changed = given(User, update_user.sync(user.id, client=owner, body=change, if_match=created.headers["ETag"]))
    if isinstance(stale, PreconditionFailedProblem) and changed.bio == "Compilers.":
        done("If-Match")


if __name__ == "__main__":
    main(*sys.argv[1:])
