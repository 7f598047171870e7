"""Rules for operations, paths and parameters: how things are named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from accord.document.document import Node
from accord.document.references import METHODS
from accord.lint.bounds import SNAKE
from accord.lint.effective_schema import Finding, Shape, finding, written
from accord.lint.survey import Rule, Survey

# The verbs of operations and the methods that do what they say. `replace` is PUT's: `update` changes only what is sent.
VERBS = {
    "list": ("GET",),
    "get": ("GET", "HEAD"),
    "create": ("POST",),
    "update": ("PATCH",),
    "replace": ("PUT",),
    "delete": ("DELETE",),
}
OPERATION_ID = re.compile(rf"({'|'.join(VERBS)})[A-Z][A-Za-z0-9]*\Z")

# Words that a path has when it names a deed instead of a thing.
DEEDS = frozenset(VERBS) | {
    *("activate", "add", "cancel", "change", "confirm", "deactivate", "disable", "edit", "enable", "execute", "fetch", "find"),
    *(
        "login",
        "logout",
        "make",
        "modify",
        "patch",
        "post",
        "publish",
        "put",
        "read",
        "refresh",
        "register",
        "remove",
        "resend",
    ),
    *("reset", "retrieve", "run", "save", "search", "send", "signin", "signout", "signup", "submit", "sync", "trigger"),
    *("upload", "validate", "verify", "write"),
}
KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
PLURALS = frozenset({"children", "people", "media", "data"})  # plural without an s


def operation_ids(survey: Survey) -> Iterator[Finding]:
    """The operationId names the handler, its class and its test: one form, so that each is guessed from the others."""
    for operation in survey.operations:
        if "operationId" not in operation.node.value:
            yield finding(operation.node, "has no operationId", "write one: the name of its handler and of clients' functions")
            continue
        node = operation.node.raw_child("operationId")
        if not (match := OPERATION_ID.match(operation.id)):
            how = f"write one of {', '.join(VERBS)} and a noun, in camelCase: getUser"
            yield Finding(node.line, f"operationId {operation.id!r} is not verb and noun: {how}")
        elif operation.method not in VERBS[match[1]]:
            how = f"use {' or '.join(VERBS[match[1]])}, or another verb"
            yield Finding(node.line, f"operationId {operation.id!r} says {match[1]}, its method is {operation.method}: {how}")


def one_tag(survey: Survey) -> Iterator[Finding]:
    """The tag names the module of the handler: none leaves it homeless, two leave it in doubt."""
    declared = {tag.get("name") for tag in survey.document.data.get("tags", ())}
    for operation in survey.operations:
        tags = operation.node.value.get("tags", [])
        if len(tags) != 1:
            yield finding(operation.node, f"has {len(tags)} tags", "give it exactly one")
        for index, tag in enumerate(tags):
            if tag not in declared:
                node = operation.node.raw_child("tags").raw_child(index)
                yield Finding(node.line, f"the tag {tag!r} is not declared: add it to the document's `tags`")


def tags_are_described(survey: Survey) -> Iterator[Finding]:
    """Tags are the chapters of the docs pages; an empty or unexplained chapter helps nobody."""
    used = {tag for operation in survey.operations for tag in operation.node.value.get("tags", ())}
    tags = survey.document.root.get("tags")
    for tag in tags.elements() if tags else ():
        if not tag.value.get("description"):
            yield Finding(tag.line, f"the tag {tag.value['name']!r} has no description: say what its operations are about")
        if tag.value["name"] not in used:
            yield Finding(tag.line, f"the tag {tag.value['name']!r} is used by no operation: remove it")


def summaries(survey: Survey) -> Iterator[Finding]:
    """The summary is the operation's line in every list: docs pages, generated clients, logs."""
    for operation in survey.operations:
        if not operation.summary.strip():
            yield finding(operation.node, "has no summary", "say in a few words what it does")


def path_words(survey: Survey) -> Iterator[Finding]:
    """Paths name things in kebab-case; the method says what is done. A trailing slash would be a second address."""
    for node, segments in _paths(survey):
        if segments[-1] == "" and len(segments) > 1:
            yield finding(node, "ends with a slash", "remove it")
        for segment in segments:
            if segment.startswith("{") or not segment:
                continue
            if not KEBAB.match(segment):
                yield finding(node, f"has the segment {segment!r}, which is not kebab-case", "write small words joined by `-`")
            elif segment.partition("-")[0] in DEEDS:
                yield finding(node, f"has the segment {segment!r}, a deed", "name the thing; the method is the verb")


def collections_are_plural(survey: Survey) -> Iterator[Finding]:
    """`/users/{user_id}` is one of the users: a singular collection makes people guess for each resource anew."""
    listed = {
        o.path for o in survey.operations if o.id.startswith("list") or (o.id.startswith("create") and o.method == "POST")
    }
    for node, segments in _paths(survey):
        nouns = [noun for noun, after in zip(segments, [*segments[1:], None], strict=True) if after and after.startswith("{")]
        last = [segments[-1]] if node.pointer[-1] in listed else []
        for noun in dict.fromkeys([*nouns, *last]):
            if KEBAB.match(noun) and not noun.endswith("s") and noun.rpartition("-")[2] not in PLURALS:
                yield finding(node, f"has the collection {noun!r} in the singular", "write the plural")


def parameters_are_snake_case(survey: Survey) -> Iterator[Finding]:
    """One spelling for members and parameters, so that `page_size` is the same word in both. Headers have their own."""
    for operation in survey.operations:
        for parameter in operation.parameters:
            if parameter.place != "header" and not SNAKE.match(parameter.name):
                how = "write small words joined by `_`"
                yield Finding(parameter.node.line, f"the parameter {parameter.name!r} is not snake_case: {how}")


def required_parameters_have_no_default(survey: Survey) -> Iterator[Finding]:
    """The default of a parameter that must be sent never applies."""
    for operation in survey.operations:
        for parameter in operation.parameters:
            shape = Shape.of((parameter.schema,), "request")
            if parameter.required and shape.has("default"):
                line = shape.all("default")[0].line
                yield Finding(line, f"the parameter {parameter.name!r} is required and has a default: remove one of them")


def aliases_lead_somewhere(survey: Survey) -> Iterator[Finding]:
    """An alias answers under a second prefix; one that does not end with a slash would split a word."""
    paths = [path for path, _ in written(survey.document.root.get("paths"))]
    for prefix, node in written(survey.document.root.get("x-accord-alias")):
        target = node.value
        for word in (prefix, target):
            if not (word.startswith("/") and word.endswith("/")):
                yield Finding(node.line, f"the alias {word!r} is no prefix: begin and end it with `/`")
        if not any(path.startswith(target) for path in paths):
            yield Finding(node.line, f"the alias {prefix!r} leads to {target!r}, where no path begins: correct or remove it")


def _paths(survey: Survey) -> Iterator[tuple[Node, list[str]]]:
    for path, node in written(survey.document.root.get("paths")):
        if path.startswith("/") and any(method in node.resolved().value for method in METHODS):
            yield node, path[1:].split("/")


RULES: tuple[Rule, ...] = (
    operation_ids,
    one_tag,
    tags_are_described,
    summaries,
    path_words,
    collections_are_plural,
    parameters_are_snake_case,
    required_parameters_have_no_default,
    aliases_lead_somewhere,
)
