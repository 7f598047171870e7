"""From a document to the sources of one package, not formatted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from accord.document.document import Document, DocumentError, Node
from accord.document.findings import Finding, at_fault
from accord.generate.emit.models import models
from accord.generate.ir.naming import class_name
from accord.generate.ir.objects import rows
from accord.generate.ir.operations import class_names, operations, shaped
from accord.generate.ir.problems import Problems, problem_schemas, problems
from accord.generate.ir.schemas.builder import Shapes
from accord.generate.ir.schemas.merging import merge_equal
from accord.generate.ir.webhooks import sent, webhooks
from accord.openapi.api import API

# The digest tells the start whether the document was changed since; comments and layout do not count.
_INIT = '''"""What `{name}` says, as Python: schemas and operations."""

DIGEST = "{digest}"
'''

# A document can be wrong in ways that nobody thought of.
CRASHES = (ArithmeticError, AttributeError, LookupError, RecursionError, SyntaxError, TypeError, ValueError)

T = TypeVar("T")
R = TypeVar("R")


def crash_text(error: Exception) -> str:
    """What is said of something that nobody thought of."""
    return f"no code can be generated for this ({type(error).__name__}: {str(error)[:200]}): write it in another way"


def sources(document: Document, call: str) -> dict[str, str]:
    """The files by name, not formatted.

    Raises:
        DocumentError: something cannot be generated.
    """
    description = API.of(document)
    known, shapes = Problems(description), Shapes(document)
    faults = list(known.faults)
    components = document.root.get("components")
    schemas = components.get("schemas") if components else None
    unused = problem_schemas(document)
    named = [schemas.raw_child(name) for name in schemas.value if name not in unused] if schemas else []
    _each([(schema, schema) for schema in named], lambda schema: shapes.of(schema, class_name(str(schema.pointer[-1]))), faults)
    if faults:
        raise at_fault(faults)
    names = class_names(description.operations)
    found = [(operation.node, operation) for operation in description.operations]
    items = _each(found, lambda operation: shaped(operation, names[operation.id], shapes, known), faults)
    if faults:
        raise at_fault(faults)
    outward = sent(description.webhooks, [item.inputs for item in items], shapes)
    merge_equal(shapes)
    one_way = shapes.one_way()
    answered = [form for item in items for output in item.outputs for form in output.schemas]
    files = {
        "__init__.py": _INIT.format(name=document.name, digest=document.digest),
        "models.py": models(shapes),
        "rows.py": rows(shapes, [*answered, *(form for one in outward for form in one.schemas)]),
        "problems.py": problems(known),
        "operations.py": operations(items, one_way, call=call),
    }
    return {**files, "webhooks.py": webhooks(outward, one_way)} if outward else files


def _each(things: Iterable[tuple[Node, T]], work: Callable[[T], R], faults: list[Finding]) -> list[R]:
    """Do the work on everything, so that all faults are told at once."""
    done = []
    for node, thing in things:
        try:
            done.append(work(thing))
        except DocumentError as error:
            faults += error.findings
        except CRASHES as error:
            faults += node.error(crash_text(error)).findings
    return done
