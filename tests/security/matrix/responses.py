"""What a response contains beyond its schema: the objects of responses are open in the document, and closed in these checks."""

from __future__ import annotations

from typing import Any

from tests.contract.contract import resolved


def undocumented(schema: dict[str, Any], value: Any, pointer: str = "") -> list[str]:
    """The members of a response that its schema does not name."""
    known = _properties(schema)
    if isinstance(value, list):
        items = _items(schema)
        return [name for number, item in enumerate(value) for name in undocumented(items, item, f"{pointer}/{number}")]
    if not isinstance(value, dict) or not known:  # without names the document leaves it open, as the details of an event
        return []
    unknown = [f"{pointer}/{name}" for name in value if name not in known]
    for name in known.keys() & value.keys():
        unknown += undocumented(known[name], value[name], f"{pointer}/{name}")
    return unknown


def _parts(schema: dict[str, Any]) -> list[dict[str, Any]]:
    found = resolved(schema)
    inner = [part for keyword in ("allOf", "anyOf", "oneOf") for part in found.get(keyword, ())]
    return [found, *(part for schema in inner for part in _parts(schema))]


def _properties(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: member for part in _parts(schema) for name, member in part.get("properties", {}).items()}


def _items(schema: dict[str, Any]) -> dict[str, Any]:
    return next((part["items"] for part in _parts(schema) if "items" in part), {})
