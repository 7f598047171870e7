"""References: where they are written, and those that stand for several things.

One in place of a mapping of names, or beside the fields of a path item, is rewritten to one for every name or field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from accord.document.pointer import Pointer, fragment_tokens, holds_names, key_of, reference_to, value_at

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_WORDS = ("summary", "description")  # of a path item; those beside the `$ref` take precedence


def references(mapping: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The references in a mapping, each as holder and key: `$ref`, `operationRef`, and those of a `mapping`."""
    for key in ("$ref", "operationRef"):
        if isinstance(mapping.get(key), str):
            yield mapping, key
    discriminator = mapping.get("discriminator")
    mapped: Any = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    for key, target in mapped.items() if isinstance(mapped, dict) else ():
        # A target may also be the name of a schema in `components`.
        if isinstance(target, str) and ("#" in target or "/" in target or target.endswith((".yaml", ".yml", ".json"))):
            yield mapped, key


def stands_for_names(pointer: Pointer, value: dict[str, Any]) -> bool:
    """Whether a `$ref` is written in place of a mapping of names, such as `components.schemas`.

    OpenAPI does not provide for it. Bundlers read it so, and documents in several files rely on it.
    """
    return isinstance(value.get("$ref"), str) and holds_names(pointer)


def has_siblings(pointer: Pointer, value: dict[str, Any]) -> bool:
    """Whether a mapping is a path item with fields beside its `$ref`, which is a field of the Path Item Object itself.

    It is known by its place or, where other files hold it, by its operations.
    """
    if not isinstance(value.get("$ref"), str) or len(value) == 1 or holds_names(pointer):
        return False
    within = pointer[:-1]
    if "callbacks" in within[-2:-1] and holds_names(within[:-1]):
        return True
    if within and within[-1] in ("paths", "webhooks", "pathItems") and holds_names(within):
        return True
    lists = any(isinstance(value.get(name), list) for name in ("parameters", "servers"))
    return lists or any(isinstance(value.get(method), dict) for method in METHODS)


def spread(data: Any, places: Iterable[Pointer]) -> list[tuple[Pointer, str]]:  # noqa: ANN401 - a document
    """Spread the references at these places, in place, and return the fields that are defined twice, each with what to do.

    A reference that cannot be resolved is left as it is, and reported by its reader.
    """
    spreading = _Spreading(data, dict.fromkeys(places))
    while spreading.waiting:
        spreading.spread(next(iter(spreading.waiting)))
    return spreading.duplicates


@dataclass(slots=True)
class _Spreading:
    data: Any
    waiting: dict[Pointer, None]
    duplicates: list[tuple[Pointer, str]] = field(default_factory=list)

    def spread(self, pointer: Pointer, seen: frozenset[Pointer] = frozenset()) -> None:
        self.waiting.pop(pointer, None)
        mapping = value_at(self.data, pointer)
        target = self._target(mapping, seen | {pointer})
        if target is None:
            return
        del mapping["$ref"]
        for name, value in value_at(self.data, target).items():
            if name not in mapping:
                mapping[name] = _referred((*target, name), value)
            elif name not in _WORDS and not name.startswith("x-"):
                self.duplicates.append(((*pointer, name), f"`{name}` is also in what the $ref beside it names: remove one"))

    def _target(self, mapping: dict[str, Any], seen: frozenset[Pointer]) -> Pointer | None:
        """The final target of a reference; None if there is none, or it is circular."""
        place = self._place(mapping["$ref"])
        if place is None or place in seen:
            return None
        if isinstance(value_at(self.data, place).get("$ref"), str):
            self.spread(place, seen)
        return place if "$ref" not in value_at(self.data, place) else None

    def _place(self, written: str) -> Pointer | None:
        """The place of the mapping that a reference leads to."""
        pointer: Pointer = ()
        value = self.data
        for name in fragment_tokens(written) if written.startswith("#/") else [""]:
            if (key := key_of(value, name)) is None:
                return None
            value, pointer = value[key], (*pointer, key)
        return pointer if isinstance(value, dict) else None


def _referred(pointer: Pointer, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A reference to a mapping, or to each item of a list; scalars are copied."""
    if isinstance(value, list):
        return [_referred((*pointer, index), item) for index, item in enumerate(value)]
    return {"$ref": reference_to(pointer)} if isinstance(value, dict) else value
