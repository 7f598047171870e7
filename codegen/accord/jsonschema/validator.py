"""The schemas of a document compiled by jsonschema-rs (JSON Schema 2020-12, formats asserted), equal ones once."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

import jsonschema_rs

from accord.document.document import Document, Node
from accord.document.pointer import Pointer, copied, escape, mappings, resolve
from accord.jsonschema.discriminator import ASSUMED
from accord.jsonschema.faults import Rule, rule_at
from accord.jsonschema.read_write_only import Directed, Direction
from accord.jsonschema.regex.ecma import translation

Build = Callable[[Directed], dict[str, Any]]  # builds a schema from those of a document in one direction


@functools.lru_cache(maxsize=16)
def directed(document: Document, direction: Direction, *, explaining: bool) -> Directed:
    """The document's schemas in one direction, built once; for `explaining`, see `Switch.explaining`.

    `explaining` has no default, because the cache would take a call with it and one without it for different calls.
    """
    return Directed(document, direction, explaining=explaining)


class Compiled:
    """One compiled schema in one direction. `rule` is the keyword at a place of the schema, with its message."""

    def __init__(self, node: Node, direction: Direction, build: Build, *, explaining: bool = False) -> None:
        schemas = directed(node.document, direction, explaining=explaining)
        self._node, self._direction, self._build = node, direction, build
        self._schema = _whole(node.document, build(schemas), schemas)
        try:
            self.validator = jsonschema_rs.Draft202012Validator(self._renamed(), validate_formats=True)
        except jsonschema_rs.ValidationError as error:
            raise node.error(f"the schema cannot be compiled: {error.message}: correct it") from None
        self.is_valid = self.validator.is_valid
        self.rule: Callable[[str], Rule] = functools.cache(self._rule)
        self.known: dict[tuple[str, str], Any] = {}  # faults by the place of their keyword, kept by `RequestValidator`

    def _renamed(self) -> dict[str, Any]:
        """The schema with its patterns translated for the validator."""
        self._names: dict[str, str] = {}  # translated patterns of `patternProperties`, and as they are written
        if all(translation(pattern) == pattern for _, schema in mappings(self._schema) for pattern in _patterns(schema)):
            return self._schema
        renamed: dict[str, Any] = copied(self._schema)
        for _, schema in list(mappings(renamed)):
            if isinstance(schema.get("pattern"), str):
                schema["pattern"] = translation(schema["pattern"])
            if isinstance(named := schema.get("patternProperties"), dict):
                schema["patternProperties"] = {translation(pattern): inner for pattern, inner in named.items()}
                self._names |= {f"/{escape(translation(pattern))}/": f"/{escape(pattern)}/" for pattern in named}
        return renamed

    def _rule(self, location: str) -> Rule:
        for name, written in self._names.items():
            location = f"{location}/".replace(name, written)[:-1]
        return rule_at(self._schema, location)

    def errors(self, value: Any) -> Iterator[tuple[Compiled, tuple[str, str]]]:  # noqa: ANN401 - any JSON value
        """The keywords that reject a value: their compiled schema, and their places in the schema and in the value.

        Of alternatives with a discriminator, only those of the one that the value names.
        """
        explaining = self._explaining
        if explaining is None:
            return self._errors(value)
        found, assumed = [], []
        for one in explaining._errors(value):  # noqa: SLF001 - of this class
            location, place = one[1]
            keyword = explaining.rule(location).keyword
            if keyword.startswith(ASSUMED):
                assumed.append((place, keyword.removeprefix(ASSUMED)))
            else:
                found.append(one)
        valid: set[str] = set()
        for place, reference in sorted(assumed, key=lambda mark: len(mark[0])):
            node = self._node.document.at(reference, self._node)
            if not _is_within(place, valid) and validator(node, self._direction).is_valid(resolve(value, place)):
                valid.add(place)
        kept = [one for one in found if not _is_within(one[1][1], valid)]
        return iter(kept) if kept else self._errors(value)  # it matches the alternative that it names, and another one

    def _errors(self, value: Any) -> Iterator[tuple[Compiled, tuple[str, str]]]:  # noqa: ANN401 - any JSON value
        for error in self.validator.evaluate(value).errors():
            yield self, (error["schemaLocation"], error["instanceLocation"])

    @functools.cached_property
    def _explaining(self) -> Compiled | None:
        if not directed(self._node.document, self._direction, explaining=True).assumes:
            return None
        return Compiled(self._node, self._direction, self._build, explaining=True)


def _patterns(schema: dict[str, Any]) -> Iterator[str]:
    if isinstance(pattern := schema.get("pattern"), str):
        yield pattern
    if isinstance(named := schema.get("patternProperties"), dict):
        yield from named


def _is_within(place: str, places: set[str]) -> bool:
    return any(place == one or place.startswith(f"{one}/") for one in places)


_known: WeakKeyDictionary[Document, dict[tuple[Direction, str], Compiled]] = WeakKeyDictionary()


def compiled(schema: Node, direction: Direction, build: Build | None = None) -> Compiled:
    """Compile a schema, or one that is built for this place of the document.

    Equal schemas are compiled once, because a reference means the same everywhere in a document.

    Raises:
        DocumentError: it cannot be compiled.
    """
    build = build or (lambda schemas: {"allOf": [schemas.of(schema)]})
    key = (direction, json.dumps(build(directed(schema.document, direction, explaining=False))))
    known = _known.setdefault(schema.document, {})
    if key not in known:
        known[key] = Compiled(schema, direction, build)
    return known[key]


def validator(schema: Node, direction: Direction, build: Build | None = None) -> jsonschema_rs.Draft202012Validator:
    """The validator of a schema; see `compiled`."""
    return compiled(schema, direction, build).validator


def _whole(document: Document, schema: dict[str, Any], schemas: Directed) -> dict[str, Any]:
    """A schema with the targets of its `$ref`s; the whole document would cost megabytes for each schema."""
    targets: dict[str, Node] = {}
    waiting: list[Any] = [schema]
    while waiting:
        for _, mapping in mappings(waiting.pop()):  # not those in examples, constants and extensions
            reference = mapping.get("$ref")
            if isinstance(reference, str) and reference not in targets:
                targets[reference] = document.at(reference, document.root)
                waiting.append(schemas.of(targets[reference]))
    root: dict[str, Any] = {}
    for target in sorted(targets.values(), key=lambda node: len(node.pointer)):  # outer ones first
        _place(root, target.pointer, schemas.of(target))
    return {**root, **schema}


def _place(root: dict[str, Any], pointer: Pointer, value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Insert a value at a place, unless an outer value that contains it is already there."""
    if not pointer:
        return  # `#`: the document itself is not a schema
    *path, last = pointer
    for key in path:
        root = root.setdefault(str(key), {})
        if isinstance(root, list):
            return
    root.setdefault(str(last), value)
