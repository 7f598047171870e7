"""JSON bodies that are encoded once and sent many times, such as cached ones."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Generic, Self, TypeVar

import msgspec
from pydantic import BaseModel

T_co = TypeVar("T_co", covariant=True)


def _encode_model(value: Any) -> msgspec.Raw:  # noqa: ANN401 - any type that msgspec does not know
    """Encode a pydantic model within a body; anything else is an error of the handler."""
    if isinstance(value, BaseModel):
        return msgspec.Raw(value.__pydantic_serializer__.to_json(value))
    raise TypeError(f"{type(value).__name__} in a body cannot be encoded as JSON")


encode = msgspec.json.Encoder(enc_hook=_encode_model).encode


@dataclass(frozen=True, slots=True)
class Encoded(Generic[T_co]):
    """A body of type T as bytes, with its strong entity tag (in quotes). Accepted wherever an answer takes a T."""

    body: bytes
    etag: str

    @classmethod
    def of(cls, value: T_co) -> Self:  # type: ignore[misc]  # T is only read
        """Encode a body."""
        body = encode(value)
        return cls(body, f'"{blake2b(body, digest_size=16).hexdigest()}"')
