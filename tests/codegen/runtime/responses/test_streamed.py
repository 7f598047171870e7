"""JSON objects that are sent while their arrays are read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from accord.runtime import Streamed


class Shelf(msgspec.Struct, rename={"books": "the-books"}):
    label: str
    books: list[int]
    papers: list[str]
    note: str | msgspec.UnsetType = msgspec.UNSET


class Bare(msgspec.Struct):
    books: list[int]


async def items(*values: Any) -> AsyncIterator[Any]:
    for value in values:
        yield value


def parts(streamed: Streamed[Any]) -> list[bytes]:
    async def read() -> list[bytes]:
        return [part async for part in streamed.parts()]

    return asyncio.run(read())


def test_the_parts_are_one_object_with_the_names_of_the_document():
    sent = b"".join(parts(Streamed(Shelf("a", [], []), papers=items("x", "y"), books=items(1, 2, 3))))

    assert json.loads(sent) == {"label": "a", "the-books": [1, 2, 3], "papers": ["x", "y"]}


def test_empty_arrays_and_an_object_of_nothing_else():
    assert b"".join(parts(Streamed(Bare([]), books=items()))) == b'{"books":[]}'


def test_long_arrays_are_sent_in_parts():
    sent = parts(Streamed(Bare([]), books=items(*range(100_000))))

    assert len(sent) > 5
    assert max(map(len, sent)) < 70_000
    assert json.loads(b"".join(sent)) == {"books": [*range(100_000)]}


def test_the_iterable_is_closed_with_the_stream():
    closed = asyncio.Event()

    async def endless() -> AsyncIterator[str]:
        try:
            while True:
                yield "x" * 1000
        finally:
            closed.set()

    async def leave() -> None:
        stream = Streamed(Bare([]), books=endless()).parts()
        await anext(stream)
        await stream.aclose()
        assert closed.is_set()

    asyncio.run(leave())


@pytest.mark.parametrize("value", [{"books": []}, Bare([1])])
def test_only_a_row_with_an_empty_array_can_be_streamed(value):
    with pytest.raises(TypeError):
        Streamed(value, books=items())


def test_an_array_that_the_row_does_not_have():
    with pytest.raises(TypeError, match=r"Bare\.papers must be an empty list"):
        Streamed(Bare([]), papers=items())
