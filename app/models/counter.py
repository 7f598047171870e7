"""Counters of rows, so that the total of a list is read instead of counted."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Counter(Base):
    """The number of rows of a kind: the sum over the slots of a name. Triggers update it in the transaction of each change.

    The names are `users:ROLE:active`, `users:ROLE:inactive` and `posts:published`. Connections of PostgreSQL
    count in different slots, so that writers seldom wait for each other; SQLite, which has one writer, uses slot 0 only.
    """

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
