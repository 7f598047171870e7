"""JSON objects that are sent while their long arrays are read, so that memory is bounded by one item."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
from typing import Any, Generic, TypeVar

import msgspec

from accord.openapi.values.encoded import encode

T_co = TypeVar("T_co", covariant=True)

_CHUNK = 65536  # bytes


class Streamed(Generic[T_co]):
    """A body of type T, a generated row, with iterables in place of some of its arrays. Accepted wherever an answer takes a T.

    The row is given with these arrays empty: `Streamed(UserExportRow(..., posts=[]), posts=read_posts())`. They are sent last,
    in the order of the arguments. As in every stream, an error after the first part breaks off the connection.

    Raises:
        TypeError: the value is not a generated row, or has no empty array of this name.
    """

    __slots__ = ("_arrays", "_value")

    def __init__(self, value: T_co, /, **arrays: AsyncIterable[object]) -> None:
        if not isinstance(value, msgspec.Struct) or not arrays:
            raise TypeError("a streamed body is a generated row and at least one iterable for an array of it")
        for name in arrays:
            if getattr(value, name, None) != []:
                raise TypeError(f"{type(value).__name__}.{name} must be an empty list, which the iterable fills")
        self._value: msgspec.Struct = value
        self._arrays = arrays

    async def parts(self) -> AsyncGenerator[bytes]:
        """The encoded body, in parts of some kilobytes."""
        fields = {field.name: field.encode_name for field in msgspec.structs.fields(self._value)}
        whole = {name: getattr(self._value, name) for name in fields if name not in self._arrays}
        members = {fields[name]: value for name, value in whole.items() if value is not msgspec.UNSET}
        buffer, separator = bytearray(encode(members)[:-1]), b"," if members else b""
        for name, items in self._arrays.items():
            buffer += separator + encode(fields[name]) + b":["
            separator, before = b",", b""
            async with aclosing(_generator(items)) as found:
                async for item in found:
                    buffer += before + encode(item)
                    before = b","
                    if len(buffer) >= _CHUNK:
                        yield bytes(buffer)
                        buffer.clear()
            buffer += b"]"
        yield bytes(buffer) + b"}"


async def _generator(items: AsyncIterable[Any]) -> AsyncGenerator[Any]:
    """The items; the iterable is closed with the generator."""
    iterator = aiter(items)
    try:
        async for item in iterator:
            yield item
    finally:
        if (close := getattr(iterator, "aclose", None)) is not None:
            await close()
