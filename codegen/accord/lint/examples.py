"""Rules for values written in the document: examples, defaults and enumerations obey the schemas beside them."""

from __future__ import annotations

from collections.abc import Iterator

import jsonschema_rs

from accord.document.document import Node
from accord.lint.effective_schema import Finding, Shape, components, finding
from accord.lint.survey import Rule, Survey, headers

LONG = 200  # characters; a message that repeats a whole value helps nobody


def _faults(shape: Shape, value: Node) -> Iterator[Finding]:
    """Where a value disobeys, formats asserted, each fault at its own line."""
    document = value.document
    schema = {**document.data, "allOf": [root.value for root in shape.roots]}  # so that every `$ref` finds its place
    for error in jsonschema_rs.Draft202012Validator(schema, validate_formats=True).iter_errors(value.value):
        where = "".join(f"/{part}" for part in error.instance_path)
        message = error.message if len(error.message) < LONG else f"it does not satisfy `{error.schema_path[-1]}`"
        line = document.line((*value.pointer, *error.instance_path))
        yield Finding(line, f"the value{' at ' + where if where else ''} breaks its own schema, {message}: correct it")


def _written(owner: Node) -> Iterator[Node]:
    """The values of `example` and `examples` beside a schema."""
    if "example" in owner.value:
        yield owner.raw_child("example")
    examples = owner.get("examples")
    for _, example in examples.named() if examples else ():
        if "value" in example.value:
            yield example.raw_child("value")


def _owners(survey: Survey) -> Iterator[Node]:
    """Everything that has a schema and examples of it: parameters, headers, media types."""
    for operation in survey.operations:
        yield from (parameter.node for parameter in operation.parameters)
        yield from _media(operation.node.get("requestBody"))
        for response in operation.responses.values():
            yield from _media(response.node)
            yield from headers(response.node)
    for kind in ("parameters", "headers"):
        yield from components(survey.document, kind)
    for kind in ("requestBodies", "responses"):
        for part in components(survey.document, kind):
            yield from _media(part)


def _media(owner: Node | None) -> Iterator[Node]:
    content = owner.get("content") if owner else None
    yield from (media for _, media in (content.named() if content else ()))


def examples_obey(survey: Survey) -> Iterator[Finding]:
    """People copy examples before they read schemas, and the mock answers with them."""
    for owner in {node.pointer: node for node in _owners(survey)}.values():
        if "schema" in owner.value:
            shape = Shape.of((owner.raw_child("schema"),), "response")
            for value in _written(owner):
                yield from _faults(shape, value)


def schema_values_obey(survey: Survey) -> Iterator[Finding]:
    """As `examples_obey`, for examples and defaults inside of schemas: a default reaches the handler unchecked."""
    facets = {facet.pointer: facet for shape in survey.shapes for facet in shape.facets if isinstance(facet.value, dict)}
    for facet in facets.values():
        shape = Shape.of((facet,), "response")
        for keyword in ("example", "default"):
            if keyword in facet.value:
                yield from _faults(shape, facet.raw_child(keyword))
        for index in range(len(facet.value.get("examples", ()))):
            yield from _faults(shape, facet.raw_child("examples").raw_child(index))


def enumerations_obey(survey: Survey) -> Iterator[Finding]:
    """A listed value that the type or a bound refuses can never be sent: the list promises too much."""
    for shape in survey.shapes:
        for said in shape.all("const"):
            yield from _faults(shape, said)
        # Where a use narrows a list, only the narrower one promises anything; `all` has it first.
        for said in () if shape.has("const") else shape.all("enum")[:1]:
            for index in range(len(said.value)):
                yield from _faults(shape, said.raw_child(index))


def bodies_have_examples(survey: Survey) -> Iterator[Finding]:
    """One example says what a page of schema does not, and the mock has nothing to answer without one."""
    for operation in survey.operations:
        for owner in (operation.node.get("requestBody"), *(response.node for response in operation.responses.values())):
            for media in _media(owner):
                shape = Shape.of((media.raw_child("schema"),), "response") if "schema" in media.value else None
                if not any(_written(media)) and not (shape and shape.has("example", "examples")):
                    yield finding(media, "has no example", "add `example` or `examples`")


RULES: tuple[Rule, ...] = (examples_obey, schema_values_obey, enumerations_obey, bodies_have_examples)
