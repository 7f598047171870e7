"""Rules for values written in the document: examples, defaults and enumerations obey the schemas beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from app.engine.document import Document, Node
from codegen.lint.shape import Finding, Shape, components, finding
from codegen.lint.survey import Rule, Survey, headers


class Judge:
    """Validates values of one document, formats asserted; OpenAPI 3.0 keywords are read as what they mean today."""

    def __init__(self, document: Document) -> None:
        self.old = str(document.data.get("openapi", "")).startswith("3.0")
        self.components = self._today(document.data.get("components", {}))

    def faults(self, shape: Shape, value: Node) -> Iterator[Finding]:
        """Where the value disobeys, each fault at its own line."""
        parts = [self._today(root.value) for root in shape.roots]
        validator = jsonschema_rs.Draft202012Validator({"components": self.components, "allOf": parts}, validate_formats=True)
        for error in validator.iter_errors(value.value):
            line = value.document.line((*value.pointer, *error.instance_path))
            where = "".join(f"/{part}" for part in error.instance_path)
            message = error.message if len(error.message) < 200 else f"does not satisfy `{error.schema_path[-1]}`"  # noqa: PLR2004 - one line of text
            yield Finding(line, f"the value{' at ' + where if where else ''} breaks its own schema, {message}: correct it")

    def _today(self, schema: Any) -> Any:  # noqa: ANN401 - any JSON value
        if not self.old:
            return schema
        if isinstance(schema, list):
            return [self._today(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        new = {key: self._today(value) for key, value in schema.items() if key not in ("example", "nullable")}
        for side in ("Minimum", "Maximum"):
            if isinstance(exclusive := new.get(f"exclusive{side}"), bool):
                del new[f"exclusive{side}"]
                if exclusive:
                    new[f"exclusive{side}"] = new.pop(side.lower())
        return {"anyOf": [new, {"type": "null"}]} if schema.get("nullable") is True else new


def _written(owner: Node) -> Iterator[Node]:
    """The values of `example` and `examples` beside a schema."""
    if "example" in owner.value:
        yield owner.raw_child("example")
    examples = owner.get("examples")
    for _, example in examples.items() if examples else ():
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
    yield from (media for _, media in (content.items() if content else ()))


def examples_obey(survey: Survey) -> Iterator[Finding]:
    """People copy examples before they read schemas, and the mock answers with them."""
    judge = Judge(survey.document)
    for owner in {node.pointer: node for node in _owners(survey)}.values():
        if "schema" in owner.value:
            shape = Shape.of((owner.raw_child("schema"),), "response")
            for value in _written(owner):
                yield from judge.faults(shape, value)


def schema_values_obey(survey: Survey) -> Iterator[Finding]:
    """As `examples_obey`, for examples and defaults inside of schemas: a default reaches the handler unchecked."""
    judge = Judge(survey.document)
    facets = {facet.pointer: facet for shape in survey.shapes for facet in shape.facets if isinstance(facet.value, dict)}
    for facet in facets.values():
        shape = Shape.of((facet,), "response")
        for keyword in ("example", "default"):
            if keyword in facet.value:
                yield from judge.faults(shape, facet.raw_child(keyword))
        for index in range(len(facet.value.get("examples", ()))):
            yield from judge.faults(shape, facet.raw_child("examples").raw_child(index))


def enumerations_obey(survey: Survey) -> Iterator[Finding]:
    """A listed value that the type or a bound refuses can never be sent: the list promises too much."""
    judge = Judge(survey.document)
    for shape in survey.shapes:
        for said in shape.all("const"):
            yield from judge.faults(shape, said)
        # Where a use narrows a list, only the narrower one promises anything; `all` has it first.
        for said in () if shape.has("const") else shape.all("enum")[:1]:
            for index in range(len(said.value)):
                yield from judge.faults(shape, said.raw_child(index))


def bodies_have_examples(survey: Survey) -> Iterator[Finding]:
    """One example says what a page of schema does not, and the mock has nothing to answer without one."""
    for operation in survey.operations:
        for owner in (operation.node.get("requestBody"), *(response.node for response in operation.responses.values())):
            for media in _media(owner):
                shape = Shape.of((media.raw_child("schema"),), "response") if "schema" in media.value else None
                if not any(_written(media)) and not (shape and shape.has("example", "examples")):
                    yield finding(media, "has no example", "add `example` or `examples`")


RULES: tuple[Rule, ...] = (examples_obey, schema_values_obey, enumerations_obey, bodies_have_examples)
