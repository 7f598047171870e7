# ruff: noqa: ARG001, FBT001 - handlers take every argument of their operation, used or not
"""Handlers of the shop: they fit its document, and serve it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Literal

from calls import Call, Principal
from fastapi import Depends
from shop import models, operations, rows
from shop.operations import (
    Attach,
    CreateOrder,
    Export,
    GetOld,
    GetOrder,
    Listen,
    ListOrders,
    PutNote,
    PutPhoto,
    Scale,
    SetMoment,
)

from accord.runtime import File
from accord.runtime.responses.types import Event
from accord.runtime.webhooks.links import Link


def clock() -> str:
    return "12:00"


@ListOrders
async def list_orders(
    call: Call[None],
    *,
    page: int,
    state: Literal["open", "shipped"] | None,
    x_ids: list[int] | None,
    accept: Literal["application/json", "text/csv"],
) -> ListOrders.OK | ListOrders.OKCsv | ListOrders.Default:
    if page == 13:
        return ListOrders.Default(rows.ErrorRow("unlucky"), status=503)
    if accept == "text/csv":
        return ListOrders.OKCsv("id\n", x_total=page)
    orders = [rows.OrderRow(number, "tea") for number in x_ids or [1]]
    return ListOrders.OK(orders, x_total=page, x_tags=["a", "b"], x_window=rows.WindowRow(1))


@CreateOrder
async def create_order(
    call: Call[Principal],
    body: models.OrderCreate | models.Short,
    at: Annotated[str, Depends(clock)] = "",
    *,
    now: str = Depends(clock),
) -> CreateOrder.Created | CreateOrder.Accepted | CreateOrder.ClientError:
    if isinstance(body, models.Short):
        return CreateOrder.Accepted()
    if body.item == "taken":
        raise CreateOrder.Conflict("It is taken.")
    if body.item == "teapot":
        return CreateOrder.ClientError(rows.ErrorRow(call.principal.name), status=418)
    return CreateOrder.Created(rows.OrderRow(7, f"{body.item} at {now}"), location=GetOrder.path(order_id=7))


@GetOrder
async def get_order(call: Call[Principal | None], order_id: int, verbose: bool | None) -> GetOrder.OK | GetOrder.NotFound:
    if order_id == 404:
        return GetOrder.NotFound(models.Error(message="There is none."))
    return GetOrder.OK(rows.OrderRow(order_id, call.principal.name if call.principal else "anybody's"))


@PutNote
async def put_note(call: Call[None], *, order_id: int, body: str | None) -> PutNote.OK:
    return PutNote.OK(body or "nothing")


@PutPhoto
async def put_photo(call: Call[None], *, order_id: int, body: File) -> PutPhoto.OK:
    return PutPhoto.OK(body.content, media_type=body.media_type)


@Attach
async def attach(call: Call[None], order_id: int, body: models.AttachBody) -> Attach.Created:
    return Attach.Created(models.AttachCreated(size=len(body.file.content) + len(body.title)))


@Listen
async def listen(call: Call[None]) -> Listen.OK:
    async def events() -> AsyncIterator[Event | str]:
        yield "first"
        yield Event(data="second", id="2")

    return Listen.OK(events())


@Export
async def export(call: Call[None]) -> Export.OK:
    async def orders() -> AsyncIterator[rows.OrderRow]:
        yield rows.OrderRow(1, "tea")
        yield rows.OrderRow(2, "milk")

    return Export.OK(orders())


@Scale
async def scale(call: Call[None], body: float) -> Scale.OK:
    return Scale.OK(body)


@SetMoment
async def set_moment(call: Call[None], body: datetime) -> SetMoment.OK:
    return SetMoment.OK(body)


@GetOld
async def get_old(call: Call[None], source: str | None) -> GetOld.Redirection:
    return GetOld.Redirection(status=308, location="/orders")


def links(answer: CreateOrder.Created, listed: ListOrders.OK, got: GetOrder.OK) -> tuple[str, int, Link[PutNote.Arguments]]:
    following: Link[ListOrders.Arguments] = listed.link_next(state="open")
    return following.url, got.link_self(order_id=1).arguments["order_id"], answer.link_note()


def complete(module: operations.ShopHandlers) -> operations.Handlers:
    return operations.Handlers(shop=module)
