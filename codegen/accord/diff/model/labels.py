"""Short names of schemas in messages: `User.email`, `query page_size`, `tags[]`."""

from __future__ import annotations

from typing import Any

from accord.document.document import Node

_SUFFIXES = {"items": "[]", "additionalProperties": "{}", "propertyNames": "{name}", "contains": "[contains]"}


def label(node: Node) -> str:
    """The component, parameter or header that a node belongs to, and the path of properties within it."""
    text, value = "", node.document.data
    keys = iter(node.pointer)
    parent: Any = None
    for key in keys:
        value = value[key]
        if key in ("properties", "patternProperties", "dependentSchemas") and isinstance(value, dict):
            if (name := next(keys, None)) is None:
                break
            value, text = value[name], f"{text}.{name}"
        elif parent in ("schemas", "headers"):
            text = f"header {key}" if parent == "headers" else str(key)
        elif isinstance(value, dict) and isinstance(value.get("in"), str) and isinstance(value.get("name"), str):
            text = f"{value['in']} {value['name']}"
        elif text:
            text += _SUFFIXES.get(str(key), "")
        parent = key
    return text.lstrip(".")
