"""A program of somebody who uses the Python client of openapi-generator: `python openapi_generator_python.py URL USERNAME`."""

from __future__ import annotations

import sys
from collections.abc import Callable

from accord_openapi import (
    ApiClient,
    ApiException,
    Configuration,
    PreconditionFailedProblem,
    ProfilesApi,
    SessionCreate,
    SessionsApi,
    UnprocessableProblem,
    UserConflictProblem,
    UserCreate,
    UsersApi,
    UserUpdate,
    ValidationProblem,
)

PASSWORD = "orbit-by-hand-62"


def done(step: str) -> None:
    """Say that a step went well."""
    sys.stdout.write(f"{step}\n")


def problem(call: Callable[[], object]) -> object:
    """The typed problem with which a call is refused."""
    try:
        call()
    except ApiException as error:
        return error.data
    raise SystemExit("a problem was expected")


def main(url: str, username: str) -> None:
    """Sign up, meet two problems, sign in, read two pages and change what was read."""
    visitor = ApiClient(Configuration(host=url))
    users = UsersApi(visitor)
    wanted = UserCreate(email=f"{username}@example.com", username=username, password=PASSWORD)
    created = users.create_user_with_http_info(wanted)
    user = created.data
    if (user.username, user.role.value) == (username, "user"):
        done("sign-up")

    conflict = problem(lambda: users.create_user(wanted))
    if isinstance(conflict, UserConflictProblem) and conflict.type == "/problems/already-registered":
        done("typed 409")

    weak = UserCreate.model_construct(email=wanted.email, username=username, password="short")
    refused = problem(lambda: users.create_user(weak))
    if isinstance(refused, UnprocessableProblem) and isinstance(refused.actual_instance, ValidationProblem):
        faults = refused.actual_instance.errors
        if any((fault.var_in, fault.pointer) == ("body", "/password") for fault in faults):
            done("typed 422")

    tokens = SessionsApi(visitor).create_session(SessionCreate(identifier=username, password=PASSWORD))
    profiles = ProfilesApi(visitor)
    first = profiles.list_user_profiles(page_size=1)
    second = profiles.list_user_profiles(page_size=1, cursor=first.next_cursor)
    if (second.page, len(second.profiles)) == (2, 1):
        done("page")

    owner = UsersApi(ApiClient(Configuration(host=url, access_token=tokens.access_token)))
    change = UserUpdate(bio="Compilers.")
    stale = problem(lambda: owner.update_user(user.id, change, if_match='"999"'))
    etag = next(value for name, value in (created.headers or {}).items() if name.lower() == "etag")
    changed = owner.update_user(user.id, change, if_match=etag)
    if isinstance(stale, PreconditionFailedProblem) and changed.bio == "Compilers.":
        done("If-Match")


if __name__ == "__main__":
    main(*sys.argv[1:])
