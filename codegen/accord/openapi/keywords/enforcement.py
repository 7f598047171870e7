"""What enforces a keyword of OpenAPI, and the keywords for which that depends on their value or neighbours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from accord.document.adoption.readings import Word
from accord.document.document import Node
from accord.jsonschema.formats import ASSERTED
from accord.openapi.media_type import Media, covers, essence, is_lines, kind_of

# validator: the compiled JSON Schema (of responses, if they are validated). engine: the steps before a handler. type: mypy, in
# handlers. responses: written or completed by the engine. documentation: for readers only.
Enforcer = Literal["validator", "engine", "type", "responses", "documentation", "unsupported", "adopted"]

# What is under a keyword: an object, a list of objects, named objects, or named objects and extensions.
Shape = Literal["value", "one", "list", "named", "extensible"]


class Enforcement(NamedTuple):
    """What enforces a keyword, and a remark for the report; for `unsupported`, the fault and its remedy."""

    by: Enforcer
    remark: str = ""
    reading: Word = "drop"  # how an unsupported keyword is usually adopted
    owner: bool = False  # whether the reading applies to the object that has the keyword


Decide = Callable[[Node, str], Enforcement]  # for keywords whose enforcement depends on their value or neighbours


class Keyword(NamedTuple):
    """One keyword of an object; `kind` is the kind of object under it."""

    enforcement: Enforcement | Decide
    shape: Shape = "value"
    kind: str = ""


CODED = "in parts of multipart bodies; in JSON it is an annotation (JSON Schema, Validation, 8)"
DIALECTS = ("https://json-schema.org/draft/2020-12/schema", "https://spec.openapis.org/oas/3.1/dialect/base")


def by_format(node: Node, keyword: str) -> Enforcement:
    """A `format` is asserted, read by the engine, or documentation."""
    name = node.value[keyword]
    if name in ASSERTED:
        return Enforcement("validator")
    if name == "binary":
        return Enforcement("type", "bytes of a file")
    if name == "byte":  # OpenAPI 3.0's `contentEncoding: base64`
        return Enforcement("engine", CODED)
    return Enforcement("documentation", f"the format {name!r} is not asserted")


def by_discriminator(node: Node, _: str) -> Enforcement:
    """A `discriminator` is documentation; the remark says why."""
    if "oneOf" in node.value or "anyOf" in node.value:
        return Enforcement(
            "documentation", "selects the faults that are reported; it does not change what is valid (OpenAPI 3.1.1, 4.8.25)"
        )
    return Enforcement("documentation", "without `oneOf` or `anyOf` it has no effect (OpenAPI 3.1.1, 4.8.25)")


def by_tag(node: Node, _: str) -> Enforcement:
    """A keyword of a `discriminator`, by the schema that has it."""
    return by_discriminator(node.document.node(node.pointer[:-1]), "discriminator")


def by_dialect(node: Node, keyword: str) -> Enforcement:
    """`$schema` and `jsonSchemaDialect` must name JSON Schema 2020-12."""
    if node.value[keyword] in DIALECTS:
        return Enforcement("validator")
    return Enforcement("unsupported", f"`{keyword}` names another dialect than JSON Schema 2020-12: remove it")


def by_nullable(node: Node, _: str) -> Enforcement:
    """`nullable` is enforced beside a `type`, and unsupported without one."""
    if "type" in node.value or node.value["nullable"] is False:
        return Enforcement("validator", "adds null to the `type` beside it")
    remedy = "write an `anyOf` with `type: 'null'`" if node.document.version != "3.0" else "write a `type`, or remove it"
    return Enforcement("unsupported", f"`nullable` adds null to a `type` beside it, and there is none: {remedy}", "allow-null")


def beside_a_reference(node: Node, keyword: str) -> Enforcement | None:
    """OpenAPI 3.0 ignores keywords beside a `$ref`."""
    if node.reference is None or keyword == "$ref" or node.document.version != "3.0":
        return None
    if keyword in ("summary", "description", "title", "example", "deprecated", "externalDocs"):
        return Enforcement("documentation")
    return Enforcement("unsupported", f"OpenAPI 3.0 ignores `{keyword}` beside a $ref: put the $ref into an `allOf`", "apply")


def by_media_type(node: Node, keyword: str) -> Enforcement:
    """The `schema` of a media type is enforced if the engine parses such bodies, as it does not parse XML."""
    media = Media(str(node.pointer[-1]), node.raw_child(keyword), node)
    if {"requestBody", "requestBodies"}.isdisjoint(node.pointer) and (
        is_lines(media.name) or covers(essence(media.name), "application/json")
    ):
        return Enforcement("validator")  # responses of these media types are written as JSON
    if media.is_opaque:
        text = f"a body of {media.name} is not parsed, so its schema cannot be enforced: "
        return Enforcement(
            "unsupported", text + "give it `type: string, format: binary`, or no schema", owner=_has_others(node)
        )
    return Enforcement("validator")


def by_error_template(node: Node, keyword: str) -> Enforcement:
    """A template of errors is for responses with a JSON body."""
    content = node.get("content")
    if content is not None and any(
        kind_of(name) == "json" or covers(essence(name), "application/json") for name in content.value
    ):
        return Enforcement("responses")
    return Enforcement("unsupported", f"`{keyword}`: the response has no JSON body: remove it, or document `application/json`")


def _has_others(media: Node) -> bool:
    """Whether a body has another media type that is parsed, so that this one can be dropped."""
    content = media.document.node(media.pointer[:-1])
    return any(kind_of(name) != "binary" for name in content.value if name != media.pointer[-1])
