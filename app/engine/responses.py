"""What a handler answers: a status, its headers and its body, in generated subclasses of `Empty` and `Body`."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

import msgspec

from app.core.encoded import Encoded

T = TypeVar("T")


class Empty(msgspec.Struct):
    """An answer without a body."""

    status: ClassVar[int]
    headers: ClassVar[tuple[tuple[str, str], ...]] = ()

    if TYPE_CHECKING:  # a Struct without fields accepts any argument in mypy's eyes

        def __init__(self) -> None: ...


class Body(Empty, Generic[T]):
    """An answer with a body, its first and only positional argument; one that is encoded already is sent as it is."""

    body: T | Encoded[T]
