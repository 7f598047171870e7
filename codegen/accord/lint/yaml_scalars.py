"""Lint rules for YAML: scalars that YAML 1.1 parsers read differently, anchors, and merge keys."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

from accord.document.source import read
from accord.lint.context import Context
from accord.lint.rules import Finding, rule

# Booleans in YAML 1.1 that PyYAML leaves alone and parsers in Go and Ruby do not.
SINGLE_LETTER_BOOLEAN = re.compile(r"[yYnN]\Z")

# The default of SnakeYAML, with which openapi-generator and swagger-parser read documents.
MAX_ALIASES = 50


@rule(common="warning")
def no_ambiguous_yaml_scalars(context: Context) -> Iterator[Finding]:
    """In YAML 1.1 `no` is false and `12:30:00` is 45000. Accord reads YAML 1.2, many other tools 1.1."""
    if not context.document.name.endswith(".json"):
        node = yaml.compose(context.document.raw, Loader=yaml.CSafeLoader)
        if node is not None:
            yield from _differences(node, read(context.document.raw)[0])


def _differences(node: yaml.Node, value: Any) -> Iterator[Finding]:  # noqa: ANN401 - any JSON value
    if isinstance(node, yaml.MappingNode):
        for key, inner in node.value:
            if str(key.value) == "<<" and "<<" not in value:
                continue  # a merge key: what it brings in is checked where its anchor is
            if _as_yaml_1_1(key.tag, key.value, key.style) != str(key.value):
                yield Finding(key.start_mark.line + 1, f"the key {key.value} is not a string for every YAML parser: quote it")
            yield from _differences(inner, value[str(key.value)])
    elif isinstance(node, yaml.SequenceNode):
        for inner, item in zip(node.value, value, strict=True):
            yield from _differences(inner, item)
    elif isinstance(node, yaml.ScalarNode):
        other = _as_yaml_1_1(node.tag, node.value, node.style)
        if type(other) is not type(value) or other != value:
            what = f"the value {node.value} is {_described(other)} for YAML 1.1 parsers"
            yield Finding(node.start_mark.line + 1, f"{what}: quote it")


@functools.lru_cache(maxsize=1 << 14)  # most keys and many values are the same
def _as_yaml_1_1(tag: str, text: str, style: str | None) -> Any:  # noqa: ANN401 - any YAML value
    """The value of a scalar for a YAML 1.1 parser; None if it rejects it."""
    if not style and SINGLE_LETTER_BOOLEAN.match(text):
        return text in "yY"
    try:
        return SafeConstructor().construct_object(yaml.ScalarNode(tag, text))
    except (ConstructorError, ValueError):
        return None


def _described(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null or invalid", True: "true", False: "false"}[value]
    name = type(value).__name__
    return {"int": "an integer", "str": "a string"}.get(name, f"a {name}")


@rule()
def anchors_are_components(context: Context) -> Iterator[Finding]:
    """Readers look for shared parts in `components`; an anchor in an operation is hard to find."""
    depth, section, is_key = 0, None, True
    for event, line in _events(context):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.NodeEvent):
            if depth == 1:
                section, is_key = (getattr(event, "value", None), False) if is_key else (section, True)
            if section != "components" and event.anchor is not None and not isinstance(event, yaml.AliasEvent):
                yield Finding(line, f"the anchor {event.anchor!r} is not in `components`: define it there")
            depth += isinstance(event, yaml.CollectionStartEvent)


@rule(common="warning")
def no_merge_keys(context: Context) -> Iterator[Finding]:
    """YAML 1.2 has no merge key: Prism and others read `<<` as the name of a property."""
    for event, line in _events(context):
        if getattr(event, "value", None) == "<<" and not event.style:
            what = "the merge key `<<` is an ordinary name for YAML 1.2 parsers"
            yield Finding(line, f"{what}: write out the properties, or use an alias for all of them")


@rule(common="warning")
def few_yaml_aliases(context: Context) -> Iterator[Finding]:
    """openapi-generator rejects a document with more than 50 aliases of mappings and sequences."""
    collections, aliases = set(), 0
    for event, line in _events(context):
        if isinstance(event, yaml.CollectionStartEvent):
            collections.add(event.anchor)
        elif isinstance(event, yaml.AliasEvent) and event.anchor in collections:
            aliases += 1
            if aliases == MAX_ALIASES + 1:
                what = f"is alias {aliases} of a mapping or sequence, openapi-generator accepts {MAX_ALIASES}"
                yield Finding(line, f"`*{event.anchor}` {what}: write out the values of some")


def _events(context: Context) -> tuple[tuple[Any, int], ...]:
    """The parser events of a YAML document with their lines; JSON has neither anchors nor merge keys."""
    return () if context.document.name.endswith(".json") else _parsed(context.document.raw)


@functools.lru_cache(maxsize=1)  # for the rules of one document
def _parsed(raw: bytes) -> tuple[tuple[Any, int], ...]:
    events: Iterator[Any] = yaml.parse(raw, Loader=yaml.CSafeLoader)
    return tuple((event, event.start_mark.line + 1) for event in events)
