"""One walk through the document, so that each rule reads what it needs and walks nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from accord.document.document import Document, Node
from accord.document.pointer import Pointer
from accord.lint.effective_schema import Direction, Finding, Shape, components, walk
from accord.openapi.api import API
from accord.openapi.operation import Operation
from accord.openapi.response import Response

# Request headers with a grammar of their own, read by the engine with a parser. A pattern would repeat that grammar badly,
# and fuzzers build these headers from the grammar, not from the schema.
STRUCTURED_HEADERS = frozenset(
    {"if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", "range", "prefer"}
)


@dataclass(frozen=True, slots=True)
class Survey:
    """The document, its operations, and every shape in it with the direction in which it travels."""

    document: Document
    description: API
    shapes: tuple[Shape, ...]

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All operations in the written order."""
        return self.description.operations

    @property
    def responses(self) -> Iterator[tuple[int | str, Response]]:
        """Every answer of every operation, ranges and `default` too; a shared component comes once for each status."""
        seen: set[tuple[int | str, Pointer]] = set()
        for operation in self.operations:
            for status, response in operation.responses.items():
                if (status, response.node.pointer) not in seen:
                    seen.add((status, response.node.pointer))
                    yield status, response


Rule = Callable[[Survey], Iterable[Finding]]


def survey(document: Document) -> Survey:
    """Walk the document.

    Raises:
        DocumentError: an operation that the engine cannot serve.
    """
    description = API.of(document)
    seen: set[tuple[Direction, bool, bool, frozenset[Pointer]]] = set()
    shapes = [shape for root in _used(description) for shape in walk(root, seen)]
    written = {facet.pointer for shape in shapes for facet in shape.facets}
    for schema in components(document, "schemas"):
        if schema.pointer not in written:
            shapes.extend(walk(Shape.of((schema,), "response"), seen))
    return Survey(document, description, tuple(shapes))


def _used(description: API) -> Iterator[Shape]:
    for operation in description.operations:
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
