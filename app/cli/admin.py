"""`python -m app admin`: create administrators and sign in as one."""

from __future__ import annotations

import sys

import typer
from pydantic import ValidationError

from app.cli.errors import MISUSED, fail, program
from app.cli.settings import describe_faults, require_migrated
from app.cli.startup import run
from app.core.config import Settings
from app.resources import Resources, connected, make_resources
from app.schemas.models import UserCreate
from app.schemas.problems import NotFound
from app.services import sessions, users

_MAX_PASSWORD_BYTES = 1024  # read from standard input; the contract allows 128 characters


def admin_create(settings: Settings, *, email: str | None, username: str | None, password_stdin: bool) -> None:
    """Create an administrator."""
    require_migrated(settings)
    piped = password_stdin or not sys.stdin.isatty()
    if piped and (email is None or username is None):
        fail("--email and --username are required: standard input holds the password", code=MISUSED)
    given = {
        "email": email if email is not None else typer.prompt("Email"),
        "username": username if username is not None else typer.prompt("Username"),
        "password": _piped() if piped else typer.prompt("Password", hide_input=True, confirmation_prompt=True),
    }
    try:
        new = UserCreate(**given)
    except ValidationError as error:
        fail(*describe_faults(error, {name: field.description for name, field in UserCreate.model_fields.items()}))

    async def create() -> int:
        async with connected(make_resources(settings)) as resources:
            return (await users.create(resources, new, "admin")).id

    typer.echo(f"administrator {new.username} has the id {run(settings, create())}")


def _piped() -> str:
    """Read the password from standard input, without its line ending."""
    data = sys.stdin.buffer.read(_MAX_PASSWORD_BYTES + 1)
    if len(data) > _MAX_PASSWORD_BYTES:
        fail("password: standard input is too long")
    try:
        return data.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        fail("password: standard input is not UTF-8")


def admin_token(settings: Settings, *, username: str | None) -> None:
    """Sign in as an administrator and print the access token."""
    require_migrated(settings)

    async def issue() -> str:
        async with connected(make_resources(settings)) as resources:
            return await _token(resources, username)

    try:
        typer.echo(run(settings, issue()))
    except NotFound as error:
        fail(f"{error.detail} Create one with `{program()} admin create`.")


async def _token(resources: Resources, username: str | None) -> str:
    user_id = await users.get_admin(resources.database, username)
    return (await sessions.issue(resources, user_id)).access_token
