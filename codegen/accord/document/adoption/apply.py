"""Applies readings to a document, and records where each part was written."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from accord.document.adoption import schemas
from accord.document.adoption.places import pointer_of, resolved, steps
from accord.document.adoption.readings import Reading, ReadingError, Readings
from accord.document.adoption.words import Word
from accord.document.pointer import Key, Pointer, fragment, mappings, value_at
from accord.document.references import METHODS

References = Callable[[dict[str, Any]], Iterator[tuple[dict[str, Any], str]]]

_GONE = object()  # an element of a list that is dropped
# Lists that mean something else when they are empty.
_NEVER_EMPTY = frozenset({"allOf", "anyOf", "oneOf", "enum", "prefixItems", "type"})


@dataclass(slots=True)
class Adopted:
    """A document with its readings applied. `moved` has the original place of everything that has moved."""

    data: Any
    applied: list[tuple[Pointer, Reading]] = field(default_factory=list)
    kept: frozenset[Pointer] = frozenset()  # places whose findings are accepted
    moved: dict[Pointer, Pointer] = field(default_factory=dict)

    def origin(self, pointer: Pointer) -> Pointer:
        """The original place of a place in the data."""
        if self.moved:
            for end in range(len(pointer), 0, -1):
                if (old := self.moved.get(pointer[:end])) is not None:
                    return (*old, *pointer[end:])
        return pointer


def adopt(data: Any, readings: Readings, references: References) -> Adopted:  # noqa: ANN401 - a document
    """A copy of a document with readings applied.

    Raises:
        ReadingError: a reading does not apply to the document.
    """
    return _Adoption(data, references).all(readings) if readings else Adopted(data)


def fits(data: Any, reading: Reading) -> bool:  # noqa: ANN401 - a document
    """Whether a reading applies to a document."""
    try:
        _located(data, reading)
    except KeyError:
        return False
    return True


def _located(data: Any, reading: Reading) -> Pointer:  # noqa: ANN401 - a document
    """The place of a reading. Raises KeyError if it does not apply."""
    pointer = pointer_of(data, reading.place)
    owner = value_at(data, pointer[:-1])
    if reading.word == "set":
        if not isinstance(owner, (dict, list)) or not pointer:
            raise KeyError(reading.place)
        return pointer
    value = value_at(data, pointer)
    possible = {
        "apply": pointer[-1:] != ("$ref",) and "$ref" in owner,
        "allow-null": pointer[-1:] == ("nullable",),
        "declare": pointer != () and pointer[-1] in METHODS and isinstance(value, dict),
        "drop": pointer != (),
    }
    if not possible.get(reading.word, True):
        raise KeyError(reading.place)
    return pointer


class _Adoption:
    def __init__(self, data: Any, references: References) -> None:  # noqa: ANN401 - a document
        self._written, self._references = data, references
        self._data: Any = copy.deepcopy(data)
        self._gone: set[Pointer] = set()
        self._targets: list[tuple[Pointer, Pointer, Pointer]] | None = None
        self._origins = {id(value): (pointer, value) for pointer, value in _containers(self._data, ())}

    def all(self, readings: Readings) -> Adopted:
        """Apply all readings, drops first, while places are still the original ones."""
        found: dict[Word, list[tuple[Pointer, Reading]]] = {}
        applied, faults = [], []
        for reading in readings:
            try:
                pointer = _located(self._written, reading)
            except KeyError:
                text = f"the reading of {reading.place!r} does not apply: the document has no such place: remove it"
                faults.append(f"{reading.where}: {text}")
                continue
            found.setdefault(reading.word, []).append((pointer, reading))
            applied.append((pointer, reading))
        if faults:
            raise ReadingError("\n".join(faults))
        self._drop(pointer for pointer, _ in found.get("drop", ()))
        for pointer, reading in found.get("set", ()):
            if (owner := self._live(pointer[:-1])) is not None:
                owner[pointer[-1]] = copy.deepcopy(reading.value)
        for pointer, _ in found.get("declare", ()):
            if (operation := self._live(pointer)) is not None:
                self._declare(operation, pointer)
        self._rewrite({p for p, _ in found.get("apply", ())}, {p for p, _ in found.get("allow-null", ())})
        moved: dict[Pointer, Pointer] = {}
        self._settle(self._data, (), (), moved)
        if moved:
            self._repoint(moved)
        return Adopted(self._data, applied, frozenset(p for p, _ in found.get("keep", ())), moved)

    # --- dropping

    def _drop(self, pointers: Iterable[Pointer]) -> None:
        waiting = list(pointers)
        while waiting:
            pointer = waiting.pop()
            if not pointer or self._is_gone(pointer):
                continue
            if (instead := self._instead(pointer)) is not None:
                waiting += instead
                continue
            self._gone.add(pointer)
            waiting += self._using(pointer)
        for pointer in sorted(self._gone, key=len, reverse=True):
            owner = value_at(self._data, pointer[:-1])
            if isinstance(owner, list):
                owner[int(pointer[-1])] = _GONE
            else:
                owner.pop(pointer[-1], None)

    def _instead(self, pointer: Pointer) -> list[Pointer] | None:
        """What must be dropped instead, so that dropping never weakens an operation."""
        above, value = pointer[:-1], value_at(self._written, pointer)
        owner = value_at(self._written, above)
        last = all(self._is_gone((*above, key)) for key in _keys(owner) if key != pointer[-1])
        if above[-1:] == ("content",) and "requestBody" in above[-2:-1]:
            return [above[:-1]] if last else None
        listed, parts = (above, [value]) if isinstance(owner, list) else (pointer, value)
        holder = listed[:-1]
        match listed[-1:]:
            case ("parameters",):
                needed = isinstance(parts, list) and any(map(self._is_required, parts))
            case ("security",):
                needed = last or listed == pointer
            case ("requestBody",):
                needed = self._is_required(parts)
            case _:
                needed = False
        served = [holder] if holder and holder[-1] in METHODS else self._operations(holder, secured=not holder)
        return (served or None) if needed else None  # a member of a schema may have one of these names

    def _is_required(self, part: Any) -> bool:  # noqa: ANN401 - any JSON value
        """Whether a parameter or a body, or a reference to one, is required."""
        found = resolved(self._written, part)
        return isinstance(found, dict) and found.get("required") is True

    def _operations(self, item: Pointer, *, secured: bool = False) -> list[Pointer]:
        """The operations of a path item, or all of them that inherit the security of the document."""
        if item:
            return [(*item, method) for method in METHODS if method in value_at(self._written, item)]
        found: list[Pointer] = []
        for path, value in self._written.get("paths", {}).items():
            operations = [method for method in METHODS if isinstance(value, dict) and isinstance(value.get(method), dict)]
            found += [("paths", path, method) for method in operations if not (secured and "security" in value[method])]
        return found

    def _using(self, pointer: Pointer) -> Iterator[Pointer]:
        """The places of references to it."""
        if self._targets is None:
            self._targets = list(self._all_targets())
        for holder, place, target in self._targets:
            if target[: len(pointer)] == pointer and holder[: len(pointer)] != pointer:
                yield place

    def _all_targets(self) -> Iterator[tuple[Pointer, Pointer, Pointer]]:
        """Every reference: its holder, the place to drop with its target, and the target."""
        for pointer, mapping in mappings(self._written):
            for holder, key in self._references(mapping):
                if holder[key].startswith("#"):
                    try:
                        target = steps(self._written, holder[key])
                    except KeyError:
                        continue
                    place = pointer if holder is mapping else (*pointer, "discriminator", "mapping", key)
                    yield pointer, place, target

    def _is_gone(self, pointer: Pointer) -> bool:
        return any(pointer[:end] in self._gone for end in range(1, len(pointer) + 1))

    def _live(self, pointer: Pointer) -> Any:  # noqa: ANN401 - any JSON value
        """The value at a place, or None if it is dropped."""
        return None if self._is_gone(pointer) else value_at(self._data, pointer)

    # --- other readings

    def _declare(self, operation: dict[str, Any], pointer: Pointer) -> None:
        item = value_at(self._written, pointer[:-1])
        known = set()
        for parameters in (item.get("parameters"), value_at(self._written, pointer).get("parameters")):
            for parameter in parameters if isinstance(parameters, list) else ():
                value = resolved(self._written, parameter)
                if isinstance(value, dict) and value.get("in") == "path":
                    known.add(value.get("name"))
        for name in dict.fromkeys(re.findall(r"\{([^{}]+)\}", str(pointer[-2]))):
            if name not in known:
                added = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                operation["parameters"] = [*operation.get("parameters", ()), added]

    def _rewrite(self, applied: set[Pointer], null: set[Pointer]) -> None:
        older = str(self._written.get("openapi", "")).startswith("3.0")
        for holder in sorted({p[:-1] for p in applied | null}, key=len, reverse=True):
            schema = self._live(holder)
            if not isinstance(schema, dict):
                continue
            if siblings := [key for key in schema if (*holder, key) in applied]:
                target = resolved(self._written, schema)
                owner = value_at(self._data, holder[:-1])
                owner[holder[-1]] = schemas.beside_a_reference(schema, siblings, target, older=older)
            elif (*holder, "nullable") in null:
                if holder[-2:-1] == ("allOf",) and schemas.is_unrestricted(schema):
                    del schema["nullable"]
                    schema, holder = self._live(holder[:-2]), holder[:-2]  # it applies to the whole  # noqa: PLW2901
                schemas.allow_null(schema, alternative=holder[-2:-1] in (("anyOf",), ("oneOf",)), older=older)

    # --- places after dropping

    def _settle(self, value: Any, pointer: Pointer, old: Pointer, moved: dict[Pointer, Pointer]) -> None:  # noqa: ANN401 - any JSON value
        """Close the gaps in lists, and record what has moved."""
        if isinstance(value, list) and any(item is _GONE for item in value):
            value[:] = [item for item in value if item is not _GONE]
        for key in list(_keys(value)):
            child: Any = value[key]
            if not isinstance(child, (dict, list)):
                continue
            expected = (*old, key)
            origin = self._origins.get(id(child), (expected, None))[0]
            if origin != expected:
                moved[*pointer, key] = origin
            self._settle(child, (*pointer, key), origin, moved)
            if child == [] and key in _NEVER_EMPTY and value_at(self._written, origin) != []:
                value.pop(key)

    def _repoint(self, moved: dict[Pointer, Pointer]) -> None:
        """Update references to elements of lists whose index has changed."""
        now = {tuple(map(str, old)): new for new, old in moved.items() if isinstance(new[-1], int) and isinstance(old[-1], int)}
        for _, mapping in mappings(self._data):
            for holder, key in self._references(mapping):
                parts = holder[key].split("/")[1:] if holder[key].startswith("#/") else []
                for end in range(len(parts), 0, -1):
                    if (new := now.get(tuple(parts[:end]))) is not None:
                        holder[key] = fragment(new) + "".join(f"/{part}" for part in parts[end:])
                        break


def _keys(value: Any) -> Iterable[Key]:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return list(value)
    return range(len(value)) if isinstance(value, list) else ()


def _containers(value: Any, pointer: Pointer) -> Iterator[tuple[Pointer, Any]]:  # noqa: ANN401 - any JSON value
    if isinstance(value, (dict, list)):
        yield pointer, value
        for key in _keys(value):
            yield from _containers(value_at(value, (key,)), (*pointer, key))
