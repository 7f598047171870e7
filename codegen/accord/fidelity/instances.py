"""Instances of a schema: valid ones, ones on both sides of every keyword, and random mutations."""

from __future__ import annotations

import copy
import functools
import random
from collections.abc import Callable, Iterator
from typing import Any

from accord.document.document import Node
from accord.document.pointer import Pointer, value_at
from accord.fidelity.edge_cases import FORMATS, PROPERTY_NAMES, VALUES
from accord.jsonschema.regex.parser import PatternError
from accord.jsonschema.regex.sampler import samples
from accord.jsonschema.sampling import NoValue, Sampler
from accord.jsonschema.schema import ALTERNATIVES, applied, item_schemas, member_schemas, subschemas

Path = tuple[str | int, ...]
Json = Any
Edit = tuple[Path, Json]  # a part of a value, and what replaces it
Object = dict[str, Json]

PER_SCHEMA = 2000  # default number of instances
_MAX_PLACES = 400
_MAX_SIZE = 20_000  # characters or items; no instances are made at larger bounds


def places(schema: Node, value: Json) -> Iterator[tuple[Path, Node]]:
    """Every place in a value with every subschema that applies to it, whether the value is valid or not."""
    waiting: list[tuple[Path, Node, Json]] = [((), schema, value)]
    seen: set[tuple[Path, Pointer]] = set()
    while waiting and len(seen) < _MAX_PLACES:
        path, node, part = waiting.pop(0)
        if (path, node.pointer) in seen or not isinstance(node.value, dict):
            continue
        seen.add((path, node.pointer))
        yield path, node
        waiting += [(path, other, part) for other in _in_place(node)]
        if isinstance(part, dict):
            waiting += [((*path, name), other, item) for name, item in part.items() for other in _property_schemas(node, name)]
        elif isinstance(part, list):
            waiting += [
                ((*path, index), other, item) for index, item in enumerate(part[:20]) for other in _item_schemas(node, index)
            ]


def _in_place(node: Node) -> list[Node]:
    """The subschemas that apply to the same value."""
    return [*applied(node), *subschemas(node, *ALTERNATIVES, "not", "if", "then", "else", "dependentSchemas")]


def _property_schemas(node: Node, name: str) -> list[Node]:
    return [*member_schemas(node, name), *subschemas(node, "unevaluatedProperties")]


def _item_schemas(node: Node, index: int) -> list[Node]:
    return [*item_schemas(node, index), *subschemas(node, "contains", "unevaluatedItems")]


def replace_at(value: Json, path: Path, part: Json) -> Json:
    """A copy of the value with another part at a path; the other parts are shared."""
    if not path:
        return part
    other = value.copy()
    other[path[0]] = replace_at(value[path[0]], path[1:], part)
    return other


# --- values on both sides of one keyword, made from a value that may be valid


