"""`python -m app admin`: create administrators and sign in as one."""

from __future__ import annotations

import sys

import typer
from pydantic import ValidationError

from app.cli.errors import MISUSED, fail, program
from app.cli.output import show
from app.cli.settings import describe_faults, require_migrated
from app.cli.startup import run
from app.core.config import Settings
from app.resources import Resources
from app.schemas.models import UserCreate
from app.schemas.problems import NotFound
from app.schemas.rows import TokensRow
from app.services import sessions, users
from app.services.users.creation import create_user

_MAX_PASSWORD_BYTES = 1024  # read from standard input; the contract allows 128 characters


def admin_create(settings: Settings, *, email: str | None, username: str | None, password_stdin: bool, as_json: bool) -> None:
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
    user = run(settings, lambda resources: create_user(resources, new, "admin"))
    data = {"id": user.id, "username": user.username, "email": user.email}
    show(data, f"administrator {user.username} has the id {user.id}", as_json=as_json)


def _piped() -> str:
    """Read the password from standard input, without its line ending."""
    data = sys.stdin.buffer.read(_MAX_PASSWORD_BYTES + 1)
    if len(data) > _MAX_PASSWORD_BYTES:
        fail("password: standard input is too long")
    try:
        return data.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        fail("password: standard input is not UTF-8")


def admin_token(settings: Settings, *, username: str | None, as_json: bool) -> None:
    """Sign in as an administrator and print the access token."""
    require_migrated(settings)

    async def issue(resources: Resources) -> TokensRow:
        return await sessions.issue(resources, await users.get_admin(resources.database, username))

    try:
        tokens = run(settings, issue)
    except NotFound as error:
        fail(f"{error.detail} Create one with `{program()} admin create`.")
    data = {name: getattr(tokens, name) for name in ("access_token", "token_type", "expires_in")}
    show(data, tokens.access_token, as_json=as_json)
