"""Rules for generators of other languages: what some of them lose, refuse or cannot name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from accord.document.document import Node
from accord.document.pointer import Pointer, mappings
from accord.lint.effective_schema import Finding, finding
from accord.lint.survey import Rule, Survey

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
VARNAMES = "x-enum-varnames"
SCALARS = frozenset({"string", "integer", "number", "boolean"})


def references_stand_alone(survey: Survey) -> Iterator[Finding]:
    """Most generators drop what is written beside a `$ref`; openapi-generator makes an empty class of the whole."""
    for pointer, mapping in mappings(survey.document.data):
        if isinstance(mapping.get("$ref"), str) and len(mapping) > 1:
            beside = ", ".join(f"`{key}`" for key in mapping if key != "$ref")
            node = Node(survey.document, pointer, mapping)
            yield finding(node, f"has {beside} beside its `$ref`", "join the two by `allOf`, in a schema with a name")


def links_send_no_objects(survey: Survey) -> Iterator[Finding]:
    """openapi-generator refuses a document in which the `requestBody` of a link is anything but a text."""
    for _, response in survey.responses:
        links = response.node.get("links")
        for _, link in links.named() if links else ():
            if not isinstance(link.value.get("requestBody", ""), str):
                yield finding(link.raw_child("requestBody"), "is no text", "write one runtime expression, or say it in words")


def enumerations_have_names(survey: Survey) -> Iterator[Finding]:
    """Clients make a constant of each value: `-created_at` and `created_at` would become one, `/problems/x` nothing."""
    facets = {facet.pointer: facet for shape in survey.shapes for facet in shape.facets if isinstance(facet.value, dict)}
    for owner in (facet for facet in facets.values() if "enum" in facet.value):
        said = owner.raw_child("enum")
        texts = [value for value in said.value if isinstance(value, str)]
        names = owner.value.get(VARNAMES)
        if names is None:
            if odd := next((text for text in texts if not IDENTIFIER.match(text)), None):
                yield finding(said, f"has {odd!r}, which is no identifier", f"name the values by `{VARNAMES}`")
        elif not isinstance(names, list) or len(names) != len(said.value) or len(set(names)) != len(names):
            yield finding(owner.raw_child(VARNAMES), "does not name each value", "write one name for each, all different")
        elif odd := next((name for name in names if not IDENTIFIER.match(str(name))), None):
            yield finding(owner.raw_child(VARNAMES), f"has {odd!r}, which is no identifier", "write letters, digits and `_`")


def joined_members_are_no_constants(survey: Survey) -> Iterator[Finding]:
    """openapi-python-client cannot join a `const` with what another part of `allOf` says of the member; an `enum` it can."""
    for shape in survey.shapes:
        for member in shape.properties.values():
            if len(member.roots) > 1:
                for said in member.all("const"):
                    yield finding(said, "is joined with another description", "write an `enum` of one value")


def only_answers_hide(survey: Survey) -> Iterator[Finding]:
    """Some generators leave a `writeOnly` member out of the only class that it is for."""
    directions: dict[Pointer, set[str]] = defaultdict(set)
    for shape in survey.shapes:
        for facet in shape.facets:
            directions[facet.pointer].add(shape.direction)
    for said in {said.pointer: said for shape in survey.shapes for said in shape.all("writeOnly")}.values():
        if said.value and directions[said.pointer[:-1]] == {"request"}:
            yield finding(said, "hides what no answer has", "remove it")


def null_is_no_alternative(survey: Survey) -> Iterator[Finding]:
    """A union with null makes a class of its own in some languages, where `type` makes a nullable value in all."""
    for shape in survey.shapes:
        for said in (*shape.all("anyOf"), *shape.all("oneOf")):
            branches = [branch for branch in shape.alternatives if branch.roots[0].pointer[:-1] == said.pointer]
            types = [branch.types for branch in branches]
            if len(types) == 2 and {"null"} in types and any(kinds and kinds <= SCALARS for kinds in types):  # noqa: PLR2004
                yield finding(said, "is a value or null", "say both in `type`, as `[string, 'null']`")


def security_is_named(survey: Survey) -> Iterator[Finding]:
    """Some tools read `security` of operations alone; and a reader sees there who may ask."""
    for operation in survey.operations:
        if "security" not in operation.node.value:
            yield finding(operation.node, "does not say who may ask", "add `security`, `[]` for everybody")


RULES: tuple[Rule, ...] = (
    references_stand_alone,
    links_send_no_objects,
    enumerations_have_names,
    joined_members_are_no_constants,
    only_answers_hide,
    null_is_no_alternative,
    security_is_named,
)
