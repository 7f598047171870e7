# ruff: noqa: ARG001, FBT001, T201 - mypy's faults are what this file is about
"""Handlers and senders that do not fit: every line marked `# wrong:` is an error, and no other line is."""

from collections.abc import AsyncIterator
from typing import Literal

import right
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
from shop.webhooks import OrderShipped, PhotoTaken, Shipped

from accord.runtime import File
from accord.runtime.webhooks.links import Link

Anybody = Call[Principal | None]
State = Literal["open", "shipped"]


@GetOrder  # wrong: type of an argument
async def h1(call: Anybody, order_id: str, verbose: bool | None) -> GetOrder.OK:
    raise NotImplementedError


@GetOrder  # wrong: argument missing
async def h2(call: Anybody, order_id: int) -> GetOrder.OK:
    raise NotImplementedError


@GetOrder  # wrong: an optional argument taken as required
async def h3(call: Anybody, order_id: int, verbose: bool) -> GetOrder.OK:
    raise NotImplementedError


@GetOrder  # wrong: argument nobody documented
async def h4(call: Anybody, order_id: int, verbose: bool | None, colour: str) -> GetOrder.OK:
    raise NotImplementedError


@GetOrder  # wrong: the principal may be absent
async def h5(call: Call[Principal], order_id: int, verbose: bool | None) -> GetOrder.OK:
    raise NotImplementedError


@CreateOrder  # wrong: there is a principal
async def h6(call: Call[None], body: models.OrderCreate | models.Short) -> CreateOrder.Accepted:
    raise NotImplementedError


@CreateOrder  # wrong: a media type of the body forgotten
async def h7(call: Call[Principal], body: models.OrderCreate) -> CreateOrder.Accepted:
    raise NotImplementedError


@PutPhoto  # wrong: a file is no bytes
async def h8(call: Call[None], order_id: int, body: bytes) -> PutPhoto.OK:
    raise NotImplementedError


@PutNote  # wrong: an optional body taken as required
async def h9(call: Call[None], order_id: int, body: str) -> PutNote.OK:
    raise NotImplementedError


@Attach  # wrong: a multipart body has a class of its own
async def h10(call: Call[None], order_id: int, body: File) -> Attach.Created:
    raise NotImplementedError


@Scale  # wrong: a number is no integer
async def h11(call: Call[None], body: int) -> Scale.OK:
    raise NotImplementedError


@SetMoment  # wrong: an instant is no text
async def h12(call: Call[None], body: str) -> SetMoment.OK:
    raise NotImplementedError


@GetOld  # wrong: sync function
def h13(call: Call[None], source: str | None) -> GetOld.Redirection:
    raise NotImplementedError


@Listen  # wrong: async generator
async def h14(call: Call[None]) -> AsyncIterator[Listen.OK]:
    yield Listen.OK(right.listen)  # wrong: a stream is expected


@PutNote  # wrong: answer of another operation
async def h15(call: Call[None], order_id: int, body: str | None) -> PutPhoto.OK:
    raise NotImplementedError


@ListOrders  # wrong: a media type that is never accepted
async def h16(
    call: Call[None], page: int, state: State | None, x_ids: list[int] | None, accept: Literal["text/html"]
) -> ListOrders.OK:
    raise NotImplementedError


@ListOrders  # wrong: the negotiated media type forgotten
async def h17(call: Call[None], page: int, state: State | None, x_ids: list[int] | None) -> ListOrders.OK:
    raise NotImplementedError


@ListOrders  # wrong: values outside the document's
async def h18(
    call: Call[None],
    page: int,
    state: Literal["open"] | None,
    x_ids: list[int] | None,
    accept: Literal["application/json", "text/csv"],
) -> ListOrders.OK:
    raise NotImplementedError


@ListOrders  # wrong: items of a list
async def h19(
    call: Call[None], page: int, state: State | None, x_ids: list[str] | None, accept: Literal["application/json", "text/csv"]
) -> ListOrders.OK:
    raise NotImplementedError


@operations.DeleteOrder  # wrong: unknown operation
async def h20(call: Call[None]) -> GetOld.Redirection:
    raise NotImplementedError


@GetOld
async def fits(call: Call[None], source: str | None, now: str = Depends(right.clock)) -> GetOld.Redirection:
    raise NotImplementedError


