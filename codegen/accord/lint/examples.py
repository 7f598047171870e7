"""Lint rules for values in the document: examples, defaults and enumerated values match their schemas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jsonschema_rs import Draft202012Validator

from accord.document.document import Node
from accord.document.pointer import fragment
from accord.lint.context import Context, components, named
from accord.lint.effective_schema import EffectiveSchema
from accord.lint.rules import Finding, finding, rule

LONGEST_MESSAGE = 200  # characters; a longer one repeats the whole value


def _mismatches(pairs: Iterable[tuple[tuple[Node, ...], Node]]) -> Iterator[Finding]:
    """Each error of validating values, formats asserted, at the line of the part that is wrong.

    Each pair has the schemas that apply together, and the value. All are compiled at once, as schemas of properties: compiled
    one by one, each would compile everything that it refers to again.
    """
    values = [(" ".join(fragment(schema.pointer) for schema in schemas), schemas, value) for schemas, value in pairs]
    if not values:
        return
    document = values[0][2].document
    properties = {key: {"allOf": [schema.value for schema in schemas]} for key, schemas, _ in values}
    # The whole document, so that every `$ref` resolves.
    whole = {**document.data, "properties": properties}
    validator = Draft202012Validator(whole, validate_formats=True)
    for key, _, value in values:
        for error in validator.iter_errors({key: value.value}):
            path = error.instance_path[1:]
            where = "".join(f"/{part}" for part in path)
            message = error.message if len(error.message) < LONGEST_MESSAGE else f"it violates `{error.schema_path[-1]}`"
            text = f"the value{' at ' + where if where else ''} does not match its schema, {message}: correct it"
            yield Finding(document.line((*value.pointer, *path)), text)


def _examples(owner: Node) -> Iterator[Node]:
    """The values of `example` and `examples` beside a schema."""
    if "example" in owner.value:
        yield owner.raw_child("example")
    yield from (example.raw_child("value") for example in named(owner.get("examples")) if "value" in example.value)


def _owners(context: Context) -> Iterator[Node]:
    """All objects with a schema and examples of it: parameters, headers, media types."""
    for operation in context.operations:
        yield from (parameter.node for parameter in operation.parameters)
        yield from _media_types(operation.node.get("requestBody"))
        for response in operation.responses.values():
            yield from _media_types(response.node)
            yield from named(response.node.get("headers"))
    for kind in ("parameters", "headers"):
        yield from components(context.document, kind)
    for kind in ("requestBodies", "responses"):
        for part in components(context.document, kind):
            yield from _media_types(part)


def _media_types(owner: Node | None) -> Iterator[Node]:
    return named(owner.get("content") if owner else None)


def _elements(sequence: Node) -> Iterator[Node]:
    return map(sequence.raw_child, range(len(sequence.value)))


@rule(common="error")
def examples_are_valid(context: Context) -> Iterator[Finding]:
    """People copy examples before they read schemas, and the mock server responds with them."""
    owners = {node.pointer: node for node in _owners(context) if "schema" in node.value}.values()
    yield from _mismatches(((owner.raw_child("schema"),), value) for owner in owners for value in _examples(owner))


@rule(common="error")
def schema_examples_and_defaults_are_valid(context: Context) -> Iterator[Finding]:
    """Like `examples_are_valid`, for values inside schemas: a default reaches the handler without validation."""
    values = [(node, node.raw_child(key)) for node in context.subschemas for key in ("example", "default") if key in node.value]
    lists = [(node, node.raw_child("examples")) for node in context.subschemas if "examples" in node.value]
    values += [(node, value) for node, examples in lists for value in _elements(examples)]
    yield from _mismatches(((node,), value) for node, value in values)


@rule(common="error")
def enum_values_are_valid(context: Context) -> Iterator[Finding]:
    """An enumerated value that the type or a bound rejects can never be sent."""
    values: list[tuple[tuple[Node, ...], Node]] = []
    for schema in context.schemas:
        # Where a reference narrows a list, only the narrower list counts; it is the first of `all`.
        found = schema.all("const") or [value for node in schema.all("enum")[:1] for value in _elements(node)]
        values += [(schema.roots, value) for value in found]
    yield from _mismatches(values)


@rule()
def bodies_have_examples(context: Context) -> Iterator[Finding]:
    """One example explains more than a page of schema, and the mock server responds with it."""
    for operation in context.operations:
        for owner in (operation.node.get("requestBody"), *(response.node for response in operation.responses.values())):
            for media in _media_types(owner):
                schema = EffectiveSchema.of(media.raw_child("schema")) if "schema" in media.value else None
                if not any(_examples(media)) and not (schema and schema.has("example", "examples")):
                    yield finding(media, "has no example", "add `example` or `examples`")
