"""The lint rule for YAML: scalars that YAML 1.1 parsers read differently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

from accord.document.source import read
from accord.lint.context import Context
from accord.lint.effective_schema import Finding
from accord.lint.rules import rule

# Booleans in YAML 1.1 that PyYAML leaves alone and parsers in Go and Ruby do not.
SINGLE_LETTER_BOOLEAN = re.compile(r"[yYnN]\Z")


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
            if _as_yaml_1_1(key) != str(key.value):
                yield Finding(key.start_mark.line + 1, f"the key {key.value} is not a string for every YAML parser: quote it")
            yield from _differences(inner, value[str(key.value)])
    elif isinstance(node, yaml.SequenceNode):
        for inner, item in zip(node.value, value, strict=True):
            yield from _differences(inner, item)
    else:
        other = _as_yaml_1_1(node)
        if type(other) is not type(value) or other != value:
            what = f"the value {node.value} is {_described(other)} for YAML 1.1 parsers"
            yield Finding(node.start_mark.line + 1, f"{what}: quote it")


def _as_yaml_1_1(node: yaml.Node) -> Any:  # noqa: ANN401 - any YAML value
    """The value of a scalar for a YAML 1.1 parser; None if it rejects it."""
    if isinstance(node, yaml.ScalarNode) and not node.style and SINGLE_LETTER_BOOLEAN.match(str(node.value)):
        return str(node.value) in "yY"
    try:
        return SafeConstructor().construct_object(node)
    except (ConstructorError, ValueError):
        return None


def _described(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null or invalid", True: "true", False: "false"}[value]
    name = type(value).__name__
    return {"int": "an integer", "str": "a string"}.get(name, f"a {name}")