def _lengths(bound: int, value: Json) -> Iterator[Json]:
    seed = value if isinstance(value, str) and value else "a"
    if bound <= _MAX_SIZE:
        for size in (bound - 1, bound, bound + 1):
            if size >= 0:
                yield (seed * (size // len(seed) + 1))[:size]
                for wide in ("é", "\U0001f600", "e\u0301"):  # a length counts code points, not bytes, UTF-16 units or graphemes
                    yield ((seed * (size // len(seed) + 1))[: max(0, size - len(wide))] + wide)[: max(size, len(wide))]
                    yield wide * (size // len(wide))


def _numbers(bound: float, _: Json) -> Iterator[Json]:
    yield from (bound, bound - 1, bound + 1, -bound)
    if abs(bound) < 2**53:
        yield from (float(bound), bound - 0.5, bound + 0.5, bound + 0.0001, bound - 0.0001)


def _multiples(step: float, value: Json) -> Iterator[Json]:
    start = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    yield from (step, 0, -step, step * 2, step * 3, step * 7, step / 2, step * 1.5, step + 1, start + step, start + step / 2)


def _array_sizes(bound: int, value: list[Json]) -> Iterator[Json]:
    filler = value or [None]
    for size in (bound - 1, bound, bound + 1) if bound <= _MAX_SIZE else ():
        if size >= 0:
            yield [copy.deepcopy(filler[index % len(filler)]) for index in range(size)]
            yield [*value[:size], *range(size - len(value))]


def _duplicates(_: bool, value: list[Json]) -> Iterator[Json]:  # noqa: FBT001 - the keyword's value
    yield from ([*value, *value[:1]], [*value, *value[-1:]], [1, 1.0], [1, True], [0, False], ["1", 1], [[1], [1.0]])
    yield from ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], [None, None], [[1, 2], [2, 1]], ["é", "e\u0301"])


def _missing_properties(names: list[str], value: Object) -> Iterator[Json]:
    for name in names:
        yield {key: item for key, item in value.items() if key != name}
        yield {**value, name: None}
    yield {}


def _extra_properties(schema: Json, value: Object) -> Iterator[Json]:
    yield from ({**value, name: part} for name in PROPERTY_NAMES for part in (None, 1, "a"))
    if isinstance(schema, dict):
        yield from ({key: item for key, item in value.items() if key != name} for name in list(value)[:3])


def _object_sizes(bound: int, value: Object) -> Iterator[Json]:
    for size in (bound - 1, bound, bound + 1) if bound <= 1000 else ():  # noqa: PLR2004 - properties
        if size >= 0:
            more = {f"k{index}": index for index in range(size - len(value))}
            yield dict([*value.items(), *more.items()][:size])


def _dependencies(table: dict[str, Any], value: Object) -> Iterator[Json]:
    for trigger, required in table.items():
        names = required if isinstance(required, list) else []
        yield {key: item for key, item in value.items() if key not in names} | {trigger: 1}
        yield {key: item for key, item in value.items() if key != trigger}
        yield {**value, trigger: value.get(trigger), **{name: value.get(name, 1) for name in names}}


def _pattern_properties(patterns: dict[str, Any], value: Object) -> Iterator[Json]:
    names = (name for pattern in patterns for name in [*_matching_strings(pattern, 5), *PROPERTY_NAMES])
    yield from ({**value, name: part} for name in names for part in (1, "a", None))


def _pattern_strings(pattern: str, value: Json) -> Iterator[Json]:
    for text in [*_matching_strings(pattern, 30), *([value] if isinstance(value, str) else [])]:
        yield text
        yield from (text + end for end in ("\n", " ", "\0", "é", "a", "0", "\u2028"))
        yield from (start + text for start in ("\n", " ", "é", "a"))
        yield from (text[:-1], text[1:], text.upper(), text.lower(), text.swapcase(), text + "\n" + text, text * 2)
        middle = len(text) // 2
        yield from (
            text[:middle] + one + text[middle + 1 :] for one in ("é", "٣", "\u00a0", "_", "-", "/", "\\", '"', "Z", "\n")
        )


@functools.lru_cache(maxsize=1 << 10)
def _matching_strings(pattern: str, count: int) -> tuple[str, ...]:
    try:
        return tuple(samples(pattern, 0, 100, count))
    except PatternError:
        return ()


def _enumerated(values: list[Any], _: Json) -> Iterator[Json]:
    for value in values:
        yield value
        if isinstance(value, str):
            yield from (value.upper(), value + " ", value[:-1], value.capitalize(), [value])
        elif isinstance(value, int | float):
            yield from (float(value), str(value), value + 1, [value])


# By keyword, the type of the values for which instances are made, and the function that makes them.
_INSTANCES: dict[str, tuple[type, Callable[[Any, Any], Iterator[Json]]]] = {
    **dict.fromkeys(("minLength", "maxLength"), (object, _lengths)),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), (object, _numbers)),
    "multipleOf": (object, _multiples),
    **dict.fromkeys(("minItems", "maxItems", "minContains", "maxContains"), (list, _array_sizes)),
    "uniqueItems": (list, _duplicates),
    "required": (dict, _missing_properties),
    **dict.fromkeys(("additionalProperties", "unevaluatedProperties", "propertyNames"), (dict, _extra_properties)),
    **dict.fromkeys(("minProperties", "maxProperties"), (dict, _object_sizes)),
    **dict.fromkeys(("dependentRequired", "dependentSchemas"), (dict, _dependencies)),
    "patternProperties": (dict, _pattern_properties),
    "pattern": (object, _pattern_strings),
    "enum": (object, _enumerated),
    "const": (object, lambda value, part: _enumerated([value], part)),
    "format": (object, lambda name, _: iter(FORMATS.get(name, ()))),
}
# Keywords that may have a boolean as their value.
_BOOLEAN = frozenset({"uniqueItems", "additionalProperties", "unevaluatedProperties"})


def _keyword_instances(schema: Node, seed: Json, values: Sampler) -> Iterator[Edit]:
    """For each part of the seed, values on both sides of each keyword that applies to it."""
    for path, node in places(schema, seed):
        part = value_at(seed, path)
        for keyword, (kind, around) in _INSTANCES.items():
            usable = keyword in _BOOLEAN or not isinstance(node.value.get(keyword), bool | None)
            if keyword in node.value and usable and isinstance(part, kind):
                yield from ((path, other) for other in around(node.value[keyword], part))
        for branch in _in_place(node):
            yield from ((path, other) for other in values.variants(branch, 3))
        if isinstance(part, list):
            yield from ((path, part[:index] + part[index + 1 :]) for index in range(min(len(part), 5)))
        if isinstance(part, dict):
            yield from ((path, {k: v for k, v in part.items() if k != name}) for name in part)


def _type_instances(schema: Node, seed: Json) -> Iterator[Edit]:
    """For each part of the seed, values of every type."""
    for path in dict.fromkeys(path for path, _ in places(schema, seed)):
        yield from ((path, other) for other in VALUES)
        part = value_at(seed, path)
        if isinstance(part, int) and not isinstance(part, bool):
            yield from ((path, other) for other in (float(part), -part, str(part)) if abs(part) < 2**53)
        yield path, [part]
        yield path, {"value": part}


def _paths(value: Json, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _paths(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value[:50]):
            yield from _paths(item, (*path, index))


def _mutated(value: Json, parts: list[Json], source: random.Random) -> Json:
    """One random mutation: a part replaced, or a property or item removed, duplicated, renamed or moved."""
    path = source.choice(list(_paths(value)))
    part = value_at(value, path)
    kind = source.randrange(6)
    if isinstance(part, dict) and part and kind < 3:  # noqa: PLR2004
        name = source.choice(list(part))
        if kind == 0:
            return replace_at(value, path, {key: item for key, item in part.items() if key != name})
        if kind == 1:
            return replace_at(value, path, {**part, source.choice(PROPERTY_NAMES): part[name]})
        return replace_at(value, path, {**part, name: source.choice(parts)})
    if isinstance(part, list) and kind < 4:  # noqa: PLR2004
        items = [*part, source.choice(parts)] if kind == 0 or not part else part.copy()
        source.shuffle(items)
        return replace_at(value, path, items[1:] if kind == 1 else [*items, *items[:1]] if kind == 2 else items)  # noqa: PLR2004
    if isinstance(part, str) and part and kind < 4:  # noqa: PLR2004
        index = source.randrange(len(part))
        return replace_at(value, path, part[:index] + source.choice("aZ0 -_.@:\n\0é٣\U0001f600") + part[index + (kind > 1) :])
    return replace_at(value, path, source.choice(parts))


def instances(schema: Node, values: Sampler, count: int, seed: str) -> Iterator[Json]:
    """About `count` instances, not all distinct; the same ones for the same seed.

    Valid ones first, then ones on both sides of each keyword, values of every type, and random mutations.
    """
    source = random.Random(seed)  # noqa: S311 - repeatable on purpose
    try:
        values.value(schema)
    except NoValue:
        valid: list[Json] = [None]  # no value is valid: both validators must reject all of them
    else:
        valid = list(values.variants(schema, max(5, min(100, count // 10))))
    made: list[Json] = [*valid, *VALUES]
    bases = [*valid[:1], *sorted(valid[1:], key=lambda _: source.random())[:5]]
    for base in bases:
        edits = [
            *_sample(_keyword_instances(schema, base, values), count // len(bases) // 2 + 1, source),
            *_sample(_type_instances(schema, base), count // len(bases) // 4 + 1, source),
        ]
        made += [replace_at(base, path, other) for path, other in edits]
    yield from made
    parts = [value_at(value, path) for value in valid[:10] for path in _paths(value)] + list(VALUES)
    for _ in range(max(0, count - len(made))):
        value = source.choice(valid if source.random() < 0.6 else made)  # noqa: PLR2004 - mostly near the valid ones
        for _ in range(source.choice((1, 1, 2, 3))):
            value = _mutated(value, parts, source)
        yield value


def _sample(found: Iterator[Edit], most: int, source: random.Random) -> list[Edit]:
    everything = list(found)
    return everything if len(everything) <= most else source.sample(everything, most)
