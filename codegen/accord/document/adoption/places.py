"""Places of readings: as readable text, and as pointers into a document.

Parameters are named (`parameters/query:limit`) instead of counted, so that a new one does not change what a reading means.
"""

from __future__ import annotations

from typing import Any

from accord.document.pointer import FILES, Key, Pointer, escape_fragment, fragment_tokens, unescape_fragment, value_at
from accord.document.references import METHODS


def resolved(data: Any, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A value, or the target of its `$ref`; the value itself if that cannot be resolved."""
    seen: set[str] = set()
    while isinstance(value, dict) and isinstance(reference := value.get("$ref"), str) and reference not in seen:
        seen.add(reference)
        try:
            value = value_at(data, steps(data, reference))
        except KeyError:
            break
    return value


def steps(data: Any, reference: str) -> Pointer:  # noqa: ANN401 - any JSON value
    """The keys of a place `#/a/b`; indexes of lists are numbers.

    Raises:
        KeyError: there is no such place.
    """
    found: list[Key] = []
    value = data
    for name in fragment_tokens(reference):
        key = _key(data, value, name, found)
        found.append(key)
        value = value[key] if isinstance(value, dict) and key in value else value_at(value, (key,))
    return tuple(found)


def _key(data: Any, value: Any, name: str, above: list[Key]) -> Key:  # noqa: ANN401 - any JSON value
    if not isinstance(value, list):
        return name
    if name.isdecimal():
        return int(name)
    place, _, named = name.partition(":")
    for index, item in enumerate(value if above and above[-1] == "parameters" else ()):
        parameter = resolved(data, item)
        if isinstance(parameter, dict) and (parameter.get("in"), parameter.get("name")) == (place, named):
            return index
    raise KeyError(name)


def pointer_of(data: Any, place: str) -> Pointer:  # noqa: ANN401 - any JSON value
    """The place that a reading names; its last step may be new.

    Raises:
        KeyError: there is no such place.
    """
    file, mark, rest = place.partition("#")
    if mark and (not rest or rest.startswith("/")):
        inner, last = rest.rpartition("/")[::2]
        owner = f"#/{FILES}/{escape_fragment(file)}{inner}" if file else f"#{inner}"
        above = steps(data, owner)
        value = value_at(data, above)
        if isinstance(value, list):
            return (*above, _key(data, value, unescape_fragment(last), list(above)))
        return (*above, unescape_fragment(last)) if rest else above
    paths = data.get("paths") if isinstance(data, dict) else None
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method in METHODS:
            operation = item.get(method) if isinstance(item, dict) else None
            if isinstance(operation, dict) and place in (operation.get("operationId"), f"{method.upper()} {path}"):
                return ("paths", path, method)
    raise KeyError(place)


def place_of(data: Any, pointer: Pointer) -> str:  # noqa: ANN401 - any JSON value
    """The text of a place."""
    if len(pointer) == 3 and pointer[0] == "paths" and pointer[2] in METHODS:  # noqa: PLR2004
        return f"{str(pointer[2]).upper()} {pointer[1]}"
    file, pointer_within = "", pointer
    if len(pointer) > 1 and pointer[0] == FILES:
        file, pointer_within = str(pointer[1]), pointer[2:]
    text, value = "", value_at(data, pointer[: len(pointer) - len(pointer_within)])
    above: Key = ""
    for key in pointer_within:
        value, step = _below(value, key), str(key)
        if isinstance(key, int) and above == "parameters":
            parameter = resolved(data, value)
            if isinstance(parameter, dict) and all(isinstance(parameter.get(key), str) for key in ("in", "name")):
                step = f"{parameter['in']}:{parameter['name']}"
        text += f"/{escape_fragment(step)}"
        above = key
    return f"{file}#{text}"


def _below(value: Any, key: Key) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return value[key]
    except (KeyError, IndexError, TypeError):
        return None
