# ruff: noqa: A002, ARG001, FBT001, PLR0913, PLR0917, T201 - mypy's faults are what this file is about
"""Handlers that do not fit: every line marked `# wrong:` is an error, and no other line is."""

from collections.abc import AsyncIterator

import right
from sqlalchemy import select

from accord.openapi.values.encoded import Encoded
from app.call import Public, SignedIn
from app.core.database.statements import statement
from app.models import User
from app.schemas import models, operations, rows
from app.schemas.operations import CreateUser, DeleteUser, GetHealth, GetReadiness, GetUser, Handlers, ListUsers, UpdateUser


@GetUser  # wrong: type of an argument
async def h1(call: SignedIn, user_id: str) -> GetUser.OK:
    raise NotImplementedError


@GetUser  # wrong: name of an argument
async def h2(call: SignedIn, id: int) -> GetUser.OK:
    raise NotImplementedError


@GetUser  # wrong: argument missing
async def h3(call: SignedIn) -> GetUser.OK:
    raise NotImplementedError


@DeleteUser  # wrong: optional argument missing
async def h4(call: SignedIn, user_id: int) -> DeleteUser.NoContent:
    raise NotImplementedError


@GetUser  # wrong: argument nobody documented
async def h5(call: SignedIn, user_id: int, force: bool) -> GetUser.OK:
    raise NotImplementedError


@DeleteUser  # wrong: optional parameter taken as required
async def h6(call: SignedIn, user_id: int, if_match: str) -> DeleteUser.NoContent:
    raise NotImplementedError


@CreateUser  # wrong: type of the body
async def h7(call: Public, body: models.UserUpdate) -> CreateUser.Created:
    raise NotImplementedError


@GetUser  # wrong: secured operation taken as public
async def h8(call: Public, user_id: int) -> GetUser.OK:
    raise NotImplementedError


@GetHealth  # wrong: public operation taken as secured
async def h9(call: SignedIn) -> GetHealth.OK:
    raise NotImplementedError


@GetHealth  # wrong: sync function
def h10(call: Public) -> GetHealth.OK:
    raise NotImplementedError


@GetHealth  # wrong: async generator
async def h11(call: Public) -> AsyncIterator[GetHealth.OK]:
    yield GetHealth.OK(models.Health(status="healthy"))


@GetHealth  # wrong: answer of another operation
async def h12(call: Public) -> GetReadiness.OK:
    raise NotImplementedError


@operations.ArchiveUser  # wrong: unknown operation
async def h13(call: SignedIn, user_id: int) -> DeleteUser.NoContent:
    raise NotImplementedError


@ListUsers  # wrong: values outside the document's
async def h14(
    call: SignedIn, page: int, page_size: int, cursor: str | None, role: bool | None, is_active: bool | None
) -> ListUsers.OK:
    raise NotImplementedError


async def principals(call: Public) -> None:
    print(call.principal.user_id)  # wrong: principal of a public operation


def answers(user: rows.UserRow, health: models.Health, body: models.UserUpdate) -> GetUser.OK:
    GetUser.Created(user, etag="")  # wrong: status does not exist
    GetUser.OK(user)  # wrong: required header missing
    GetUser.OK(user, etag=1)  # wrong: type of a header
    GetUser.OK(user, etag="", colour="red")  # wrong: undocumented header
    GetUser.OK(user, "")  # wrong: header by position
    GetUser.OK(health, etag="")  # wrong: body
    GetUser.OK({"id": 1}, etag="")  # wrong: plain dict as body
    GetUser.OK(Encoded.of(health), etag="")  # wrong: body, encoded
    DeleteUser.NoContent("gone")  # wrong: body where none is documented
    GetHealth.OK(models.Health(status="ill"))  # wrong: value outside the document's
    print(user.key)  # wrong: field of a row
    print(body.username)  # wrong: field of a model
    GetUser.path(user_id="1")  # wrong: type in a path
    GetUser.path()  # wrong: part of a path missing
    if user.id == 1:
        raise GetUser.LastAdmin("No.")  # wrong: undocumented problem
    if user.id == 2:
        return user  # wrong: body without its answer
    return UpdateUser.OK(user, etag="")  # wrong: answer outside the annotation


modules: operations.HealthHandlers = right  # wrong: handler missing
Handlers(health=right)  # wrong: modules missing

# The columns of a statement against the generated row, in number, order, type and nullability.
profile = rows.UserProfileRow
statement(select(User.id, User.username, User.full_name, User.bio, User.created_at, User.version), profile)
statement(select(User.id, User.username, User.full_name, User.bio, User.created_at), profile)  # wrong: column missing
statement(select(User.username, User.id, User.full_name, User.bio, User.created_at, User.version), profile)  # wrong: order
statement(select(User.id, User.bio, User.full_name, User.bio, User.created_at, User.version), profile)  # wrong: null
statement(select(User.role), rows.HealthRow)  # wrong: type of a column
