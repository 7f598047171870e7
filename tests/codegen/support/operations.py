"""What the generator writes for `contract.yaml`, by hand, and one honest handler for each operation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, final

import msgspec
from pydantic import BaseModel

from accord.runtime import ApiError
from accord.runtime.handlers.binding import Operation
from accord.runtime.responses.types import Answer, Body, Empty


class ThingCreate(BaseModel):
    name: str
    size: int = 1
    email: str | None = None


@final
class ThingRow(msgspec.Struct):
    id: int
    name: str


@final
class ThingListRow(msgspec.Struct):
    things: list[ThingRow]


class GoneAway(ApiError):
    """Documented by createThing only."""

    status = 409
    type = "/problems/gone-away"
    title = "Gone away"


class NotFound(ApiError):
    """Documented by getThing only."""

    status = 404
    type = "/problems/not-found"
    title = "Not found"


class ListThings(Operation):
    operation_id = "listThings"

    class OK(Body[ThingListRow], kw_only=True):
        status = 200
        headers = (("link", "Link"), ("x_total", "X-Total"), ("x_exact", "X-Exact"))
        x_total: int
        link: str | None = None
        x_exact: bool | None = None


class CreateThing(Operation):
    operation_id = "createThing"

    class Created(Body[ThingRow], kw_only=True):
        status = 201
        headers = (("location", "Location"),)
        location: str


class GetThing(Operation):
    operation_id = "getThing"

    class OK(Body[ThingRow], kw_only=True):
        status = 200
        headers = (("etag", "ETag"), ("cache_control", "Cache-Control"))
        etag: str
        cache_control: str | None = None


class DeleteThing(Operation):
    operation_id = "deleteThing"

    class NoContent(Empty):
        status = 204


class GetLatestThing(Operation):
    operation_id = "getLatestThing"

    class Accepted(Empty):
        status = 202


class GetMe(Operation):
    operation_id = "getMe"

    class OK(Body[Any]):
        status = 200


async def list_things(call: object, page: int, tags: list[str] | None, x_rank: int | None) -> ListThings.OK:  # noqa: ARG001
    return ListThings.OK(ThingListRow([ThingRow(page, tag) for tag in tags or ()]), x_total=x_rank or 0)


async def create_thing(call: object, copies: int | None, body: ThingCreate) -> CreateThing.Created:  # noqa: ARG001
    return CreateThing.Created(ThingRow(body.size, body.name), location=f"/v1/things/{body.size}")


async def get_thing(call: object, thing_id: int) -> GetThing.OK:  # noqa: ARG001
    return GetThing.OK(ThingRow(thing_id, "lamp"), etag='"one"')


async def delete_thing(call: object, thing_id: int) -> DeleteThing.NoContent:  # noqa: ARG001
    return DeleteThing.NoContent()


async def get_latest_thing(call: object) -> GetLatestThing.Accepted:  # noqa: ARG001
    return GetLatestThing.Accepted()


async def get_me(call: object) -> GetMe.OK:
    return GetMe.OK(call)


def handlers(**other: Callable[..., Awaitable[Answer]]) -> list[Operation]:
    """Every operation with its honest handler, or with the one given under the handler's name."""
    honest: dict[type[Operation], Callable[..., Awaitable[Answer]]] = {
        ListThings: list_things,
        CreateThing: create_thing,
        GetThing: get_thing,
        DeleteThing: delete_thing,
        GetLatestThing: get_latest_thing,
        GetMe: get_me,
    }
    return [operation(other.get(handler.__name__, handler)) for operation, handler in honest.items()]
