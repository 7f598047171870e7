"""Whether a default of the document is a value of its own schema; one that is not is documentation of a mistake."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.engine.document import Node
from app.engine.judge import validator


def fits(nodes: Iterable[Node], value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether all the schemas take the value in a request."""
    return all(validator(node.document, node, "request").is_valid(value) for node in nodes)
