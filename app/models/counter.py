"""Numbers of rows, so that the total of a list is read and not counted."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Counter(Base):
    """How many rows of a kind there are: the sum over the slots of a name. Kept by triggers, in the transaction of each change.

    The names are `users:ROLE:active`, `users:ROLE:inactive` and `posts:published`. Each connection of PostgreSQL counts in a
    slot of its own, so that writers do not wait for each other; SQLite, which has one writer, uses slot 0 alone.
    """

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
