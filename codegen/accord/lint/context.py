"""What lint rules read: the document, its operations and every schema in it, collected in one walk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from accord.document.document import Document, Node
from accord.lint.effective_schema import EffectiveSchema, Key, walk
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
    schemas: tuple[EffectiveSchema, ...]

    @classmethod
    def of(cls, document: Document) -> Context:
        """Walk the document.

        Raises:
            DocumentError: the runtime cannot serve an operation.
        """
        operations = API.of(document).operations
        seen: set[Key] = set()
        schemas = [schema for root in _used(operations) for schema in walk(root, seen)]
        visited = {node.pointer for schema in schemas for node in schema.included}
        for node in components(document, "schemas"):
            if node.pointer not in visited:
                schemas.extend(walk(EffectiveSchema.of(node), seen))
        return cls(document, operations, tuple(schemas))

    @property
    def responses(self) -> Iterator[tuple[int | str, Response]]:
        """Every response of every operation, ranges and `default` included; a shared component once per status."""
        responses = (one for operation in self.operations for one in operation.responses.items())
        yield from {(status, response.node.pointer): (status, response) for status, response in responses}.values()

    @property
    def links(self) -> Iterator[tuple[Operation, Response, Node]]:
        """Every link with the operation and the response that it belongs to."""
        for operation in self.operations:
            for response in operation.responses.values():
                yield from ((operation, response, link) for link in named(response.node.get("links")))

    @property
    def cases(self) -> Iterator[EffectiveSchema]:
        """Every schema combined with each of its alternatives."""
        return (case for schema in self.schemas for case in schema.cases)

    def keyword(self, name: str) -> Iterator[tuple[EffectiveSchema, Node]]:
        """Every place of a keyword, with the schemas that apply there."""
        return ((schema, node) for schema in self.schemas for node in schema.all(name))

    @property
    def subschemas(self) -> Iterator[Node]:
        """Every schema object, where it is written, once."""
        yield from {node.pointer: node for schema in self.schemas for node in schema.objects}.values()


def _used(operations: Iterable[Operation]) -> Iterator[EffectiveSchema]:
    """The schemas of parameters, bodies and headers."""
    for operation in operations:
        for parameter in operation.parameters:
            structured = parameter.place == "header" and parameter.name.lower() in STRUCTURED_HEADERS
            yield EffectiveSchema.of(parameter.schema, direction="request", structured=structured)
        for media in operation.bodies.values():
            if media.schema is not None:
                yield EffectiveSchema.of(media.schema, direction="request")
        for response in operation.responses.values():
            for media in response.content.values():
                if media.schema is not None:
                    yield EffectiveSchema.of(media.schema)
            for header in named(response.node.get("headers")):
                if "schema" in header.value:
                    yield EffectiveSchema.of(header.raw_child("schema"))


def named(mapping: Node | None) -> Iterator[Node]:
    """The values of a mapping, `$ref`s followed, or nothing."""
    yield from (node for _, node in mapping.named()) if mapping is not None else ()


def written(mapping: Node | None) -> Iterator[tuple[str, Node]]:
    """The members of a mapping as they are written, or nothing."""
    return mapping.written() if mapping is not None else iter(())


def components(document: Document, kind: str) -> Iterator[Node]:
    """The reusable parts of one kind."""
    return (node for _, node in document.root.named("components", kind))
