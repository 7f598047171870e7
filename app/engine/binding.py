"""From the document's operations to the functions that implement them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from app.engine.responses import Empty


class Operation:
    """A handler that fits its operation; the generated subclasses hold the answers and problems that the document allows."""

    operation_id: ClassVar[str]

    def __init__(self, handler: Callable[..., Awaitable[Empty]]) -> None:
        self.handler = handler
