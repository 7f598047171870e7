"""What lint rules read: the document, its operations and every schema in it, collected in one walk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from accord.document.document import Document, Node
from accord.document.pointer import Pointer
from accord.lint.effective_schema import Direction, Shape, components, walk
from accord.openapi.api import API
from accord.openapi.operation import Operation
from accord.openapi.response import Response

# Request headers whose syntax HTTP defines (RFC 9110, RFC 7240). The runtime parses them; a pattern would be a worse copy of
# that syntax, and fuzzers generate these headers from the syntax, not from the schema.
STRUCTURED_HEADERS = frozenset(
    {"if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", "range", "prefer"}
)


@dataclass(frozen=True, slots=True)
class Context:
    """A document, its operations, and every schema in it with the direction in which its values are sent."""

    document: Document
    operations: tuple[Operation, ...]
    """In the order of the document."""
    shapes: tuple[Shape, ...]

    @classmethod
    def of(cls, document: Document) -> Context:
        """Walk the document.

        Raises:
            DocumentError: the runtime cannot serve an operation.
        """
        operations = API.of(document).operations
        seen: set[tuple[Direction, bool, bool, frozenset[Pointer]]] = set()
        shapes = [shape for root in _used(operations) for shape in walk(root, seen)]
        visited = {facet.pointer for shape in shapes for facet in shape.facets}
        for schema in components(document, "schemas"):
            if schema.pointer not in visited:
                shapes.extend(walk(Shape.of((schema,), "response"), seen))
        return cls(document, operations, tuple(shapes))

    @property
    def responses(self) -> Iterator[tuple[int | str, Response]]:
        """Every response of every operation, ranges and `default` included; a shared component once per status."""
        seen: set[tuple[int | str, Pointer]] = set()
        for operation in self.operations:
            for status, response in operation.responses.items():
                if (status, response.node.pointer) not in seen:
                    seen.add((status, response.node.pointer))
                    yield status, response

    @property
    def links(self) -> Iterator[tuple[Operation, Response, Node]]:
        """Every link with the operation and the response that it belongs to."""
        for operation in self.operations:
            for response in operation.responses.values():
                links = response.node.get("links")
                for _, link in links.named() if links else ():
                    yield operation, response, link

    @property
    def subschemas(self) -> Iterator[Node]:
        """Every schema object, where it is written, once."""
        yield from {f.pointer: f for shape in self.shapes for f in shape.facets if isinstance(f.value, dict)}.values()


def _used(operations: Iterable[Operation]) -> Iterator[Shape]:
    """The schemas of parameters, bodies and headers."""
    for operation in operations:
        for parameter in operation.parameters:
            structured = parameter.place == "header" and parameter.name.lower() in STRUCTURED_HEADERS
            yield Shape.of((parameter.schema,), "request", structured=structured)
        for media in operation.bodies.values():
            if media.schema is not None:
                yield Shape.of((media.schema,), "request")
        for response in operation.responses.values():
            for media in response.content.values():
                if media.schema is not None:
                    yield Shape.of((media.schema,), "response")
            for header in headers(response.node):
                if "schema" in header.value:
                    yield Shape.of((header.raw_child("schema"),), "response")


def headers(response: Node) -> Iterator[Node]:
    """The headers of a response."""
    found = response.get("headers")
    if found is not None:
        yield from (node for _, node in found.named())
