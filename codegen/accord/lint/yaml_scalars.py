"""Rules for YAML itself: scalars that YAML 1.1 reads differently, and where anchors are defined."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

from accord.document.source import read
from accord.lint.effective_schema import Finding
from accord.lint.survey import Rule, Survey

# YAML 1.1 has these booleans too, but PyYAML, which is our YAML 1.1 reader, leaves them alone; Go and Ruby readers do not.
LETTERS = re.compile(r"[yYnN]\Z")


def plain_scalars(survey: Survey) -> Iterator[Finding]:
    """`no` is false and `12:30:00` is 45000 for a reader of YAML 1.1; this one reads 1.2, most clients' tools 1.1."""
    if not survey.document.name.endswith(".json"):
        node = yaml.compose(survey.document.raw, Loader=yaml.CSafeLoader)
        if node is not None:
            yield from _differences(node, read(survey.document.raw)[0])


def _differences(node: yaml.Node, value: Any) -> Iterator[Finding]:  # noqa: ANN401 - any JSON value
    if isinstance(node, yaml.MappingNode):
        for key, inner in node.value:
            if str(key.value) == "<<" and "<<" not in value:
                continue  # a merge: what it brings in is written, and read, where its anchor is
            if _read(key) != str(key.value):
                yield Finding(key.start_mark.line + 1, f"the key {key.value} is no text for every reader of YAML: quote it")
            yield from _differences(inner, value[str(key.value)])
    elif isinstance(node, yaml.SequenceNode):
        for inner, item in zip(node.value, value, strict=True):
            yield from _differences(inner, item)
    else:
        old = _read(node)
        if type(old) is not type(value) or old != value:
            yield Finding(node.start_mark.line + 1, f"the value {node.value} is {_say(old)} for readers of YAML 1.1: quote it")


def _read(node: yaml.Node) -> Any:  # noqa: ANN401 - any YAML value
    """What a reader of YAML 1.1 makes of a scalar."""
    if isinstance(node, yaml.ScalarNode) and not node.style and LETTERS.match(str(node.value)):
        return str(node.value) in "yY"
    try:
        return SafeConstructor().construct_object(node)
    except (ConstructorError, ValueError):
        return None


def _say(old: object) -> str:
    return f"{old!r}".lower() if isinstance(old, bool) else f"a {type(old).__name__}"


def _events(survey: Survey) -> Iterator[tuple[Any, int]]:
    """What a YAML text is made of, with the lines; JSON has neither anchors nor merge keys."""
    if not survey.document.name.endswith(".json"):
        events: Iterator[Any] = yaml.parse(survey.document.raw, Loader=yaml.CSafeLoader)
        yield from ((event, event.start_mark.line + 1) for event in events)


def anchors_are_components(survey: Survey) -> Iterator[Finding]:
    """What an alias stands for is looked up among the components; an anchor inside an operation hides it from its readers."""
    depth, section, is_key = 0, None, True
    for event, line in _events(survey):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.NodeEvent):
            if depth == 1:
                section, is_key = (getattr(event, "value", None), False) if is_key else (section, True)
            if section != "components" and event.anchor is not None and not isinstance(event, yaml.AliasEvent):
                yield Finding(line, f"the anchor {event.anchor!r} is not in `components`: define it there")
            depth += isinstance(event, yaml.CollectionStartEvent)


def no_merge_keys(survey: Survey) -> Iterator[Finding]:
    """The merge key `<<` is not part of YAML 1.2: Prism and others read a member of that name."""
    for event, line in _events(survey):
        if getattr(event, "value", None) == "<<" and not event.style:
            text = "the merge key `<<` is a name to other tools: write the members, or an alias of all of them"
            yield Finding(line, text)


RULES: tuple[Rule, ...] = (plain_scalars, anchors_are_components, no_merge_keys)
