"""Lint rules for operations, paths and parameters: naming and tags."""

from __future__ import annotations

import re
from collections.abc import Iterator

from accord.document.document import Node
from accord.document.references import METHODS
from accord.lint.bounds import SNAKE_CASE
from accord.lint.context import Context, written
from accord.lint.effective_schema import EffectiveSchema
from accord.lint.rules import Finding, finding, rule

# The verbs of operationIds and the methods that they go with. PUT replaces; `update` changes only what is sent.
CRUD = {
    "list": ("GET",),
    "get": ("GET", "HEAD"),
    "create": ("POST",),
    "update": ("PATCH",),
    "replace": ("PUT",),
    "delete": ("DELETE",),
}
# For what is more than a change of one resource: a password that is changed, a message that is sent.
VERBS = {
    **CRUD,
    **dict.fromkeys(("set", "change"), ("PUT",)),
    **dict.fromkeys(("request", "confirm", "enrol", "rotate", "redeliver"), ("POST",)),
    "export": ("GET",),
}
OPERATION_ID = re.compile(rf"({'|'.join(VERBS)})[A-Z][A-Za-z0-9]*\Z")

# Words in a path that name an action instead of a resource.
ACTION = re.compile(
    rf"({'|'.join(CRUD)}|activate|add|cancel|change|confirm|deactivate|disable|edit|enable|execute|fetch|find|login|logout|make"
    r"|modify|patch|post|publish|put|read|refresh|register|remove|resend|reset|retrieve|run|save|search|send|signin|signout"
    r"|signup|submit|sync|trigger|upload|validate|verify|write)(-|\Z)"
)
KEBAB_CASE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
IRREGULAR_PLURALS = frozenset({"children", "people", "media", "data"})


@rule()
def operation_ids_are_verb_and_noun(context: Context) -> Iterator[Finding]:
    """The operationId names the handler, its class and its test: with one form, each follows from the others."""
    for operation in context.operations:
        if "operationId" not in operation.node.value:
            how = "add one; it names the handler and the functions of generated clients"
            yield finding(operation.node, "has no operationId", how)
            continue
        line = operation.node.raw_child("operationId").line
        if not (match := OPERATION_ID.match(operation.id)):
            how = f"use one of {', '.join(VERBS)} followed by a noun, in camelCase, as in getUser"
            yield Finding(line, f"operationId {operation.id!r} is not a verb and a noun: {how}")
        elif operation.method not in VERBS[match[1]]:
            how = f"use {' or '.join(VERBS[match[1]])}, or another verb"
            yield Finding(line, f"operationId {operation.id!r} does not match the method {operation.method}: {how}")


@rule()
def operations_have_one_tag(context: Context) -> Iterator[Finding]:
    """The tag names the module of the handler, so an operation needs exactly one."""
    declared = {tag.get("name") for tag in context.document.data.get("tags", ())}
    for operation in context.operations:
        tags = operation.node.value.get("tags", [])
        if len(tags) != 1:
            yield finding(operation.node, f"has {len(tags)} tags", "use exactly one")
        for index, tag in enumerate(tags):
            if tag not in declared:
                node = operation.node.raw_child("tags").raw_child(index)
                yield Finding(node.line, f"the tag {tag!r} is not declared: add it to the document's `tags`")


@rule()
def tags_are_described_and_used(context: Context) -> Iterator[Finding]:
    """Tags are the chapters of the docs pages: none may be empty or unexplained."""
    used = {tag for operation in context.operations for tag in operation.node.value.get("tags", ())}
    tags = context.document.root.get("tags")
    for tag in tags.elements() if tags else ():
        if not tag.value.get("description"):
            yield Finding(tag.line, f"the tag {tag.value['name']!r} has no description: describe what its operations do")
        if tag.value["name"] not in used:
            yield Finding(tag.line, f"the tag {tag.value['name']!r} is not used by any operation: remove it")


@rule()
def operations_have_summary(context: Context) -> Iterator[Finding]:
    """The summary is the operation's line in docs pages, generated clients and logs."""
    for operation in context.operations:
        if not operation.summary.strip():
            yield finding(operation.node, "has no summary", "describe in a few words what it does")


@rule()
def paths_are_kebab_case_nouns(context: Context) -> Iterator[Finding]:
    """Paths name resources in kebab-case; the method is the verb. A trailing slash would be a second URL of the resource."""
    for node, segments in _paths(context):
        if segments[-1] == "" and len(segments) > 1:
            yield finding(node, "ends with a slash", "remove it")
        for segment in segments:
            if segment.startswith("{") or not segment:
                continue
            if not KEBAB_CASE.match(segment):
                yield finding(
                    node, f"has the segment {segment!r}, which is not kebab-case", "use lowercase words joined by `-`"
                )
            elif ACTION.match(segment):
                yield finding(node, f"has the segment {segment!r}, an action", "name the resource; the method is the verb")


@rule()
def collections_are_plural(context: Context) -> Iterator[Finding]:
    """`/users/{user_id}` is one of the users: with one rule, nobody has to look up singular or plural."""
    listed = {
        o.path for o in context.operations if o.id.startswith("list") or (o.id.startswith("create") and o.method == "POST")
    }
    for node, segments in _paths(context):
        nouns = [noun for noun, after in zip(segments, [*segments[1:], None], strict=True) if after and after.startswith("{")]
        last = [segments[-1]] if node.pointer[-1] in listed else []
        for noun in dict.fromkeys([*nouns, *last]):
            if KEBAB_CASE.match(noun) and not noun.endswith("s") and noun.rpartition("-")[2] not in IRREGULAR_PLURALS:
                yield finding(node, f"has the singular collection name {noun!r}", "use the plural")


@rule()
def parameters_are_snake_case(context: Context) -> Iterator[Finding]:
    """The same naming style as for properties. Headers have a style of their own."""
    for operation in context.operations:
        for parameter in operation.parameters:
            if parameter.place != "header" and not SNAKE_CASE.match(parameter.name):
                how = "use lowercase words joined by `_`"
                yield Finding(parameter.node.line, f"the parameter {parameter.name!r} is not snake_case: {how}")


@rule(common="warning")
def required_parameters_have_no_default(context: Context) -> Iterator[Finding]:
    """The default of a required parameter never applies."""
    for operation in context.operations:
        for parameter in operation.parameters:
            schema = EffectiveSchema.of(parameter.schema)
            if parameter.required and schema.has("default"):
                line = schema.all("default")[0].line
                what = f"the parameter {parameter.name!r} is required and has a default"
                yield Finding(line, f"{what}: make it optional or remove the default")


@rule()
def aliases_resolve(context: Context) -> Iterator[Finding]:
    """An alias replaces a path prefix, which must end with a slash so that it ends at a segment."""
    paths = [path for path, _ in written(context.document.root.get("paths"))]
    for prefix, node in written(context.document.root.get("x-accord-alias")):
        target = node.value
        for path in (prefix, target):
            if not (path.startswith("/") and path.endswith("/")):
                yield Finding(node.line, f"the alias {path!r} is not a path prefix: begin and end it with `/`")
        if not any(path.startswith(target) for path in paths):
            what = f"the alias {prefix!r} stands for {target!r}, which no path begins with"
            yield Finding(node.line, f"{what}: correct or remove it")


def _paths(context: Context) -> Iterator[tuple[Node, list[str]]]:
    for path, node in written(context.document.root.get("paths")):
        if path.startswith("/") and any(method in node.resolved().value for method in METHODS):
            yield node, path[1:].split("/")
