"""All operations of a document: read by the runtime at start, and by the generator."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from accord.document.document import Document
from accord.document.findings import document_error
from accord.openapi.keywords.extensions import invalid_extensions
from accord.openapi.keywords.suggestions import suggested
from accord.openapi.operation import Operation, operations_of, under_own_name, with_ids


@dataclass(frozen=True, slots=True)
class API:
    """All operations of a document, in the written order; `webhooks` are the requests that the service sends."""

    document: Document
    operations: tuple[Operation, ...]
    webhooks: tuple[Operation, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)

    @classmethod
    @functools.lru_cache(maxsize=8)
    def of(cls, document: Document) -> API:
        """Read the paths and webhooks, of each document once.

        Raises:
            DocumentError: something cannot be served, with its line.
        """
        if found := [suggested(document, node.pointer, text) for node, text in invalid_extensions(document.root)]:
            raise document_error(found)
        operations: dict[str, Operation] = {}
        for operation in with_ids(operations_of(document.root.items("paths"))):
            if (other := operations.get(operation.id)) is not None:
                first = f"first in {other.node.where}"
                place = operation.node.raw_child("operationId") if "operationId" in operation.node.value else operation.node
                raise place.error(f"operationId {operation.id!r} is used twice, {first}: rename one")
            operations[operation.id] = operation
        webhooks = tuple(under_own_name(found, found.path) for found in operations_of(document.root.named("webhooks")))
        return cls(document, tuple(operations.values()), webhooks, dict(document.data.get("x-accord-alias", {})))
