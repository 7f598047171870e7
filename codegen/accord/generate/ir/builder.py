"""Builds the intermediate representation of a document, and collects everything that is wrong with it."""

from __future__ import annotations

from accord.document.document import Document
from accord.document.findings import document_error
from accord.generate.ir.faults import each
from accord.generate.ir.naming import OPERATIONS_TAKEN, class_name, class_names
from accord.generate.ir.nodes import Package
from accord.generate.ir.objects import aliases, models, rows
from accord.generate.ir.operations.operation import normalized, operation_classes, tags
from accord.generate.ir.operations.webhook import outgoing, webhook_classes
from accord.generate.ir.problems import Problems, problem_schemas
from accord.generate.ir.schemas.builder import SchemaBuilder
from accord.generate.ir.schemas.merging import merge_equal
from accord.openapi.api import API


def build(document: Document) -> Package:
    """The package of a document.

    Raises:
        DocumentError: something cannot be generated.
    """
    api = API.of(document)
    problems, builder = Problems(api), SchemaBuilder(document)
    faults = list(problems.faults)
    schemas = document.root.get("components", "schemas")
    unused = problem_schemas(document)
    named = [node for name, node in schemas.written() if name not in unused] if schemas else []
    each(((node, node) for node in named), lambda node: builder.normalize(node, class_name(str(node.pointer[-1]))), faults)
    if faults:
        raise document_error(faults)
    names = class_names(((one.id, one.id) for one in api.operations), OPERATIONS_TAKEN)
    found = ((operation.node, operation) for operation in api.operations)
    items = each(found, lambda operation: normalized(operation, names[operation.id], builder, problems), faults)
    if faults:
        raise document_error(faults)
    sent = outgoing(api.webhooks, [item.request for item in items], builder)
    merge_equal(builder)
    asymmetric = builder.asymmetric()
    returned = [schema for item in items for answer in item.answers for schema in answer.schemas]
    return Package(
        document=document.name,
        digest=document.digest,
        objects=models(builder),
        aliases=aliases(builder),
        rows=rows(builder, [*returned, *(schema for one in sent for schema in one.schemas)]),
        problems=problems.all(),
        operations=operation_classes(items, asymmetric),
        tags=tags(items),
        webhooks=webhook_classes(sent, asymmetric),
    )
