"""Response bodies encoded as JSON with their ETag, ready to be cached and sent."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Generic, Self, TypeVar

import msgspec
from pydantic import BaseModel

T_co = TypeVar("T_co", covariant=True)


def _from_model(value: Any) -> msgspec.Raw:  # noqa: ANN401 - any type unknown to msgspec
    """Encode a pydantic model; any other type is a bug of the handler."""
    if isinstance(value, BaseModel):
        return msgspec.Raw(value.__pydantic_serializer__.to_json(value))
    raise TypeError(f"a body holds {type(value).__name__}, which cannot be encoded as JSON")


encode = msgspec.json.Encoder(enc_hook=_from_model).encode


@dataclass(frozen=True, slots=True)
class Encoded(Generic[T_co]):
    """A body of type T as bytes, with its strong ETag (quoted). Responses accept it in place of a T."""

    body: bytes
    etag: str

    @classmethod
    def of(cls, value: T_co) -> Self:  # type: ignore[misc]  # it is only read
        """Encode a body."""
        body = encode(value)
        return cls(body, f'"{blake2b(body, digest_size=16).hexdigest()}"')
