"""Lint rules for generated clients: constructs that generators of other languages drop, reject or cannot name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from accord.document.document import Node
from accord.document.pointer import Pointer, mappings
from accord.lint.context import Context
from accord.lint.rules import Finding, finding, rule

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
VARNAMES = "x-enum-varnames"
SCALARS = frozenset({"string", "integer", "number", "boolean"})


@rule(common="warning")
def no_ref_siblings(context: Context) -> Iterator[Finding]:
    """Most generators drop keywords beside a `$ref`; openapi-generator makes an empty class of such a schema."""
    for pointer, mapping in mappings(context.document.data):
        if isinstance(mapping.get("$ref"), str) and len(mapping) > 1:
            siblings = ", ".join(f"`{key}`" for key in mapping if key != "$ref")
            node = Node(context.document, pointer, mapping)
            yield finding(node, f"has {siblings} beside `$ref`", "combine them with `allOf` in a named schema")


@rule()
def link_request_body_is_string(context: Context) -> Iterator[Finding]:
    """openapi-generator rejects a document in which the `requestBody` of a link is not a string."""
    for _, _, link in context.links:
        if not isinstance(link.value.get("requestBody", ""), str):
            how = "use one runtime expression, or explain it in `description`"
            yield finding(link.raw_child("requestBody"), "is not a string", how)


@rule()
def enum_values_have_names(context: Context) -> Iterator[Finding]:
    """Clients define a constant per value: `-created_at` and `created_at` get the same name, `/problems/x` gets none."""
    for owner in (node for node in context.subschemas if "enum" in node.value):
        values = owner.raw_child("enum")
        texts = [value for value in values.value if isinstance(value, str)]
        names = owner.value.get(VARNAMES)
        if names is None:
            if odd := next((text for text in texts if not IDENTIFIER.match(text)), None):
                yield finding(values, f"has {odd!r}, which is not an identifier", f"name the values with `{VARNAMES}`")
        elif not isinstance(names, list) or len(names) != len(values.value) or len(set(names)) != len(names):
            yield finding(owner.raw_child(VARNAMES), "does not name each value", "list one distinct name per value")
        elif odd := next((name for name in names if not IDENTIFIER.match(str(name))), None):
            yield finding(owner.raw_child(VARNAMES), f"has {odd!r}, which is not an identifier", "use letters, digits and `_`")


@rule()
def no_const_in_allof_properties(context: Context) -> Iterator[Finding]:
    """openapi-python-client cannot merge a `const` with another subschema of the same property; it can merge an `enum`."""
    for schema in context.schemas:
        for member in schema.properties.values():
            if len(member.roots) > 1:
                for node in member.all("const"):
                    yield finding(node, "is combined with another schema of the property", "use an `enum` with one value")


@rule()
def no_redundant_write_only(context: Context) -> Iterator[Finding]:
    """Some generators omit a `writeOnly` property from a class that is used only in requests, where it belongs."""
    directions: dict[Pointer, set[str]] = defaultdict(set)
    for schema in context.schemas:
        for node in schema.included:
            directions[node.pointer].add(schema.direction)
    for _, node in context.keyword("writeOnly"):
        if node.value and directions[node.pointer[:-1]] == {"request"}:
            yield finding(node, "has no effect, the property is in no response", "remove it")


@rule()
def nullable_uses_type_array(context: Context) -> Iterator[Finding]:
    """A union with null becomes a class of its own in some languages; a type array is a nullable value in all of them."""
    for schema, node in (*context.keyword("anyOf"), *context.keyword("oneOf")):
        types = [branch.types for branch in schema.alternatives if branch.roots[0].pointer[:-1] == node.pointer]
        if len(types) == 2 and {"null"} in types and any(kinds and kinds <= SCALARS for kinds in types):  # noqa: PLR2004
            yield finding(node, "is a union with null", "use a type array, as in `type: [string, 'null']`")


@rule()
def operations_declare_security(context: Context) -> Iterator[Finding]:
    """Some tools ignore the document's default `security`, and a reader of the operation sees who may call it."""
    for operation in context.operations:
        if "security" not in operation.node.value:
            yield finding(operation.node, "does not declare its security", "add `security`, or `security: []` if it is public")