async def stream() -> AsyncIterator[int]:
    yield 1


def answers(order: rows.OrderRow, orders: list[rows.OrderRow], short: models.Short, call: Call[None]) -> None:
    GetOrder.Created(order)  # wrong: undocumented status
    ListOrders.OK(orders)  # wrong: required header missing
    ListOrders.OK(orders, x_total="1")  # wrong: type of a header
    ListOrders.OK(orders, x_total=None)  # wrong: null for a header that is required
    ListOrders.OK(orders, x_total=1, x_tags="a")  # wrong: a list in a header
    ListOrders.OK(orders, x_total=1, x_window=order)  # wrong: another object in a header
    ListOrders.OK(orders, x_total=1, x_colour="red")  # wrong: undocumented header
    ListOrders.OK("id", x_total=1)  # wrong: the body of another media type
    ListOrders.OKCsv(orders, x_total=1)  # wrong: the body of another media type
    ListOrders.OK(order, x_total=1)  # wrong: one for many
    GetOrder.OK(short)  # wrong: another object
    GetOrder.OK(models.Order(item="tea"))  # wrong: a model of requests, where members differ
    GetOrder.OK(None)  # wrong: null for an object
    GetOrder.NotFound(order)  # wrong: the body of another status
    ListOrders.Default(rows.ErrorRow("No."))  # wrong: the status of a default missing
    ListOrders.Default(rows.ErrorRow("No."), status=299)  # wrong: no status of HTTP
    CreateOrder.ClientError(rows.ErrorRow("No."), status=500)  # wrong: outside the range
    GetOld.Redirection(status=200, location="/")  # wrong: outside the range
    CreateOrder.Accepted(order)  # wrong: a body where none is documented
    PutPhoto.OK(b"")  # wrong: the media type of a range missing
    PutPhoto.OK("", media_type="image/png")  # wrong: text for bytes
    Export.OK(stream())  # wrong: lines of another type
    raise GetOrder.Conflict("No.")  # wrong: undocumented problem


def members(row: rows.OrderRow, body: models.OrderCreate, attached: models.AttachBody) -> None:
    rows.OrderRow("1", "tea")  # wrong: type of a field
    rows.OrderRow(1)  # wrong: field missing
    print(row.secret)  # wrong: what is only written
    print(body.colour)  # wrong: unknown member
    print(attached.file.size)  # wrong: unknown to files
    print(attached.pages.content)  # wrong: a list of files


def links(
    created: CreateOrder.Created, listed: ListOrders.OK, table: ListOrders.OKCsv, got: GetOrder.OK
) -> Link[GetOrder.Arguments]:
    table.link_first()  # wrong: a link into JSON, of an answer that is none
    listed.link_next(state="lost")  # wrong: values outside the document's
    listed.link_next()  # wrong: what only the request knows
    got.link_self(order_id="1")  # wrong: type of what the request knows
    created.link_invoice()  # wrong: undocumented link
    print(created.link_order().arguments["colour"])  # wrong: argument of the next operation
    GetOrder.path(order_id="7")  # wrong: type in a path
    return created.link_note()  # wrong: another operation


async def sends(shipped: OrderShipped, taken: PhotoTaken, called: Shipped, order: rows.OrderRow, photo: File) -> None:
    await shipped.send("https://a.example", body=order)  # wrong: required header missing
    await shipped.send("https://a.example", x_attempt="1", body=order)  # wrong: type of a header
    await shipped.send("https://a.example", x_attempt=1)  # wrong: payload missing
    await shipped.send("https://a.example", x_attempt=1, body=photo)  # wrong: payload
    await shipped.send("https://a.example", x_attempt=1, body=order, tags="a")  # wrong: a list in the query
    await taken.send("https://a.example", body=order)  # wrong: payload of another webhook
    await taken.send("https://a.example", body=models.PhotoTakenBody(title="a", photo=b""))  # wrong: bytes for a file
    answer = await shipped.send("https://a.example", x_attempt=1, body=order)
    print(answer.body.seen)  # wrong: an answer without a body
    Shipped.url(callback=1, id="1")  # wrong: type in the URL of a callback
    Shipped.url(callback="https://a.example")  # wrong: part of the URL missing
