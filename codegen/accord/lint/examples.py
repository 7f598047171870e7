"""Lint rules for values in the document: examples, defaults and enumerated values match their schemas."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import jsonschema_rs

from accord.document.document import Document, Node
from accord.document.pointer import Pointer, fragment
from accord.lint.context import Context, headers
from accord.lint.effective_schema import Finding, Shape, components, finding
from accord.lint.rules import rule

URI = "urn:document"
LONGEST_MESSAGE = 200  # characters; a longer one repeats the whole value


@functools.lru_cache(maxsize=1)
def _registry(document: Document) -> jsonschema_rs.Registry:
    """The document, read once by the validator: a copy for each value would make the time quadratic."""
    return jsonschema_rs.Registry([(URI, document.data)], draft=jsonschema_rs.Draft202012)


@functools.lru_cache(maxsize=1)
def _validator(document: Document, *roots: Pointer) -> jsonschema_rs.Draft202012Validator:
    """The validator of schemas that apply together, formats asserted."""
    schema = {"allOf": [{"$ref": f"{URI}{fragment(root)}"} for root in roots]}
    return jsonschema_rs.Draft202012Validator(schema, registry=_registry(document), validate_formats=True)


def _mismatches(shape: Shape, value: Node) -> Iterator[Finding]:
    """Each error of validating a value, at the line of the part that is wrong."""
    document = value.document
    for error in _validator(document, *(root.pointer for root in shape.roots)).iter_errors(value.value):
        where = "".join(f"/{part}" for part in error.instance_path)
        message = error.message if len(error.message) < LONGEST_MESSAGE else f"it violates `{error.schema_path[-1]}`"
        line = document.line((*value.pointer, *error.instance_path))
        yield Finding(line, f"the value{' at ' + where if where else ''} does not match its schema, {message}: correct it")


def _examples(owner: Node) -> Iterator[Node]:
    """The values of `example` and `examples` beside a schema."""
    if "example" in owner.value:
        yield owner.raw_child("example")
    examples = owner.get("examples")
    for _, example in examples.named() if examples else ():
        if "value" in example.value:
            yield example.raw_child("value")


def _owners(context: Context) -> Iterator[Node]:
    """All objects with a schema and examples of it: parameters, headers, media types."""
    for operation in context.operations:
        yield from (parameter.node for parameter in operation.parameters)
        yield from _media_types(operation.node.get("requestBody"))
        for response in operation.responses.values():
            yield from _media_types(response.node)
            yield from headers(response.node)
    for kind in ("parameters", "headers"):
        yield from components(context.document, kind)
    for kind in ("requestBodies", "responses"):
        for part in components(context.document, kind):
            yield from _media_types(part)


def _media_types(owner: Node | None) -> Iterator[Node]:
    content = owner.get("content") if owner else None
    yield from (media for _, media in (content.named() if content else ()))


@rule(common="error")
def examples_are_valid(context: Context) -> Iterator[Finding]:
    """People copy examples before they read schemas, and the mock server responds with them."""
    for owner in {node.pointer: node for node in _owners(context)}.values():
        if "schema" in owner.value:
            shape = Shape.of((owner.raw_child("schema"),), "response")
            for value in _examples(owner):
                yield from _mismatches(shape, value)


@rule(common="error")
def schema_examples_and_defaults_are_valid(context: Context) -> Iterator[Finding]:
    """Like `examples_are_valid`, for values inside schemas: a default reaches the handler without validation."""
    for node in context.subschemas:
        shape = Shape.of((node,), "response")
        for keyword in ("example", "default"):
            if keyword in node.value:
                yield from _mismatches(shape, node.raw_child(keyword))
        for index in range(len(node.value.get("examples", ()))):
            yield from _mismatches(shape, node.raw_child("examples").raw_child(index))


@rule(common="error")
def enum_values_are_valid(context: Context) -> Iterator[Finding]:
    """An enumerated value that the type or a bound rejects can never be sent."""
    for shape in context.shapes:
        for node in shape.all("const"):
            yield from _mismatches(shape, node)
        # Where a reference narrows a list, only the narrower list counts; it is the first of `all`.
        for node in () if shape.has("const") else shape.all("enum")[:1]:
            for index in range(len(node.value)):
                yield from _mismatches(shape, node.raw_child(index))


@rule()
def bodies_have_examples(context: Context) -> Iterator[Finding]:
    """One example explains more than a page of schema, and the mock server responds with it."""
    for operation in context.operations:
        for owner in (operation.node.get("requestBody"), *(response.node for response in operation.responses.values())):
            for media in _media_types(owner):
                shape = Shape.of((media.raw_child("schema"),), "response") if "schema" in media.value else None
                if not any(_examples(media)) and not (shape and shape.has("example", "examples")):
                    yield finding(media, "has no example", "add `example` or `examples`")
